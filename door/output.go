package door

import "time"

// Output is what a step led to.
type Output struct {
	State  State
	Screen Screen
	// Showing is the number of the last showing, 0 before the first.
	Showing uint64
	// Orders are to be carried out in their order.
	Orders []Order
	// Decision is what was decided in this step, nil if nothing was. It holds
	// nothing of a face, and is never to be kept with a time.
	Decision *Decision
	// Wake is when the next [Tick] is due, zero if none is.
	Wake time.Time
}

func (s *step) output() Output {
	return Output{
		State: s.state, Screen: s.screen(), Showing: s.number,
		Orders: s.orders, Decision: s.decision, Wake: s.wake(),
	}
}

// wake is the nearest time at which elapse has something to do.
func (s *step) wake() (next time.Time) {
	_, light := s.light()
	times := []time.Time{s.showing.latch, s.hintEnds, light}
	if s.state != Opened || s.showing.latch.IsZero() {
		times = append(times, s.until)
	}
	if s.state.Reads() && !s.lastSeen.IsZero() {
		times = append(times, s.lastSeen.Add(AwayTime))
	}
	for _, t := range times {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

func (s *step) screen() Screen {
	screen := Screen{Until: s.until, Ways: s.b.ways(s.faults, s.now)}
	switch s.state {
	case Idle:
		screen.Key, screen.Hint, screen.Until = KeyReady, s.hint, s.hintEnds
		if n := s.b.open(s.faults); n != nil {
			screen.Key, screen.Hint = n.screen()
		}
	case StateShown:
		screen.Key = KeyChecking
	case Verified:
		screen.Key = KeyAboutToLook
	case Looking:
		screen.Key, screen.Hint = KeyLook, s.showing.hint
		if p := s.showing.asking.prompt(); p != "" {
			screen.Key, screen.Hint = KeyPrompt, Hint(p)
		}
		screen.Light, _ = s.light()
	case Opened:
		screen.Key = KeyOpened
		if !s.showing.latch.IsZero() {
			screen.Until = time.Time{}
		}
	case Refused:
		screen.Key, screen.Hint = s.key, s.keyHint
	}
	return screen
}
