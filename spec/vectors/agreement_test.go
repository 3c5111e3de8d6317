package vectors_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/spec/vectors"
)

// TestAgreement: notices have one form and one hash, and receipts are good or not.
func TestAgreement(t *testing.T) {
	a, err := vectors.TheAgreement()
	must(t, err)
	notices := make(map[string]consent.Notice)
	for _, v := range a.Notices {
		n, err := consent.DecodeNotice([]byte(v.JSON))
		if v.Error != (err != nil) {
			t.Errorf("%s: %v", v.Name, err)
		}
		if v.Error || err != nil {
			continue
		}
		form, err := n.Encode()
		must(t, err)
		hash, err := n.Hash()
		must(t, err)
		if string(form) != v.Form || !bytes.Equal(hash[:], v.SHA256) {
			t.Errorf("%s has another form: %s", v.Name, form)
		}
		notices[v.Name] = n
	}
	parsed, err := x509.ParsePKIXPublicKey(a.Issuer)
	must(t, err)
	for _, v := range a.Receipts {
		n := notices[v.Notice]
		r, err := consent.ParseReceipt([]byte(v.Receipt))
		var got consent.Checked
		if err == nil {
			got, err = r.Check(parsed.(*ecdsa.PublicKey), &n)
		}
		if v.Error != (err != nil) || got.Withdrawn != v.Withdrawn {
			t.Errorf("%s: %+v, %v", v.Name, got, err)
		}
		if v.Error || err != nil {
			continue
		}
		if hash := r.Record().Hash(); !bytes.Equal(hash[:], v.Consent) {
			t.Errorf("%s is of another consent", v.Name)
		}
	}
	if len(notices) < 3 || len(a.Receipts) < 8 {
		t.Error("vectors are missing")
	}
}
