package site

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

const deskOrigin = "https://desk.lan:8443"

// newDesk is a desk that asks to join.
func newDesk(t *testing.T, hosts ...string) Member {
	t.Helper()
	m, _ := newDoor(t)
	m.Kind, m.RelayKey, m.Hosts = KindDesk, nil, hosts
	return m
}

// joinDesk lets a desk join.
func joinDesk(t *testing.T, dir, name string, hosts ...string) (m Member) {
	t.Helper()
	mustDo(t, dir, func(o *Office) error {
		secret, err := o.MakeDeskCode(t.Context(), Operator, name, deskOrigin)
		if err == nil {
			m, err = o.Join(t.Context(), secret[:], newDesk(t, hosts...))
		}
		return err
	})
	return m
}

// TestDeskLife: a desk joins and is removed, and each of it is in the ledger.
func TestDeskLife(t *testing.T) {
	dir := newSite(t)
	m := joinDesk(t, dir, "Counter 1")
	if got := mustMember(t, dir, m.ID); got.Kind != KindDesk || got.Origin != deskOrigin || got.Zone != "" || got.RelayKey != nil || !got.Present() {
		t.Errorf("%+v", got)
	}
	mustDo(t, dir, func(o *Office) error { return o.Remove(t.Context(), Operator, m.ID, true) })
	if got := mustMember(t, dir, m.ID); got.Present() {
		t.Errorf("%+v", got)
	}
	want := []string{"join-code-made", "desk-joined", "desk-removed"}
	if got := acts(t, dir); !slices.Equal(got[len(got)-len(want):], want) {
		t.Errorf("the ledger says %q", got)
	}
	mustDo(t, dir, func(o *Office) error {
		if _, _, err := o.Ticket(t.Context(), m.ID, "op-7k2m", "owner"); !errors.Is(err, ErrNoMember) {
			t.Errorf("a ticket for a desk that was removed: %v", err)
		}
		refused, err := o.Refused(t.Context())
		if len(refused.Epochs)+len(refused.Peppers) > 0 {
			t.Errorf("a stolen desk knew %v", refused)
		}
		return err
	})
}

// TestDeskIsNoDoor: nothing is sealed to a desk, neither by the controller nor by a
// station, and who has a code for the one kind is not let in as another.
func TestDeskIsNoDoor(t *testing.T) {
	dir := newSite(t)
	m := joinDesk(t, dir, "Counter 1")
	mustDo(t, dir, func(o *Office) error {
		if err := o.Approve(t.Context(), Operator, m.ID, m.Fingerprint(), [][]byte{{1}}, nil); !errors.Is(err, ErrMember) {
			t.Errorf("approved: %v", err)
		}
		if err := approve(o, m); !errors.Is(err, ErrMember) {
			t.Errorf("approved here: %v", err)
		}
		secret, err := o.MakeDeskCode(t.Context(), Operator, "Counter 2", deskOrigin)
		if err != nil {
			return err
		}
		door, _ := newDoor(t)
		station := newDesk(t)
		station.Kind = KindStation
		withRelay := newDesk(t)
		withRelay.RelayKey = door.RelayKey
		for name, m := range map[string]Member{"door": door, "station": station} {
			if _, err := o.Join(t.Context(), secret[:], m); !errors.Is(err, ErrCode) {
				t.Errorf("a %s with a desk's code: %v", name, err)
			}
		}
		if _, err := o.Join(t.Context(), secret[:], withRelay); !errors.Is(err, ErrMember) {
			t.Errorf("a desk with a relay key: %v", err)
		}
		other, err := o.MakeCode(t.Context(), Operator, KindStation, "Office", "")
		if err != nil {
			return err
		}
		if _, err := o.Join(t.Context(), other[:], newDesk(t)); !errors.Is(err, ErrCode) {
			t.Errorf("a desk with a station's code: %v", err)
		}
		return nil
	})
}

