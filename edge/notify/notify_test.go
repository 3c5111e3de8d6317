package notify

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// manager is where systemd would listen.
func manager(t *testing.T) *net.UnixConn {
	t.Helper()
	dir, err := os.MkdirTemp("", "n") // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return c
}

func next(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 100)
	n, err := c.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:n])
}

func TestStates(t *testing.T) {
	c := manager(t)
	for want, say := range map[string]func() error{"READY=1": Ready, "STOPPING=1": Stopping} {
		if err := say(); err != nil {
			t.Fatal(err)
		}
		if got := next(t, c); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	if err := Ready(); err != nil {
		t.Error(err)
	}
	if err := Alive(t.Context(), func(context.Context) bool { return true }); err != nil {
		t.Error(err)
	}
}

func TestWatchdog(t *testing.T) {
	c := manager(t)
	t.Setenv("WATCHDOG_USEC", "30000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	ended := make(chan error)
	go func() {
		ended <- Alive(ctx, func(context.Context) bool { asked++; return asked != 2 })
	}()
	for range 3 {
		if got := next(t, c); got != "WATCHDOG=1" {
			t.Errorf("said %q", got)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if asked < 4 {
		t.Errorf("asked %d times for 3 signs of life, one of which was refused", asked)
	}
}
