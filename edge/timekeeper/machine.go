package timekeeper

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// bootID is where Linux names its boot (random(4)).
const bootID = "/proc/sys/kernel/random/boot_id"

// Machine is the clock of the machine that this runs on. [NewMachine] makes one.
type Machine struct{ boot string }

// NewMachine reads the name of this boot, which does not change.
func NewMachine() (Machine, error) {
	name, err := os.ReadFile(bootID)
	if err != nil {
		return Machine{}, fmt.Errorf("cannot tell one boot from another: %w", err)
	}
	return Machine{boot: strings.TrimSpace(string(name))}, nil
}

// Read is a method of [Clock]. It reads CLOCK_BOOTTIME (clock_gettime(2)),
// which nobody can set.
func (m Machine) Read() (Reading, error) {
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return Reading{}, err
	}
	return Reading{Wall: time.Now().Round(0).UTC(), Boot: m.boot, Up: time.Duration(up.Nano())}, nil
}
