package state_test

import (
	"crypto/ecdsa"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T) *state.Folder {
	t.Helper()
	f, err := state.Open(filepath.Join(t.TempDir(), "door"), durable.Disk{})
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func joined(t *testing.T) (*edgetest.Site, *state.Folder, *state.Identity) {
	t.Helper()
	site, f := edgetest.New(t), folder(t)
	i := site.Identity("court.local:7443")
	must(t, f.Join(i))
	return site, f, i
}

func TestIdentity(t *testing.T) {
	_, f, i := joined(t)
	got, err := f.Identity()
	must(t, err)
	if got.Door != i.Door || got.Name != i.Name || got.Zone != i.Zone || got.Site != i.Site || got.Controller != i.Controller ||
		!got.Certificate.Equal(i.Certificate) || !got.Authority.Equal(i.Authority) || !got.Signers[0].Equal(i.Signers[0]) ||
		!i.Key.Public().(*ecdsa.PublicKey).Equal(got.Key.Public()) {
		t.Errorf("%+v, want %+v", got, i)
	}
	a, err := i.Fingerprint()
	must(t, err)
	if b, err := got.Fingerprint(); err != nil || a != b {
		t.Errorf("%q, want %q (%v)", b, a, err)
	}
	if err := f.Join(i); !errors.Is(err, state.ErrJoined) {
		t.Errorf("joined twice: %v", err)
	}
	if own := got.TLS(); len(own.Certificate) != 2 || own.Leaf != got.Certificate {
		t.Errorf("%d certificates", len(own.Certificate))
	}
}

func TestNothingIsForOthers(t *testing.T) {
	site, f, _ := joined(t)
	b := verified(t, site, 1)
	must(t, f.SaveBundle(b))
	must(t, f.SaveObject([]byte("object")))
	must(t, f.SaveSecrets([][]byte{[]byte("sealed")}))
	must(t, f.SaveMark(timekeeper.Mark{}))
	must(t, f.SaveCounts(counts.Day{Day: "2026-11-22"}))
	n := 0
	err := filepath.Walk(f.Dir(), func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		n++
		return err
	})
	if err != nil || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
}

func verified(t *testing.T, site *edgetest.Site, number uint64) *bundle.Bundle {
	t.Helper()
	keys, err := bundle.Keys([]*ecdsa.PublicKey{&site.Signer.PublicKey})
	must(t, err)
	b, err := bundle.Verify(site.Bundle(number), keys, site.ID)
	must(t, err)
	return b
}

