package camera

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// How a driver starts again. A camera that comes back is seen within 5 s: at
// most mostPause, and what the camera takes to send its first frame.
const (
	firstPause = 250 * time.Millisecond
	mostPause  = 1500 * time.Millisecond
	// A connection without a frame for this long is given up. Watch has said
	// Dead before.
	firstFrameWithin = 8 * time.Second
	nextFrameWithin  = 3 * time.Second
)

// driver runs a session with a camera again and again, until it is closed.
type driver struct {
	*mailbox
	first, next time.Duration // how long to wait for a frame
	cancel      context.CancelFunc
	done        chan struct{}
}

// session connects to a camera and gives each frame to sink, until the context
// ends or something fails. It owns nothing when it returns.
type session func(ctx context.Context, m *mailbox, sink func(*Frame)) error

func start(s session) *driver { return startWithin(s, firstFrameWithin, nextFrameWithin) }

func startWithin(s session, first, next time.Duration) *driver {
	ctx, cancel := context.WithCancel(context.Background())
	d := &driver{newMailbox(), first, next, cancel, make(chan struct{})}
	go d.run(ctx, s)
	return d
}

func (d *driver) run(ctx context.Context, s session) {
	defer close(d.done)
	pause := firstPause
	for ctx.Err() == nil {
		frames, err := d.once(ctx, s)
		if ctx.Err() != nil {
			return
		}
		d.fail(err)
		if frames > 0 {
			pause = firstPause
		}
		sleep(ctx, jitter(pause))
		pause = min(2*pause, mostPause)
	}
}

// once runs one session, which ends when frames stop coming.
func (d *driver) once(ctx context.Context, s session) (frames int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("%w: it sends no frames", ErrLost)
	alarm := time.AfterFunc(d.first, func() { cancel(stalled) })
	defer alarm.Stop()
	err = s(ctx, d.mailbox, func(f *Frame) {
		alarm.Reset(d.next)
		frames++
		d.put(f)
	})
	if context.Cause(ctx) == stalled {
		err = stalled
	}
	if err == nil {
		err = ErrLost
	}
	return frames, err
}

// Close ends the session, and waits for it.
func (d *driver) Close() error {
	d.close()
	d.cancel()
	<-d.done
	return nil
}

// jitter spreads what many doors do at the same moment, by a fifth each way.
func jitter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
