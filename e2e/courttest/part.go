package courttest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Part is a process of a court.
type Part struct {
	t    testing.TB
	cmd  *exec.Cmd
	said printed
	done chan struct{}
	err  error // how it ended; read after done
}

// printed is what a process has printed so far.
type printed struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// start starts a part on a disk, where what it prints is appended to a log, as by a
// journal.
func (c *Court) start(disk, name string, args ...string) *Part {
	c.t.Helper()
	log, err := os.OpenFile(filepath.Join(c.logs(disk), name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(c.t, err)
	p := &Part{t: c.t, cmd: exec.Command(c.program, args...), done: make(chan struct{})}
	p.cmd.Env = c.environment(disk)
	// A journal that cannot be written is nothing to whom it is of.
	both := io.MultiWriter(&p.said, deaf{log})
	p.cmd.Stdout, p.cmd.Stderr = both, both
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(c.t, p.cmd.Start())
	go func() {
		defer close(p.done)
		p.err = p.cmd.Wait()
		log.Close()
	}()
	c.t.Cleanup(func() { p.Kill() })
	return p
}

// logs is the folder of the logs of a disk.
func (c *Court) logs(disk string) string {
	dir := filepath.Join(disk, "log")
	must(c.t, os.MkdirAll(dir, 0o700))
	return dir
}

// deaf loses what cannot be written.
type deaf struct{ to io.Writer }

func (d deaf) Write(b []byte) (int, error) {
	_, _ = d.to.Write(b)
	return len(b), nil
}

// Said is what it has printed so far.
func (p *Part) Said() string { return p.said.String() }

// PID is that of the process.
func (p *Part) PID() int { return p.cmd.Process.Pid }

// Await waits until it has printed something.
func (p *Part) Await(text string) {
	p.t.Helper()
	for end := time.Now().Add(Patience); !strings.Contains(p.Said(), text); time.Sleep(20 * time.Millisecond) {
		if p.Gone() {
			p.t.Fatalf("it ended: %v\n%s", p.err, p.Said())
		}
		if time.Now().After(end) {
			p.t.Fatalf("it never said %q:\n%s", text, p.Said())
		}
	}
}

// Gone says whether it has ended.
func (p *Part) Gone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Stop ends it as a service is stopped, and returns how it ended.
func (p *Part) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(Patience):
		p.Kill()
	}
	return p.err
}

// Kill ends it at once.
func (p *Part) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}
