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
		broken := brokenFrom{world: w, from: step}
		p := w.parts()
		p.Dockets, p.Lists, p.Record = &broken, &broken, &broken
		c, err := issue.Start(p)
		if err != nil {
			t.Fatal(err)
		}
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
	w.mute = true
	e := &enroller{}
	if _, err := w.station(c).Issue(faceRequest(t), e, w); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	if w.valid() != 0 || w.paper != "" || e.calls != 0 {
		t.Errorf("%d good passes, paper %q, %d faces looked at", w.valid(), w.paper, e.calls)
	}
}

// TestPromise6NothingIsIssuedBeforeWhatWasInterruptedIsFinished: a controller
// that cannot record what a crash left open starts, and makes no pass.
func TestPromise6NothingIsIssuedBeforeWhatWasInterruptedIsFinished(t *testing.T) {
	w := newWorld(t)
	if _, err := w.start(t).Prepare(plainRequest()); err != nil {
		t.Fatal(err)
	}
	w.mute = true
	c := w.start(t)
	w.mute = false // what could not be finished at the start still counts
	if _, err := c.Prepare(plainRequest()); !errors.Is(err, errFault) || len(w.dockets) != 1 {
		t.Errorf("error %v, %d dockets", err, len(w.dockets))
	}
	if _, err := w.station(w.start(t)).Issue(plainRequest(), nil, w); err != nil || len(w.open) != 0 {
		t.Errorf("once it can be recorded: error %v, %d open dockets", err, len(w.open))
	}
}

// TestAbandonAfterACompleteThatFailedButCameAbout: the docket is closed and its
// place valid, and taking the place fails as well. The next start does it.
func TestAbandonAfterACompleteThatFailedButCameAbout(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	b, err := c.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign(b.ID, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	w.steps, w.at, w.fault = 0, 2, persisted // the list, and then the docket
	if err := c.Complete(b.ID); !errors.Is(err, errFault) || w.only(t).State != issue.Issued || w.valid() != 1 {
		t.Fatalf("error %v, docket %s", err, w.only(t).State)
	}
	w.steps, w.at, w.fault = 0, 2, failed // opening it again, and then the list
	if err := c.Abandon(b.ID); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	w.start(t)
	if d := w.only(t); w.valid() != 0 || d.State != issue.Abandoned || len(w.open) != 0 {
		t.Errorf("%d good passes, docket %s, %d open", w.valid(), d.State, len(w.open))
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
