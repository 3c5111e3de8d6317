package check

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
)

// TestTheNextPictureAtOnce: whoever sends the next picture as soon as a check says
// that it is done with the last finds all of it taken back.
func TestTheNextPictureAtOnce(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Now = time.Now })
	defer f.Close()
	f.engine = facetest.New(t, time.Now)
	f.o.Engine = f.engine
	f.lines.set(valid())
	c := f.begin(t, nil)
	if err := c.Choose(idcheck.ByFace, f.notice, c.order.Claims); err != nil {
		t.Fatal(err)
	}
	mine := of(1)
	if err := c.Document(t.Context(), bytes.Clone(mine)); err != nil {
		t.Fatal(err)
	}
	var people sync.WaitGroup
	for range 4 {
		people.Go(func() {
			for range 200 {
				changed := c.Changed()
				if c.State().Step == Ended {
					return
				}
				_ = c.Frame(t.Context(), []byte("no picture")) // it has to be refused, or busy
				select {
				case <-changed:
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	people.Wait()
	if s := c.State(); s.Step != Face || s.Busy {
		t.Errorf("it stands at %q, busy %v", s.Step, s.Busy)
	}
	c.mu.Lock()
	portrait := c.portrait
	c.mu.Unlock()
	if portrait == nil {
		t.Error("the portrait is gone")
	}
}
