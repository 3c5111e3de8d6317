package issue_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func TestRevoke(t *testing.T) {
	w := newWorld(t)
	claims, err := w.station(w.office(t)).Issue(faceRequest(t), &enroller{}, w)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		before, err := w.controller(t).Revoke(t.Context(), claims.ID)
		if err != nil || before != (i > 0) {
			t.Errorf("revoked before: %v, error %v", before, err)
		}
	}
	d := w.only(t)
	_, withdrawn := d.Consent.Withdrawn()
	if w.valid() != 0 || d.State != issue.Revoked || !withdrawn || !w.queued(d, issue.Revoked) || w.open() != 0 {
		t.Errorf("%d good passes, docket %s, withdrawn %v", w.valid(), d.State, withdrawn)
	}
	if len(w.queue) != 3 {
		t.Errorf("%d entries for the ledger, want 3", len(w.queue))
	}
}

func TestRevokeUnknown(t *testing.T) {
	w := newWorld(t)
	if _, err := w.controller(t).Revoke(t.Context(), pass.ID{1}); !errors.Is(err, issue.ErrUnknown) {
		t.Errorf("error %v", err)
	}
	if w.steps != 0 {
		t.Errorf("%d changes were made", w.steps)
	}
}

// TestPromise6RevokingTakesEffectFirst: passes are refused, and what the ledger is
// to say is queued with that, where the ledger cannot be written.
func TestPromise6RevokingTakesEffectFirst(t *testing.T) {
	w := newWorld(t)
	var ids []pass.ID
	for range 2 {
		claims, err := w.station(w.office(t)).Issue(plainRequest(), nil, w)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, claims.ID)
	}
	w.mute = true
	for i, id := range ids {
		if _, err := w.controller(t).Revoke(t.Context(), id); err != nil {
			t.Errorf("error %v", err)
		}
		if n := w.valid(); n != 1-i {
			t.Errorf("%d good passes after %d were revoked", n, i+1)
		}
	}
	for _, d := range w.dockets {
		if d.State != issue.Revoked || !w.queued(d, issue.Revoked) || w.has(d, issue.Revoked) {
			t.Errorf("docket %s", d.State)
		}
	}
}

// TestRevokeWhileItIsMade: a pass that is being made is not made any more.
func TestRevokeWhileItIsMade(t *testing.T) {
	w := newWorld(t)
	o := w.office(t)
	b, err := o.Prepare(plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Sign(b.ID, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.controller(t).Revoke(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	if err := o.Complete(b.ID); !errors.Is(err, issue.ErrState) || w.valid() != 0 {
		t.Errorf("completed: %v, %d good passes", err, w.valid())
	}
}

// TestRevokeAgainMakesSure: whatever made a revoked place valid again, such as
// an old copy of a list, revoking once more takes it.
func TestRevokeAgainMakesSure(t *testing.T) {
	w := newWorld(t)
	claims, err := w.station(w.office(t)).Issue(plainRequest(), nil, w)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.controller(t).Revoke(t.Context(), claims.ID); err != nil {
			t.Fatal(err)
		}
		if w.valid() != 0 {
			t.Error("the pass is good")
		}
		w.status[claims.Status.Index] = statuslist.Valid
	}
}

// TestRevokeFaults: a revocation that did not fail is in force; one that failed
// is in force when it is asked for again.
func TestRevokeFaults(t *testing.T) {
	for _, f := range []fault{failed, persisted, crash, crashDone} {
		t.Run(string(f), func(t *testing.T) {
			for step := 1; revokeWithFault(t, step, f); step++ {
			}
		})
	}
}

func revokeWithFault(t *testing.T, step int, f fault) bool {
	t.Helper()
	w := newWorld(t)
	claims, err := w.station(w.office(t)).Issue(plainRequest(), nil, w)
	if err != nil {
		t.Fatal(err)
	}
	w.steps, w.at, w.fault = 0, step, f
	err = attempt(func() error { _, err := w.controller(t).Revoke(t.Context(), claims.ID); return err })
	if w.steps < step {
		return false
	}
	name := fmt.Sprintf("step %d (%v)", step, err)
	if err == nil && w.valid() != 0 {
		t.Errorf("%s: the pass is still good", name)
	}
	c := w.start(t)
	if w.open() != 0 {
		t.Errorf("%s: %d dockets are open", name, w.open())
	}
	if _, err := c.Revoke(t.Context(), claims.ID); err != nil {
		t.Errorf("%s: then: %v", name, err)
	}
	if d := w.only(t); w.valid() != 0 || d.State != issue.Revoked || !w.queued(d, issue.Revoked) {
		t.Errorf("%s: then %d good passes, docket %s", name, w.valid(), d.State)
	}
	return true
}
