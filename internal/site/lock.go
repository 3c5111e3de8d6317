package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// patience is how long to wait for somebody else who is issuing.
const patience = 10 * time.Second

// acquire holds the lock of a site until the file is closed, or its process
// ends in whatever way (flock(2)).
func (f folder) acquire() (*os.File, error) {
	lock, err := os.OpenFile(f.lock(), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is %w", string(f), ErrNotASite)
	}
	if err != nil {
		return nil, err
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			lock.Close()
			return nil, err
		}
		if time.Since(start) > patience {
			lock.Close()
			return nil, ErrBusy
		}
	}
}
