package state

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Peek returns a folder for reading alone, whoever has it, and whether somebody
// does. Nothing of it may be written, and it needs no Close.
func Peek(dir string) (f *Folder, taken bool) {
	f = &Folder{dir: dir}
	lock, err := os.Open(f.path("lock"))
	if err != nil {
		return f, false
	}
	defer lock.Close()
	// A shared lock keeps nobody out who starts at this moment for longer than
	// this takes.
	err = unix.Flock(int(lock.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	return f, errors.Is(err, unix.EWOULDBLOCK)
}
