package backup

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// desk lets a desk join a house.
func (h *house) desk(name string) pass.DoorID {
	h.t.Helper()
	secret, err := h.office.MakeDeskCode(h.t.Context(), "op-abcd", name, "https://desk.example")
	must(h.t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(h.t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	must(h.t, err)
	m, err := h.office.Join(h.t.Context(), secret[:], site.Member{Kind: site.KindDesk, TLSKey: der})
	must(h.t, err)
	return m.ID
}

// TestReconcileDesks: neither a desk that was removed since the backup comes back, nor
// a relying party that was removed or changed: its secret may be known to others.
func TestReconcileDesks(t *testing.T) {
	h := newHouse(t, "")
	stays, goes := h.desk("Counter 1"), h.desk("Counter 2")
	for _, id := range []string{"stays", "changed", "removed"} {
		p := party.Party{ID: id, Name: map[string]string{"en": "Bank"}, Redirects: []string{"https://bank.example/back"}}
		_, _, err := h.office.AddParty(t.Context(), "op-abcd", p, site.NewSecret)
		must(t, err)
	}
	file := h.backup()
	must(t, h.office.Remove(t.Context(), "op-abcd", goes, false))
	must(t, h.office.RemoveParty(t.Context(), "op-abcd", "removed"))
	r, err := h.office.Party(t.Context(), "changed")
	must(t, err)
	_, _, err = h.office.ChangeParty(t.Context(), "op-abcd", r.Version, r.Party, site.NewSecret)
	must(t, err)
	door, _ := h.published()
	public := h.copied()
	h.close()

	again := h.restored(file)
	report, err := reconcile(again, Reconciling{Ledger: public, Doors: []string{door}})
	must(t, err)
	for _, name := range []string{"Counter 2", "changed", "removed"} {
		if !slices.Contains(report.Removed, name) {
			t.Errorf("%s is not removed: %+v", name, report.Removed)
		}
	}
	again.open()
	defer again.close()
	m, err := again.office.Member(t.Context(), stays)
	if err != nil || !m.Present() || m.Origin != "https://desk.example" {
		t.Errorf("%+v, %v", m, err)
	}
	left, err := again.office.Parties(t.Context())
	if err != nil || len(left) != 1 || left[0].Party.ID != "stays" {
		t.Errorf("%+v, %v", left, err)
	}
}
