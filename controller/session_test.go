package controller

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

func plainRequest() issue.Request {
	now := time.Now().Truncate(time.Second)
	return issue.Request{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(time.Hour)}
}

// offline is the office of a new site that nobody serves.
func offline(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir() + "/site"
	c := site.Config{Name: "Garden Court", Zones: []string{"front"}, Timezone: "UTC", Policy: site.DefaultPolicy()}
	if _, err := site.CreateController(dir, c, time.Now()); err != nil {
		t.Fatal(err)
	}
	return newOffice(dir, time.Now)
}

// TestSessionEnds: a station that goes away while it makes a pass keeps nobody
// waiting for long, and there is no pass.
func TestSessionEnds(t *testing.T) {
	o := offline(t)
	o.longest = 10 * time.Millisecond
	desk := pass.DoorID{1}
	b, err := o.prepare(t.Context(), desk, plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	err = o.do(t.Context(), func(o *site.Office) error {
		c, err := o.Controller()
		if err != nil {
			return err
		}
		before, err := c.Revoke(b.ID)
		if !before {
			t.Error("the pass was not abandoned")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := o.step(desk, b.ID, true, func(c *issue.Controller) error { return c.Complete(b.ID) }); !errors.Is(err, issue.ErrState) {
		t.Errorf("completing it afterwards: %v", err)
	}
}

// TestSessionIsItsStations: another station can neither sign nor complete it.
func TestSessionIsItsStations(t *testing.T) {
	o := offline(t)
	desk, other := pass.DoorID{1}, pass.DoorID{2}
	b, err := o.prepare(t.Context(), desk, plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	never := func(*issue.Controller) error { t.Error("it was let through"); return nil }
	if err := o.step(other, b.ID, true, never); !errors.Is(err, issue.ErrState) {
		t.Errorf("another station: %v", err)
	}
	if err := o.step(desk, pass.ID{9}, true, never); !errors.Is(err, issue.ErrState) {
		t.Errorf("another pass: %v", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := o.prepare(short, other, plainRequest()); !errors.Is(err, site.ErrBusy) {
		t.Errorf("a second pass at the same time: %v", err)
	}
	if err := o.step(desk, b.ID, true, func(c *issue.Controller) error { return c.Abandon(b.ID) }); err != nil {
		t.Error(err)
	}
	again, err := o.prepare(t.Context(), other, plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	o.end() // the controller stops
	if err := o.step(other, again.ID, true, never); !errors.Is(err, issue.ErrState) {
		t.Errorf("after the end: %v", err)
	}
	if err := o.do(t.Context(), func(*site.Office) error { return nil }); err != nil {
		t.Error(err)
	}
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

// TestLimiter: what is too much from one is not too much from another, and it is
// forgotten after a while.
func TestLimiter(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimiter(func() time.Time { return now }, 2, 3)
	for i, key := range []string{"a", "a", "a", "b", "b"} {
		err := l.allow(key)
		if want := i == 2 || i == 4; (err != nil) != want {
			t.Errorf("try %d of %s: %v", i, key, err)
		}
	}
	now = now.Add(limitTime)
	if err := l.allow("a"); err != nil {
		t.Error(err)
	}
	now = now.Add(-time.Hour) // the clock was turned back
	if err := l.allow("a"); err != nil {
		t.Error(err)
	}
}
