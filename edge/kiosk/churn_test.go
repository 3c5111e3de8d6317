package kiosk_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/internal/testenv"
)

// A tablet that comes and goes, while the door changes its mind, leaves the
// events in order and nothing behind.
func TestChurn(t *testing.T) {
	r := start(t)
	k := r.paired()
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			r.server.Show(kiosk.Screen{Key: strconv.Itoa(i)})
			r.server.WantFrames([]kiosk.FrameMode{kiosk.NoFrames, kiosk.LookFrames, kiosk.CodeFrames}[i%3], 15, 1280)
			_ = r.server.State()
			runtime.Gosched()
		}
	})
	visits := testenv.Count(30, 1000)
	for i := range visits {
		p := r.connect(k)
		for range 5 {
			_ = p.Frame(ctx, jpeg(640, 480, 20_000, 1)) // it may be cut, or not
		}
		p.Close()
		r.until("it is gone", func() bool { return !r.server.State().Connected && r.server.State().Losses == i+1 })
	}
	stop()
	wait.Wait()
	events := r.door.all()
	for i, e := range events {
		_, connected := e.(kiosk.Connected)
		if connected != (i%2 == 0) {
			t.Fatalf("event %d is %T", i, e)
		}
	}
	if len(events) != 2*visits {
		t.Errorf("%d events of %d visits", len(events), visits)
	}
}
