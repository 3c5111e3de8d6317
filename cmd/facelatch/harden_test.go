package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestPromise1NoCrashDump: what is in memory does not get out of it.
func TestPromise1NoCrashDump(t *testing.T) {
	if err := harden(); err != nil {
		t.Fatal(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || dumpable != 0 {
		t.Errorf("dumpable %d (%v)", dumpable, err)
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core.Cur != 0 || core.Max != 0 {
		t.Errorf("core dumps of %d bytes (%v)", core.Cur, err)
	}
}
