package check

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/face"
)

const (
	// turnTime and turnFrames are how long a person has to turn their head as they were
	// asked to: both have to be over, so that nobody pays for a desk that is busy.
	turnTime   = 10 * time.Second
	turnFrames = 20
	// maxWrong is how often somebody may turn the other way and be asked again.
	maxWrong = 2
	// maxMoments bounds what is kept of the frames of a sequence.
	maxMoments = 120
	// bound is which part of the threshold the face has to reach in a frame that counts
	// for the sequence, however it is turned: else somebody could hold up a portrait
	// first, and turn their own head afterwards.
	bound = 0.75
)

// turn is what a person who is alone was asked to do, and what was seen of it: a
// picture of a face cannot turn its head. The zero value has asked for nothing.
type turn struct {
	began   time.Time // the first frame
	prompts []face.Prompted
	order   []face.Prompt // those still to come
	moments []*face.Moment
	frames  int // since the last prompt
	wrong   int // how often the head was turned the other way
}

// asks says whether the check asks people to turn their heads.
func (c *Check) asks() bool { return c.order.Unattended && c.room.o.Turns }

// asking says whether something was asked for.
func (t *turn) asking() bool { return len(t.prompts) > 0 }

// prompt is what is asked for now, "" for nothing.
func (t *turn) prompt() face.Prompt {
	if !t.asking() {
		return ""
	}
	return t.prompts[len(t.prompts)-1].Prompt
}

// since is when it is, since the first frame.
func (t *turn) since(now time.Time) time.Duration {
	if t.began.IsZero() {
		t.began = now
	}
	return now.Sub(t.began)
}

// keep takes a moment over.
func (t *turn) keep(seen *desk.Seen) {
	if seen.Moment != nil && len(t.moments) < maxMoments {
		t.moments = append(t.moments, seen.Moment)
		seen.Moment = nil
	}
}

// ask asks for the next thing, the two sides in a random order. It returns false where
// everything was asked for.
func (t *turn) ask(now time.Time) bool {
	if !t.asking() {
		t.order = []face.Prompt{face.TurnLeft, face.TurnRight}
		rand.Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
	}
	if len(t.order) == 0 {
		return false
	}
	from := t.since(now)
	t.prompts = append(t.prompts, face.Prompted{Prompt: t.order[0], From: from, Until: from + Life})
	t.order, t.frames = t.order[1:], 0
	return true
}

// over says whether there was time enough to do it.
func (t *turn) over(now time.Time) bool {
	last := t.prompts[len(t.prompts)-1]
	return t.frames >= turnFrames && t.since(now) >= last.From+turnTime
}

// wipe forgets what was seen.
func (t *turn) wipe() {
	for _, m := range t.moments {
		m.Wipe()
	}
	*t = turn{}
}

// turned counts a frame of a person who was asked to turn their head. It decides when
// everything was done, when nothing was for long, or when it is a picture of the
// portrait itself. The caller holds mu.
func (c *Check) turned(seen *desk.Seen, now time.Time) error {
	p, t := c.policy(), &c.turn
	t.frames++
	if seen.Face != nil && p.Copied(seen.Face) {
		c.best.Score = seen.Face.Score
		return c.decide(now)
	}
	if seen.Moment != nil && seen.Face.Score >= bound*p.Threshold {
		c.room.holding(seen.Moment)
		t.keep(seen)
	}
	s := face.Judge(slices.Clone(t.prompts), t.moments)
	switch {
	case s.Answered == len(t.prompts) && t.ask(now):
		return nil
	case s.Wrong && t.wrong < maxWrong:
		// Whoever sees themselves as in a mirror, or not, takes left for right.
		t.wrong, t.frames, t.prompts[len(t.prompts)-1].From = t.wrong+1, 0, t.since(now)
		return nil
	case s.Answered < len(t.prompts) && !s.Wrong && !t.over(now):
		return nil
	}
	c.best.Unanswered = s.Answered < len(t.prompts)
	c.best.Suspected, c.best.Judged = s.Suspected && !c.best.Unanswered, true
	return c.decide(now)
}
