package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
)

const issuer = "https://desk.example"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is a time that a test lets pass.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func start() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

// TestUnreadableParty: the others go on, and that it cannot be read is said, so that
// nobody takes it for removed.
func TestUnreadableParty(t *testing.T) {
	good := json.RawMessage(`{"id":"bank","name":{"en":"Bank"},"redirects":["https://bank.example/back"],"claims":["over_18","family_name"]}`)
	c := &doorapi.DeskConfig{Timezone: "Asia/Shanghai", Parties: []json.RawMessage{json.RawMessage(`{"id":"hotel","new":1}`), good}, Policy: doorapi.DeskPolicy{Claims: []string{"over_18"}}}
	now, err := read(c)
	if !errors.Is(err, party.ErrParty) {
		t.Errorf("error %v", err)
	}
	if p := now.parties["bank"]; len(now.parties) != 1 || strings.Join(p.Claims, " ") != "over_18" {
		t.Errorf("parties %v", now.parties)
	}
	if now.at.String() != "Asia/Shanghai" {
		t.Errorf("days begin as at %v", now.at)
	}
}

// TestStaff: a ticket lets in once, for a shift, and for as long as somebody works.
func TestStaff(t *testing.T) {
	c := start()
	s := newStaff(c.now)
	ticket := doorapi.Ticket{Staff: "op-1", ID: "0123456789abcdef", Expires: c.at.Add(doorapi.TicketTime)}
	cookie, err := s.admit(ticket)
	must(t, err)
	if _, err := s.admit(ticket); !errors.Is(err, errUsed) {
		t.Errorf("a ticket used twice: %v", err)
	}
	r, err := http.NewRequest(http.MethodGet, issuer, nil)
	must(t, err)
	if who, in := s.who(r); in {
		t.Errorf("somebody without a cookie is %s", who)
	}
	r.AddCookie(cookie)
	for worked := time.Duration(0); worked < shift; worked += idleTime / 2 {
		if who, in := s.who(r); !in || who != "op-1" {
			t.Fatalf("after %v: %q %v", worked, who, in)
		}
		c.at = c.at.Add(idleTime / 2)
	}
	if _, in := s.who(r); in {
		t.Error("a shift without an end")
	}
	ticket.ID, ticket.Expires = "another-0123456789", c.at.Add(doorapi.TicketTime)
	cookie, err = s.admit(ticket)
	must(t, err)
	r.Header.Del("Cookie")
	r.AddCookie(cookie)
	c.at = c.at.Add(idleTime)
	if _, in := s.who(r); in {
		t.Error("somebody who went away is signed in")
	}
}

// TestSignedOut: one browser is signed out, and only the last one of a member of staff
// is the last.
func TestSignedOut(t *testing.T) {
	c := start()
	s := newStaff(c.now)
	in := func(who, id string) *http.Request {
		cookie, err := s.admit(doorapi.Ticket{Staff: who, ID: id, Expires: c.at.Add(doorapi.TicketTime)})
		must(t, err)
		r, err := http.NewRequest(http.MethodGet, issuer, nil)
		must(t, err)
		r.AddCookie(cookie)
		return r
	}
	first, second, other := in("op-1", "0123456789abcdef"), in("op-1", "0123456789abcdeg"), in("op-2", "0123456789abcdeh")
	if forget, last := s.leave(first); last || forget.MaxAge >= 0 || forget.Value != "" {
		t.Errorf("%v, last %v", forget, last)
	}
	if _, is := s.who(first); is {
		t.Error("who signed out is signed in")
	}
	for r, want := range map[*http.Request]string{second: "op-1", other: "op-2"} {
		if who, _ := s.who(r); who != want {
			t.Errorf("%q, want %q", who, want)
		}
	}
	if _, last := s.leave(second); !last {
		t.Error("somebody is signed in elsewhere who is not")
	}
	if _, last := s.leave(first); !last {
		t.Error("nobody is signed in elsewhere")
	}
}

// bench has results of a desk without any person.
func bench(t *testing.T, c *clock, login bool) *results {
	t.Helper()
	folder, err := state.Open(t.TempDir(), durable.Disk{})
	must(t, err)
	t.Cleanup(func() { folder.Close() })
	known := func(id string) (party.Party, bool) {
		return party.Party{ID: "bank", Name: map[string]string{"en": "Bank"}, Claims: []string{party.FamilyName}}, id == "bank"
	}
	outbox, err := handover.Open(handover.Options{Dir: folder.Outbox(), Party: known, Now: c.now})
	must(t, err)
	r, err := newResults(resultOptions{issuer: issuer, folder: folder, outbox: outbox, party: known, login: func(string) bool { return login }, now: c.now})
	must(t, err)
	return r
}

