package state_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/pass"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T) *state.Folder {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "desk"), durable.Disk{})
}

func open(t *testing.T, dir string, disk durable.Files) *state.Folder {
	t.Helper()
	f, err := state.Open(dir, disk)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// identity is a desk that joined, with the folder's own key.
func identity(t *testing.T, f *state.Folder) *state.Identity {
	t.Helper()
	key, err := f.Key()
	must(t, err)
	c := certificate(t, key)
	return &state.Identity{
		Desk: pass.DoorID{1, 2}, Name: "Counter 1", Site: pass.SiteID{3}, Demo: true, Controller: "127.0.0.1:7443",
		Certificate: c, Authority: c, Key: key,
	}
}

func certificate(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "desk"}, NotBefore: now, NotAfter: now.AddDate(0, 0, 90),
	}, &x509.Certificate{}, key.Public(), key)
	must(t, err)
	c, err := x509.ParseCertificate(der)
	must(t, err)
	return c
}

func TestIdentity(t *testing.T) {
	f := folder(t)
	if _, err := f.Identity(); !errors.Is(err, state.ErrNotJoined) || f.Joined() {
		t.Errorf("nobody has joined: %v", err)
	}
	i := identity(t, f)
	again, err := f.Key()
	must(t, err)
	if !i.Key.Public().(*ecdsa.PublicKey).Equal(again.Public()) {
		t.Error("another key: an answer that was lost cannot be had again")
	}
	must(t, f.Join(i))
	got, err := f.Identity()
	must(t, err)
	if got.Desk != i.Desk || got.Name != i.Name || got.Site != i.Site || !got.Demo || got.Controller != i.Controller ||
		!got.Certificate.Equal(i.Certificate) || !got.Authority.Equal(i.Authority) {
		t.Errorf("%+v, want %+v", got, i)
	}
	if err := f.Join(i); !errors.Is(err, state.ErrJoined) {
		t.Errorf("joined twice: %v", err)
	}
	if own := got.TLS(); len(own.Certificate) != 2 || own.Leaf != got.Certificate {
		t.Errorf("%d certificates", len(own.Certificate))
	}
	other := identity(t, folder(t))
	i.Certificate = other.Certificate
	must(t, f.SaveIdentity(i))
	if _, err := f.Identity(); !errors.Is(err, state.ErrDamaged) {
		t.Errorf("a certificate of another key: %v", err)
	}
}

// TestOneProgram: the folder is one program's until it lets go, however it ends.
func TestOneProgram(t *testing.T) {
	f := folder(t)
	if _, err := state.Open(f.Dir(), durable.Disk{}); !errors.Is(err, state.ErrBusy) {
		t.Errorf("taken twice: %v", err)
	}
	must(t, f.Close())
	open(t, f.Dir(), durable.Disk{})
}

func TestConfiguration(t *testing.T) {
	f := folder(t)
	if _, err := f.Configuration(); !errors.Is(err, state.ErrMissing) {
		t.Errorf("there is none: %v", err)
	}
	for _, data := range []string{"one", "two"} {
		must(t, f.SaveConfiguration([]byte(data)))
		if got, err := f.Configuration(); err != nil || string(got) != data {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := f.SaveConfiguration(make([]byte, 5<<20)); err == nil {
		t.Error("5 MiB are kept")
	}
}

// fill has something of everything in a folder.
func fill(t *testing.T, f *state.Folder) {
	t.Helper()
	must(t, f.Join(identity(t, f)))
	must(t, f.SaveConfiguration([]byte("{}")))
	must(t, f.SaveCounts(counts.Day{Day: "2026-11-22", Counts: map[string]string{"same-person": "<5"}}))
	_, err := f.Signing(now)
	must(t, err)
	_, err = f.Rotate(now, now.Add(time.Hour))
	must(t, err)
	_, _, err = statuses(t, f).Reserve()
	must(t, err)
}

func TestNothingIsForOthers(t *testing.T) {
	f := folder(t)
	fill(t, f)
	n := 0
	must(t, filepath.Walk(f.Dir(), func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		n++
		return err
	}))
	if n < 10 {
		t.Errorf("%d files", n)
	}
}

// read reads every file as those do who need it.
func read(f *state.Folder) error {
	_, err1 := f.Identity()
	_, err2 := f.Signing(now)
	_, err3 := f.Statuses(func() time.Time { return now }, time.Hour)
	_, err4 := f.Counts("2026-11-22")
	return errors.Join(err1, err2, err3, err4)
}

// TestDamaged changes each file in each of some ways.
func TestDamaged(t *testing.T) {
	full := folder(t)
	fill(t, full)
	must(t, read(full))
	files, err := filepath.Glob(filepath.Join(full.Dir(), "*.*"))
	must(t, err)
	for _, deep := range []string{"signing", "counts"} {
		more, err := filepath.Glob(filepath.Join(full.Dir(), deep, "*"))
		must(t, err)
		files = append(files, more...)
	}
	if len(files) != 6 {
		t.Fatalf("%d files: %q", len(files), files)
	}
	for _, file := range files {
		whole, err := os.ReadFile(file)
		must(t, err)
		for what, change := range map[string]func(string) string{
			"empty": func(string) string { return "" },
			"half":  func(s string) string { return s[:len(s)/2] },
			"more":  func(s string) string { return s + "more" },
			"other": func(s string) string {
				return strings.NewReplacer("PRIVATE", "PUBLIC", `"format":1`, `"format":2`, `5"`, `5`).Replace(s)
			},
		} {
			must(t, os.WriteFile(file, []byte(change(string(whole))), 0o600))
			if err := read(full); !errors.Is(err, state.ErrDamaged) {
				t.Errorf("%s, %s: %v", file, what, err)
			}
		}
		must(t, os.WriteFile(file, whole, 0o600))
		must(t, os.Chmod(file, 0o640))
		if err := read(full); !errors.Is(err, state.ErrExposed) || !strings.Contains(err.Error(), "chmod 600 ") {
			t.Errorf("%s, exposed: %v", file, err)
		}
		must(t, os.Chmod(file, 0o600))
	}
	must(t, read(full))
}

// TestUnfinishedFilesGo at the next start.
func TestUnfinishedFilesGo(t *testing.T) {
	f := folder(t)
	var all []string
	for _, dir := range []string{f.Dir(), f.Outbox(), filepath.Join(f.Dir(), "signing"), filepath.Join(f.Dir(), "counts")} {
		left := filepath.Join(dir, durable.Temporary+"X")
		must(t, os.WriteFile(left, []byte("half"), 0o600))
		all = append(all, left)
	}
	must(t, f.Close())
	open(t, f.Dir(), durable.Disk{})
	for _, left := range all {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s is still there", left)
		}
	}
}

