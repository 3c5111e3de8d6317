package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"reflect"
	"strings"
	"testing"

	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
)

const origin = "facelatch/test"

func TestCheckpoint(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 5, 'a')
	c := l.Checkpoint(t, 5)
	data, err := c.Sign(l.Signer)
	must(t, err)
	if want := origin + "\n5\n" + c.Root.String() + "\n\n— " + origin + " "; !strings.HasPrefix(string(data), want) {
		t.Errorf("%s\nwant\n%s", data, want)
	}
	got, err := ledger.ParseCheckpoint(data, l.Key)
	must(t, err)
	if got.Checkpoint != c || !bytes.Equal(got.Bytes, data) || len(got.Witnesses) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestWrongCheckpoints(t *testing.T) {
	l, stranger := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 2)
	other := ledgertest.New(t, "facelatch/other", 1)
	good := l.Checkpoint(t, 0)
	sign := func(text string, s note.Signer) []byte {
		data, err := note.Sign(&note.Note{Text: text}, s)
		must(t, err)
		return data
	}
	text := origin + "\n0\n" + good.Root.String() + "\n"
	whole := sign(text, l.Signer)
	for name, data := range map[string][]byte{
		"empty":            nil,
		"another key":      sign(text, stranger.Signer),
		"another origin":   sign(strings.Replace(text, "test", "other", 1), l.Signer),
		"another's":        sign(strings.Replace(text, "test", "other", 1), other.Signer),
		"a changed size":   bytes.Replace(whole, []byte("\n0\n"), []byte("\n1\n"), 1),
		"a leading zero":   sign(strings.Replace(text, "\n0\n", "\n00\n", 1), l.Signer),
		"a sign":           sign(strings.Replace(text, "\n0\n", "\n+0\n", 1), l.Signer),
		"too many entries": sign(strings.Replace(text, "\n0\n", "\n1099511627777\n", 1), l.Signer),
		"a wrong root":     sign(strings.Replace(text, good.Root.String(), l.Checkpoint(t, 0).Root.String()[:8]+strings.Repeat("A", 35)+"=", 1), l.Signer),
		"another line":     sign(text+"more\n", l.Signer),
		"two lines":        sign(origin+"\n0\n", l.Signer),
		"no signature":     []byte(text),
		"too long":         append(bytes.Clone(whole), bytes.Repeat([]byte("x"), ledger.MaxCheckpoint)...),
	} {
		if got, err := ledger.ParseCheckpoint(data, l.Key); !errors.Is(err, ledger.ErrCheckpoint) || !reflect.DeepEqual(got, ledger.Signed{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := ledger.ParseCheckpoint(whole, ledger.Key{}); !errors.Is(err, ledger.ErrCheckpoint) {
		t.Errorf("without a key: %v", err)
	}
	if data, err := good.Sign(other.Signer); !errors.Is(err, ledger.ErrCheckpoint) || data != nil {
		t.Errorf("signed by another's key: %v", err)
	}
}

// TestWitnesses: a cosignature counts if it is that of a witness who was asked
// for; a bad one takes nothing from the checkpoint.
func TestWitnesses(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	skey, vkey, err := note.GenerateKey(zeros{}, "witness.example")
	must(t, err)
	s, err := cosign.NewSignerForCosignatureV1(skey)
	must(t, err)
	w, err := ledger.ParseWitness(vkey)
	must(t, err)
	if w.Name() != "witness.example" || w.String() != vkey {
		t.Errorf("%s, %s", w.Name(), w)
	}
	c := l.Checkpoint(t, 0)
	data, err := c.Sign(l.Signer, s)
	must(t, err)
	got, err := ledger.ParseCheckpoint(data, l.Key, w, ledger.Witness{})
	must(t, err)
	if len(got.Witnesses) != 1 || got.Witnesses[0].Name() != w.Name() {
		t.Errorf("%+v", got.Witnesses)
	}
	plain, err := c.Sign(l.Signer)
	must(t, err)
	broken := append(plain, []byte("— witness.example "+strings.Repeat("A", 104)+"\n")...)
	got, err = ledger.ParseCheckpoint(broken, l.Key, w)
	must(t, err)
	if len(got.Witnesses) != 0 {
		t.Error("a bad cosignature counts")
	}
}

func TestKeys(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	again, err := ledger.ParseKey(" " + l.Key.String() + "\n")
	must(t, err)
	if again.Origin() != origin || again.String() != l.Key.String() {
		t.Errorf("%s", again)
	}
	for _, bad := range []string{"", "x", l.Key.String() + "A", strings.Replace(l.Key.String(), "test", "tess", 1), strings.Repeat("x", 600)} {
		if k, err := ledger.ParseKey(bad); !errors.Is(err, ledger.ErrKey) || k != (ledger.Key{}) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := ledger.ParseWitness(bad); !errors.Is(err, ledger.ErrKey) && bad != strings.Replace(l.Key.String(), "test", "tess", 1) {
			t.Errorf("%q is a witness", bad)
		}
	}
	if _, err := ledger.KeyOf("a b", ed25519.PublicKey(make([]byte, 32))); !errors.Is(err, ledger.ErrKey) {
		t.Errorf("a name with a space: %v", err)
	}
	if _, err := ledger.KeyOf(origin, "no key"); !errors.Is(err, ledger.ErrKey) {
		t.Errorf("no key: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// An error means no checkpoint; else its text is the signed one.
func FuzzCheckpoint(f *testing.F) {
	l := ledgertest.New(f, origin, 1)
	f.Fuzz(func(t *testing.T, text string) {
		data, err := note.Sign(&note.Note{Text: text}, l.Signer)
		if err != nil {
			return
		}
		got, err := ledger.ParseCheckpoint(data, l.Key)
		if err != nil {
			if !reflect.DeepEqual(got, ledger.Signed{}) {
				t.Fatal("a checkpoint beside an error")
			}
			return
		}
		again, err := got.Sign(l.Signer)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q is signed again as %q (%v)", data, again, err)
		}
	})
}
