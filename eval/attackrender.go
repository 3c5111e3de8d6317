package eval

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path"
	"strings"
	"time"

	"github.com/facelatch/facelatch/eval/recapture"
	"github.com/facelatch/facelatch/face"
)

// ReplayInOrder is a species of rendered sequences: a video in which the person
// happens to do what is asked for, when it is asked for.
const ReplayInOrder = "replay-in-order"

// Render makes presentations from photographs, in memory, as they are looked at:
// people themselves and every species of package recapture, before the same
// cameras. Nothing of it is written anywhere.
type Render struct {
	Setup
	People []Person
	// Takes is how many presentations of each species are made of each person, in
	// turns of good, fair and poor quality. Of the people themselves there are twice
	// as many.
	Takes int
	// Frames is how many frames of a still there are, for as many attempts.
	Frames int
}

// Stills are one frame each, or as many as a door has attempts. The first
// photograph of a person is that of the reference; where there are others,
// attacks show those.
func (r Render) Stills() (all []Presentation) {
	for i, p := range r.People {
		shown := p.Photographs
		if len(shown) > 1 {
			shown = shown[1:]
		}
		other := r.People[(i+1)%len(r.People)].Photographs[0]
		for k := range 2 * r.Takes {
			name := p.Photographs[k%len(p.Photographs)]
			all = append(all, r.still(p, name, "", recapture.Take{Species: recapture.BonaFide, Seed: seed(p.Name, k)}))
		}
		for _, s := range recapture.Species() {
			if s == recapture.Frozen { // one frame of it is one of a replay
				continue
			}
			for k := range r.Takes {
				t := recapture.Take{Species: s, Quality: quality(i + k), Seed: seed(p.Name, k)}
				all = append(all, r.still(p, shown[k%len(shown)], other, t))
			}
		}
	}
	return all
}

func quality(k int) recapture.Quality { return recapture.Qualities()[k%len(recapture.Qualities())] }

// seed tells takes apart, and is the same for an attack and for the person.
func seed(person string, k int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", person, k)
	return h.Sum64()
}

// described is a presentation of a take, but for its frames.
func described(p Person, name string, t recapture.Take) Presentation {
	out := Presentation{Name: fmt.Sprintf("%s rendered as %s, seed %x", name, t.Species, t.Seed), Person: p.Name}
	if t.Species != recapture.BonaFide {
		out.Species, out.Quality = t.Species, t.Quality.String()
	}
	return out
}

func (r Render) still(p Person, name, behind string, t recapture.Take) Presentation {
	out := described(p, name, t)
	out.Still, out.Enrolled = true, name == p.Photographs[0]
	out.Frames = func(ctx context.Context, yield func(Frame) error) error {
		script := script{names: []string{name}, behind: []string{behind}}
		for range max(1, r.Frames) {
			script.acts = append(script.acts, scripted{})
		}
		return r.play(t, script, yield)
	}
	return out
}

// script is who does what when.
type script struct {
	names   []string // photographs of the person; the first is of the least turn
	behind  []string // photographs of who looks through cut-out eyes, as many
	acts    []scripted
	prompts []face.Prompted
}

// scripted is one frame of a script.
type scripted struct {
	shot   int     // of names
	behind int     // of behind
	turn   float64 // of what is held
}

// pace is the time from frame to frame.
const pace = time.Second / FrameRate

// play renders a script, frame by frame.
func (r Render) play(t recapture.Take, s script, yield func(Frame) error) error {
	shots, bad, err := r.shots(s.names)
	defer wipeShots(shots)
	if err != nil || bad != nil {
		return say(bad, err, yield)
	}
	behind := make([]recapture.Shot, len(s.behind))
	if t.Species == recapture.CutEyes {
		behind, bad, err = r.shots(s.behind)
		defer wipeShots(behind)
		if err != nil || bad != nil {
			return say(bad, err, yield)
		}
	}
	p, err := recapture.Start(t)
	if err != nil {
		return err
	}
	defer p.Wipe()
	for i, a := range s.acts {
		frame, err := p.Frame(i, recapture.Act{Shot: shots[a.shot], Behind: behind[a.behind], Turn: a.turn})
		if err != nil {
			return err
		}
		err = yield(Frame{Picture: frame, At: time.Duration(i) * pace})
		frame.Wipe()
		if err != nil {
			return err
		}
	}
	return nil
}

// say reports what could not be used.
func say(bad *Bad, err error, yield func(Frame) error) error {
	if err != nil {
		return err
	}
	return yield(Frame{Bad: bad})
}

func wipeShots(all []recapture.Shot) {
	for _, s := range all {
		s.Picture.Wipe()
	}
}

// shots opens photographs and finds the eyes. Those of turned heads are nearer each
// other: how far they would be apart is told by the height of the face, against
// that of the first.
func (r Render) shots(names []string) (all []recapture.Shot, bad *Bad, err error) {
	var height, apart float64
	for _, n := range names {
		p, state := reader(r.Setup).decode(n)
		if p == nil {
			return all, &Bad{n, state.String()}, nil
		}
		all = append(all, recapture.Shot{Picture: p})
		c, err := r.Engine.CaptureCentral(r.Grant, p)
		if errors.Is(err, face.ErrNoFace) {
			return all, &Bad{n, "no face found, so nothing was rendered of it"}, nil
		}
		if err != nil {
			return all, nil, err
		}
		s, eyes, own := &all[len(all)-1], c.Eyes(), c.Subject().Box.H()
		c.Wipe()
		s.Left, s.Right = recapture.Point(eyes[0]), recapture.Point(eyes[1])
		if height == 0 {
			height, apart = own, distanceOf(eyes)
		} else if turnedHead(n) {
			s.Apart = apart * own / height
		}
	}
	return all, nil, nil
}

// turnedHead is whether a photograph's name says that the head is turned: left or
// right, as seen in the picture.
func turnedHead(name string) bool { return side(name) != "" }

func side(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	for _, s := range []string{"left", "right"} {
		if base == s || strings.HasSuffix(base, "_"+s) || strings.HasSuffix(base, "-"+s) {
			return s
		}
	}
	return ""
}