// TestRotate: the newest key signs, the one before stays published as long as its
// results live, and its private half is gone at once.
func TestRotate(t *testing.T) {
	f := folder(t)
	first, err := f.Signing(now)
	must(t, err)
	if again, err := f.Signing(now); err != nil || again.All[0].ID != first.All[0].ID {
		t.Fatalf("%v, %v", again, err)
	}
	second, err := f.Rotate(now, now.Add(time.Hour))
	must(t, err)
	if len(second.All) != 2 || second.All[1].ID != first.All[0].ID || second.All[0].ID == first.All[0].ID ||
		!second.All[1].Until.Equal(now.Add(time.Hour)) || !second.All[0].Until.IsZero() {
		t.Errorf("%+v", second.All)
	}
	files, err := filepath.Glob(filepath.Join(f.Dir(), "signing", "*"))
	must(t, err)
	if len(files) != 1 || !strings.Contains(files[0], second.All[0].ID) {
		t.Errorf("private keys: %q", files)
	}
	must(t, f.Close())
	f = open(t, f.Dir(), durable.Disk{})
	for at, want := range map[time.Duration]int{0: 2, time.Hour - 1: 2, time.Hour: 1} {
		s, err := f.Signing(now.Add(at))
		must(t, err)
		if len(s.All) != want || !s.All[0].Key.Equal(s.Signer.Public()) {
			t.Errorf("after %s: %d keys", at, len(s.All))
		}
	}
}

// TestThumbprint: a JOSE library gives a key the same name.
func TestThumbprint(t *testing.T) {
	f := folder(t)
	s, err := f.Signing(now)
	must(t, err)
	want, err := thumbprint(s.All[0].Key)
	must(t, err)
	if s.All[0].ID != want {
		t.Errorf("%s, a JOSE library says %s", s.All[0].ID, want)
	}
}

func TestCounter(t *testing.T) {
	var c counts.Counter
	c.Over(now, 0)
	for n, outcome := range []string{"", "a", "", "b", "c", "d"} {
		for range n {
			c.Add(outcome)
		}
	}
	if d, ok := c.Over(now.AddDate(0, 0, 1), 19*time.Hour); ok {
		t.Errorf("a clock was set ahead: %v", d)
	}
	d, ok := c.Over(now.AddDate(0, 0, 2), 48*time.Hour)
	if !ok || d.Day != "2026-11-23" || d.Counts["a"] != "<5" || d.Counts["c"] != "<5" || d.Counts["d"] != "5" || len(d.Counts) != 5 {
		t.Errorf("%v, %v", d, ok)
	}
	if d, ok := c.Over(now.AddDate(0, 0, 3), 72*time.Hour); !ok || len(d.Counts) != 0 {
		t.Errorf("the next day: %v", d)
	}
}

func TestPromise5DeskCounts(t *testing.T) {
	f := folder(t)
	for _, bad := range []counts.Day{{Day: "../day"}, {Day: "2026-11-22", Counts: map[string]string{"a": "3"}}, {Day: "2026-11-22", Counts: map[string]string{"a": "x"}}} {
		if err := f.SaveCounts(bad); err == nil {
			t.Errorf("%v was saved", bad)
		}
	}
	for _, day := range []string{"2026-11-23", "2026-11-22"} {
		must(t, f.SaveCounts(counts.Day{Day: day, Counts: map[string]string{"a": "5"}}))
	}
	days, err := f.Days()
	if err != nil || len(days) != 2 || days[0] != "2026-11-22" {
		t.Errorf("%q, %v", days, err)
	}
	if d, err := f.Counts(days[0]); err != nil || d.Counts["a"] != "5" {
		t.Errorf("%v, %v", d, err)
	}
	must(t, f.RemoveCounts(days[0]))
	if days, _ := f.Days(); len(days) != 1 {
		t.Errorf("%q", days)
	}
	if _, err := f.Counts("../desk"); err == nil {
		t.Error("a file elsewhere was read")
	}
	if err := f.RemoveCounts("../../desk"); err == nil {
		t.Error("a file elsewhere was removed")
	}
}

// TestKeyIsPKCS8: other programs read the key.
func TestKeyIsPKCS8(t *testing.T) {
	f := folder(t)
	_, err := f.Signing(now)
	must(t, err)
	files, _ := filepath.Glob(filepath.Join(f.Dir(), "signing", "*.pem"))
	data, err := os.ReadFile(files[0])
	must(t, err)
	if !bytes.HasPrefix(data, []byte("-----BEGIN PRIVATE KEY-----\n")) {
		t.Errorf("%.40q", data)
	}
}
