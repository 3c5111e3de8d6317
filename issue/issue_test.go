package issue_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func TestIssue(t *testing.T) {
	for _, r := range []issue.Request{plainRequest(), faceRequest(t)} {
		t.Run(r.Kind().String(), func(t *testing.T) {
			w, e := newWorld(t), &enroller{}
			c, err := w.station(w.office(t)).Issue(r, e, w)
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
			if d.State != issue.Issued || w.open() != 0 || w.status[d.Status.Index] != statuslist.Valid {
				t.Errorf("docket %s, %d open, place %v", d.State, w.open(), w.status)
			}
			if len(w.queue) != 2 || !w.has(d, issue.Intended) || !w.has(d, issue.Signed) {
				t.Errorf("%d entries in the ledger", w.recorded)
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
	w.at, w.fault = step, f
	err := attempt(func() error {
		_, err := w.station(w.office(t)).Issue(r, &enroller{}, w)
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
	if d := w.any(); d.State == issue.Issued && f == crashDone && w.paper != "" && w.open() == 0 {
		return true // the very last step: everything was done, and the holder has the pass
	}
	if n := w.valid(); n != 0 {
		t.Errorf("step %d: %d passes are good that nobody was told of", step, n)
	}
	if w.open() != 0 {
		t.Errorf("step %d: %d dockets are still open", step, w.open())
	}
	for _, d := range w.dockets {
		if d.State != issue.Abandoned && d.State != issue.Revoked || !w.queued(d, d.State) {
			t.Errorf("step %d: the docket is %s", step, d.State)
		}
	}
	if errors.Is(err, errFault) && w.paper != "" && w.steps > step+1 {
		t.Errorf("step %d: a pass was left with the holder", step)
	}
	// And the next one is issued as if nothing had been.
	if _, err := w.station(w.office(t)).Issue(r, &enroller{}, w); err != nil {
		t.Errorf("step %d: then: %v", step, err)
	}
	if w.valid() != 1 {
		t.Errorf("step %d: then %d passes are good", step, w.valid())
	}
	return true
}

// TestFaultWhileUndoing lets everything fail from a step on, undoing too.
func TestFaultWhileUndoing(t *testing.T) {
	for step := 2; step <= 9; step++ {
		w := newWorld(t)
		w.from = step
		_, err := w.station(w.office(t)).Issue(plainRequest(), nil, w)
		if err == nil && step < 8 {
			t.Fatalf("step %d: no error", step)
		}
		if err == nil {
			continue
		}
		w.start(t)
		if w.valid() != 0 || w.open() != 0 {
			t.Errorf("step %d: %d good passes, %d open dockets", step, w.valid(), w.open())
		}
	}
}

// TestPromise6NoRecordNoPass: what cannot be recorded does not happen.
func TestPromise6NoRecordNoPass(t *testing.T) {
	w := newWorld(t)
	w.mute = true
	e := &enroller{}
	if _, err := w.station(w.office(t)).Issue(faceRequest(t), e, w); !errors.Is(err, issue.ErrLedger) {
		t.Errorf("error %v", err)
	}
	if w.valid() != 0 || w.paper != "" || e.calls != 0 {
		t.Errorf("%d good passes, paper %q, %d faces looked at", w.valid(), w.paper, e.calls)
	}
	if d := w.only(t); d.State != issue.Abandoned || !w.queued(d, issue.Abandoned) {
		t.Errorf("the docket is %s", d.State)
	}
}

// TestPromise6NothingIsSignedBeforeItIsRecorded: nor does what was signed leave
// the controller before that is.
func TestPromise6NothingIsSignedBeforeItIsRecorded(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	b, err := o.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if d := w.only(t); !w.has(d, issue.Intended) {
		t.Error("what is being made is not in the ledger")
	}
	w.mute = true
	if signed, err := o.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrLedger) || signed != nil {
		t.Errorf("signed %d bytes, error %v", len(signed), err)
	}
	if err := o.Complete(b.ID); err == nil && w.paper != "" {
		t.Error("a pass was handed over that nobody got")
	}
}

// TestPromise6TheLedgerHasWhatWasInterrupted: what a crash left is queued for the
// ledger before anything later is.
func TestPromise6TheLedgerHasWhatWasInterrupted(t *testing.T) {
	w := newWorld(t)
	if _, err := w.office(t).Prepare(plainRequest()); err != nil {
		t.Fatal(err)
	}
	d := w.only(t)
	w.start(t)
	if _, err := w.station(w.office(t)).Issue(plainRequest(), nil, w); err != nil {
		t.Fatal(err)
	}
	if !w.has(d, issue.Abandoned) || w.open() != 0 {
		t.Errorf("the ledger does not have it, %d open dockets", w.open())
	}
}

// TestSweepLeavesWhatIsBeingMade: only what is late is abandoned, so that several
// controllers can sweep while others make passes.
func TestSweepLeavesWhatIsBeingMade(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	b, err := o.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		later time.Duration
		want  int
	}{{issue.OpenTime - time.Second, 0}, {time.Second, 1}, {time.Hour, 0}} {
		w.now = w.now.Add(test.later)
		if n, err := w.controller(t).Sweep(t.Context()); n != test.want || err != nil {
			t.Errorf("%d were abandoned, want %d; error %v", n, test.want, err)
		}
	}
	if _, err := o.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrState) {
		t.Errorf("signed after it was abandoned: %v", err)
	}
}

// TestAbandonAfterACompleteThatFailedButCameAbout: the place is valid, and nobody
// was told. Abandoning takes it back; where that fails as well, it can be done
// again.
func TestAbandonAfterACompleteThatFailedButCameAbout(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	b, err := o.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Sign(b.ID, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	w.steps, w.at, w.fault = 0, 1, persisted
	if err := o.Complete(b.ID); !errors.Is(err, errFault) || w.only(t).State != issue.Issued || w.valid() != 1 {
		t.Fatalf("error %v, docket %s", err, w.only(t).State)
	}
	w.steps, w.at, w.fault = 0, 1, failed
	if err := o.Abandon(b.ID); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	if err := o.Abandon(b.ID); err != nil {
		t.Errorf("again: %v", err)
	}
	if d := w.only(t); w.valid() != 0 || d.State != issue.Revoked || !w.queued(d, issue.Revoked) || w.open() != 0 {
		t.Errorf("%d good passes, docket %s, %d open", w.valid(), d.State, w.open())
	}
}

func TestStepsOutOfOrder(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	b, err := o.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Complete(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("completed before it was signed: %v", err)
	}
	if _, err := o.Sign(b.ID, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrState) {
		t.Errorf("signed twice: %v", err)
	}
	if err := o.Complete(b.ID); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(issue.OpenTime)
	if err := o.Abandon(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("abandoned long after it was issued: %v", err)
	}
	if w.valid() != 1 {
		t.Errorf("%d good passes", w.valid())
	}
}

// TestAnothersPass: what one station makes, no other can go on with.
func TestAnothersPass(t *testing.T) {
	w := newWorld(t)
	c := w.controller(t)
	mine, other := c.For(t.Context(), "mine"), c.For(t.Context(), "other")
	b, err := mine.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]func() error{
		"signed":    func() error { _, err := other.Sign(b.ID, [32]byte{}); return err },
		"completed": func() error { return other.Complete(b.ID) },
		"abandoned": func() error { return other.Abandon(b.ID) },
	} {
		if err := step(); !errors.Is(err, issue.ErrState) {
			t.Errorf("%s by another: %v", name, err)
		}
	}
	// Another controller goes on with it, for the same station.
	if _, err := w.controller(t).For(t.Context(), "mine").Sign(b.ID, [32]byte{}); err != nil {
		t.Error(err)
	}
}

func TestAPlainPassIsNotSignedForAFace(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	r := faceRequest(t)
	r.Models = (&enroller{}).Models()
	b, err := o.Prepare(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Sign(b.ID, [32]byte{}); !errors.Is(err, issue.ErrLint) {
		t.Errorf("error %v, want %v", err, issue.ErrLint)
	}
}

func TestRefusedFace(t *testing.T) {
	w := newWorld(t)
	e := &enroller{err: errFault}
	if _, err := w.station(w.office(t)).Issue(faceRequest(t), e, w); !errors.Is(err, errFault) {
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
