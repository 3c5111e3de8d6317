package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/device/camera"
)

// perFrame is how far the door's time goes on with each frame that was used.
const perFrame = 50 * time.Millisecond

// lens is the tablet's camera as the session sees it. The door's time goes on
// with the frames that were used, so that it does not matter how fast the
// machine is, and what frames held is kept, to see that it was wiped.
type lens struct {
	*camera.Pushed
	used    func()
	dropped func() // before a frame is dropped

	mu    sync.Mutex
	out   *camera.Frame // guarded by mu, as are those below: the last that was handed out
	taken int           // how many were
	held  [][]byte      // what was in them
	ahead time.Duration // how much later than now they say that they were taken
}

func newLens(used func()) *lens {
	// An hour: a camera is not dead because a test had to wait for the processor.
	return &lens{Pushed: camera.NewPushed(), used: used, dropped: func() {}, ahead: time.Hour}
}

// Next is a method of [camera.Source].
func (l *lens) Next(ctx context.Context) (*camera.Frame, error) {
	l.mu.Lock()
	before := l.out
	l.out = nil
	l.mu.Unlock()
	if before != nil {
		l.used()
	}
	f, err := l.Pushed.Next(ctx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = f
	l.taken++
	l.held = append(l.held, f.JPEG)
	f.At = f.At.Add(l.ahead)
	return f, nil
}

// Drop is what an order to forget does.
func (l *lens) Drop() {
	l.dropped()
	l.Pushed.Drop()
}

// takenFrom is when frames say that they were taken, counted from now.
func (l *lens) takenFrom(ahead time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead = ahead
}

// frames is how many were handed out, and whether all of them were used.
func (l *lens) frames() (n int, used bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken, l.out == nil
}

// keep has something looked at when all is over, too.
func (l *lens) keep(pixels []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, pixels)
}

// left is how many of all that was kept is not wiped. Nothing may run any more.
func (l *lens) left() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, pixels := range l.held {
		if slices.ContainsFunc(pixels, func(b byte) bool { return b != 0 }) {
			n++
		}
	}
	return n
}
