package controller

import (
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// TestDeletedWhileEnrolling: a holder who is deleted between two steps of a station
// gets no pass, of which nobody would know, and the station is told to begin again.
func TestDeletedWhileEnrolling(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	q, _ := r.agrees(desk, r.publish(consent.Everybody), consent.ByHolder)
	q.Whose.Label = "Flat 12"
	var b doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, q, &b); p != nil {
		t.Fatal(p)
	}
	r.people(func(a *acts.Acts) {
		all, _, err := a.Holders(t.Context(), staff(), acts.Query{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%d holders, %v", len(all), err)
		}
		owner := acts.Actor{Role: acts.Owner, Operator: "owner", Pseudonym: "op-aaaa"}
		if err := a.DeleteHolder(t.Context(), owner, all[0].ID); err != nil {
			t.Fatal(err)
		}
	})
	sealed := make([]byte, 32)
	sealed[0] = 1
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID, Sealed: sealed}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("signing: %v", p)
	}
	if p := desk.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("completing: %v", p)
	}
	q.Whose = doorapi.Whose{}
	if p := desk.post(doorapi.PathPrepare, q, nil); !is(p, doorapi.ProblemConflict) && !is(p, doorapi.ProblemPolicy) {
		t.Errorf("the same consent again: %v", p)
	}
}
