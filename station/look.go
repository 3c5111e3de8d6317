package station

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// maxFrame is the largest picture that is taken in, in bytes.
const maxFrame = 3 << 19

// progress answers a picture.
type progress struct {
	Good int       `json:"good"`
	Need int       `json:"need"`
	Hint door.Hint `json:"hint"`
}

// takeFrame is POST /api/frame.
func (s *Server) takeFrame(c call) error {
	e, err := s.find(c.r.URL.Query().Get("enrolment"))
	if err != nil {
		return err
	}
	select {
	case e.frame <- struct{}{}:
		defer func() { <-e.frame }()
	default:
		return problem(doorapi.ProblemTooMany, http.StatusTooManyRequests, "One picture at a time")
	}
	data, err := c.readFrame()
	defer clear(data)
	if err != nil {
		return err
	}
	return s.judge(c, e, data, c.r.URL.Query().Get("own") != "0")
}

// judge looks at one picture, and answers what became of it. own is false from the
// moment at which somebody says that the wish is not their own.
func (s *Server) judge(c call, e *enrolment, data []byte, own bool) error {
	select {
	case s.looks <- struct{}{}:
		defer func() { <-s.looks }()
	case <-c.r.Context().Done():
		return context.Cause(c.r.Context())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.ended:
		return gone()
	case e.shown != pass.Face || s.c.Faces == nil:
		return problem(doorapi.ProblemConflict, http.StatusConflict, "A plain pass needs no picture")
	case e.made != nil:
		return problem(doorapi.ProblemConflict, http.StatusConflict, "The pass has been made")
	case !own && !e.pressed:
		e.press(s.c.Now())
	}
	p, err := s.progress(c.r.Context(), e, data)
	if err != nil {
		return err
	}
	return c.write(p)
}

// progress takes a picture in. The caller holds e's mutex.
func (s *Server) progress(ctx context.Context, e *enrolment, data []byte) (p progress, err error) {
	switch {
	case e.pressed:
		s.pause(ctx, s.paces.any())
		e.seem(s.c.Now())
	case e.good(s.c.Now()) < Need:
		began := time.Now()
		if p.Hint, err = s.keep(e, data); err != nil {
			return p, err
		}
		s.paces.add(time.Since(began))
	}
	p.Good, p.Need = e.good(s.c.Now()), Need
	return p, nil
}

// lookTime parts the pictures that count from each other, so that they differ,
// and so that whoever sits there has the time to say that they were pressed.
const lookTime = 2500 * time.Millisecond

// good is how many good pictures there are, one for each [lookTime] at most.
func (e *enrolment) good(now time.Time) int {
	have := len(e.kept)
	if e.pressed {
		have = e.seeming
	}
	if have == 0 {
		return 0
	}
	return min(have, 1+int(max(0, now.Sub(e.first))/lookTime))
}

// keep looks at a picture, keeps what it is worth, and wipes it. The caller holds
// e's mutex.
func (s *Server) keep(e *enrolment, data []byte) (door.Hint, error) {
	if err := e.grant.Check(consent.Enrol, s.c.Now()); err != nil {
		return "", gone()
	}
	p, err := picture.Decode(data)
	if err != nil {
		return "", notAFrame(err)
	}
	defer p.Wipe()
	capture, err := s.c.Faces.Engine.Capture(e.grant, p)
	if hint, known := hintFor(err); known {
		return hint, nil
	}
	if err != nil {
		return "", err
	}
	defer capture.Wipe()
	probe, err := capture.Probe() // before the quality, which else extracts once more
	if err != nil {
		return "", err
	}
	hint, strength, err := quality(capture, e.about.RequireLive)
	if err != nil || hint != door.HintNone {
		probe.Wipe()
		return hint, err
	}
	return s.join(e, kept{probe, strength})
}

// hintFor says what to do about a picture in which there is no one to look at.
func hintFor(err error) (hint door.Hint, known bool) {
	switch {
	case errors.Is(err, face.ErrNoFace):
		return door.HintLookHere, true
	case errors.Is(err, face.ErrSeveralFaces):
		return door.HintOnePerson, true
	}
	return door.HintNone, false
}

// quality says what would make a picture hard to compare later, or how strong it
// is.
func quality(c *face.Capture, requireLive bool) (door.Hint, float64, error) {
	q, err := c.Quality()
	if err != nil {
		return "", 0, err
	}
	if problems := q.Problems(); len(problems) > 0 {
		return door.HintFor(problems[0]), 0, nil
	}
	if requireLive {
		attack, err := c.Attack()
		if err != nil {
			return "", 0, err
		}
		if attack.Suspected {
			return door.HintLookHere, 0, nil
		}
	}
	return door.HintNone, q.Strength, nil
}

// join puts a picture to those that were kept, if it shows the same person. If
// not, somebody else has stepped in, now or before: nobody can tell which, so
// none of them is kept.
func (s *Server) join(e *enrolment, k kept) (door.Hint, error) {
	for _, before := range e.kept {
		same, err := s.c.Faces.Engine.Alike(e.grant, before.probe, k.probe, s.c.Faces.Threshold)
		if err != nil || !same {
			k.probe.Wipe()
		}
		if err != nil {
			return "", err
		}
		if !same {
			e.forget()
			return door.HintOnePerson, nil
		}
	}
	if len(e.kept) == 0 {
		e.first = s.c.Now()
	}
	e.add(k)
	return door.HintNone, nil
}

// add keeps a picture, of more than [Need] the strongest.
func (e *enrolment) add(k kept) {
	e.kept = append(e.kept, k)
	if len(e.kept) <= Need {
		return
	}
	weakest := slices.IndexFunc(e.kept, func(o kept) bool {
		return !slices.ContainsFunc(e.kept, func(p kept) bool { return p.strength < o.strength })
	})
	e.kept[weakest].probe.Wipe()
	e.kept = slices.Delete(e.kept, weakest, weakest+1)
}

// reference is made of the mean of what was kept, so that it depends less on any
// one picture. The caller holds mu, and there is a picture.
func (e *enrolment) reference(engine *face.Engine) (face.Reference, error) {
	var mean face.Probe
	defer mean.Wipe()
	for _, k := range e.kept {
		if err := engine.Join(e.grant, &mean, k.probe); err != nil {
			return nil, err
		}
	}
	return mean.Reference()
}

// notAFrame says what is wrong with a picture. Nothing of what is in it is said.
func notAFrame(err error) error {
	if errors.Is(err, camera.ErrTooLarge) || errors.Is(err, picture.ErrTooLarge) {
		return tooLarge()
	}
	return problem(doorapi.ProblemRequest, http.StatusBadRequest, fmt.Sprintf("The picture cannot be read: %v", err))
}
