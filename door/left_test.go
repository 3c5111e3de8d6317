package door_test

import (
	"testing"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/pass"
)

// TestACodeThatNobodyWaitedForWasATry: whichever way somebody gets out of a
// check before its answer, they had their try.
func TestACodeThatNobodyWaitedForWasATry(t *testing.T) {
	for name, leave := range map[string]act{
		"cancel":        event(door.Cancel{}),
		"lost kiosk":    fault(door.KioskFault),
		"broken latch":  fault(door.LatchFault),
		"too late":      after(door.CheckTime),
		"clock":         back,
		"hours":         func(e *entrance) { closed(&e.basis); checks(right)(e); e.basis.Hours = nil },
		"not taken now": func(e *entrance) { e.basis.PlainOK = false; checks(right)(e); e.basis.PlainOK = true },
	} {
		e := newEntrance(t)
		for i := range door.MaxWrongPINs {
			if e.step(door.Typed{Number: number}); e.out.State != door.StateShown {
				t.Fatalf("%s: try %d: %s", name, i, summary(e.out))
			}
			leave(e)
			e.step(door.Fault{Part: door.KioskFault | door.LatchFault})
			e.now = noon.Add(time.Minute) // where the clock went back, it is right again
			e.wait(door.ResultTime)
		}
		e.step(door.Typed{Number: number})
		if got := summary(e.out); got != "refused too-many-tries Count(too-many-tries)" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestSixtyCancels: cancelling in time buys no more tries of one number, and of
// all numbers no more than a door has.
func TestSixtyCancels(t *testing.T) {
	for most, numbers := range map[int]int{door.MaxWrongPINs: 1, door.MaxWrongPINsAtDoor: 60} {
		e, checks := newEntrance(t), 0
		for i := range 60 {
			for _, order := range e.step(door.Typed{Number: string(rune('0' + i%numbers))}).Orders {
				if is[door.CheckPIN](order) {
					checks++
				}
			}
			e.step(door.Cancel{})
			e.wait(100 * time.Millisecond)
		}
		if checks != most {
			t.Errorf("%d checks with %d numbers", checks, numbers)
		}
	}
}

// TestAnAnswerIsNoTry: a door that was too busy to check has looked at no code.
func TestAnAnswerIsNoTry(t *testing.T) {
	e := newEntrance(t)
	for range 2 * door.MaxWrongPINs {
		e.step(door.Typed{Number: number})
		e.step(door.Checked{Showing: e.out.Showing, Err: &pass.Refusal{Reason: pass.ReasonTooManyTries}})
		if got := summary(e.out); got != "refused too-many-tries Count(too-many-tries)" {
			t.Fatal(got)
		}
		e.step(door.Cancel{})
	}
	e.step(door.Typed{Number: number})
	e.step(right(e))
	if got := summary(e.out); got != "opened opened Unlatch" {
		t.Error(got)
	}
}