func finished(c *clock, unattended bool) check.Finished {
	return check.Finished{
		ID: "0123456789abcdefghijkl", At: c.at, Notice: [32]byte{1}, Lines: iddoc.Print, Portrait: iddoc.Print,
		Order:  check.Order{Party: "bank", Claims: []string{party.FamilyName}, Nonce: "nonce-of-this-check", Unattended: unattended},
		Result: idcheck.Result{Outcome: idcheck.SamePerson, Reason: idcheck.FaceMatches, Way: idcheck.ByFace, DocumentChecked: true, LinesVerified: true, Unattended: unattended},
		Claims: map[string]any{party.FamilyName: "ERIKSSON"},
	}
}

// TestRevokedReplay: the result of a login can be revoked for as long as the provider
// knows its code, long after the result itself is forgotten, and the published list
// says so at once.
func TestRevokedReplay(t *testing.T) {
	c := start()
	r := bench(t, c, true)
	f := finished(c, true)
	must(t, r.done(f))
	token := r.shown(f.ID)
	expect := func() result.Expect {
		return result.Expect{Keys: r.set(), Issuer: issuer, Party: "bank", Nonce: f.Order.Nonce, Now: c.at, Status: func(uri string) (string, error) {
			list, ok, err := r.list(1)
			if !ok {
				t.Errorf("there is no list at %s", uri)
			}
			return list, err
		}}
	}
	if _, err := result.Verify(token, expect()); err != nil {
		t.Fatal(err)
	}
	c.at = c.at.Add(heldTime)
	r.sweep()
	if r.shown(f.ID) != "" {
		t.Error("the result is held longer than is said")
	}
	must(t, r.revoke(f.ID))
	if _, err := result.Verify(token, expect()); !errors.Is(err, result.ErrRevoked) {
		t.Errorf("a revoked result: %v", err)
	}
	c.at = c.at.Add(placeTime)
	r.sweep()
	if err := r.revoke(f.ID); !errors.Is(err, ErrForgotten) {
		t.Errorf("its place is known for ever: %v", err)
	}
}

// TestNowhereToPutIt: a result that nobody waits for, of a party without a key, is
// none; and one of a party that was removed meanwhile is nobody's.
func TestNowhereToPutIt(t *testing.T) {
	c := start()
	r := bench(t, c, false)
	if err := r.done(finished(c, true)); !errors.Is(err, handover.ErrNoKey) {
		t.Errorf("error %v", err)
	}
	must(t, r.done(finished(c, false))) // staff hand it over
	if r.shown("0123456789abcdefghijkl") == "" {
		t.Error("staff have nothing to hand over")
	}
	gone := finished(c, true)
	gone.Order.Party = "hotel"
	if err := r.done(gone); !errors.Is(err, errNoParty) {
		t.Errorf("error %v", err)
	}
}

// TestRevokeAndRotate: a desk that does not run, and one that does, revoke a result that
// is shown, and exchange the key: what the old one signed stays verifiable, and nothing
// of another desk is revoked.
func TestRevokeAndRotate(t *testing.T) {
	c := start()
	r := bench(t, c, false)
	must(t, r.done(finished(c, false)))
	token := r.shown("0123456789abcdefghijkl")
	s := &Server{c: Config{Folder: r.folder, Say: func(text string) { t.Error(text) }}, results: r}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.control(ctx); close(ended) }()
	var running Commands
	for running == nil {
		running, _ = Running(r.folder.Dir())
	}
	before := r.signing.Load().key.ID
	done, err := running.Rotate(t.Context())
	if err != nil || done.Before != before || done.Key != r.signing.Load().key.ID || done.Key == before {
		t.Errorf("%+v, %v", done, err)
	}
	expect := result.Expect{Keys: r.set(), Issuer: issuer, Party: "bank", Nonce: "nonce-of-this-check", Now: c.at, Status: func(string) (string, error) {
		list, _, err := r.list(1)
		return list, err
	}}
	if _, err := result.Verify(token, expect); err != nil {
		t.Errorf("a result of the key before: %v", err)
	}
	if _, err := running.Revoke(t.Context(), "a.b.c"); err == nil {
		t.Error("something else is revoked")
	}
	if _, err := running.Revoke(t.Context(), "0123456789abcdefghijkz"); err == nil {
		t.Error("a check that there never was is revoked")
	}
	if got, err := running.Revoke(t.Context(), token); err != nil || got.ID != "0123456789abcdefghijkl" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := result.Verify(token, expect); !errors.Is(err, result.ErrRevoked) {
		t.Errorf("a revoked result: %v", err)
	}
	stop()
	<-ended
	if _, err := Running(r.folder.Dir()); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after it stopped: %v", err)
	}
	still, err := Stopped(r.folder, issuer, c.now)
	must(t, err)
	if again, err := still.Rotate(t.Context()); err != nil || again.Before != done.Key {
		t.Errorf("%+v, %v", again, err)
	}
	if other, err := Stopped(r.folder, "https://other.example", c.now); err != nil {
		t.Error(err)
	} else if _, err := other.Revoke(t.Context(), token); !errors.Is(err, result.ErrIssuer) {
		t.Errorf("a result of another desk: %v", err)
	}
}
