package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// memory is what a soak remembers of one finished step.
type memory struct {
	Step    string             `json:"step"`
	Tests   map[string]outcome `json:"tests"`
	Reasons map[string]string  `json:"reasons"`
	Seconds float64            `json:"seconds"`
}

// soak runs every step at full counts. A step that passed whole on this commit
// is not run again, so a soak can be stopped and started at will; changes that
// are not committed are tested, and nothing is remembered of them. With only, it
// runs the steps whose names begin so.
func soak(ctx context.Context, fuzztime time.Duration, only string) error {
	commit, err := describe(ctx)
	if err != nil {
		return err
	}
	fmt.Println("soak of commit", commit)
	steps, err := plan(ctx, fuzztime, true)
	if err != nil {
		return err
	}
	memories := filepath.Join(".cache", "soak", commit+"-"+fuzztime.String())
	all := newResults()
	for _, s := range steps {
		if !strings.HasPrefix(s.name, only) {
			continue
		}
		file := filepath.Join(memories, strings.NewReplacer("/", "_", " ", "_", ",", "").Replace(s.name)+".json")
		if done, err := recall(file); err != nil {
			return err
		} else if done != nil {
			fmt.Printf("== %s: done before in %.0f s\n", s.name, done.Seconds)
			all.merge(&results{tests: done.Tests, reasons: done.Reasons})
			continue
		}
		start := time.Now()
		one, err := s.run(ctx)
		if err != nil {
			return err
		}
		all.merge(one)
		done := &memory{s.name, one.tests, one.reasons, time.Since(start).Seconds()}
		if counts := one.count(); counts[failed]+counts[skipped] == 0 && !strings.HasSuffix(commit, "-dirty") {
			if err := done.keep(file); err != nil {
				return err
			}
		}
	}
	fmt.Println("soak of commit", commit)
	return all.report(os.Stdout, os.Getenv("CI") == "true")
}

// describe names the commit that the work tree is at, "-dirty" appended if the
// tree differs from it.
func describe(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").Output()
	if err != nil {
		return "", fmt.Errorf("git describe: %w", err)
	}
	return strings.TrimSpace(string(said)), nil
}

// recall reads a memory; nil if there is none.
func recall(file string) (*memory, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m memory
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s: %w; delete it to run its step again", file, err)
	}
	return &m, nil
}

// keep writes the memory in one piece.
func (m *memory) keep(file string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".partial", data, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".partial", file)
}
