package check

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
)

// TestChaos: whoever does whatever to one check at the same moment, it ends once and
// holds nothing then.
func TestChaos(t *testing.T) {
	defer goleak.VerifyNone(t)
	checks := 12
	if testing.Short() {
		checks = 3
	}
	f := newFixture(t, func(o *Options) { o.Now = time.Now })
	f.engine = facetest.New(t, time.Now)
	f.o.Engine = f.engine
	f.lines.set(valid())
	mine, other := of(1), faceOf(2)
	var all []*Check
	for range checks {
		c := f.begin(t, nil)
		all = append(all, c)
		var people sync.WaitGroup
		for range 6 {
			people.Go(func() {
				for range 12 {
					f.anything(t, c, mine, other)
				}
			})
		}
		people.Go(func() {
			time.Sleep(rand.N(40 * time.Millisecond))
			_ = c.Cancel()
		})
		people.Wait()
	}
	f.Close()
	if n := len(f.results()); n != checks {
		t.Errorf("%d results of %d checks", n, checks)
	}
	for _, c := range all {
		if left := f.leftOver(c); left != "" {
			t.Error("left over: " + left)
		}
	}
}

// anything does something to a check, allowed or not.
func (f *fixture) anything(t *testing.T, c *Check, mine, other []byte) {
	switch rand.N(10) {
	case 0:
		_ = c.Choose(idcheck.ByStaff, f.notice, c.order.Claims)
	case 1, 2:
		_ = c.Choose(idcheck.ByFace, f.notice, c.order.Claims)
	case 3, 4, 5:
		_ = c.Document(t.Context(), bytes.Clone(mine))
	case 6:
		_ = c.Frame(t.Context(), bytes.Clone(other))
	case 7:
		_ = c.Typed(valid())
	case 8:
		_ = c.Look("a", idcheck.Inconclusive)
	case 9:
		_ = c.State()
	}
}
