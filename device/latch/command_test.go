package latch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script writes an executable shell script.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

func TestCommand(t *testing.T) {
	did := filepath.Join(t.TempDir(), "did")
	t.Setenv("SECRET", "sesame")
	run := script(t, `echo "open $*" >> `+did+"\nenv | grep -v -E '^(PWD|SHLVL|_|OLDPWD)=' >> "+did+"\npwd >> "+did)
	lock := script(t, "echo lock >> "+did)
	l := openLatch(t, Config{
		Kind: KindCommand, Command: []string{run, "{ms}", "a b; touch /nowhere", "$SECRET"}, LockCommand: []string{lock},
	})
	if err := l.Unlatch(t.Context(), 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if want := "lock\nopen 1500 a b; touch /nowhere $SECRET\n/\nlock\n"; content(did) != want {
		t.Errorf("got %q, want %q", content(did), want)
	}
}

func TestCommandsThatFail(t *testing.T) {
	did := filepath.Join(t.TempDir(), "did")
	lock := script(t, "echo lock >> "+did)
	l := openLatch(t, Config{Kind: KindCommand, Command: []string{script(t, "exit 3")}, LockCommand: []string{lock}})
	if err := l.Unlatch(t.Context(), time.Second); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "status 3") {
		t.Error(err)
	}
	if content(did) != "lock\nlock\n" {
		t.Errorf("after a failure it was not locked: %q", content(did))
	}
	stuck := &command{run: []string{script(t, "exit 3")}, lock: []string{script(t, "exit 4")}, timeout: time.Minute}
	if err := stuck.Unlatch(t.Context(), time.Second); !errors.Is(err, ErrFailed) || !errors.Is(err, ErrStuck) {
		t.Error(err)
	}
	for _, c := range []Config{
		{Kind: KindCommand, Command: []string{"/nowhere/hook"}},
		{Kind: KindCommand, Command: []string{writeFile(t, "not a program")}},
		{Kind: KindCommand, Command: []string{"/tmp"}},
		{Kind: KindCommand, Command: []string{lock}, LockCommand: []string{script(t, "exit 4")}},
	} {
		if _, err := Open(c); err == nil {
			t.Errorf("opened %v", c.Command)
		}
	}
}

// TestHungCommand kills a command that does not end, with what it started.
func TestHungCommand(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	l := &command{run: []string{script(t, "sleep 600 & echo $$ $! > "+pids+"; wait")}, timeout: 300 * time.Millisecond}
	start := time.Now()
	if err := l.Unlatch(t.Context(), MinPulse); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "did not end") {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*time.Minute { // it would sleep for ten
		t.Errorf("it took %v", took)
	}
	for _, field := range strings.Fields(content(pids)) {
		eventually(t, "process "+field+" is dead", func() bool {
			stat, err := os.ReadFile("/proc/" + field + "/stat")
			return err != nil || strings.Contains(string(stat), ") Z ")
		})
	}
}
