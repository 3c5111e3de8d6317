package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"
)

// grace is how long a process has to stop before it is killed.
const grace = 10 * time.Second

// ErrStopped is returned when a part of the demo ended by itself.
var ErrStopped = errors.New("a part of the demo has stopped")

// command runs the program to its end and returns what it printed.
func (c Config) command(ctx context.Context, args ...string) (string, error) {
	var out, errs bytes.Buffer
	run := exec.CommandContext(ctx, c.Program, args...)
	run.Stdout, run.Stderr = &out, &errs
	if err := run.Run(); err != nil {
		return "", fmt.Errorf("facelatch %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// processes are the parts that keep running.
type processes struct {
	config Config
	wait   sync.WaitGroup
	ended  chan error // one for each that ended
	cancel context.CancelFunc
	ctx    context.Context // the life of the processes is that of this value
}

func (c Config) processes(ctx context.Context, most int) *processes {
	ctx, cancel := context.WithCancel(ctx)
	return &processes{config: c, ctx: ctx, cancel: cancel, ended: make(chan error, most)}
}

// start starts a part and returns once it has printed a line that begins with
// ready. A part for which until is not nil speaks to the terminal itself, if there
// is one, and is ready when until says so.
func (p *processes) start(name, ready string, until func() bool, args ...string) error {
	run := exec.CommandContext(p.ctx, p.config.Program, args...)
	// If this program is killed the parts end as well. The signal comes when the
	// thread that started them ends; Go ends no thread that was not locked.
	run.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	run.Cancel = func() error { return run.Process.Signal(syscall.SIGTERM) }
	run.WaitDelay = grace
	logs, err := os.OpenFile(filepath.Join(folder(p.config.Data).logs(), name+".log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	run.Stderr = logs
	pipe, writer := io.Pipe()
	run.Stdout = writer
	terminal := terminalOf(p.config.Out)
	if terminal != nil && until != nil {
		run.Stdout = terminal // the door's latch for trying out speaks to people only
	}
	if err := run.Start(); err != nil {
		logs.Close()
		return err
	}
	seen := make(chan struct{})
	p.wait.Go(func() { p.follow(name, ready, pipe, seen) })
	p.wait.Go(func() {
		err := run.Wait()
		writer.Close()
		logs.Close()
		p.ended <- fmt.Errorf("%w: %s (%v); see %s", ErrStopped, name, err, logs.Name())
	})
	if run.Stdout == terminal && terminal != nil {
		go waitFor(p.ctx, until, seen)
	}
	select {
	case <-seen:
		return nil
	case err := <-p.ended:
		return err
	case <-time.After(time.Minute):
		return fmt.Errorf("%w: %s was not ready within a minute; see %s", ErrStopped, name, logs.Name())
	}
}

// terminalOf returns the terminal that out is, or nil.
func terminalOf(out io.Writer) *os.File {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// waitFor closes seen once until is true.
func waitFor(ctx context.Context, until func() bool, seen chan struct{}) {
	for ctx.Err() == nil {
		if until() {
			close(seen)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// follow shows what a part says after its line of readiness, at which it closes
// seen. It goes to the terminal and into no file.
func (p *processes) follow(name, ready string, from io.Reader, seen chan struct{}) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	announced := false
	for lines.Scan() {
		if announced || p.config.Verbose {
			fmt.Fprintf(p.config.Out, "%s: %s\n", name, lines.Text())
		}
		if !announced && strings.HasPrefix(lines.Text(), ready) {
			announced = true
			close(seen)
		}
	}
	io.Copy(io.Discard, from) //nolint:errcheck // the process must not block on a line that is too long
}

// stop ends all parts, in peace if they let us.
func (p *processes) stop() {
	p.cancel()
	p.wait.Wait()
}
