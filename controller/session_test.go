package controller

import (
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// plain is what is asked for with a plain pass.
func plain() doorapi.PrepareRequest {
	now := time.Now().Truncate(time.Second)
	return doorapi.PrepareRequest{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(time.Hour)}
}

// TestSeveralAtOnce: stations make passes at the same time, and nobody waits for
// another who went away.
func TestSeveralAtOnce(t *testing.T) {
	r := newRig(t)
	desk, other := r.station("Desk"), r.station("Other")
	var left doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, plain(), &left); p != nil { // and goes away
		t.Fatal(p)
	}
	for range 3 {
		var b doorapi.Binding
		if p := other.post(doorapi.PathPrepare, plain(), &b); p != nil {
			t.Fatal(p)
		}
		if p := other.post(doorapi.PathAbandon, doorapi.PassRequest{ID: left.ID}, nil); !is(p, doorapi.ProblemConflict) {
			t.Errorf("another's pass is abandoned: %v", p)
		}
		if p := other.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID}, nil); p != nil {
			t.Error(p)
		}
		if p := other.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
			t.Error(p)
		}
	}
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: left.ID}, nil); p != nil {
		t.Errorf("it comes back: %v", p)
	}
}

// TestRestartInBetween: a station goes on with a pass at a controller that was
// started anew.
func TestRestartInBetween(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	var b doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, plain(), &b); p != nil {
		t.Fatal(p)
	}
	r.stop()
	r.serve()
	desk.base = "https://" + r.address
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID}, nil); p != nil {
		t.Fatal(p)
	}
	if p := desk.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
		t.Error(p)
	}
}

// TestOwedPassesAreTakenBack: a pass of which nobody knows whether it is good is
// not.
func TestOwedPassesAreTakenBack(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	var b doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, plain(), &b); p != nil {
		t.Fatal(p)
	}
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID}, nil); p != nil {
		t.Fatal(p)
	}
	if p := desk.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
		t.Fatal(p)
	}
	r.do(func(o *site.Office) error {
		id, err := pass.ParseDoorID(desk.joined.ID)
		if err != nil {
			return err
		}
		s := &Controller{office: o}
		s.owed.add(store.ErrUnavailable, id, b.ID)
		s.owed.add(issue.ErrState, id, pass.ID{1}) // which is no doubt
		s.settle(t.Context())
		c, err := o.Controller(t.Context())
		if err != nil {
			return err
		}
		before, err := c.Revoke(t.Context(), b.ID)
		if !before || len(s.owed.take()) != 0 {
			t.Error("it was not taken back")
		}
		return err
	})
}

// TestIssueOverTheNetwork: the steps of a plain pass, and what cannot be.
func TestIssueOverTheNetwork(t *testing.T) {
	r := newRig(t)
	desk, other := r.station("Desk"), r.station("Other")
	now := time.Now().Truncate(time.Second)
	request := doorapi.PrepareRequest{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(time.Hour)}
	var b doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, request, &b); p != nil {
		t.Fatal(p)
	}
	if p := other.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("another station signs: %v", p)
	}
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID, Sealed: []byte{1}}, nil); !is(p, doorapi.ProblemRequest) {
		t.Errorf("a hash of one byte: %v", p)
	}
	var signed doorapi.SignResponse
	if p := desk.post(doorapi.PathSign, doorapi.SignRequest{ID: b.ID}, &signed); p != nil {
		t.Fatal(p)
	}
	if p := desk.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
		t.Fatal(p)
	}
	text, err := pass.Join(signed.Signed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := pass.Parse(text); err != nil || p.Claims().ID != b.ID {
		t.Errorf("%v", err)
	}
	for name, bad := range map[string]doorapi.PrepareRequest{
		"hours":   {Zones: request.Zones, NotBefore: now, Expires: request.Expires, Hours: "never"},
		"consent": {Zones: request.Zones, NotBefore: now, Expires: request.Expires, Consent: []byte("yes")},
	} {
		if p := desk.post(doorapi.PathPrepare, bad, nil); !is(p, doorapi.ProblemRequest) {
			t.Errorf("%s: %v", name, p)
		}
	}
	request.Zones = []string{"roof"}
	if p := desk.post(doorapi.PathPrepare, request, nil); !is(p, doorapi.ProblemPolicy) {
		t.Errorf("another zone: %v", p)
	}
}

// TestActsSayLittle: a station cannot have anything else recorded than what it
// does.
func TestActsSayLittle(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	if p := desk.post(doorapi.PathActs, doorapi.Act{Act: "pepper-made", Details: map[string]string{"zone": "front"}}, nil); p != nil {
		t.Error(p)
	}
	for _, act := range []doorapi.Act{
		{Act: "door-approved"},
		{Act: "pepper-made", Details: map[string]string{"who": "Ada"}},
		{Act: "pepper-made", Details: map[string]string{"zone": "Ada Lovelace came at noon"}},
		{Act: "sealing-key-made", Details: map[string]string{"sealing-key": "ada"}},
	} {
		if p := desk.post(doorapi.PathActs, act, nil); !is(p, doorapi.ProblemRequest) {
			t.Errorf("%v: %v", act, p)
		}
	}
}
