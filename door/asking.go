package door

import (
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// MaxPrompts is the most that one showing may ask for.
const MaxPrompts = bundle.MaxPrompts

// matchesNeeded is how many comparisons must match where something is asked for: one
// before and one after, so that who turned the head is who was compared.
const matchesNeeded = 2

// asking is what is asked of the person who is being looked at, and what their frames
// said meanwhile. It is held only while looking, and what the site decides meanwhile
// changes nothing of it. There is none where nothing is asked for.
type asking struct {
	began   time.Time // that moments count from
	draw    uint64
	light   bool            // whether the screen changes its colour
	prompts []face.Prompt   // to be asked for, in this order
	asked   []face.Prompted // so far; the last is being asked for while waits
	waits   bool
	moments []*face.Moment
	matches int
}

// maxMoments is how many moments are held. Of more, those of prompts that were
// answered are thinned out.
const maxMoments = 256

// ask prepares what a site's policy wants to be asked, in an order that was drawn.
func ask(p Policy, draw uint64, now time.Time) *asking {
	n := min(p.Prompts, MaxPrompts)
	if n <= 0 {
		return nil
	}
	kinds := face.Prompts()
	left := draw
	for i := range kinds {
		j := i + int(left%uint64(len(kinds)-i))
		left /= uint64(len(kinds) - i)
		kinds[i], kinds[j] = kinds[j], kinds[i]
	}
	if n == 1 && kinds[0] == face.ComeCloser {
		kinds[0] = kinds[1] // a sheet of paper can come closer; one turn is the least
	}
	return &asking{began: now, draw: left, light: p.Light, prompts: kinds[:n]}
}

// prompt is what is being asked for now, or nothing.
func (a *asking) prompt() face.Prompt {
	if a == nil || !a.waits {
		return ""
	}
	return a.asked[len(a.asked)-1].Prompt
}

// next asks for the next thing, and returns false if all has been asked for.
func (a *asking) next(now time.Time) bool {
	a.waits = len(a.asked) < len(a.prompts)
	if a.waits {
		a.asked = append(a.asked, face.Prompted{Prompt: a.prompts[len(a.asked)], From: now.Sub(a.began)})
	}
	return a.waits
}

// take keeps what a frame said, for as long as the look lasts.
func (a *asking) take(m *face.Moment) {
	if m == nil {
		return
	}
	if len(a.moments) >= maxMoments {
		a.moments[1].Wipe()
		a.moments = append(a.moments[:1], a.moments[2:]...)
	}
	a.moments = append(a.moments, m)
}

// judge says what the moments so far say, at a time, with the colours that the screen
// had where it had any.
func (a *asking) judge(now time.Time) face.Sequence {
	if a.waits {
		a.asked[len(a.asked)-1].Until = now.Sub(a.began)
	}
	asked := a.asked
	if a.light {
		asked = append(asked[:len(asked):len(asked)], lights(a.draw, a.began, now)...)
	}
	return face.Judge(asked, a.moments)
}

// answered ends the time of what was asked for last.
func (a *asking) answered(now time.Time) {
	a.asked[len(a.asked)-1].Until = now.Sub(a.began)
	a.waits = false
}

// forget wipes the moments.
func (a *asking) forget() {
	if a == nil {
		return
	}
	for _, m := range a.moments {
		m.Wipe()
	}
	*a = asking{}
}

// LookTime is the longest that a showing may look: longer where something is asked
// for.
func (p Policy) LookTime() time.Duration {
	return LookTime + time.Duration(min(max(0, p.Prompts), MaxPrompts))*PromptTime
}

// observed is the answer to a look that compared nothing: how the head moved. Whoever
// has done what was asked is asked for the next thing, or is compared again.
func (s *step) observed(v pass.Verified, m *face.Moment) {
	a := s.showing.asking
	if m != nil && m.At < a.asked[len(a.asked)-1].From+ShowTime {
		m.Wipe() // from before anybody can have read what is asked for
		m = nil
	}
	a.take(m)
	said := a.judge(s.now)
	switch {
	case said.Wrong:
		s.refuse(&no{reason: pass.ReasonAttackSuspected, detail: "the head was turned the other way"})
		return
	case said.Answered == len(a.asked):
		a.answered(s.now)
		s.showing.next = s.now.Add(ShowTime)
		a.next(s.now)
	default:
		s.showing.next = s.now.Add(MomentGap)
	}
	s.look(v)
}

// comparedAsking is compared where something is asked for. Until the last comparison
// it goes on in the same way whatever the comparison said, so that nobody learns from
// what is asked whether the face matched.
func (s *step) comparedAsking(v pass.Verified, look Look, d Decision) {
	a := s.showing.asking
	a.take(look.Moment)
	if d.Open {
		a.matches++
	}
	if len(a.asked) < len(a.prompts) {
		a.next(s.now)
		s.showing.next = s.now.Add(ShowTime)
		s.look(v)
		return
	}
	suspected := a.judge(s.now).Suspected
	switch {
	case d.Open && a.matches >= matchesNeeded && !suspected:
		s.decide(d)
	case s.showing.tries < MaxAttempts:
		s.look(v)
	case suspected && a.matches > 0:
		s.decide(Decision{Reason: pass.ReasonAttackSuspected, Detail: "the face looks like a picture of one"})
	case d.Open:
		s.decide(Decision{Reason: pass.ReasonFaceMismatch, Detail: "the face was not the holder's throughout"})
	default:
		s.decide(d)
	}
}
