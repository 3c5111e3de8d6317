package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// agreement is a consent of which there are files.
type agreement struct{ receipt, withdrawn, notice, key, otherKey string }

func newAgreement(t *testing.T) (a agreement) {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	n, err := consent.Draft(consent.Children, consent.DraftFor{Site: "Court"})
	must(err)
	hash, err := n.Hash()
	must(err)
	given := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	r, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: hash, Given: given, Until: given.AddDate(1, 0, 0),
		By: consent.ByGuardian, Lang: consent.Chinese, Attester: "op-7k2m",
	})
	must(err)
	keys := make([]*ecdsa.PrivateKey, 2)
	for i := range keys {
		keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(err)
	}
	issue := func(name string) string {
		c, err := consent.NewReceipt(r, n, given.Add(time.Minute), nil)
		must(err)
		must(c.Sign(rand.Reader, keys[0]))
		data, err := c.Encode()
		must(err)
		return file(name, data)
	}
	public := func(name string, key *ecdsa.PrivateKey) string {
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		must(err)
		return file(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	data, err := n.Encode()
	must(err)
	a = agreement{receipt: issue("receipt.json"), notice: file("notice.json", data), key: public("site.pem", keys[0]), otherKey: public("other.pem", keys[1])}
	r.Withdraw(given.Add(time.Hour))
	a.withdrawn = issue("withdrawn.json")
	return a
}

// TestConsentVerify: a holder can check a receipt with nothing but files, and is
// told what was not checked.
func TestConsentVerify(t *testing.T) {
	a := newAgreement(t)
	said := done(t, exitDone, "consent", "verify", a.receipt, "--notice", a.notice, "--key", a.key)
	if !strings.HasPrefix(said, "good: ") || !strings.Contains(said, "by a guardian, for a child under 14") ||
		!strings.Contains(said, "op-7k2m") || strings.Contains(said, "not checked") || strings.Contains(said, "not compared") {
		t.Error(said)
	}
	said = done(t, exitDone, "consent", "verify", a.receipt)
	if !strings.Contains(said, "Whose key that is was not checked") || !strings.Contains(said, "The notice was not compared") {
		t.Error(said)
	}
	var v struct {
		Good, HasOpening bool
		State, Consent   string
		SiteKey          string `json:"site_key"`
		Withdrawn        time.Time
	}
	if err := json.Unmarshal([]byte(done(t, exitDone, "consent", "verify", a.withdrawn, "--key", a.key, "--json")), &v); err != nil ||
		!v.Good || v.State != "withdrawn" || v.SiteKey != "yes" || v.Withdrawn.IsZero() || len(v.Consent) != 32 {
		t.Errorf("%+v, %v", v, err)
	}
	if said := done(t, exitRefused, "consent", "verify", a.receipt, "--key", a.otherKey); !strings.HasPrefix(said, "not good: it was signed with another key") {
		t.Error(said)
	}
	if said := done(t, exitRefused, "consent", "verify", a.receipt, "--key", a.otherKey, "--json"); !strings.HasPrefix(said, `{"good":false,"why":`) {
		t.Error(said)
	}
	data, err := os.ReadFile(a.receipt)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.receipt, []byte(strings.Replace(string(data), "op-7k2m", "op-0000", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := done(t, exitRefused, "consent", "verify", a.receipt); !strings.HasPrefix(said, "not good: ") {
		t.Error(said)
	}
	done(t, exitUsage, "consent", "verify", a.receipt, "--key", a.notice)
	done(t, exitUsage, "consent", "verify", a.receipt, "--notice", a.key)
	done(t, exitFailure, "consent", "verify", a.receipt, "--notice", a.notice+"x")
}

// TestConsentShow prints what a receipt says, and that nothing was checked.
func TestConsentShow(t *testing.T) {
	a := newAgreement(t)
	if said := done(t, exitDone, "consent", "show", a.withdrawn); !strings.Contains(said, ", withdrawn") || !strings.Contains(said, "2026-11-21T05:00:00Z") || !strings.Contains(said, "nothing of it was checked") {
		t.Error(said)
	}
	if said := done(t, exitDone, "consent", "show", a.receipt, "--json"); !strings.Contains(said, `"by":"guardian"`) || !strings.Contains(said, `"language":"zh-CN"`) {
		t.Error(said)
	}
}
