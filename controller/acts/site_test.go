package acts_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
	"github.com/facelatch/facelatch/pass"
)

func TestSite(t *testing.T) { onSQLite(t, siteConfig) }

func siteConfig(t *testing.T, r *rig) {
	ctx := t.Context()
	old, err := r.SiteConfig(ctx)
	must(t, err)
	if old.Version != 1 || old.KeepYears != acts.DefaultKeepYears || old.Guests != acts.DefaultGuests() {
		t.Errorf("%+v", old)
	}
	c := old
	c.Site.Name, c.Guests.Most = "滨江花园", 3
	c.Site.Zones = append(slices.Clone(old.Site.Zones), "roof")
	_, err = r.ChangeSite(ctx, desk(), 1, c)
	want(t, err, acts.ErrForbidden)
	changed, err := r.ChangeSite(ctx, owner(), 1, c)
	must(t, err)
	_, err = r.ChangeSite(ctx, owner(), 1, old)
	want(t, err, acts.ErrConflict)
	now, err := r.SiteConfig(ctx)
	must(t, err)
	if changed.Version != 2 || now.Version != 2 || now.Site.Name != c.Site.Name || now.Guests != c.Guests || len(now.Site.Zones) != 4 {
		t.Errorf("%+v, then %+v", changed, now)
	}
	same, err := r.ChangeSite(ctx, owner(), 2, now)
	must(t, err)
	if same.Version != 2 {
		t.Error("a change of nothing is a change")
	}
	var recorded *ledger.Act
	for _, e := range r.entries() {
		recorded = e.Act
	}
	if recorded == nil || recorded.By != owner().Pseudonym || recorded.Details["name"] != `"滨江花园"` || recorded.Details["version"] != "2" || len(recorded.Details) != 4 {
		t.Errorf("recorded: %+v", recorded)
	}
	badSites(t, r, now)
}

func badSites(t *testing.T, r *rig, good acts.SiteConfig) {
	t.Helper()
	for field, spoil := range map[string]func(*acts.SiteConfig){
		"id":                func(c *acts.SiteConfig) { c.Site.ID = pass.SiteID{9} },
		"demo":              func(c *acts.SiteConfig) { c.Site.Demo = true },
		"keep_years":        func(c *acts.SiteConfig) { c.KeepYears = 2 },
		"guests.most":       func(c *acts.SiteConfig) { c.Guests.Most = 101 },
		"guests.hours":      func(c *acts.SiteConfig) { c.Guests.Hours = 0 },
		"guests.ahead_days": func(c *acts.SiteConfig) { c.Guests.AheadDays = -1 },
		"site":              func(c *acts.SiteConfig) { c.Site.Policy.PlainDays = 0 },
	} {
		c := good
		spoil(&c)
		_, err := r.ChangeSite(t.Context(), owner(), good.Version, c)
		var bad *acts.Invalid
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	long := good
	long.Site.Rules = map[string]site.Rules{"gate": {Title: map[string]string{"en": strings.Repeat("x", 600)}}}
	_, err := r.ChangeSite(t.Context(), owner(), good.Version, long)
	must(t, err)
	if last := r.entries(); !strings.HasPrefix(last[len(last)-1].Act.Details["rules"], "sha256 ") {
		t.Errorf("recorded: %+v", last[len(last)-1].Act)
	}
}

// TestPromptsAreOnTheRecord: what a zone's doors ask people to do is recorded in
// clear before it counts.
func TestPromptsAreOnTheRecord(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		c, err := r.SiteConfig(t.Context())
		must(t, err)
		c.Site.Rules = map[string]site.Rules{"gate": {Prompts: 2, Light: true}}
		_, err = r.ChangeSite(t.Context(), owner(), c.Version, c)
		must(t, err)
		all := r.entries()
		if last := all[len(all)-1].Act; last == nil || last.Details["rules"] != `{"gate":{"prompts":2,"light":true}}` {
			t.Errorf("recorded: %+v", last)
		}
		now, err := r.SiteConfig(t.Context())
		must(t, err)
		if gate, err := now.Site.Zone("gate"); err != nil || gate.Prompts != 2 || !gate.Light {
			t.Errorf("%+v, %v", gate, err)
		}
	})
}

