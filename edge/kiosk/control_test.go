package kiosk_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk"
)

// controlled serves a control socket and returns its client.
func (r *rig) controlled() kiosk.Control {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), "control")
	l, err := kiosk.ListenControl(path)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- r.server.ServeControl(ctx, l) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
	return kiosk.Control{Path: path}
}

func TestControl(t *testing.T) {
	r := start(t)
	c := r.controlled()
	info, err := os.Stat(c.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	offer, err := c.Pair(r.soon(), false)
	if err != nil || !offer.Until.Equal(r.clock.Now().Add(kiosk.PairingTime)) {
		t.Fatalf("%+v, %v", offer, err)
	}
	if st, err := c.Status(r.soon()); err != nil || !st.Pairing.Equal(offer.Until) || st.Kiosk != "" {
		t.Errorf("%+v, %v", st, err)
	}
	k := r.tablet()
	if err := k.Pair(r.soon(), offer.Code); err != nil {
		t.Fatal(err)
	}
	p := r.connect(k)
	if st, err := c.Status(r.soon()); err != nil || st.Kiosk != k.ID || !st.Connected || !st.Pairing.IsZero() {
		t.Errorf("%+v, %v", st, err)
	}
	if _, err := c.Pair(r.soon(), false); err == nil || err.Error() != kiosk.ErrPaired.Error() {
		t.Errorf("pair again: %v", err)
	}
	if _, err := c.Pair(r.soon(), true); err != nil {
		t.Errorf("replace: %v", err)
	}
	if err := c.Unpair(r.soon()); err != nil {
		t.Error(err)
	}
	if err := r.ended(p); err == nil {
		t.Error("it stayed connected")
	}
	if err := c.Unpair(r.soon()); err == nil || err.Error() != kiosk.ErrNotPaired.Error() {
		t.Errorf("again: %v", err)
	}
}

func TestControlWithoutDaemon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	if _, err := (kiosk.Control{Path: path}).Status(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // as after a crash
	_ = l.Close()
	if _, err := (kiosk.Control{Path: path}).Status(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
	again, err := kiosk.ListenControl(path)
	if err != nil {
		t.Fatalf("what a crash left is in the way: %v", err)
	}
	defer again.Close()
	if _, err := kiosk.ListenControl(path); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second daemon: %v", err)
	}
}

func TestControlReplacesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kiosk.ListenControl(path); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}

// Whatever comes over the socket, the next is answered.
func TestControlNonsense(t *testing.T) {
	r := start(t)
	c := r.controlled()
	for _, text := range []string{"", "\n", "{", `{"do":"open"}`, `{"do":1}`, strings.Repeat("[", 100_000)} {
		conn, err := net.Dial("unix", c.Path)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = conn.Write([]byte(text + "\n"))
		_ = conn.(*net.UnixConn).CloseWrite()
		answer := make([]byte, 200)
		n, _ := conn.Read(answer)
		if !strings.Contains(string(answer[:n]), `"error"`) {
			t.Errorf("%.20q: %q", text, answer[:n])
		}
		_ = conn.Close()
	}
	if _, err := c.Status(r.soon()); err != nil {
		t.Error(err)
	}
}

func TestDamagedStore(t *testing.T) {
	r := start(t)
	k := r.paired()
	good, err := os.ReadFile(r.store.Path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"empty": "", "half": string(good[:len(good)/2]), "no kiosk": "{}", "another id": strings.Replace(string(good), k.ID, "0011223344556677", 1),
		"more": string(good) + "{}", "a field": strings.Replace(string(good), `"id"`, `"name"`, 1),
	} {
		if err := os.WriteFile(r.store.Path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := kiosk.New(r.config(), r.door); err == nil || !strings.Contains(err.Error(), r.store.Path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
