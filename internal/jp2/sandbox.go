package jp2

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Limits of a child. Memory is address space: the Go runtime and the library's
// code have about 1.3 GB of it, nearly all of it reserved and never used.
const (
	maxSeconds = 8
	maxMemory  = 2 << 30
)

// shutIn gives up what decoding does not need: files, sockets, other programs, and
// privileges. It cannot be undone.
func shutIn() error {
	for resource, limit := range map[int]uint64{
		unix.RLIMIT_CPU: maxSeconds, unix.RLIMIT_AS: maxMemory, unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0,
	} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit: %w", err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return filter()
}

// Where struct seccomp_data has its members (seccomp(2)).
const (
	numberAt = 0
	archAt   = 4
)

// deadly are the system calls of which each ends the process: nothing that decodes
// a picture makes one.
func deadly() []uint32 {
	return []uint32{
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_SENDTO, unix.SYS_SENDMSG,
		unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV,
		unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_MKDIRAT,
		unix.SYS_MKNODAT, unix.SYS_TRUNCATE, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE, unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT,
		unix.SYS_MOUNT, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT, unix.SYS_BPF,
		unix.SYS_PERF_EVENT_OPEN, unix.SYS_IO_URING_SETUP, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY,
		unix.SYS_MEMFD_CREATE, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_PIDFD_GETFD,
	}
}

// filter installs a program of classic BPF on all threads. Calls of another
// architecture's numbering end the process as well. Opening a file fails with an
// error and no more, because the Go runtime tries it now and then.
func filter() error {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K
	)
	kill := unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_KILL_PROCESS}
	deny := unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)}
	program := []unix.SockFilter{
		{Code: load, K: archAt},
		{Code: equal, K: architecture, Jt: 1},
		kill,
		{Code: load, K: numberAt},
		{Code: least, K: 0x40000000, Jf: 1},
		kill, // x32 on amd64
	}
	for _, call := range append(deadly(), deadlyHere()...) {
		program = append(program, unix.SockFilter{Code: equal, K: call, Jf: 1}, kill)
	}
	for _, call := range append([]uint32{unix.SYS_OPENAT, unix.SYS_OPENAT2}, deniedHere()...) {
		program = append(program, unix.SockFilter{Code: equal, K: call, Jf: 1}, deny)
	}
	program = append(program, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW})
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("filter: %w", errno)
	}
	return nil
}