// TestDeskHosts: the certificate of a desk is for the host of its address, and it
// can become no other host of the network.
func TestDeskHosts(t *testing.T) {
	dir := newSite(t)
	m := joinDesk(t, dir, "Counter 1", "desk.lan")
	mustDo(t, dir, func(o *Office) error {
		if _, err := o.SetHosts(t.Context(), m.ID, []string{"desk.lan", "door.lan"}); !errors.Is(err, ErrNewHost) {
			t.Errorf("another host later: %v", err)
		}
		if now, err := o.SetHosts(t.Context(), m.ID, nil); err != nil || len(now.Hosts) > 0 || now.Origin != deskOrigin {
			t.Errorf("%v, %v", now, err)
		}
		secret, err := o.MakeDeskCode(t.Context(), Operator, "Counter 2", deskOrigin)
		if err != nil {
			return err
		}
		if _, err := o.Join(t.Context(), secret[:], newDesk(t, "desk.lan", "printer.lan")); !errors.Is(err, ErrMember) {
			t.Errorf("another host: %v", err)
		}
		_, err = o.Join(t.Context(), secret[:], newDesk(t, "DESK.lan", "localhost"))
		return err
	})
}

// TestDeskHasAnAddress: browsers have to find it, and a door has none.
func TestDeskHasAnAddress(t *testing.T) {
	dir := newSite(t)
	mustDo(t, dir, func(o *Office) error {
		if _, err := o.MakeDeskCode(t.Context(), Operator, "Counter", "http://desk.example"); !errors.Is(err, ErrMember) {
			t.Errorf("a desk without TLS: %v", err)
		}
		if _, err := o.MakeCode(t.Context(), Operator, KindDesk, "Counter", ""); !errors.Is(err, ErrMember) {
			t.Errorf("a desk without an address: %v", err)
		}
		return nil
	})
}

func TestDeskReport(t *testing.T) {
	dir := newSite(t)
	m, other := joinDesk(t, dir, "Counter 1"), joinDesk(t, dir, "Counter 2")
	mustDo(t, dir, func(o *Office) error {
		report := doorapi.DeskReport{Day: "2026-11-20", Counts: map[string]string{"same-person": "12", "inconclusive": "<5", "abandoned": "0"}}
		for range 2 { // the second is not counted
			if err := o.AddDeskReport(t.Context(), m.ID, report); err != nil {
				return err
			}
		}
		if err := o.AddDeskReport(t.Context(), other.ID, report); err != nil {
			return err
		}
		rows, err := o.DeskCounts(t.Context(), "2026-11-01", "2026-11-30")
		want := []store.DeskCountRow{{Day: "2026-11-20", Outcome: "inconclusive", Least: 2, Most: 8}, {Day: "2026-11-20", Outcome: "same-person", Least: 24, Most: 24}}
		if !slices.Equal(rows, want) {
			t.Errorf("%v", rows)
		}
		today := noon.Format(time.DateOnly)
		for name, wrong := range map[string]doorapi.DeskReport{
			"too fine":     {Day: "2026-11-20", Counts: map[string]string{"same-person": "3"}},
			"today":        {Day: today, Counts: map[string]string{"same-person": "7"}},
			"no day":       {Day: "soon", Counts: map[string]string{}},
			"long ago":     {Day: "2026-01-01", Counts: map[string]string{}},
			"no outcome":   {Day: "2026-11-20", Counts: map[string]string{"opened": "7"}},
			"a name":       {Day: "2026-11-20", Counts: map[string]string{"Mr A": "7"}},
			"many reasons": {Day: "2026-11-20", Counts: manyCounts()},
		} {
			if err := o.AddDeskReport(t.Context(), m.ID, wrong); !errors.Is(err, ErrCounts) {
				t.Errorf("%s: %v", name, err)
			}
		}
		return err
	})
	door, _ := joinDoor(t, dir, "Front door", "front")
	mustDo(t, dir, func(o *Office) error {
		if err := o.AddDeskReport(t.Context(), door.ID, doorapi.DeskReport{Day: "2026-11-20"}); !errors.Is(err, ErrCounts) {
			t.Errorf("of a door: %v", err)
		}
		return nil
	})
}