func TestDoors(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		code, err := r.MakeJoinCode(ctx, owner(), site.KindDoor, " Front ", "gate")
		must(t, err)
		if string(code.Secret[:12]) != "op-aaaaFront" || code.Name != "Front" {
			t.Errorf("%+v", code)
		}
		_, err = r.MakeJoinCode(ctx, owner(), site.KindDoor, "Fr\u202eont", "gate")
		want(t, err, acts.ErrInvalid)
		_, err = r.MakeJoinCode(ctx, owner(), site.KindDoor, "Front", "")
		want(t, err, acts.ErrInvalid)
		_, err = r.MakeJoinCode(ctx, desk(), site.KindDoor, "Front", "gate")
		want(t, err, acts.ErrForbidden)
		must(t, r.RemoveDoor(ctx, owner(), pass.DoorID{1}, true))
		want(t, r.RemoveDoor(ctx, owner(), pass.DoorID{}, true), acts.ErrNotFound)
		want(t, r.RemoveDoor(ctx, desk(), pass.DoorID{1}, true), acts.ErrForbidden)
		_, err = r.Doors(ctx, auditor())
		must(t, err)
		_, err = r.Doors(ctx, holder("x"))
		want(t, err, acts.ErrForbidden)
	})
}

// TestNotices: a notice that takes the choice away is not published, nor one in
// which something is still to be written, nor one twice.
func TestNotices(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		_, err := r.CurrentNotice(ctx, consent.Everybody)
		want(t, err, acts.ErrNotFound)
		draft, err := consent.Draft(consent.Everybody, consent.DraftFor{Site: "Riverside", Days: 365})
		must(t, err)
		_, err = r.PublishNotice(ctx, owner(), draft)
		want(t, err, acts.ErrInvalid)
		_, err = r.PublishNotice(ctx, owner(), consent.Notice{})
		want(t, err, acts.ErrInvalid)
		one := r.notice(consent.Everybody, "one")
		n, err := consent.DecodeNotice(one.Document)
		must(t, err)
		_, err = r.PublishNotice(ctx, owner(), n)
		want(t, err, acts.ErrConflict)
		_, err = r.PublishNotice(ctx, desk(), n)
		want(t, err, acts.ErrForbidden)
		two := r.notice(consent.Everybody, "two")
		children := r.notice(consent.Children, "one")
		now, err := r.CurrentNotice(ctx, consent.Everybody)
		must(t, err)
		if one.Number != 1 || two.Number != 2 || children.Number != 1 || now.Hash != two.Hash {
			t.Errorf("%d, %d, %d", one.Number, two.Number, children.Number)
		}
		all, err := r.Notices(ctx)
		if must(t, err); len(all) != 3 {
			t.Errorf("%d notices", len(all))
		}
	})
}

// TestLedgerStatus: the acts in clear of this month are counted, however often it
// is asked and however much was published meanwhile.
func TestLedgerStatus(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		published := ledgertest.New(t, "example.org/ledger", 1)
		c := r.config(time.Second)
		c.Ledger = published
		a, err := acts.New(c)
		must(t, err)
		total := 0
		for round := range 5 {
			for range 60 * round {
				act, err := ledger.NewAct(zero{}, monday, "op-aaaa", "site.change", nil)
				must(t, err)
				act.ID[0], act.ID[1] = byte(total), byte(total>>8)
				bytes, err := act.Encode()
				must(t, err)
				published.Append(t, bytes, ledger.Commitment{byte(total), byte(total >> 8)}.Encode())
				total++
			}
			published.Publish(t)
			s, err := a.LedgerStatus(ctx)
			must(t, err)
			if s.SiteActs != total || len(s.Checkpoint) == 0 || s.Queue != 0 {
				t.Errorf("%d acts, want %d; %d wait", s.SiteActs, total, s.Queue)
			}
		}
		r.pass(31 * day)
		s, err := a.LedgerStatus(ctx)
		if must(t, err); s.SiteActs != 0 {
			t.Errorf("%d acts next month", s.SiteActs)
		}
		r.log.down.Store(true)
		must(t, r.store.Change(ctx, func(tx *store.Tx) error { _, err := tx.Enqueue([]byte(`x`)); return err }))
		s, err = r.LedgerStatus(ctx)
		if must(t, err); s.Queue != 1 || s.Checkpoint != nil {
			t.Errorf("%+v", s)
		}
	})
}
