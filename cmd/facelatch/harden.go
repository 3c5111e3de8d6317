package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// harden sees to it that no other program of this user can read this one's
// memory, and that it leaves none behind if it is killed.
func harden() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("cannot close this program's memory to others: %w", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("cannot turn core dumps off: %w", err)
	}
	return nil
}
