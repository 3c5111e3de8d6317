package rigtest

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

// FrameTime is the time between two frames of a camera of fifteen a second.
const FrameTime = time.Second / 15

// Filming sends frames to a door for as long as the door asks for them.
type Filming struct {
	page *kiosktest.Page

	mu    sync.Mutex
	film  [][]byte       // guarded by mu
	began chan time.Time // guarded by mu: gets the time of the film's first frame
	sent  func(at time.Time)
	stop  context.CancelFunc
	done  chan struct{}
}

// Point points the camera at what it sees from now on. The channel gets the time
// at which the first frame of that left, or nothing if none ever did.
func (f *Filming) Point(film [][]byte) (began <-chan time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.film, f.began = film, make(chan time.Time, 1)
	return f.began
}

// next returns a frame, or nil if there is nothing to film, for the time of its
// leaving.
func (f *Filming) next(i int, at time.Time) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.film) == 0 || f.page.Mode() == "off" {
		return nil
	}
	if f.began != nil {
		f.began <- at
		f.began = nil
	}
	return stamped(f.film[i%len(f.film)], uint64(i))
}

// stamped is a JPEG with a number in a comment after its first marker, so that no
// two frames of a film that begins again are alike: the door would say that its
// camera is replayed.
func stamped(jpeg []byte, i uint64) []byte {
	comment := binary.BigEndian.AppendUint64([]byte{0xff, 0xfe, 0, 10}, i)
	return slices.Concat(jpeg[:2], comment, jpeg[2:])
}

// Film films until Stop. sent, which may be nil, is called as each frame leaves.
func Film(page *kiosktest.Page, sent func(at time.Time)) *Filming {
	ctx, cancel := context.WithCancel(context.Background())
	f := &Filming{page: page, sent: sent, stop: cancel, done: make(chan struct{})}
	go f.run(ctx)
	return f
}

// Stop stops filming.
func (f *Filming) Stop() {
	f.stop()
	<-f.done
}

func (f *Filming) run(ctx context.Context) {
	defer close(f.done)
	every := time.NewTicker(FrameTime)
	defer every.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-f.page.Done():
			return
		case at := <-every.C:
			frame := f.next(i, at)
			if frame == nil {
				continue
			}
			if f.sent != nil {
				f.sent(at)
			}
			if f.page.Frame(ctx, frame) != nil {
				return
			}
		}
	}
}
