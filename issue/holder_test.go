package issue_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// TestAPassForOnePhone: the key that was asked for is in the pass, and nothing
// but it.
func TestAPassForOnePhone(t *testing.T) {
	w := newWorld(t)
	r := plainRequest()
	r.Holder = phone(t)
	claims, err := w.station(w.office(t)).Issue(r, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pass.Parse(w.paper)
	if err != nil || !r.Holder.Equal(p.Claims().Holder) || !r.Holder.Equal(claims.Holder) {
		t.Errorf("the pass is for %v, %v", claims.Holder, err)
	}
	d := w.only(t)
	with := d.Commitment(issue.Issued)
	d.Holder = nil
	if with == d.Commitment(issue.Issued) {
		t.Error("the record does not say which phone")
	}
}

// TestHolderKeys reads back what was written, and refuses the rest.
func TestHolderKeys(t *testing.T) {
	key := phone(t)
	data, err := issue.EncodeHolder(key)
	if err != nil || len(data) != issue.HolderSize {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	if back, err := issue.ParseHolder(data); err != nil || !back.Equal(key) {
		t.Errorf("%v, %v", back, err)
	}
	if none, err := issue.ParseHolder(nil); none != nil || err != nil {
		t.Errorf("no bytes: %v, %v", none, err)
	}
	if none, err := issue.EncodeHolder(nil); none != nil || err != nil {
		t.Errorf("no key: %v, %v", none, err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]*ecdsa.PublicKey{"another curve": &other.PublicKey, "no curve": {}} {
		if got, err := issue.EncodeHolder(bad); got != nil || !errors.Is(err, issue.ErrHolder) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
}

// FuzzParseHolder: what is read is on the curve, and written as it was.
func FuzzParseHolder(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := issue.ParseHolder(data)
		if err != nil {
			if key != nil {
				t.Error("a key beside an error")
			}
			return
		}
		if back, err := issue.EncodeHolder(key); err != nil || !bytes.Equal(back, data) {
			t.Errorf("%x became %x, %v", data, back, err)
		}
	})
}

func TestHolderCorpus(t *testing.T) { testenv.Corpus(t, "FuzzParseHolder") }
