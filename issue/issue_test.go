package issue_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func TestIssue(t *testing.T) {
	for _, r := range []issue.Request{plainRequest(), faceRequest(t)} {
		t.Run(r.Kind().String(), func(t *testing.T) {
			w, e := newWorld(t), &enroller{}
			c, err := w.station(w.start(t)).Issue(r, e, w)
			if err != nil {
				t.Fatal(err)
			}
			p, err := pass.Parse(w.paper)
			if err != nil {
				t.Fatal(err)
			}
			if c.ID != p.Claims().ID || c.Kind() != r.Kind() || !c.Expires.Equal(r.Expires) {
				t.Errorf("issued %+v, handed over %+v", c, p.Claims())
			}
			d := w.only(t)
			if d.State != issue.Issued || len(w.open) != 0 || w.status[d.Status.Index] != statuslist.Valid {
				t.Errorf("docket %s, %d open, place %v", d.State, len(w.open), w.status)
			}
			if len(w.record) != 2 || !w.has(d, issue.Intended) || !w.has(d, issue.Signed) {
				t.Errorf("%d entries in the record", len(w.record))
			}
			if want := map[pass.Kind]int{pass.Face: 1}[r.Kind()]; e.calls != want {
				t.Errorf("a face was looked at %d times, want %d", e.calls, want)
			}
			if bytes.ContainsFunc(e.made, func(r rune) bool { return r != 0 }) {
				t.Error("the reference was not cleared")
			}
		})
	}
}

// TestFaults lets every step of issuing fail in each way, and then starts anew.
func TestFaults(t *testing.T) {
	for _, r := range []issue.Request{plainRequest(), faceRequest(t)} {
		for _, f := range []fault{failed, persisted, crash, crashDone} {
			t.Run(fmt.Sprintf("%s %s", r.Kind(), f), func(t *testing.T) {
				for step := 1; issueWithFault(t, r, step, f); step++ {
				}
			})
		}
	}
}

// issueWithFault returns whether there was such a step.
func issueWithFault(t *testing.T, r issue.Request, step int, f fault) bool {
	t.Helper()
	w := newWorld(t)
	w.check = func() {
		if err := w.audit(); err != nil {
			t.Fatalf("step %d of %d: %v", w.steps, step, err)
		}
	}
	c := w.start(t)
	w.at, w.fault = step, f
	err := attempt(func() error {
		_, err := w.station(c).Issue(r, &enroller{}, w)
		return err
	})
	if w.steps < step {
		return false
	}
	if err == nil {
		t.Fatalf("step %d: the fault was not noticed", step)
	}
	if !errors.Is(err, errFault) && !errors.Is(err, errCrash) {
		t.Fatalf("step %d: error %v", step, err)
	}
	w.start(t)
	if d := w.any(); d.State == issue.Issued && f == crashDone && w.paper != "" && len(w.open) == 0 {
		return true // the very last step: everything was done, and the holder has the pass
	}
	if n := w.valid(); n != 0 {
		t.Errorf("step %d: %d passes are good that nobody was told of", step, n)
	}
	if len(w.open) != 0 {
		t.Errorf("step %d: %d dockets are still open", step, len(w.open))
	}
	for _, d := range w.dockets {
		if d.State != issue.Abandoned || !w.has(d, issue.Abandoned) {
			t.Errorf("step %d: the docket is %s", step, d.State)
		}
	}
	if errors.Is(err, errFault) && w.paper != "" && w.steps > step+1 {
		t.Errorf("step %d: a pass was left with the holder", step)
	}
	// And the next one is issued as if nothing had been.
	if _, err := w.station(w.start(t)).Issue(r, &enroller{}, w); err != nil {
		t.Errorf("step %d: then: %v", step, err)
	}
	if w.valid() != 1 {
		t.Errorf("step %d: then %d passes are good", step, w.valid())
	}
	return true
}

// TestFaultWhileUndoing lets two steps in a row fail: the second is a part of
// undoing the first.
func TestFaultWhileUndoing(t *testing.T) {
	for step := 2; step <= 9; step++ {
		w := newWorld(t)
		c := w.start(t)
		broken := brokenFrom{world: w, from: step}
		p := w.parts()
		p.Dockets, p.Lists, p.Record = &broken, &broken, &broken
		c.Parts = p
		if _, err := w.station(c).Issue(plainRequest(), nil, w); err == nil {
			t.Fatalf("step %d: no error", step)
		}
		w.start(t)
		if w.valid() != 0 || len(w.open) != 0 {
			t.Errorf("step %d: %d good passes, %d open dockets", step, w.valid(), len(w.open))
		}
	}
}

// brokenFrom is a world whose disk is full from one step on.
type brokenFrom struct {
	*world
	from int
}

func (b *brokenFrom) full() bool { return b.steps+1 >= b.from }

func (b *brokenFrom) Put(d issue.Docket, open bool) error {
	if b.full() {
		b.steps++
		return errFault
	}
	return b.world.Put(d, open)
}

// TestPromise6NoRecordNoPass: what cannot be recorded does not happen.
func TestPromise6NoRecordNoPass(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	c.Record = refusingRecorder{}
	e := &enroller{}
	if _, err := w.station(c).Issue(faceRequest(t), e, w); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	if w.valid() != 0 || w.paper != "" || e.calls != 0 {
		t.Errorf("%d good passes, paper %q, %d faces looked at", w.valid(), w.paper, e.calls)
	}
}

// TestPromise6StartNeedsTheRecord: a controller that cannot finish what was
// interrupted does not start.
func TestPromise6StartNeedsTheRecord(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	if _, err := c.Prepare(plainRequest()); err != nil {
		t.Fatal(err)
	}
	p := w.parts()
	p.Record = refusingRecorder{}
	if _, err := issue.Start(p); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
}

func TestStepsOutOfOrder(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	b, err := c.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Complete(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("completed before it was signed: %v", err)
	}
	if _, err := c.Sign(b.ID, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrState) {
		t.Errorf("signed twice: %v", err)
	}
	if err := c.Complete(b.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.Abandon(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("abandoned after it was issued: %v", err)
	}
	if w.valid() != 1 {
		t.Errorf("%d good passes", w.valid())
	}
}

func TestAPlainPassIsNotSignedForAFace(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	r := faceRequest(t)
	r.Models = (&enroller{}).Models()
	b, err := c.Prepare(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrLint) {
		t.Errorf("error %v, want %v", err, issue.ErrLint)
	}
}

func TestRefusedFace(t *testing.T) {
	w := newWorld(t)
	e := &enroller{err: errFault}
	if _, err := w.station(w.start(t)).Issue(faceRequest(t), e, w); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	d := w.only(t)
	_, withdrawn := d.Consent.Withdrawn()
	if d.State != issue.Abandoned || !withdrawn || w.paper != "" || w.valid() != 0 {
		t.Errorf("docket %s, consent withdrawn %v, paper %q", d.State, withdrawn, w.paper)
	}
	if bytes.ContainsFunc(e.made, func(r rune) bool { return r != 0 }) {
		t.Error("the reference was not cleared")
	}
}
