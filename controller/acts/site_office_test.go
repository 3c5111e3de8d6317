package acts_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
)

// A site's office is what acts work with.
var (
	_ acts.Issuing = (*site.Office)(nil)
	_ acts.Doors   = (*site.Office)(nil)
	_ acts.Keys    = (*site.Office)(nil)
	_ acts.Desks   = (*site.Office)(nil)
)

// published reads what a keeper has published.
type published struct{ from *keeper.Public }

func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.from.Read(path)
	return data, err
}

// TestOnARealSite: the acts do on a site with its own office, lists and ledger what
// they do in the other tests, and the ledger opens with what the holder has.
func TestOnARealSite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	c := config([8]byte{})
	_, err := site.CreateController(dir, c, monday)
	must(t, err)
	r := &rig{t: t, url: dir}
	r.now.Store(monday.Unix() + 60)
	office, err := site.OpenOffice(dir, r.clock)
	must(t, err)
	defer func() { must(t, office.Close()) }()
	must(t, office.Keep(site.KeepOptions{Interval: time.Second}))
	_, err = office.Publisher(t.Context(), site.Extras{})
	must(t, err)
	public := published{keeper.OpenPublic(office.Ledger())}
	r.store = office.Store()
	r.Acts, err = acts.New(acts.Config{
		Store: r.store, Issuing: office, Doors: office, Desks: office, EncodeSite: site.Encode, Ledger: public, Kick: office.Kick, Keys: office, Now: r.clock,
	})
	must(t, err)
	rotates(t, r, office)
	aLife(t, r)
	deskLife(t, r, office)
	code, err := r.MakeJoinCode(t.Context(), owner(), site.KindDoor, "Front", "gate")
	must(t, err)
	_, err = office.Join(t.Context(), code.Secret[:], site.Member{Kind: site.KindDoor, TLSKey: []byte{1}, RelayKey: make([]byte, 1216)})
	must(t, err)
	doors, err := r.Doors(t.Context(), auditor())
	must(t, err)
	if len(doors) != 1 || doors[0].Kind != site.KindDoor || doors[0].Name != "Front" {
		t.Errorf("%+v", doors)
	}
	must(t, r.RemoveDoor(t.Context(), owner(), doors[0].ID, false))
	sees(t, r)
}

// rotates: an owner replaces keys, and what is signed from then on is by the new one.
func rotates(t *testing.T, r *rig, office *site.Office) {
	t.Helper()
	ctx := t.Context()
	before, err := r.SiteKeys(ctx, auditor())
	must(t, err)
	manager := owner()
	manager.Role = acts.Manager
	_, err = r.RotateKey(ctx, manager, acts.IssuingKey)
	want(t, err, acts.ErrForbidden)
	_, err = r.RotateKey(ctx, owner(), "ledger")
	want(t, err, acts.ErrInvalid)
	after, err := r.RotateKey(ctx, owner(), acts.IssuingKey)
	must(t, err)
	if after.Issuing == before.Issuing || len(after.Older) != 1 || after.Older[0].ID != before.Issuing {
		t.Errorf("%+v after %+v", after, before)
	}
	after, err = r.RotateKey(ctx, owner(), acts.BundleKey)
	must(t, err)
	if after.Bundle != before.Bundle || after.Next == before.Bundle || after.Takeover.IsZero() {
		t.Errorf("%+v after %+v", after, before)
	}
	_, err = r.RotateKey(ctx, owner(), acts.BundleKey)
	want(t, err, acts.ErrConflict)
	h, n := r.add("flat 9"), r.notice(consent.Children, "children")
	child, err := r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "flat 9", Under14: true, GuardianLabel: "flat 9"})
	must(t, err)
	in := yes(n)
	in.Guardian = true
	given, err := r.GiveConsent(ctx, holder(child.ID), child.ID, in)
	must(t, err)
	receipt, err := consent.ParseReceipt(given.Receipt)
	must(t, err)
	issuers, err := office.Issuers(ctx)
	must(t, err)
	if _, err := receipt.Check(issuers[0], nil); err != nil {
		t.Errorf("the receipt is not signed with the new key: %v", err)
	}
}

// aLife: a holder agrees, gets a pass, takes it all back, and leaves.
func aLife(t *testing.T, r *rig) {
	ctx := t.Context()
	h, n := r.add("flat 1"), r.notice(consent.Everybody, "one")
	given, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(t, err)
	made := r.plain(h)
	lines, err := r.IssueBulk(ctx, owner(), []acts.BulkInput{{Holder: h.ID, PassInput: acts.PassInput{Zones: []string{"lobby"}}}}, nil)
	must(t, err)
	must(t, lines[0].Err)
	openings, err := r.Openings(ctx, holder(h.ID), h.ID)
	must(t, err)
	var said []string
	for _, o := range openings {
		said = append(said, o.Says().Act)
	}
	if len(said) != 6 { // added, agreed, and two passes intended and signed
		t.Errorf("the ledger says %q", said)
	}
	_, err = r.WithdrawConsent(ctx, holder(h.ID), given.Hash)
	must(t, err)
	must(t, r.RevokePass(ctx, holder(h.ID), made.ID))
	must(t, r.DeleteHolder(ctx, holder(h.ID), h.ID))
	d := get(r, func(tx *store.Tx) (store.DocketRow, error) { return tx.Docket(lines[0].Issued.ID) })
	if issue.State(d.State) != issue.Revoked || d.Salt != nil {
		t.Errorf("%+v", d)
	}
}

// sees: a page sees the acts in clear once they are published.
func sees(t *testing.T, r *rig) {
	t.Helper()
	var s acts.LedgerStatus
	for range 3000 {
		var err error
		s, err = r.LedgerStatus(t.Context())
		must(t, err)
		if s.Queue == 0 && s.SiteActs >= 5 { // founded, notice, code, joined, removed
			return
		}
		r.pass(time.Second)
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%+v", s)
}

var _ ledger.Source = published{}
