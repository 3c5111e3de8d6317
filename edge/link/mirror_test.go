package link_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/ledger"
)

// copies is a folder that a web server serves, and what was fetched from it.
type copies struct {
	dir, url string

	mu   sync.Mutex
	seen []string
}

func newCopies(t *testing.T, site *edgetest.Site) *copies {
	c := &copies{dir: t.TempDir()}
	c.url = site.Mirror(c.dir, func(path string, status int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, strings.Join([]string{http.StatusText(status), path}, " "))
	})
	return c
}

func (c *copies) put(t *testing.T, path string, data []byte) {
	t.Helper()
	file := filepath.Join(c.dir, filepath.FromSlash(path))
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, data, 0o644))
}

func (c *copies) fetched() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

func (c *copies) client(t *testing.T, i *state.Identity) *link.Client {
	k := link.NewClient(i.Controller, link.Trust{Authority: i.Authority, Certificate: i.TLS, Now: time.Now, Mirror: c.url})
	t.Cleanup(k.Close)
	return k
}

// TestMirrorStepsIn: while the controller is away, bundles come from the mirror,
// and the door goes on saying that the controller is away.
func TestMirrorStepsIn(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	m := newCopies(t, site)
	m.put(t, doorapi.PathBundle, site.Bundle(1))
	i := site.Identity(c.Address)
	c.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	k := &heardTwice{enough: cancel}
	m.client(t, i).Follow(ctx, k)
	if k.taken != 1 || len(k.heard) < 2 || k.heard[0] == nil {
		t.Errorf("took %d, heard %v", k.taken, k.heard)
	}
	if n := len(m.fetched()); n != 1 {
		t.Errorf("the mirror was asked %d times within seconds", n)
	}
}

// heardTwice has heard enough after two attempts.
type heardTwice struct {
	taker
	enough func()
}

func (k *heardTwice) Heard(err error) {
	k.taker.Heard(err)
	if len(k.heard) == 2 {
		k.enough()
	}
}

// TestMirrorThatIsLate is not listened to: what it has is held already.
func TestMirrorThatIsLate(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	m := newCopies(t, site)
	m.put(t, doorapi.PathBundle, site.Bundle(1))
	c.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	k := &heardTwice{taker: taker{taken: 1}, enough: cancel}
	m.client(t, site.Identity(c.Address)).Follow(ctx, k)
	if k.taken != 1 || strings.Contains(k.heard[0].Error(), "mirror") {
		t.Errorf("took %d, heard %v", k.taken, k.heard)
	}
}

// TestMirrorIsNotBelieved: what it sends in the place of a bundle or an object is
// not taken, and does not keep anything from coming from the controller.
func TestMirrorIsNotBelieved(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	m := newCopies(t, site)
	data := site.Bundle(1)
	c.Publish(1, data)
	i := site.Identity(c.Address)
	k := m.client(t, i)
	signers, err := bundle.Keys(i.Signers)
	must(t, err)
	b, err := bundle.Verify(data, signers, site.ID)
	must(t, err)
	wanted := state.Needed(b, edgetest.Zone)
	for _, o := range wanted {
		m.put(t, doorapi.PathObjects+o.String(), make([]byte, o.Size))
	}
	for _, o := range wanted {
		if data, err := k.Object(t.Context(), o); err != nil || o.Match(data) != nil {
			t.Errorf("%v", err)
		}
	}
	if len(m.fetched()) != len(wanted) {
		t.Errorf("the mirror was asked for %v", m.fetched())
	}
	m.put(t, doorapi.PathBundle, []byte("<html>"))
	c.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := &heardTwice{enough: cancel}
	k.Follow(ctx, got)
	if got.taken != 0 || !errors.Is(got.heard[0], bundle.ErrMalformed) {
		t.Errorf("took %d, heard %v", got.taken, got.heard)
	}
}

// TestMirrorThatHangs is asked for one object, for a moment, and not again: what a
// bundle names comes from the controller meanwhile.
func TestMirrorThatHangs(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	i := site.Identity(c.Address)
	signers, err := bundle.Keys(i.Signers)
	must(t, err)
	b, err := bundle.Verify(site.Bundle(1), signers, site.ID)
	must(t, err)
	hanging, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer hanging.Close()
	asked := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := hanging.Accept()
			if err != nil {
				return
			}
			asked <- conn // and never answered
		}
	}()
	k := link.NewClient(i.Controller, link.Trust{Authority: i.Authority, Certificate: i.TLS, Now: time.Now, Mirror: "https://" + hanging.Addr().String()})
	defer k.Close()
	for range 3 {
		for _, o := range state.Needed(b, edgetest.Zone) {
			if data, err := k.Object(t.Context(), o); err != nil || o.Match(data) != nil {
				t.Fatalf("the mirror kept it from coming: %v", err)
			}
		}
	}
	if n := len(asked); n != 1 {
		t.Errorf("the mirror was asked %d times", n)
	}
}

// TestRemovedDoorGetsNothingByTheMirror: the controller's last word is final.
func TestRemovedDoorGetsNothingByTheMirror(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	m := newCopies(t, site)
	m.put(t, doorapi.PathBundle, site.Bundle(9))
	c.Remove()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	k := &heardTwice{enough: cancel}
	m.client(t, site.Identity(c.Address)).Follow(ctx, k)
	if k.taken != 0 || len(m.fetched()) != 0 || !errors.Is(k.heard[0], link.ErrRemoved) {
		t.Errorf("took %d, fetched %v, heard %v", k.taken, m.fetched(), k.heard)
	}
}

// TestLedgerOfTheMirror: it is read while the controller is away, and what it lacks
// proves nothing.
func TestLedgerOfTheMirror(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	m := newCopies(t, site)
	c.Stop()
	k := m.client(t, site.Identity(c.Address))
	m.put(t, "/ledger/checkpoint", []byte("a checkpoint"))
	data, err := k.Ledger().Read(t.Context(), "checkpoint", 100)
	if err != nil || string(data) != "a checkpoint" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := k.Ledger().Read(t.Context(), "tile/0/000", 100); err == nil || errors.Is(err, ledger.ErrMissing) {
		t.Errorf("a copy that lacks a file proves nothing: %v", err)
	}
}
