package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/eval/recapture"
	"github.com/facelatch/facelatch/face"
)

// album is what photographs of one person show, by their names: a path with
// eyes_closed in it has both eyes closed, a file called left or right a head that
// is turned to that side of the picture, and other files faces that look at the
// camera, of which one called neutral goes first.
type album struct {
	front, closed string
	others        []string // with another expression
	left, right   string
}

func albumOf(p Person) (a album) {
	for _, n := range p.Photographs {
		neutral := strings.Contains(n, "neutral")
		switch s := side(n); {
		case s == "left" && (a.left == "" || neutral):
			a.left = n
		case s == "right" && (a.right == "" || neutral):
			a.right = n
		case s != "":
		case strings.Contains(n, "eyes_closed"):
			a.closed = n
		case strings.Contains(n, "eye_closed"): // a wink: people do not do that at doors
		case a.front == "" || neutral && !strings.Contains(a.front, "neutral"):
			if a.front != "" {
				a.others = append(a.others, a.front)
			}
			a.front = n
		default:
			a.others = append(a.others, n)
		}
	}
	return a
}

// Sequences are some seconds each: looking at the camera, perhaps a blink, and
// what is asked for, a turn to each side that there are photographs of, in random
// order. Attackers turn what they hold, or let a video run that was made of
// another order.
func (r Render) Sequences() (all []Presentation) {
	for i, p := range r.People {
		own, other := albumOf(p), albumOf(r.People[(i+1)%len(r.People)])
		if own.front == "" || other.front == "" {
			continue
		}
		for k := range 2 * r.Takes {
			all = append(all, r.sequence(p, own, other, recapture.Take{Species: recapture.BonaFide, Seed: seed(p.Name, k)}, ""))
		}
		for _, s := range append(recapture.Species(), ReplayInOrder) {
			for k := range r.Takes {
				t := recapture.Take{Species: s, Quality: quality(i + k), Seed: seed(p.Name, k)}
				if s == ReplayInOrder {
					t.Species = recapture.Replay
				}
				all = append(all, r.sequence(p, own, other, t, s))
			}
		}
	}
	return all
}

func (r Render) sequence(p Person, own, other album, t recapture.Take, species string) Presentation {
	out := described(p, own.front, t)
	if species != "" {
		out.Species = species
		out.Name = strings.Replace(out.Name, "rendered as "+t.Species, "rendered as "+species, 1)
	}
	s := own.script(other, t, species)
	out.Enrolled, out.Prompts = own.front == p.Photographs[0], s.prompts
	out.Frames = func(_ context.Context, yield func(Frame) error) error { return r.play(t, s, yield) }
	return out
}

// tilt is how far a flat thing is turned that should look like a turned head, in
// degrees.
const tilt = 38

// blinks is the share of sequences in which the eyes close.
const blinks = 0.7

// script writes what happens in a sequence.
func (a album) script(other album, t recapture.Take, species string) script {
	r := rand.New(rand.NewPCG(t.Seed, 7))
	w := &writing{album: a, script: script{names: []string{a.front}, behind: []string{other.front}}}
	asked, given := a.sides(r), a.sides(rand.New(rand.NewPCG(t.Seed, 8)))
	if species != recapture.Replay {
		given = asked
	}
	held := species != "" && species != recapture.Replay && species != ReplayInOrder
	early := species == recapture.Replay && len(asked) == 1 // no other order: too early
	w.face(2)
	if r.Float64() < blinks {
		w.blink(other)
	}
	w.face(2)
	if early {
		w.turn(asked[0])
	}
	for i, side := range asked {
		from := len(w.acts)
		w.face(2 + r.IntN(2))
		switch {
		case held:
			w.hold(side)
		case early:
			w.face(3)
		default:
			w.turn(given[i])
		}
		w.prompts = append(w.prompts, face.Prompted{Prompt: promptFor(side), From: time.Duration(from) * pace, Until: time.Duration(len(w.acts)+2) * pace})
		w.face(2)
	}
	if len(a.others) > 0 {
		w.show(a.others[r.IntN(len(a.others))], 2)
	}
	w.face(1)
	return w.script
}

// sides are those that there are photographs of, in random order.
func (a album) sides(r *rand.Rand) (all []string) {
	if a.left != "" {
		all = append(all, "left")
	}
	if a.right != "" {
		all = append(all, "right")
	}
	r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all
}

// promptFor is what somebody is asked for whose nose then points to that side of
// the picture: a person's left is a picture's right.
func promptFor(side string) face.Prompt {
	if side == "left" {
		return face.TurnRight
	}
	return face.TurnLeft
}

// writing is a script that is being written.
type writing struct {
	album album
	script
}

// face looks at the camera for n frames.
func (w *writing) face(n int) {
	for range n {
		w.acts = append(w.acts, scripted{})
	}
}

// show is n frames of another photograph.
func (w *writing) show(name string, n int) {
	at := slices.Index(w.names, name)
	if at < 0 {
		at, w.names = len(w.names), append(w.names, name)
	}
	for range n {
		w.acts = append(w.acts, scripted{shot: at})
	}
}

// blink closes the eyes for a frame, of the person and of who looks through a print.
func (w *writing) blink(other album) {
	w.face(1)
	last := len(w.acts)
	if w.album.closed != "" {
		w.acts = w.acts[:last-1]
		w.show(w.album.closed, 1)
	}
	if other.closed != "" {
		w.behind = append(w.behind, other.closed)
		w.acts[last-1].behind = len(w.behind) - 1
	}
}

// turn shows the head turned to a side of the picture.
func (w *writing) turn(side string) {
	if side == "left" {
		w.show(w.album.left, 3)
	} else {
		w.show(w.album.right, 3)
	}
}

// hold turns what is held to a side of the picture.
func (w *writing) hold(side string) {
	far := float64(tilt)
	if side == "left" {
		far = -tilt
	}
	w.acts = append(w.acts, scripted{turn: far / 2}, scripted{turn: far}, scripted{turn: far})
}

func distanceOf(eyes [2]face.Point) float64 {
	return math.Hypot(eyes[1].X-eyes[0].X, eyes[1].Y-eyes[0].Y)
}
