package controller

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

func aPIN() site.PIN {
	now := time.Now().Truncate(time.Second)
	return site.PIN{
		Number: "12345678", NotBefore: now, Expires: now.Add(24 * time.Hour),
		Zones: []site.PINZone{{Zone: "front", Salt: [16]byte{1}, Tag: [32]byte{2}}},
	}
}

// polled is the end of a long poll.
type polled struct {
	bundle  *bundle.Bundle
	problem *doorapi.Problem
}

// poll waits for a bundle after one.
func (m *member) poll(after *bundle.Bundle) <-chan polled {
	ended := make(chan polled, 1)
	go func() {
		b, p := m.bundle("?after=" + itoa(after.Number))
		ended <- polled{b, p}
	}()
	return ended
}

func outcome(t *testing.T, ended <-chan polled) polled {
	t.Helper()
	select {
	case p := <-ended:
		return p
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return polled{}
	}
}

// newest fetches a bundle that has to be there.
func (m *member) newest() *bundle.Bundle {
	m.t.Helper()
	b, p := m.bundle("")
	if p != nil {
		m.t.Fatal(p)
	}
	return b
}

// TestPINReachesDoors: what another process changes wakes who waits, and a door
// of another zone does not get it.
func TestPINReachesDoors(t *testing.T) {
	r := newRig(t)
	front, garage := r.door("One", "front"), r.door("Two", "garage")
	before := front.newest()
	ended := front.poll(before)
	r.do(func(o *site.Office) error { return o.AddPIN(t.Context(), aPIN()) })
	now := outcome(t, ended)
	if now.problem != nil {
		t.Fatal(now.problem)
	}
	z, _ := now.bundle.Zone("front")
	data, p := front.raw(front.client, http.MethodGet, doorapi.PathObjects+z.PINs.String(), nil)
	if p != nil || z.PINs.Match(data) != nil {
		t.Fatal(p)
	}
	keys, err := now.bundle.IssuerKeys()
	if err != nil {
		t.Fatal(err)
	}
	pins, err := bundle.VerifyPINs(data, keys, now.bundle.Site, "front")
	if err != nil || len(pins.Entries) != 1 || pins.Entries[0].Number != "12345678" {
		t.Errorf("%v, %v", pins, err)
	}
	if _, p := garage.raw(garage.client, http.MethodGet, doorapi.PathObjects+z.PINs.String(), nil); !is(p, doorapi.ProblemNotFound) {
		t.Errorf("a door of another zone: %v", p)
	}
	ended = front.poll(now.bundle)
	r.do(func(o *site.Office) error { _, err := o.RevokePIN(t.Context(), "12345678"); return err })
	if after := outcome(t, ended); after.problem != nil || after.bundle.Number <= now.bundle.Number {
		t.Errorf("%+v", after)
	}
}

// TestRemovedDoor: who was removed gets nothing more, also over a connection that
// is open and a request that waits.
func TestRemovedDoor(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	ended := door.poll(door.newest())
	time.Sleep(100 * time.Millisecond) // if it comes later, it is refused as well
	r.do(func(o *site.Office) error { return o.Remove(t.Context(), site.Operator, door.id(), false) })
	if p := outcome(t, ended); !is(p.problem, doorapi.ProblemRemoved) {
		t.Errorf("while waiting: %+v", p)
	}
	if _, p := door.bundle(""); !is(p, doorapi.ProblemRemoved) {
		t.Errorf("afterwards: %v", p)
	}
	if p := door.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, door.key)}, nil); !is(p, doorapi.ProblemRemoved) {
		t.Errorf("renewing: %v", p)
	}
}

// TestPollsAreBounded: a door that opens one request after another ends its own.
func TestPollsAreBounded(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	b := door.newest()
	first := door.poll(b)
	time.Sleep(200 * time.Millisecond) // so that it is the first
	var rest []<-chan polled
	for range pollsEach {
		rest = append(rest, door.poll(b))
	}
	if p := outcome(t, first); !is(p.problem, "unchanged") {
		t.Errorf("%+v", p)
	}
	r.stop()
	for _, ended := range rest {
		outcome(t, ended)
	}
}

func TestCountsAndReports(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	yesterday := time.Now().In(r.config.Location()).AddDate(0, 0, -1).Format(time.DateOnly)
	good := doorapi.Counts{Day: yesterday, Zone: "front", Counts: map[string]string{"opened": "12", "expired": "<5"}}
	for range 2 { // the second changes nothing
		if p := door.post(doorapi.PathCounts, good, nil); p != nil {
			t.Fatal(p)
		}
	}
	for name, c := range map[string]doorapi.Counts{
		"finer":     {Day: yesterday, Zone: "front", Counts: map[string]string{"opened": "3"}},
		"tomorrow":  {Day: "2100-01-01", Zone: "front"},
		"no day":    {Day: "", Zone: "front"},
		"no number": {Day: yesterday, Zone: "front", Counts: map[string]string{"opened": "many"}},
		"a name":    {Day: yesterday, Zone: "front", Counts: map[string]string{"Ada Lovelace": "12"}},
		"else":      {Day: yesterday, Zone: "garage"},
	} {
		if p := door.post(doorapi.PathCounts, c, nil); !is(p, doorapi.ProblemRequest) && !is(p, doorapi.ProblemForbidden) {
			t.Errorf("%s: %v", name, p)
		}
	}
	if p := door.post(doorapi.PathReports, doorapi.Report{Kind: "camera", Count: 2}, nil); p != nil {
		t.Error(p)
	}
	if p := door.post(doorapi.PathReports, doorapi.Report{Kind: "opened", Count: 1}, nil); !is(p, doorapi.ProblemRequest) {
		t.Errorf("a report of a passage: %v", p)
	}
	r.do(func(o *site.Office) error {
		reports, err := o.Reports(t.Context(), door.id())
		if reports["camera"].Count != 2 {
			t.Errorf("%v", reports)
		}
		return err
	})
}

// TestTags: whoever has what bears a tag is told so, and gets nothing again.
func TestTags(t *testing.T) {
	r := newRig(t)
	d := r.door("Front door", "front")
	b := d.newest()
	for path, tag := range map[string]string{
		doorapi.PathBundle: strconv.Quote(itoa(b.Number)),
		doorapi.PathObjects + b.Lists[0].Object.String(): strconv.Quote(b.Lists[0].Object.String()),
	} {
		for shown, want := range map[string]int{tag: http.StatusNotModified, `"x", W/` + tag: http.StatusNotModified, `"x"`: http.StatusOK, "": http.StatusOK} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.base+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("If-None-Match", shown)
			response, err := d.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want || response.Header.Get("ETag") != tag {
				t.Errorf("%s with %s: %s, tag %s", path, shown, response.Status, response.Header.Get("ETag"))
			}
		}
	}
}