func manyCounts() map[string]string {
	all := make(map[string]string)
	for i := range maxReasons + 1 {
		all[strings.Repeat("a", i+1)] = "0"
	}
	return all
}

// verifyTicket verifies as a desk does.
func verifyTicket(t *testing.T, text string, keys jose.JSONWebKeySet, site pass.SiteID, desk pass.DoorID, now time.Time) doorapi.Ticket {
	t.Helper()
	got, err := doorapi.VerifyTicket(text, keys, site, desk, now)
	if err != nil {
		t.Error(err)
	}
	return got
}

// TestTickets: every controller has a key of its own in its folder, desks are told of
// all, and none stays for longer than a year.
func TestTickets(t *testing.T) {
	dir := newSite(t)
	m := joinDesk(t, dir, "Counter 1")
	var keys []jose.JSONWebKeySet
	issue := func(now time.Time) {
		at(t, dir, now, func(o *Office) error {
			text, address, err := o.Ticket(t.Context(), m.ID, "op-7k2m", "front-desk")
			if err != nil {
				return err
			}
			config, err := o.DeskConfig(t.Context())
			if err != nil {
				return err
			}
			keys = append(keys, config.TicketKeys)
			got := verifyTicket(t, text, config.TicketKeys, o.Config.ID, m.ID, now)
			if got.Staff != "op-7k2m" || got.Role != "front-desk" || !got.Issued.Equal(now) || got.Expires.Sub(got.Issued) != doorapi.TicketTime {
				t.Errorf("%+v", got)
			}
			if address != deskOrigin+doorapi.PathCounter {
				t.Errorf("taken to %s", address)
			}
			return nil
		})
	}
	issue(noon)
	issue(noon)
	if len(keys[0].Keys) != 1 || keys[0].Keys[0].KeyID != keys[1].Keys[0].KeyID {
		t.Errorf("a key is made once: %v", keys)
	}
	if info, err := os.Stat(folder(dir).ticketKey()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	// Another controller, over the same database: its folder has no such key yet.
	if err := os.Rename(folder(dir).ticketKey(), folder(dir).ticketKey()+".first"); err != nil {
		t.Fatal(err)
	}
	issue(noon)
	if len(keys[2].Keys) != 2 {
		t.Errorf("keys of two controllers: %v", keys[2])
	}
	// And the first one's again.
	if err := os.Rename(folder(dir).ticketKey()+".first", folder(dir).ticketKey()); err != nil {
		t.Fatal(err)
	}
	issue(noon)
	if len(keys[3].Keys) != 2 {
		t.Errorf("keys of two controllers: %v", keys[3])
	}
	issue(noon.Add(ticketKeyLife))
	if now := keys[4].Keys; len(now) != 1 || slices.ContainsFunc(keys[3].Keys, func(k jose.JSONWebKey) bool { return k.KeyID == now[0].KeyID }) {
		t.Errorf("a year later: %v", now)
	}
	made := slices.DeleteFunc(acts(t, dir), func(act string) bool { return act != "ticket-key-made" })
	if len(made) != 3 {
		t.Errorf("%d keys are in the ledger", len(made))
	}
}

// bank is a relying party of which everything is filled in.
func bank(t *testing.T) party.Party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return party.Party{
		ID: "harbour-bank", Name: map[string]string{"en": "Harbour Bank"}, Redirects: []string{"https://bank.example/back"}, Webhook: "https://bank.example/hook",
		Key: jose.JSONWebKey{Key: key.Public(), KeyID: "1", Use: "enc"}, Claims: []string{party.FamilyName},
	}
}

