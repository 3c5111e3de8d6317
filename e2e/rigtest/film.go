package rigtest

import (
	"context"
	"sync"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

// FrameTime is the time between two frames of a camera of fifteen a second.
const FrameTime = time.Second / 15

// Filming sends frames to a door for as long as the door asks for them.
type Filming struct {
	page *kiosktest.Page

	mu   sync.Mutex
	film [][]byte // guarded by mu
	sent func(at time.Time)
	stop context.CancelFunc
	done chan struct{}
}

// Point points the camera at what it sees from now on.
func (f *Filming) Point(film [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.film = film
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
			f.mu.Lock()
			film := f.film
			f.mu.Unlock()
			if len(film) == 0 || f.page.Mode() == "off" {
				continue
			}
			if f.sent != nil {
				f.sent(at)
			}
			if f.page.Frame(ctx, film[i%len(film)]) != nil {
				return
			}
		}
	}
}
