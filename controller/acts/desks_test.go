package acts_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// deskKey is the key of a desk, or of a relying party.
func deskKey(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	must(t, err)
	return key, der
}

// bank is a relying party of which everything is filled in.
func bank(t *testing.T) party.Party {
	t.Helper()
	key, _ := deskKey(t)
	return party.Party{
		ID: "harbour-bank", Name: map[string]string{"en": "Harbour Bank", "zh-CN": "海港银行"}, Redirects: []string{"https://bank.example/back"},
		Webhook: "https://bank.example/hook", Key: jose.JSONWebKey{Key: key.Public(), KeyID: "1", Use: "enc"}, Claims: []string{party.FamilyName, party.Over18},
	}
}

// deskLife: a desk joins, its counter is opened, who may ask there is registered, and
// all of that goes again. Nothing of what is recorded is a secret.
func deskLife(t *testing.T, r *rig, office *site.Office) {
	t.Helper()
	ctx := t.Context()
	_, err := r.MakeDeskCode(ctx, owner(), "Counter", "http://desk.example")
	var bad *acts.Invalid
	if !errors.As(err, &bad) || bad.Field != "origin" {
		t.Errorf("a desk without TLS: %v", err)
	}
	code, err := r.MakeDeskCode(ctx, owner(), " Counter ", "https://desk.example")
	must(t, err)
	if code.Name != "Counter" || code.Kind != site.KindDesk || code.Origin != "https://desk.example" {
		t.Errorf("%+v", code)
	}
	_, der := deskKey(t)
	m, err := office.Join(ctx, code.Secret[:], site.Member{Kind: site.KindDesk, TLSKey: der})
	must(t, err)
	opensCounter(t, r, office, m.ID)
	parties(t, r)
	must(t, r.RemoveDoor(ctx, owner(), m.ID, false))
	_, err = r.OpenCounter(ctx, owner(), m.ID)
	want(t, err, acts.ErrNotFound)
}

// opensCounter: who may check at desks gets a ticket that this desk takes, under
// their pseudonym and their role.
func opensCounter(t *testing.T, r *rig, office *site.Office, id pass.DoorID) {
	t.Helper()
	c, err := r.OpenCounter(t.Context(), desk(), id)
	must(t, err)
	if c.Address != "https://desk.example"+doorapi.PathCounter || c.Desk.ID != id {
		t.Errorf("%+v", c)
	}
	config, err := office.DeskConfig(t.Context())
	must(t, err)
	got, err := doorapi.VerifyTicket(c.Ticket, config.TicketKeys, config.Site, id, r.clock())
	if err != nil || got.Staff != desk().Pseudonym || got.Role != string(acts.FrontDesk) {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = r.OpenCounter(t.Context(), auditor(), id)
	want(t, err, acts.ErrForbidden)
	token := desk()
	token.Scopes = acts.Scopes()
	_, err = r.OpenCounter(t.Context(), token, id)
	want(t, err, acts.ErrForbidden)
	_, err = r.OpenCounter(t.Context(), owner(), pass.DoorID{9})
	want(t, err, acts.ErrNotFound)
}

// parties: who may ask for results is registered, changed and removed by who runs the
// site, each by the version that they read.
func parties(t *testing.T, r *rig) {
	t.Helper()
	ctx := t.Context()
	added, secret, err := r.AddParty(ctx, owner(), bank(t), site.NewSecret)
	must(t, err)
	if added.Version != 1 || !added.Party.Authentic(secret) {
		t.Errorf("%+v", added)
	}
	_, _, err = r.AddParty(ctx, owner(), bank(t), site.NewSecret)
	want(t, err, acts.ErrConflict)
	all, err := r.Parties(ctx, auditor())
	must(t, err)
	if len(all) != 1 || all[0].Party.ID != "harbour-bank" {
		t.Errorf("%+v", all)
	}
	_, err = r.Parties(ctx, desk())
	want(t, err, acts.ErrForbidden)
	changed := added.Party
	changed.Webhook = "https://bank.example/other"
	now, _, err := r.ChangeParty(ctx, owner(), 1, changed, site.KeepSecret)
	must(t, err)
	if now.Version != 2 || !now.Party.Authentic(secret) {
		t.Errorf("%+v", now)
	}
	_, _, err = r.ChangeParty(ctx, owner(), 1, changed, site.KeepSecret)
	want(t, err, acts.ErrConflict)
	wrong := bank(t)
	wrong.Webhook, wrong.Redirects = "http://bank.example/hook", []string{"https://bank.example/back", "https://bank.example/#x"}
	_, _, err = r.AddParty(ctx, owner(), wrong, site.NewSecret)
	want(t, err, acts.ErrInvalid)
	if text := err.Error(); !strings.Contains(text, "webhook") || !strings.Contains(text, "redirects[1]") {
		t.Errorf("not every field is named: %v", err)
	}
	must(t, r.RemoveParty(ctx, owner(), "harbour-bank"))
	want(t, r.RemoveParty(ctx, owner(), "harbour-bank"), acts.ErrNotFound)
	_, _, err = r.ChangeParty(ctx, owner(), 2, changed, site.KeepSecret)
	want(t, err, acts.ErrNotFound)
}
