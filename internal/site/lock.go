package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// patience is how long to wait for somebody else who is issuing. A controller
// lets a station that is away hold it for less, see [SessionTime].
const patience = 30 * time.Second

// SessionTime is for how long a controller may hold a site for a station that
// is making a pass, so that whoever revokes does not wait in vain.
const SessionTime = 20 * time.Second

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
	return hold(lock, patience)
}

// acquire holds a lock that is made where there is none.
func acquire(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, secret)
	if err != nil {
		return nil, err
	}
	return hold(lock, patience)
}

// hold waits for its turn. After an error the file is closed.
func hold(lock *os.File, patience time.Duration) (*os.File, error) {
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
