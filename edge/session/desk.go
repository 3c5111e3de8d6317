package session

import (
	"sync"

	"github.com/facelatch/facelatch/door"
)

// desk is where the machine leaves what is to be done with the next frame, for
// the goroutine that has the camera.
type desk struct {
	mu    sync.Mutex
	codes bool         // guarded by mu: codes are to be looked for
	order *door.LookAt // guarded by mu: nil where no face is to be looked at
	busy  sync.Mutex   // held while a frame is looked at
}

func (d *desk) read(codes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.codes = codes
}

func (d *desk) look(o door.LookAt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.order = &o
}

// clear takes the order to look away, and returns when nobody looks any more.
func (d *desk) clear() {
	d.mu.Lock()
	d.order = nil
	d.mu.Unlock()
	d.busy.Lock()
	defer d.busy.Unlock()
}

// reads returns whether codes are to be looked for.
func (d *desk) reads() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.codes
}

// waits returns the order to look, if there is one.
func (d *desk) waits() *door.LookAt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.order
}

// take takes the order that a frame is looked at for. From then on until done,
// clear waits. It fails if the order was taken away in between.
func (d *desk) take(o *door.LookAt) bool {
	d.busy.Lock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.order != o {
		d.busy.Unlock()
		return false
	}
	d.order = nil
	return true
}

func (d *desk) done() { d.busy.Unlock() }
