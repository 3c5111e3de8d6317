package controllertest

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of the times in proc_pid_stat(5): Linux has had no other on the
// machines that this runs on.
const tick = 10 * time.Millisecond

// Processor is what a process has used of the processors so far, by itself and by
// the kernel for it; zero for one that is gone.
func Processor(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name, in parentheses, can have anything in it.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	mine, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	kernel, _ := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(mine+kernel) * tick
}

// resident is the memory of a process, in bytes.
func resident(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(data, []byte("VmRSS:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseInt(string(fields[0]), 10, 64)
	return kb << 10
}
