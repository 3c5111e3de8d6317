package site

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// patience is how long to wait for somebody else who is at work at a station.
const patience = 30 * time.Second

// acquire holds a lock, which is made where there is none, until the file is
// closed, or its process ends in whatever way (flock(2)).
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