// TestPartyLife: a relying party is added, changed and removed, each on the record and
// by who read the newest version; its secret is told once, and only its hash is kept.
func TestPartyLife(t *testing.T) {
	dir := newSite(t)
	mustDo(t, dir, func(o *Office) error {
		added, secret, err := o.AddParty(t.Context(), Operator, bank(t), NewSecret)
		if err != nil || added.Version != 1 || !added.Party.Authentic(secret) {
			t.Fatalf("%+v, %v", added, err)
		}
		if _, _, err := o.AddParty(t.Context(), Operator, bank(t), NewSecret); !errors.Is(err, store.ErrConflict) {
			t.Errorf("twice: %v", err)
		}
		changed := added.Party
		changed.Webhook, changed.SecretHash = "https://bank.example/other", [32]byte{1}
		now, none, err := o.ChangeParty(t.Context(), Operator, 1, changed, KeepSecret)
		if err != nil || now.Version != 2 || none != "" || !now.Party.Authentic(secret) {
			t.Errorf("%+v, %v", now, err)
		}
		if _, _, err := o.ChangeParty(t.Context(), Operator, 1, changed, KeepSecret); !errors.Is(err, store.ErrConflict) {
			t.Errorf("over another's change: %v", err)
		}
		now, next, err := o.ChangeParty(t.Context(), Operator, 2, changed, NewSecret)
		if err != nil || next == secret || now.Party.Authentic(secret) || !now.Party.Authentic(next) {
			t.Errorf("%+v, %v", now, err)
		}
		now, _, err = o.ChangeParty(t.Context(), Operator, 3, changed, NoSecret)
		if err != nil || !now.Party.Public() {
			t.Errorf("%+v, %v", now, err)
		}
		got, err := o.Party(t.Context(), "harbour-bank")
		if err != nil || got.Version != 4 || got.Party.Webhook != changed.Webhook {
			t.Errorf("%+v, %v", got, err)
		}
		config, err := o.DeskConfig(t.Context())
		if err != nil || len(config.Parties) != 1 {
			t.Fatalf("%+v, %v", config, err)
		}
		if p, err := party.Decode(config.Parties[0]); err != nil || p.ID != "harbour-bank" {
			t.Errorf("%v, %v", p, err)
		}
		if err := o.RemoveParty(t.Context(), Operator, "harbour-bank"); err != nil {
			return err
		}
		if err := o.RemoveParty(t.Context(), Operator, "harbour-bank"); !errors.Is(err, ErrNoParty) {
			t.Errorf("removed twice: %v", err)
		}
		if _, _, err := o.ChangeParty(t.Context(), Operator, 4, changed, KeepSecret); !errors.Is(err, ErrNoParty) {
			t.Errorf("changed after: %v", err)
		}
		all, err := o.Parties(t.Context())
		if len(all) > 0 {
			t.Errorf("%v", all)
		}
		return err
	})
	got := slices.DeleteFunc(acts(t, dir), func(act string) bool { return !strings.HasPrefix(act, "party.") })
	if want := []string{"party.add", "party.change", "party.change", "party.change", "party.remove"}; !slices.Equal(got, want) {
		t.Errorf("the ledger says %q", got)
	}
}

