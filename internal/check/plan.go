package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const module = "github.com/facelatch/facelatch"

// step is one run of go test.
type step struct {
	name   string   // for people, and the key under which a soak remembers it
	args   []string // after "go test"
	env    []string // on top of the environment
	verify func(r *results, out io.Writer)
}

// plan lists the steps: all tests as they are built for use, all tests under
// the race detector, then each fuzz target. A full plan repeats, in steps of
// their own, what counts differently there.
func plan(ctx context.Context, fuzztime time.Duration, full bool) ([]step, error) {
	targets, err := fuzzTargets(ctx)
	if err != nil {
		return nil, err
	}
	steps := []step{{
		name:   "all tests",
		args:   []string{"-count=1", "-timeout=30m", "./..."},
		env:    []string{"CGO_ENABLED=0"},
		verify: func(r *results, out io.Writer) { r.verifyCorpora(targets, out) },
	}}
	if why := noRace(); why != "" {
		fmt.Println("without the race detector:", why)
	} else {
		steps = append(steps, step{
			name: "all tests, race detector",
			// What is long without it has run already.
			args: []string{"-count=1", "-timeout=30m", "-race", "-short", "./..."},
			env:  []string{"CGO_ENABLED=1"},
		})
	}
	if full {
		long, err := longTests(ctx)
		if err != nil {
			return nil, err
		}
		steps = append(steps, long...)
	}
	for _, t := range targets {
		steps = append(steps, step{
			name: "fuzz " + strings.TrimPrefix(t.pkg, module+"/") + " " + t.name,
			args: []string{"-run=^$", "-fuzz=^" + t.name + "$", "-fuzztime=" + fuzztime.String(), "-timeout=30m", t.pkg},
			env:  []string{"CGO_ENABLED=0"},
		})
	}
	return steps, nil
}

// noRace returns why the race detector cannot be used, or "". It needs cgo, so
// a C compiler; the product itself is built without.
func noRace() string {
	if _, err := exec.LookPath("gcc"); err != nil {
		return "it needs gcc, which is missing"
	}
	return ""
}

// run runs the step and returns its outcomes. The error says that go test
// could not be run at all.
func (s step) run(ctx context.Context) (*results, error) {
	fmt.Printf("== %s\n", s.name)
	start := time.Now()
	r := newResults()
	var err error
	if strings.HasPrefix(s.name, "fuzz ") {
		err = s.fuzz(ctx, r)
	} else {
		err = s.test(ctx, r)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if s.verify != nil {
		s.verify(r, os.Stdout)
	}
	fmt.Printf("== %s: %.0f s\n", s.name, time.Since(start).Seconds())
	return r, nil
}

func (s step) test(ctx context.Context, r *results) error {
	command := s.command(ctx, "-json")
	pipe, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		return err
	}
	err = r.read(pipe, os.Stdout)
	waited := command.Wait()
	os.Stdout.Write(stderr.Bytes())
	if waited != nil && r.count()[failed] == 0 {
		r.set(s.name, failed) // go test failed in a way that no event told
	}
	return err
}

// command prepares go test. When ctx ends, the whole group of processes gets
// the interrupt, so that no test outlives make.
func (s step) command(ctx context.Context, first ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "go", append(append([]string{"test"}, first...), s.args...)...)
	command.Env = append(os.Environ(), s.env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGINT) }
	command.WaitDelay = 10 * time.Second
	return command
}
