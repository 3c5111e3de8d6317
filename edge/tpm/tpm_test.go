package tpm

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"

	"github.com/facelatch/facelatch/internal/testenv"
)

// emulator starts a TPM in software, and returns where it listens and what ends
// it. What it keeps is in dir.
func emulator(t *testing.T, dir string) (path string, stop func()) {
	t.Helper()
	program, err := exec.LookPath("swtpm")
	if err != nil {
		testenv.Missing(t, "swtpm is not installed")
	}
	// Paths of sockets are short.
	sockets, err := os.MkdirTemp("", "tpm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(sockets) })
	path = filepath.Join(sockets, "s")
	c := exec.Command(program, "socket", "--tpm2", "--tpmstate", "dir="+dir,
		"--server", "type=unixio,path="+path, "--ctrl", "type=unixio,path="+path+".ctrl", "--flags", "not-need-init,startup-clear")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			c.Process.Kill()
			c.Wait()
		}
	}
	t.Cleanup(stop)
	for range 6000 {
		if listens(path) {
			return path, stop
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("swtpm does not listen")
	return "", nil
}

// listens returns whether somebody listens on a socket: its file is there a moment
// before (proc_net(5): the flag is that of a listening socket). To try it would
// be the one connection that the emulator takes.
func listens(path string) bool {
	sockets, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(sockets)) {
		if f := strings.Fields(line); len(f) == 8 && f[7] == path && f[3] == "00010000" {
			return true
		}
	}
	return false
}

func open1(t *testing.T, path string) *Counter {
	t.Helper()
	c, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func value(t *testing.T, c *Counter) uint64 {
	t.Helper()
	n, err := c.Value()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCounter(t *testing.T) {
	dir := t.TempDir()
	path, stop := emulator(t, dir)
	c := open1(t, path)
	first := value(t, c)
	for i := range uint64(3) {
		if n, err := c.Increment(); err != nil || n != first+1+i {
			t.Fatalf("counted to %d, %v", n, err)
		}
	}
	if n := value(t, open1(t, path)); n != first+3 {
		t.Errorf("opened again: %d, want %d", n, first+3)
	}
	stop()
	path, _ = emulator(t, dir)
	if n := value(t, open1(t, path)); n != first+3 {
		t.Errorf("after a power cut: %d, want %d", n, first+3)
	}
}

// TestTakingTheCounterAwayBuysNothing: a new one begins above the old one.
func TestTakingTheCounterAwayBuysNothing(t *testing.T) {
	path, _ := emulator(t, t.TempDir())
	c := open1(t, path)
	for range 5 {
		if _, err := c.Increment(); err != nil {
			t.Fatal(err)
		}
	}
	before := value(t, c)
	_, index := c.handles()
	_, err := tpm2.NVUndefineSpace{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: tpm2.PasswordAuth(nil)}, NVIndex: index,
	}.Execute(c.device)
	if err != nil {
		t.Fatal(err)
	}
	if n := value(t, open1(t, path)); n <= before {
		t.Errorf("a new counter begins at %d, the old one was at %d", n, before)
	}
}

func TestSomethingElseInItsPlace(t *testing.T) {
	path, _ := emulator(t, t.TempDir())
	c := open1(t, path)
	_, index := c.handles()
	owner := tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: tpm2.PasswordAuth(nil)}
	if _, err := (tpm2.NVUndefineSpace{AuthHandle: owner, NVIndex: index}).Execute(c.device); err != nil {
		t.Fatal(err)
	}
	other := attributes()
	other.NT = tpm2.TPMNTOrdinary
	_, err := tpm2.NVDefineSpace{AuthHandle: owner, PublicInfo: tpm2.New2B(tpm2.TPMSNVPublic{
		NVIndex: Index, NameAlg: tpm2.TPMAlgSHA256, Attributes: other, DataSize: 8,
	})}.Execute(c.device)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrTPM) {
		t.Errorf("error %v", err)
	}
}

func TestATPMThatIsGone(t *testing.T) {
	path, stop := emulator(t, t.TempDir())
	c := open1(t, path)
	stop()
	if _, err := c.Value(); !errors.Is(err, ErrTPM) {
		t.Errorf("error %v", err)
	}
	if _, err := c.Increment(); !errors.Is(err, ErrTPM) {
		t.Errorf("error %v", err)
	}
}

func TestFind(t *testing.T) {
	if c, err := Find("off"); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := os.Stat(Default); err != nil {
		if c, err := Find("auto"); c != nil || err != nil {
			t.Errorf("%v, %v", c, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "not"} {
		if _, err := Find(path); !errors.Is(err, ErrTPM) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