func TestNoParty(t *testing.T) {
	dir := newSite(t)
	mustDo(t, dir, func(o *Office) error {
		for name, change := range map[string]func(*party.Party){
			"no https":       func(p *party.Party) { p.Webhook = "http://bank.example/hook" },
			"no id":          func(p *party.Party) { p.ID = "" },
			"no name":        func(p *party.Party) { p.Name = nil },
			"no such claim":  func(p *party.Party) { p.Claims = []string{"portrait"} },
			"a name and a *": func(p *party.Party) { p.Redirects = []string{"https://*.example/"} },
		} {
			p := bank(t)
			change(&p)
			if _, secret, err := o.AddParty(t.Context(), Operator, p, NewSecret); !errors.Is(err, ErrParty) || !errors.Is(err, party.ErrParty) || secret != "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if slices.Contains(acts(t, dir), ActPartyAdd) {
		t.Error("what cannot be is recorded")
	}
}

func TestDeskPolicy(t *testing.T) {
	dir := newSite(t)
	mustDo(t, dir, func(o *Office) error {
		before, err := o.DeskConfig(t.Context())
		if err != nil || before.Policy.TwoPeople || !slices.Equal(before.Policy.Claims, party.Claims()) {
			t.Errorf("%+v, %v", before, err)
		}
		c, version, err := o.Configuration(t.Context())
		if err != nil {
			return err
		}
		c.Desk = &Desk{TwoPeople: true, Claims: []string{party.Over18}}
		if err := o.SetConfig(t.Context(), Operator, version, c); err != nil {
			return err
		}
		after, err := o.DeskConfig(t.Context())
		if err != nil || !after.Policy.TwoPeople || !slices.Equal(after.Policy.Claims, []string{party.Over18}) {
			t.Errorf("%+v, %v", after, err)
		}
		data, err := json.Marshal(after)
		if err != nil || strings.Contains(string(data), `"d":`) {
			t.Errorf("%s, %v", data, err)
		}
		c.Desk.Claims = []string{"portrait"}
		if err := o.SetConfig(t.Context(), Operator, version+1, c); !errors.Is(err, ErrConfig) {
			t.Errorf("a claim that there is not: %v", err)
		}
		return nil
	})
}

// TestDeskNotice: what people are told is recorded before desks are told it, kept in
// every version, and takes no choice away; of two who change it at once one is told.
func TestDeskNotice(t *testing.T) {
	dir := newSite(t)
	text := map[string]string{"en": "We compare, or staff look.", "zh-CN": "我们比对，或由工作人员查看。"}
	mustDo(t, dir, func(o *Office) error {
		first, err := o.DeskNotice(t.Context())
		if err != nil || first.Number != 0 || len(first.Text) > 0 {
			t.Errorf("%+v, %v", first, err)
		}
		made, err := o.PublishDeskNotice(t.Context(), Operator, doorapi.DeskNotice{Text: text})
		if err != nil || made.Number != 1 {
			t.Fatalf("%+v, %v", made, err)
		}
		if _, err := o.PublishDeskNotice(t.Context(), Operator, doorapi.DeskNotice{Text: map[string]string{"en": "x", "zh-CN": "x"}}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a change of what is not there any more: %v", err)
		}
		if _, err := o.PublishDeskNotice(t.Context(), Operator, made.DeskNotice); !errors.Is(err, store.ErrConflict) {
			t.Errorf("the same once more: %v", err)
		}
		for _, wrong := range []map[string]string{{"en": "x"}, {"en": "You must agree to this.", "zh-CN": "x"}, {"en": "x", "zh-CN": "进入即视为同意。"}} {
			if _, err := o.PublishDeskNotice(t.Context(), Operator, doorapi.DeskNotice{Number: 1, Text: wrong}); !errors.Is(err, doorapi.ErrDeskNotice) {
				t.Errorf("%v: %v", wrong, err)
			}
		}
		c, err := o.DeskConfig(t.Context())
		if err != nil || c.Notice == nil || c.Notice.Hash() != made.Hash() {
			t.Errorf("desks are told %+v, %v", c.Notice, err)
		}
		back, err := o.PublishDeskNotice(t.Context(), Operator, doorapi.DeskNotice{Number: 1})
		if err != nil || back.Number != 2 {
			t.Errorf("%+v, %v", back, err)
		}
		if c, err = o.DeskConfig(t.Context()); err != nil || c.Notice != nil {
			t.Errorf("desks are told %+v, %v", c.Notice, err)
		}
		return nil
	})
	if got := acts(t, dir); !slices.Equal(got[len(got)-2:], []string{ActDeskNotice, ActDeskNotice}) {
		t.Errorf("the ledger says %q", got)
	}
}
