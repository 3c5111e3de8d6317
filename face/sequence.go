package face

import (
	"math"
	"slices"
	"time"
)

// Prompt is something that a person is asked to do before a camera, or that a
// screen does there.
type Prompt string

const (
	// TurnLeft is to turn the head to one's own left. A camera sees the nose move to
	// the right of its picture.
	TurnLeft Prompt = "turn-left"
	// TurnRight is to turn it to one's own right.
	TurnRight Prompt = "turn-right"
	// ComeCloser is to bring the face nearer to the camera.
	ComeCloser Prompt = "come-closer"
	// Light is nothing that is asked for: the screen had a colour for a while.
	Light Prompt = "light"
)

// Prompts are those that may be asked for, in a fixed order. Closing the eyes is
// only observed and never asked for: whoever does it cannot read the screen.
func Prompts() []Prompt { return []Prompt{TurnLeft, TurnRight, ComeCloser} }

// Prompted is a prompt, and when it was on the screen.
type Prompted struct {
	Prompt Prompt
	// From and Until are since the beginning that the moments share.
	From, Until time.Duration
	// Colour is the screen's, red, green and blue from 0 to 1, of a [Light].
	Colour [3]float64
}

// Sequence is what several moments say about a presentation attack.
type Sequence struct {
	// Bona is the belief that a living face was there, 0 to 1, of all cues
	// together: their odds multiplied, as if they were independent, which they are
	// not quite.
	Bona float64
	// Suspected is whether Bona is under one half, or something that was asked for
	// was not done.
	Suspected bool
	// Answered is how many prompts were answered, counted from the first up to one
	// that was not.
	Answered int
	// Wrong is whether the head was turned the other way than was asked.
	Wrong bool
	// Cues are what was put together, in a fixed order. One that has nothing to say
	// is left out.
	Cues []Cue
}

// The names of cues over a sequence.
const (
	// CuePassive is what the stills believe, on average.
	CuePassive = "passive"
	// CueDepth is whether what turned was flat.
	CueDepth = "depth"
	// CueStill is whether nothing in the face moved.
	CueStill = "stillness"
	// CueEyes is whether they closed.
	CueEyes = "eyes"
	// CuePrompts is whether what was asked for was done.
	CuePrompts = "prompts"
	// CueLight is whether the screen's colour fell on the face.
	CueLight = "light"
)

// most is how strong the belief of a cue may be: none says 0 or 1.
const most = 0.98

// Judge puts together what the moments of one face say, with what was asked of the
// person meanwhile. The moments are in the order of their times. It keeps nothing of
// them, and says nothing of who it was. No moments, or none that faces the camera,
// are suspected.
func Judge(prompts []Prompted, moments []*Moment) Sequence {
	front := facing(moments)
	if front == nil {
		return Sequence{Suspected: true}
	}
	s := Sequence{Cues: []Cue{{CuePassive, passive(moments)}}}
	add := func(name string, bona float64, known bool) {
		if known {
			s.Cues = append(s.Cues, Cue{name, bound(bona)})
		}
	}
	bona, known := depth(front, moments)
	add(CueDepth, bona, known)
	bona, known = stillness(front, moments)
	add(CueStill, bona, known)
	bona, known = eyes(front, moments)
	add(CueEyes, bona, known)
	asked := s.answer(prompts, front, moments)
	add(CuePrompts, share(s.Answered, asked), asked > 0)
	bona, known = light(prompts, moments)
	add(CueLight, bona, known)
	var odds float64
	for _, c := range s.Cues {
		odds += logit(c.Bona)
	}
	s.Bona = 1 / (1 + math.Exp(-odds))
	s.Suspected = s.Bona < 0.5 || s.Answered < asked
	return s
}

// answer counts the prompts that were answered, and returns how many there were.
func (s *Sequence) answer(prompts []Prompted, front *Moment, moments []*Moment) (asked int) {
	for _, p := range prompts {
		if p.Prompt == Light {
			continue
		}
		done, wrong := answered(p, moments, front)
		s.Wrong = s.Wrong || wrong
		if done && s.Answered == asked {
			s.Answered++
		}
		asked++
	}
	return asked
}

// share is how many of those asked for were done, as a belief. Having done all says
// little for anybody: a film of the right turns does, too.
func share(done, asked int) float64 {
	return bound(0.75 * float64(done) / float64(max(1, asked)))
}

// frontal is how far a head may be turned and count as facing the camera, in degrees.
const frontal = 15

// facing is the moment that the others are measured against: of those that face
// the camera the one of the least turn. nil if there is none.
func facing(moments []*Moment) *Moment {
	if len(moments) == 0 {
		return nil
	}
	best := slices.MinFunc(moments, func(a, b *Moment) int { return compareFloats(math.Abs(a.Yaw), math.Abs(b.Yaw)) })
	if math.Abs(best.Yaw) > frontal {
		return nil
	}
	return best
}

// bound keeps a belief off 0 and 1. What is no number is no belief.
func bound(bona float64) float64 {
	if math.IsNaN(bona) {
		return 1 - most
	}
	return min(most, max(1-most, bona))
}

// logit is the logarithm of a belief's odds.
func logit(bona float64) float64 {
	bona = bound(bona)
	return math.Log(bona / (1 - bona))
}

// rising is a belief that rises from low to high while v goes through the range.
func rising(v, from, to, low, high float64) float64 {
	return low + (high-low)*min(1, max(0, (v-from)/(to-from)))
}
