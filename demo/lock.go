package demo

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// hold locks the folder, so that one demo runs in it. The lock goes with the
// process that holds it.
func (f folder) hold() (release func(), err error) {
	file, err := os.OpenFile(f.lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%s: %w", f, ErrRunning)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}
