package consent_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
)

// TestPromise2NobodyAgreesForAnother: a guardian agrees for a child under 14, to
// the notice for children, and for nobody else; a child never alone.
func TestPromise2NobodyAgreesForAnother(t *testing.T) {
	adults, children := written(t, consent.Everybody), written(t, consent.Children)
	for name, c := range map[string]struct {
		by      consent.Party
		notice  consent.Notice
		under14 bool
		want    error
	}{
		"an adult":                           {consent.ByHolder, adults, false, nil},
		"a guardian, for a child":            {consent.ByGuardian, children, true, nil},
		"a child, alone":                     {consent.ByHolder, children, true, consent.ErrGuardian},
		"a child, as if it were 14":          {consent.ByHolder, adults, true, consent.ErrGuardian},
		"a guardian, to the notice of all":   {consent.ByGuardian, adults, true, consent.ErrGuardian},
		"a guardian, for an adult":           {consent.ByGuardian, adults, false, consent.ErrOtherAdult},
		"a guardian, for an adult, as child": {consent.ByGuardian, children, false, consent.ErrOtherAdult},
		"an adult, to the notice for others": {consent.ByHolder, children, false, consent.ErrOtherAdult},
	} {
		terms := full(t, c.notice)
		terms.By = c.by
		r, err := consent.Attest(reader(), terms)
		must(t, err)
		if err := r.Terms().Fits(c.notice, c.under14); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := full(t, adults).Fits(children, true); !errors.Is(err, consent.ErrOtherNotice) {
		t.Errorf("another notice: %v", err)
	}
	first := terms()
	first.Notice, _ = adults.Hash()
	if err := first.Fits(adults, false); !errors.Is(err, consent.ErrRecord) {
		t.Errorf("who acted is not said: %v", err)
	}
	if err := full(t, adults).Fits(consent.Notice{}, false); !errors.Is(err, consent.ErrNotice) {
		t.Errorf("no notice: %v", err)
	}
}

// TestActors: a record says who acted, who saw it, and in which language, or none
// of the three.
func TestActors(t *testing.T) {
	n := written(t, consent.Everybody)
	for name, c := range map[string]struct {
		change func(*consent.Terms)
		signed bool // also where it was signed
	}{
		"nobody acted":      {func(c *consent.Terms) { c.By = 0 }, true},
		"somebody strange":  {func(c *consent.Terms) { c.By = 3 }, true},
		"no language":       {func(c *consent.Terms) { c.Lang = "" }, true},
		"a strange one":     {func(c *consent.Terms) { c.Lang = "fr" }, true},
		"nobody attests it": {func(c *consent.Terms) { c.Attester = "" }, false},
		"by name":           {func(c *consent.Terms) { c.Attester = "Mr. Wang" }, true},
		"a child for two years": {func(c *consent.Terms) {
			c.By, c.Until = consent.ByGuardian, c.Given.AddDate(1, 0, 0).Add(time.Second)
		}, true},
	} {
		terms := full(t, n)
		c.change(&terms)
		if r, err := consent.Attest(reader(), terms); !errors.Is(err, consent.ErrRecord) || r != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r, err := consent.Sign(reader(), keyOf(t, 7), terms); c.signed != errors.Is(err, consent.ErrRecord) || c.signed != (r == nil) {
			t.Errorf("%s, signed: %v", name, err)
		}
	}
	for by, want := range map[consent.Party]string{consent.ByHolder: "holder", consent.ByGuardian: "guardian", 0: "unknown"} {
		if by.String() != want {
			t.Errorf("%d is %s", by, by)
		}
	}
}

// TestToSign: a key that is somewhere else signs the same record.
func TestToSign(t *testing.T) {
	n, key := written(t, consent.Everybody), keyOf(t, 7)
	for range 8 { // some signatures have a high s
		u, err := consent.ToSign(reader(), &key.PublicKey, full(t, n))
		must(t, err)
		message, err := u.Message()
		must(t, err)
		r, err := u.Sign(rawSignature(t, key, message))
		must(t, err)
		data, err := r.Encode()
		must(t, err)
		back, err := consent.Decode(data)
		must(t, err)
		if back.Method() != consent.Signed || back.Terms() != full(t, n) || !back.Key().Equal(&key.PublicKey) {
			t.Error("another record")
		}
		for name, signature := range map[string][]byte{
			"another's": rawSignature(t, keyOf(t, 8), message), "of something else": rawSignature(t, key, message[1:]),
			"none": nil, "zeros": make([]byte, 64), "short": make([]byte, 63),
		} {
			if r, err := u.Sign(signature); !errors.Is(err, consent.ErrRecord) || r != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := consent.ToSign(reader(), nil, full(t, n)); !errors.Is(err, consent.ErrRecord) {
		t.Errorf("no key: %v", err)
	}
	if _, err := consent.ToSign(reader(), &key.PublicKey, consent.Terms{}); !errors.Is(err, consent.ErrRecord) {
		t.Errorf("no terms: %v", err)
	}
}

// rawSignature signs as a browser does: r and s, 32 bytes each.
func rawSignature(t *testing.T, key *ecdsa.PrivateKey, message []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	must(t, err)
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}
