package latch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// commandTimeout is how much longer than the pulse a command may run.
const commandTimeout = 3 * time.Second

// command is a latch that a program moves. The program times the pulse, either
// in a device or by not ending before the pulse does.
type command struct {
	run     []string
	lock    []string // may be empty
	timeout time.Duration
}

func openCommand(c Config) (Latch, error) {
	l := &command{c.Command, c.LockCommand, commandTimeout}
	if err := l.Check(context.Background()); err != nil {
		return nil, err
	}
	if err := l.runLock(); err != nil {
		return nil, fmt.Errorf("the latch cannot be locked: %w", err)
	}
	return l, nil
}

func (l *command) Unlatch(ctx context.Context, pulse time.Duration) error {
	args := make([]string, len(l.run))
	for i, a := range l.run {
		args[i] = fill(a, pulse)
	}
	err := execute(ctx, args, pulse+l.timeout)
	if err != nil {
		if lockErr := l.runLock(); lockErr != nil {
			return fmt.Errorf("%w, and then: %w", err, lockErr)
		}
	}
	return err
}

func (l *command) runLock() error {
	if len(l.lock) == 0 {
		return nil
	}
	if err := execute(context.Background(), l.lock, l.timeout); err != nil {
		return fmt.Errorf("%w: %w", ErrStuck, err)
	}
	return nil
}

// execute runs a program without a shell, environment, input or output, in a
// group of its own, which is killed when the time is over.
func execute(ctx context.Context, args []string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err := cmd.Run()
	if err != nil && cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: the command did not end within %v", ErrFailed, within)
	}
	if err != nil {
		return fmt.Errorf("%w: the command failed: %w", ErrFailed, err)
	}
	return nil
}

// Check says whether the programs are there and may be run.
func (l *command) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	for _, args := range [][]string{l.run, l.lock} {
		if len(args) == 0 {
			continue
		}
		info, err := os.Stat(args[0])
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFailed, err)
		}
		if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			return fmt.Errorf("%w: %s is not a program", ErrFailed, args[0])
		}
	}
	return nil
}

func (l *command) Close() error { return l.runLock() }