func TestExposedKeys(t *testing.T) {
	for _, name := range []string{"key.pem", "relay-key.pem", "door.json"} {
		_, f, _ := joined(t)
		must(t, os.Chmod(filepath.Join(f.Dir(), name), 0o640))
		if _, err := f.Identity(); !errors.Is(err, state.ErrExposed) || !strings.Contains(err.Error(), "chmod 600 ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDamagedIdentity changes each file in each of some ways.
func TestDamagedIdentity(t *testing.T) {
	for _, name := range []string{"key.pem", "relay-key.pem", "door.json"} {
		for what, change := range map[string]func(string) string{
			"empty": func(string) string { return "" },
			"half":  func(s string) string { return s[:len(s)/2] },
			"more":  func(s string) string { return s + "more" },
			"another": func(s string) string {
				return strings.NewReplacer("PRIVATE", "PUBLIC", "RELAY", "DELAY", `"format":1`, `"format":2`).Replace(s)
			},
			"field": func(s string) string {
				return strings.NewReplacer("-----BEGIN", "x-----BEGIN", `"zone"`, `"zones"`).Replace(s)
			},
		} {
			_, f, _ := joined(t)
			path := filepath.Join(f.Dir(), name)
			data, err := os.ReadFile(path)
			must(t, err)
			changed := change(string(data))
			must(t, os.WriteFile(path, []byte(changed), 0o600))
			i, err := f.Identity()
			if what == "field" && strings.HasSuffix(name, ".pem") {
				continue // PEM may have something before it (RFC 7468)
			}
			if !errors.Is(err, state.ErrDamaged) || i != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	_, f, i := joined(t)
	other := edgetest.New(t).Identity("")
	i.Certificate = other.Certificate
	must(t, f.SaveIdentity(i))
	if _, err := f.Identity(); !errors.Is(err, state.ErrDamaged) {
		t.Errorf("a certificate for another key: %v", err)
	}
}

func TestObjects(t *testing.T) {
	f := folder(t)
	a, b := []byte("a"), []byte("b")
	must(t, f.SaveObject(a))
	must(t, f.SaveObject(b))
	if data, err := f.Object(bundle.ObjectOf(a)); err != nil || string(data) != "a" {
		t.Errorf("%q, %v", data, err)
	}
	must(t, f.Retain([]bundle.Object{bundle.ObjectOf(b)}))
	if _, err := f.Object(bundle.ObjectOf(a)); !errors.Is(err, state.ErrMissing) {
		t.Errorf("error %v", err)
	}
	must(t, os.WriteFile(filepath.Join(f.Dir(), "objects", bundle.ObjectOf(b).String()), a, 0o600))
	if _, err := f.Object(bundle.ObjectOf(b)); !errors.Is(err, state.ErrDamaged) {
		t.Errorf("error %v", err)
	}
}

func TestMarks(t *testing.T) {
	f := folder(t)
	if _, err := f.LoadMark(); !errors.Is(err, timekeeper.ErrNoMark) {
		t.Errorf("error %v", err)
	}
	m := timekeeper.Mark{
		High: time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC), Spent: time.Hour, Boot: "a", Up: time.Minute, Counter: 7, Distrusted: true,
		Held: timekeeper.Held{Number: 5, SHA256: [32]byte{1}, Issued: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Life: time.Hour},
	}
	must(t, f.SaveMark(m))
	if got, err := f.LoadMark(); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, os.WriteFile(filepath.Join(f.Dir(), "mark.json"), []byte("{"), 0o600))
	if m, err := f.LoadMark(); !errors.Is(err, state.ErrDamaged) || m != (timekeeper.Mark{}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestCounts(t *testing.T) {
	f := folder(t)
	for _, d := range []string{"2026-11-23", "2026-11-22"} {
		must(t, f.SaveCounts(counts.Day{Day: d, Counts: map[string]string{"opened": d[8:]}}))
	}
	if err := f.SaveCounts(counts.Day{Day: "../day"}); err == nil {
		t.Error("a day that is none")
	}
	days, err := f.Days()
	if err != nil || len(days) != 2 || days[0] != "2026-11-22" {
		t.Errorf("%q, %v", days, err)
	}
	if day, err := f.Counts(days[0]); err != nil || day.Counts["opened"] != days[0][8:] {
		t.Errorf("%v, %v", day, err)
	}
	must(t, f.RemoveCounts(days[0]))
	if days, _ := f.Days(); len(days) != 1 {
		t.Errorf("%q", days)
	}
}

func TestSecretsGoAway(t *testing.T) {
	f := folder(t)
	must(t, f.SaveSecrets([][]byte{{1}, {2}}))
	if texts, err := f.Secrets(); err != nil || len(texts) != 2 {
		t.Errorf("%v, %v", texts, err)
	}
	must(t, f.SaveSecrets(nil))
	if _, err := f.Secrets(); !errors.Is(err, state.ErrMissing) {
		t.Errorf("error %v", err)
	}
}

// TestPeek looks at a folder that somebody has.
func TestPeek(t *testing.T) {
	_, f, i := joined(t)
	p, taken := state.Peek(f.Dir())
	if got, err := p.Identity(); err != nil || got.Door != i.Door || !taken {
		t.Errorf("%v, %v", taken, err)
	}
	must(t, f.Close())
	if _, taken := state.Peek(f.Dir()); taken {
		t.Error("nobody has it any more")
	}
	if _, taken := state.Peek(filepath.Join(t.TempDir(), "none")); taken {
		t.Error("there is none")
	}
}

// TestUnfinishedFilesGo at the next start.
func TestUnfinishedFilesGo(t *testing.T) {
	f := folder(t)
	left := filepath.Join(f.Dir(), "objects", durable.Temporary+"X")
	must(t, os.WriteFile(left, []byte("half"), 0o600))
	must(t, f.Close())
	f, err := state.Open(f.Dir(), durable.Disk{})
	must(t, err)
	defer f.Close()
	if _, err := os.Stat(left); err == nil {
		t.Error("it is still there")
	}
}
