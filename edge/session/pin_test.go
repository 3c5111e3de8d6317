package session

import (
	"sync/atomic"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/pass"
)

// slowCodes checks codes for as long as the test wants.
type slowCodes struct {
	*stand
	begun, running, most atomic.Int32
	next                 chan struct{} // a check takes one value, or the end
}

func newSlowCodes(t *testing.T) *slowCodes {
	c := &slowCodes{stand: newStand(t), next: make(chan struct{})}
	c.session.p.Believer = c
	return c
}

func (c *slowCodes) CheckPIN(string, string) (bundle.PINVerified, error) {
	c.most.Store(max(c.most.Load(), c.running.Add(1)))
	c.begun.Add(1)
	select {
	case <-c.next:
	case <-c.t.Context().Done():
	}
	c.running.Add(-1)
	return bundle.PINVerified{}, &pass.Refusal{Reason: pass.ReasonWrongPIN}
}

// TestOneCheckAtATime: whoever types, cancels and types again waits for the
// check that runs, whatever the number.
func TestOneCheckAtATime(t *testing.T) {
	c := newSlowCodes(t)
	stop := c.run()
	c.session.Event(kiosk.PIN{Number: "1", Code: "1"})
	c.wait("a check runs", func() bool { return c.begun.Load() == 1 })
	c.session.Event(kiosk.Cancel{})
	c.wait("it was left", func() bool { return c.counted(pass.ReasonNotMe) == 1 })
	for i := range 10 {
		c.session.Event(kiosk.PIN{Number: string(rune('a' + i)), Code: "1"})
		c.wait("it was refused at once", func() bool { return c.counted(pass.ReasonTooManyTries) == i+1 })
	}
	if c.begun.Load() != 1 {
		t.Errorf("%d checks", c.begun.Load())
	}
	close(c.next)
	c.wait("the check ended", func() bool { return !c.session.checking.Load() })
	c.session.Event(kiosk.PIN{Number: "2", Code: "1"})
	c.wait("codes are checked again", func() bool { return c.counted(pass.ReasonWrongPIN) == 1 })
	stop()
	if c.most.Load() != 1 {
		t.Errorf("%d checks at once", c.most.Load())
	}
}

// TestCancellingBuysNoTries: sixty codes that nobody waited for are five tries.
func TestCancellingBuysNoTries(t *testing.T) {
	c := newSlowCodes(t)
	c.run()
	for i := range 60 {
		before := c.begun.Load()
		c.session.Event(kiosk.PIN{Number: "1", Code: "1"})
		c.wait("it is checked or refused", func() bool {
			return c.begun.Load() > before || i >= door.MaxWrongPINs && c.counted(pass.ReasonTooManyTries) > i-door.MaxWrongPINs
		})
		c.session.Event(kiosk.Cancel{})
		if c.begun.Load() > before {
			c.wait("it was left", func() bool { return c.counted(pass.ReasonNotMe) == i+1 })
			c.next <- struct{}{}
			c.wait("the check ended", func() bool { return !c.session.checking.Load() })
		}
	}
	if n := c.begun.Load(); n != door.MaxWrongPINs {
		t.Errorf("%d checks", n)
	}
}

// TestACodeUnderAnotherNumbersLimit is not checked at all.
func TestACodeUnderAnotherNumbersLimit(t *testing.T) {
	c := newSlowCodes(t)
	c.session.typed(kiosk.PIN{Number: "1", Code: "1"})
	c.session.typed(kiosk.PIN{Number: "2", Code: "2"}) // before the order came
	c.session.carryOut(t.Context(), door.CheckPIN{Number: "1"})
	answer, _ := c.session.answer.(door.Checked)
	if r, ok := door.Refusal(answer.Err); !ok || r.Reason != pass.ReasonWrongPIN {
		t.Errorf("answered %v", answer.Err)
	}
	if n := c.begun.Load(); n != 0 || c.session.checking.Load() {
		t.Errorf("%d checks", n)
	}
	if code, _ := c.session.takeTyped(""); code != "" {
		t.Error("what was typed is still held")
	}
}
