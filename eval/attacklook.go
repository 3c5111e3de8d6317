package eval

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// Presentation is something shown to a camera, once.
type Presentation struct {
	// Name says which, in reports: a path.
	Name string
	// Person is whom it shows; whose pass an attack is tried with.
	Person string
	// Species is what kind of attack it is; empty for bona fide.
	Species string
	// Quality is how good an attack is, where that is known.
	Quality string
	// Still is whether it is one photograph, not a sequence.
	Still bool
	// Enrolled is whether it shows the very photograph that the person's reference
	// was made of, so that comparing would say nothing.
	Enrolled bool
	// Files are those that it is read from, if it is.
	Files []string
	// Prompts are what the person was asked to do meanwhile.
	Prompts []face.Prompted
	// Frames gives the frames in their order, each to be used until yield returns
	// and wiped by the giver; or says which file could not be used, and why. It
	// returns what yield does, and other errors only where nothing can go on.
	Frames func(ctx context.Context, yield func(Frame) error) error
}

// Frame is one frame, or the lack of it.
type Frame struct {
	Picture *picture.Picture
	At      time.Duration
	// Bad is set where there is no picture.
	Bad *Bad
}

// apart is how many frames of a sequence lie between two attempts to compare.
const apart = 5

// looking is a presentation that is looked at.
type looking struct {
	*attacking
	shown   Presentation
	o       *outcome
	moments []*face.Moment
}

// look judges a presentation.
func (m *attacking) look(ctx context.Context, p Presentation) (*outcome, error) {
	l := &looking{attacking: m, shown: p, o: &outcome{}}
	defer func() {
		for _, m := range l.moments {
			m.Wipe()
		}
	}()
	err := p.Frames(ctx, func(f Frame) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return l.frame(f)
	})
	if err != nil {
		return nil, err
	}
	if l.o.Frames == 0 {
		l.o.Problem = "has no frame that could be read"
		if p.Still && len(l.o.bad) > 0 {
			l.o.Problem = l.o.bad[0].Why
		}
	}
	if !p.Still && l.o.Seen > 0 {
		s := face.Judge(p.Prompts, l.moments)
		l.o.Sequence = &belief{s.Bona, s.Suspected, s.Cues}
	}
	return l.o, nil
}

// frame judges one.
func (l *looking) frame(f Frame) error {
	if f.Bad != nil {
		l.o.bad = append(l.o.bad, *f.Bad)
		return nil
	}
	l.o.Frames++
	capture, err := l.Engine.CaptureCentral(l.Grant, f.Picture)
	if errors.Is(err, face.ErrNoFace) {
		return nil
	}
	if err != nil {
		return err
	}
	defer capture.Wipe()
	seen := l.o.Seen
	l.o.Seen++
	if !l.shown.Still {
		moment, err := capture.Moment(f.At)
		if err != nil {
			return err
		}
		l.moments = append(l.moments, moment)
	}
	compare := !l.shown.Enrolled && l.References[l.shown.Person] != nil && len(l.o.Attempts) < Attempts && (l.shown.Still || seen%apart == 0)
	if seen > 0 && !compare {
		return nil
	}
	attack, err := capture.Attack()
	if err != nil && !errors.Is(err, face.ErrNoModel) {
		return err
	}
	if seen == 0 {
		l.o.Still = belief{attack.Bona, attack.Suspected, attack.Cues}
	}
	if !compare {
		return nil
	}
	return l.compare(capture, attack)
}

// compare is one attempt with the pass of the person who is shown.
func (l *looking) compare(capture *face.Capture, attack face.Attack) error {
	probe, err := capture.Probe()
	if err != nil {
		return err
	}
	defer probe.Wipe()
	m, err := l.Engine.Measure(l.Grant, l.References[l.shown.Person], probe)
	if err != nil {
		return err
	}
	l.o.Attempts = append(l.o.Attempts, attempt{m.Score, attack.Bona, attack.Suspected})
	return nil
}

// References extracts one photograph of each person, the first, and lists what
// could not be used. The caller wipes them.
func (s Setup) References(ctx context.Context, people []Person) (map[string]*face.Probe, []Bad, error) {
	if err := s.Grant.Check(consent.Measure, time.Now()); err != nil {
		return nil, nil, err
	}
	var names []string
	for _, p := range people {
		names = append(names, p.Photographs[0])
	}
	s.Progress = nil
	probes, read, err := s.extractAll(ctx, names)
	out, left := map[string]*face.Probe{}, []Bad{}
	for i, p := range people {
		probe := probes[names[i]]
		if probe == nil {
			left = append(left, Bad{names[i], read[i].State.String() + ": no reference of " + p.Name})
			continue
		}
		out[p.Name] = probe
		err = errors.Join(err, reader(s).Ready(probe))
	}
	return out, left, err
}
