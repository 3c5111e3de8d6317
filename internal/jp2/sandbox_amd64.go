package jp2

import "golang.org/x/sys/unix"

const architecture = unix.AUDIT_ARCH_X86_64

// deadlyHere and deniedHere are the calls that newer architectures do not have.
func deadlyHere() []uint32 {
	return []uint32{
		unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_UNLINK, unix.SYS_RENAME, unix.SYS_LINK, unix.SYS_SYMLINK,
		unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_MKNOD, unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_CREAT,
	}
}

func deniedHere() []uint32 { return []uint32{unix.SYS_OPEN} }
