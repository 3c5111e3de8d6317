package bundle_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

func doorKey(t testing.TB, seed byte) bundle.DoorKey {
	t.Helper()
	k, err := bundle.NewDoorKey(reader(seed))
	must(t, err)
	return k
}

func sealingKey(t testing.TB, b byte) pass.SealingKey {
	t.Helper()
	k, err := pass.ImportSealingKey(bytes.Repeat([]byte{b}, 32))
	must(t, err)
	return k
}

// TestRelay: a door reads what was sealed to it, and nobody else does.
func TestRelay(t *testing.T) {
	w := newWorld(t)
	key := doorKey(t, 1)
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, s := range map[string]bundle.Secrets{
		"nothing": {},
		"pepper":  {Pepper: w.pepper},
		"keys":    {Sealing: []bundle.EpochKey{{sealingKey(t, 1), noon}, {sealingKey(t, 2), far}}},
		"both":    {Sealing: []bundle.EpochKey{{sealingKey(t, 3), noon}}, Pepper: w.pepper},
	} {
		text, err := bundle.SealSecrets(key.Public(), w.site, w.door, s)
		must(t, err)
		if len(text) > bundle.MaxRelay {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		got, err := key.OpenSecrets(text, w.site, w.door)
		must(t, err)
		if !bytes.Equal(got.Pepper.Export(), s.Pepper.Export()) || len(got.Sealing) != len(s.Sealing) {
			t.Errorf("%s: %v", name, got)
		}
		for _, e := range s.Sealing {
			if !slices.ContainsFunc(got.Sealing, func(g bundle.EpochKey) bool {
				return g.Until.Equal(e.Until) && bytes.Equal(g.Key.Export(), e.Key.Export())
			}) {
				t.Errorf("%s: a key is missing", name)
			}
		}
		again, err := bundle.SealSecrets(key.Public(), w.site, w.door, s)
		must(t, err)
		if bytes.Equal(again, text) {
			t.Error("sealing twice gives the same text")
		}
		for _, wrong := range []func() (bundle.Secrets, error){
			func() (bundle.Secrets, error) { return doorKey(t, 2).OpenSecrets(text, w.site, w.door) },
			func() (bundle.Secrets, error) { return key.OpenSecrets(text, pass.SiteID{9}, w.door) },
			func() (bundle.Secrets, error) { return key.OpenSecrets(text, w.site, pass.DoorID{9}) },
			func() (bundle.Secrets, error) { return key.OpenSecrets(text[:len(text)-1], w.site, w.door) },
			func() (bundle.Secrets, error) {
				return key.OpenSecrets(make([]byte, bundle.MaxRelay+1), w.site, w.door)
			},
		} {
			if got, err := wrong(); !errors.Is(err, bundle.ErrRelay) || got.Sealing != nil || got.Pepper.OK() {
				t.Errorf("%s: opened: %v", name, err)
			}
		}
	}
}

// TestRelayFlips: no change of one bit goes through.
func TestRelayFlips(t *testing.T) {
	w := newWorld(t)
	key := doorKey(t, 1)
	text, err := bundle.SealSecrets(key.Public(), w.site, w.door, bundle.Secrets{Pepper: w.pepper})
	must(t, err)
	for i := 0; i < len(text); i += stride() { // A bit of each byte: each takes a decapsulation.
		changed := slices.Clone(text)
		changed[i] ^= 1 << (i % 8)
		if _, err := key.OpenSecrets(changed, w.site, w.door); !errors.Is(err, bundle.ErrRelay) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

func TestSealSecretsRefuses(t *testing.T) {
	w := newWorld(t)
	key := doorKey(t, 1).Public()
	wiped := sealingKey(t, 9)
	wiped.Wipe()
	pepper, err := bundle.NewPepper(reader(6))
	must(t, err)
	pepper.Wipe()
	var many []bundle.EpochKey
	for i := range bundle.MaxEpochs + 1 {
		many = append(many, bundle.EpochKey{Key: sealingKey(t, byte(i+1)), Until: noon})
	}
	one := bundle.EpochKey{Key: sealingKey(t, 1), Until: noon}
	for name, s := range map[string]bundle.Secrets{
		"too many":      {Sealing: many},
		"twice":         {Sealing: []bundle.EpochKey{one, one}},
		"wiped":         {Sealing: []bundle.EpochKey{{wiped, noon}}},
		"empty":         {Sealing: []bundle.EpochKey{{Until: noon}}},
		"no end":        {Sealing: []bundle.EpochKey{{Key: one.Key}}},
		"first day":     {Sealing: []bundle.EpochKey{{one.Key, time.Unix(65535, 0)}}},
		"half a second": {Sealing: []bundle.EpochKey{{one.Key, noon.Add(1)}}},
		"wiped pepper":  {Pepper: pepper},
	} {
		if text, err := bundle.SealSecrets(key, w.site, w.door, s); !errors.Is(err, bundle.ErrSecrets) || text != nil {
			t.Errorf("%s: sealed: %v", name, err)
		}
	}
	must(t, func() error {
		_, err := bundle.SealSecrets(key, w.site, w.door, bundle.Secrets{Sealing: many[1:]})
		return err
	}())
	for name, public := range map[string][]byte{"none": nil, "short": key[1:], "zeros": make([]byte, 7)} {
		if _, err := bundle.SealSecrets(public, w.site, w.door, bundle.Secrets{}); !errors.Is(err, bundle.ErrDoorKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := bundle.SealSecrets(key, pass.SiteID{}, w.door, bundle.Secrets{}); !errors.Is(err, bundle.ErrSecrets) {
		t.Error(err)
	}
	if _, err := bundle.SealSecrets(key, w.site, pass.DoorID{}, bundle.Secrets{}); !errors.Is(err, bundle.ErrSecrets) {
		t.Error(err)
	}
}

// TestWipe: wiping reaches every copy, and what was wiped is of no use.
func TestWipe(t *testing.T) {
	w := newWorld(t)
	key := doorKey(t, 1)
	s := bundle.Secrets{Sealing: []bundle.EpochKey{{sealingKey(t, 1), noon}}, Pepper: w.pepper}
	text, err := bundle.SealSecrets(key.Public(), w.site, w.door, s)
	must(t, err)
	got, err := key.OpenSecrets(text, w.site, w.door)
	must(t, err)
	copied := got.Pepper
	got.Wipe()
	if copied.OK() || got.Sealing[0].Key.OK() || !bytes.Equal(copied.Export(), make([]byte, 32)) {
		t.Error("a copy is left")
	}
	other := key
	other.Wipe()
	if _, err := key.OpenSecrets(text, w.site, w.door); !errors.Is(err, bundle.ErrDoorKey) || key.OK() {
		t.Errorf("a wiped key opens: %v", err)
	}
	var zero bundle.DoorKey
	zero.Wipe()
	bundle.Pepper{}.Wipe()
	if zero.OK() || zero.Export() != nil || zero.Public() != nil || (bundle.Pepper{}).Export() != nil {
		t.Error("nothing has a secret")
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := bundle.ImportDoorKey(make([]byte, n)); !errors.Is(err, bundle.ErrDoorKey) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if _, err := bundle.ImportPepper(make([]byte, n)); !errors.Is(err, bundle.ErrPepper) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := bundle.NewDoorKey(bytes.NewReader(nil)); err == nil {
		t.Error("a key of no randomness")
	}
	if _, err := bundle.NewPepper(bytes.NewReader(nil)); err == nil {
		t.Error("a pepper of no randomness")
	}
}

// TestSecretsDoNotPrint: a secret comes out of nothing but Export.
func TestSecretsDoNotPrint(t *testing.T) {
	secret := bytes.Repeat([]byte{0xab}, 32)
	pepper, err := bundle.ImportPepper(secret)
	must(t, err)
	key, err := bundle.ImportDoorKey(secret)
	must(t, err)
	s := bundle.Secrets{Sealing: []bundle.EpochKey{{sealingKey(t, 0xab), noon}}, Pepper: pepper}
	nested := struct {
		Name   string
		pepper bundle.Pepper
		key    bundle.DoorKey
		all    bundle.Secrets
	}{"door", pepper, key, s}
	var out strings.Builder
	for _, v := range []any{pepper, &pepper, key, &key, s, &s, nested, &nested, []bundle.Pepper{pepper}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		data, err := json.Marshal(v)
		must(t, err)
		out.Write(data)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	for _, leak := range []string{"abab", "ABAB", "171 171", "171, 171", "0xab, 0xab", `\xab`, "q6ur"} {
		if i := strings.Index(out.String(), leak); i >= 0 {
			t.Errorf("a secret is printed as %q: …%s", leak, out.String()[max(0, i-80):i+40])
		}
	}
	if !bytes.Equal(pepper.Export(), secret) || !bytes.Equal(key.Export(), secret) {
		t.Error("Export gives another secret")
	}
}

// TestFingerprint: 20 digits, and each key counts as a whole.
func TestFingerprint(t *testing.T) {
	public := doorKey(t, 1).Public()
	if len(public) != bundle.RelayKeySize {
		t.Errorf("%d bytes", len(public))
	}
	f := bundle.Fingerprint([]byte("tls key"), public)
	if !regexp.MustCompile(`^\d{4}( \d{4}){4}$`).MatchString(f) {
		t.Error(f)
	}
	for _, other := range []string{
		bundle.Fingerprint([]byte("tls keY"), public),
		bundle.Fingerprint([]byte("tls key"), doorKey(t, 2).Public()),
		bundle.Fingerprint(append([]byte("tls key"), public[0]), public[1:]),
	} {
		if other == f {
			t.Error("another key has the same fingerprint")
		}
	}
}
