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
	c := w.start(t)
	claims, err := w.station(c).Issue(faceRequest(t), &enroller{}, w)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		before, err := c.Revoke(claims.ID)
		if err != nil || before != (i > 0) {
			t.Errorf("revoked before: %v, error %v", before, err)
		}
	}
	d := w.only(t)
	_, withdrawn := d.Consent.Withdrawn()
	if w.valid() != 0 || d.State != issue.Revoked || !withdrawn || !w.has(d, issue.Revoked) || len(w.open) != 0 {
		t.Errorf("%d good passes, docket %s, withdrawn %v", w.valid(), d.State, withdrawn)
	}
	if len(w.record) != 3 {
		t.Errorf("%d entries in the record, want 3", len(w.record))
	}
}

func TestRevokeUnknown(t *testing.T) {
	w := newWorld(t)
	if _, err := w.start(t).Revoke(pass.ID{1}); !errors.Is(err, issue.ErrUnknown) {
		t.Errorf("error %v", err)
	}
	if w.steps != 0 {
		t.Errorf("%d changes were made", w.steps)
	}
}

// TestPromise6RevokingTakesEffectFirst: a pass is refused even where that
// cannot be recorded, and it is recorded at the next start.
func TestPromise6RevokingTakesEffectFirst(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	claims, err := w.station(c).Issue(plainRequest(), nil, w)
	if err != nil {
		t.Fatal(err)
	}
	w.mute = true
	if _, err := c.Revoke(claims.ID); !errors.Is(err, issue.ErrNotRecorded) {
		t.Errorf("error %v, want %v", err, issue.ErrNotRecorded)
	}
	if w.valid() != 0 {
		t.Fatal("the pass is still good")
	}
	w.mute = false
	w.start(t)
	if d := w.only(t); d.State != issue.Revoked || !w.has(d, issue.Revoked) {
		t.Errorf("after the next start the docket is %s", d.State)
	}
}

// TestPromise6ARevocationWaitsForNoOther: one that could not be recorded does
// not keep a later one, of another start of the program, from taking effect.
func TestPromise6ARevocationWaitsForNoOther(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	var ids []pass.ID
	for range 2 {
		claims, err := w.station(c).Issue(plainRequest(), nil, w)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, claims.ID)
	}
	w.mute = true
	for i, id := range ids {
		if _, err := w.start(t).Revoke(id); !errors.Is(err, issue.ErrNotRecorded) {
			t.Errorf("error %v, want %v", err, issue.ErrNotRecorded)
		}
		if n := w.valid(); n != 1-i {
			t.Errorf("%d good passes after %d were revoked", n, i+1)
		}
	}
	w.mute = false
	w.start(t)
	for _, d := range w.dockets {
		if d.State != issue.Revoked || !w.has(d, issue.Revoked) {
			t.Errorf("docket %s", d.State)
		}
	}
}

// TestRevokeAgainMakesSure: whatever made a revoked place valid again, such as
// an old copy of a list, revoking once more takes it.
func TestRevokeAgainMakesSure(t *testing.T) {
	w := newWorld(t)
	c := w.start(t)
	claims, err := w.station(c).Issue(plainRequest(), nil, w)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Revoke(claims.ID); err != nil {
			t.Fatal(err)
		}
		if w.valid() != 0 {
			t.Error("the pass is good")
		}
		w.status[claims.Status.Index] = statuslist.Valid
	}
}

// TestRevokeFaults: a revocation that did not fail is in force; one that failed
// comes into force with the next start, or is in force when asked for again.
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
	c := w.start(t)
	claims, err := w.station(c).Issue(plainRequest(), nil, w)
	if err != nil {
		t.Fatal(err)
	}
	w.steps, w.at, w.fault = 0, step, f
	err = attempt(func() error { _, err := c.Revoke(claims.ID); return err })
	if w.steps < step {
		return false
	}
	name := fmt.Sprintf("step %d (%v)", step, err)
	if (err == nil || errors.Is(err, issue.ErrNotRecorded)) && w.valid() != 0 {
		t.Errorf("%s: the pass is still good", name)
	}
	c = w.start(t)
	if len(w.open) != 0 {
		t.Errorf("%s: %d dockets are open", name, len(w.open))
	}
	if _, err := c.Revoke(claims.ID); err != nil {
		t.Errorf("%s: then: %v", name, err)
	}
	if d := w.only(t); w.valid() != 0 || d.State != issue.Revoked || !w.has(d, issue.Revoked) {
		t.Errorf("%s: then %d good passes, docket %s", name, w.valid(), d.State)
	}
	return true
}
