package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// NPM fetches packages with npm, the ordinary client of their registry.
type NPM struct {
	PackageJSON []byte // contents of package.json
	Lock        []byte // contents of package-lock.json, with a SHA-512 for each package
	// Progress is called about once a second with the seconds since the start
	// and the megabytes that were unpacked so far.
	Progress func(seconds, megabytes int)
}

// Fetch installs the packages into dir/node_modules without running any of
// their scripts. Its errors wrap ErrPrerequisite if npm or Node.js is missing;
// otherwise they hold what npm said.
func (n NPM) Fetch(ctx context.Context, dir string) error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%w: %s is missing; on Debian: sudo apt-get install nodejs npm", ErrPrerequisite, program)
		}
	}
	for name, data := range map[string][]byte{"package.json": n.PackageJSON, "package-lock.json": n.Lock} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	command := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	command.Dir = dir
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 5 * time.Second
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		n.watch(dir, done)
	}()
	said, err := command.CombinedOutput()
	close(done)
	<-stopped
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("npm could not fetch the packages (%w); if the network was away, run it again. npm said:\n%s", err, brief(string(said)))
	}
	return nil
}

// brief returns the first lines of what npm said, without JavaScript's own
// traces of where it was said.
func brief(said string) string {
	var lines []string
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\n")
		if trace := strings.TrimSpace(strings.TrimPrefix(line, "npm error")); trace != "" && !strings.HasPrefix(trace, "at ") {
			lines = append(lines, "  "+line)
		}
	}
	return strings.Join(lines[:min(len(lines), 8)], "\n")
}

// watch calls Progress about once a second until done is closed.
func (n NPM) watch(dir string, done <-chan struct{}) {
	start := time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			n.Progress(int(time.Since(start).Seconds()), int(sizeOf(dir)>>20))
		}
	}
}

// sizeOf returns the bytes of all files below dir. npm moves files while it
// works, so what vanishes on the way is not counted.
func sizeOf(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return fs.SkipDir
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
