package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// noFilter is the exit code of watched where the kernel gives no filter.
const noFilter = 99

// watched runs facelatch with its arguments under a filter of the kernel that
// ends it with SIGSYS as soon as it opens a socket or opens a file for writing,
// or makes, renames or removes one: what it could not do has left no trace.
func watched() {
	runtime.LockOSThread() // the filter belongs to the thread that calls exec
	program, err := exec.LookPath("facelatch")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := watch(); err != nil {
		fmt.Fprintln(os.Stderr, "no filter:", err)
		os.Exit(noFilter)
	}
	err = syscall.Exec(program, append([]string{"facelatch"}, os.Args[1:]...), os.Environ())
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// canWatch returns whether there are such filters. It asks without installing
// one: a null pointer is a fault only where the call is known (seccomp(2)).
func canWatch() bool {
	return errors.Is(unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, 0, 0, 0), unix.EFAULT)
}

// watch installs the filter: a program of classic BPF that sees each system
// call as struct seccomp_data (seccomp(2)).
func watch() error {
	const (
		number, flags = 0, 16 + 2*8 // of the call, and the third argument's lower half
		load          = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal         = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		set           = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		ret           = unix.BPF_RET | unix.BPF_K
		writing       = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC | unix.O_APPEND
	)
	allow := unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW}
	kill := unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_KILL_PROCESS}
	program := []unix.SockFilter{{Code: load, K: number}}
	for _, call := range []uint32{
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_OPENAT2, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2,
		unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_MKDIRAT, unix.SYS_MKNODAT, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE,
	} {
		program = append(program, unix.SockFilter{Code: equal, K: call, Jf: 1}, kill)
	}
	program = append(
		program,
		unix.SockFilter{Code: equal, K: unix.SYS_OPENAT, Jt: 1}, allow,
		unix.SockFilter{Code: load, K: flags},
		unix.SockFilter{Code: set, K: writing, Jf: 1}, kill, allow,
	)
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
}
