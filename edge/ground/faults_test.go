package ground

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// TestFaults lets every change on the disk go wrong in each way while a bundle
// is taken that revokes a pass and brings another signer. After the next start
// the door has the old bundle or the new one, whole.
func TestFaults(t *testing.T) {
	for _, f := range durabletest.Faults() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			for step := 1; takeFault(t, step, f); step++ {
			}
		})
	}
}

func takeFault(t *testing.T, step int, f durabletest.Fault) bool {
	w := newWorld(t).join("")
	revoked, other := w.site.Pass(1), w.site.Pass(2)
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	must(t, g.Close())
	disk := &durabletest.Disk{}
	w.disk = disk
	g = w.start()
	w.site.Set(1, statuslist.Invalid)
	next := edgetest.Key(t)
	w.site.Others = []*ecdsa.PublicKey{&next.PublicKey}
	data := w.site.Bundle(2)
	disk.At, disk.Fault = disk.Steps+step, f
	before := disk.Steps
	err := durabletest.Attempt(func() error { return w.take(g, data) })
	if disk.Steps-before < step {
		return false
	}
	name := fmt.Sprintf("step %d (%v)", step, err)
	if f == durabletest.Failed || f == durabletest.Persisted {
		// The power is on: what was revoked is, whatever the disk says.
		wantReason(t, name, judge(t, g, revoked), pass.ReasonRevoked)
	}
	cut(g)
	w.afterFault(name, err, revoked, other)
	w.site.Signer, w.site.Others = next, nil
	g = w.start()
	must(t, w.take(g, data))
	must(t, w.take(g, w.site.Bundle(3)))
	cut(g)
	g = w.start()
	if n := g.Snapshot().Contents.Bundle.Number; n != 3 {
		t.Errorf("%s: then bundle %d", name, n)
	}
	cut(g)
	return true
}

// afterFault is the next start.
func (w *world) afterFault(name string, err error, revoked, other string) {
	w.t.Helper()
	w.disk = &durabletest.Disk{}
	w.clock.reboot()
	g := w.start()
	defer cut(g)
	s := g.Snapshot()
	if s.Contents == nil || s.Distrusted || !g.Basis().PlainOK {
		w.t.Fatalf("%s: the door does not open any more: %+v", name, s)
	}
	if bad := judge(w.t, g, other); bad != nil {
		w.t.Errorf("%s: %v", name, bad)
	}
	n := s.Contents.Bundle.Number
	if err == nil && n != 2 {
		w.t.Errorf("%s: bundle %d", name, n)
	}
	if bad := judge(w.t, g, revoked); (n == 2) != (bad != nil) {
		w.t.Errorf("%s: bundle %d and %v", name, n, bad)
	}
}

// gone is a disk that takes nothing any more once it is broken.
type gone struct {
	durable.Files
	broken bool
}

func (d *gone) Write(path string, data []byte, mode fs.FileMode) error {
	if d.broken {
		return durabletest.ErrFault
	}
	return d.Files.Write(path, data, mode)
}

// TestADiskThatIsGone: a bundle that counts and could not be kept is followed by
// a newer one only, although the marks know none but the last that was kept.
func TestADiskThatIsGone(t *testing.T) {
	w := newWorld(t)
	disk := &gone{Files: w.disk}
	w.disk = disk
	w.join("")
	revoked := w.site.Pass(1)
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	second := w.site.Bundle(2)
	w.site.Set(1, statuslist.Invalid)
	third := w.site.Bundle(3)
	disk.broken = true
	if err := w.take(g, third); !errors.Is(err, durabletest.ErrFault) {
		t.Fatalf("error %v", err)
	}
	if n := g.keeper.Held().Number; n != 1 || g.After() != 1 {
		t.Fatalf("bundle %d was kept, on a disk that is gone", n)
	}
	for name, of := range map[string]struct {
		data []byte
		want error
	}{
		"older":  {second, bundle.ErrOlder},
		"forked": {w.site.BundleOf(3, func(b *bundle.Bundle) { b.Name = "Fork" }), bundle.ErrFork},
	} {
		if err := w.take(g, of.data); !errors.Is(err, ErrRejected) || !errors.Is(err, of.want) {
			t.Errorf("%s: error %v", name, err)
		}
		if n := g.Snapshot().Contents.Bundle.Number; n != 3 {
			t.Errorf("%s: then bundle %d", name, n)
		}
		wantReason(t, name, judge(t, g, revoked), pass.ReasonRevoked)
	}
	disk.broken = false
	must(t, w.take(g, third)) // it is asked for again, since it was not kept
	if n := g.keeper.Held().Number; n != 3 {
		t.Errorf("bundle %d is kept", n)
	}
}

// TestTwoPowerCuts, one while a bundle is taken that brings another signer, and
// one while the first of that signer's is.
func TestTwoPowerCuts(t *testing.T) {
	for first := 1; ; first++ {
		whole := 0
		for second := 1; ; second++ {
			n, m := twoPowerCuts(t, first, second)
			if n < first {
				return
			}
			if whole = m; m < second {
				break
			}
		}
		if whole < 3 {
			t.Fatalf("the second bundle took %d steps", whole)
		}
	}
}

func twoPowerCuts(t *testing.T, first, second int) (n, m int) {
	w := newWorld(t).join("")
	w.site.Pass(1)
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	cut(g)
	next := edgetest.Key(t)
	w.site.Others = []*ecdsa.PublicKey{&next.PublicKey}
	data := w.site.Bundle(2)
	n = w.cutAt(first, data)
	w.disk = &durabletest.Disk{}
	g = w.start()
	if g.After() < 2 { // else it has it, and is given no second one
		must(t, w.take(g, data))
	}
	cut(g)
	w.site.Signer, w.site.Others = next, nil
	m = w.cutAt(second, w.site.Bundle(3))
	w.disk = &durabletest.Disk{}
	g = w.start()
	defer cut(g)
	if s := g.Snapshot(); s.Contents == nil || s.Distrusted {
		t.Errorf("cut at %d and at %d: %+v", first, second, s)
	}
	return n, m
}

// cutAt takes a bundle, with a power cut after a step; it returns how many steps
// there were.
func (w *world) cutAt(step int, data []byte) int {
	disk := &durabletest.Disk{}
	w.disk = disk
	g := w.start()
	defer cut(g)
	before := disk.Steps
	disk.At, disk.Fault = before+step, durabletest.CrashDone
	_ = durabletest.Attempt(func() error { return w.take(g, data) })
	return disk.Steps - before
}

// TestJoinFaults: a door has joined, or not.
func TestJoinFaults(t *testing.T) {
	for _, f := range durabletest.Faults() {
		for step := 1; ; step++ {
			w := newWorld(t)
			disk := &durabletest.Disk{At: step, Fault: f}
			err := durabletest.Attempt(func() error { return joinOn(w, disk) })
			if disk.Steps < step {
				break
			}
			w.disk = &durabletest.Disk{}
			g, bad := w.open()
			if err == nil && bad != nil {
				t.Errorf("%s, step %d: %v", f, step, bad)
			}
			if bad != nil { // not joined: it can be tried again
				w.join("")
				g = w.start()
			}
			cut(g)
		}
	}
}

// TestRevokedNeverComesBack: whatever happens to power, clock and disk, a door
// that had a bundle on its disk never decides with an older one, and a revoked
// pass does not open.
func TestRevokedNeverComesBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		w.disk = quick{}
		w.join("")
		text := w.site.Pass(1)
		first := w.site.Bundle(1)
		g := w.start()
		must(t, w.take(g, first))
		w.site.Set(1, statuslist.Invalid)
		second := w.site.Bundle(2)
		taken := false
		for range rapid.IntRange(1, testenv.Count(8, 40)).Draw(r, "acts") {
			switch rapid.IntRange(0, 5).Draw(r, "act") {
			case 0:
				cut(g)
				w.clock.reboot()
				g = w.start()
			case 1:
				w.clock.turn(time.Duration(rapid.IntRange(-2000, 20).Draw(r, "hours")) * time.Hour)
				g.minute()
			case 2:
				w.clock.pass(time.Duration(rapid.IntRange(0, 600).Draw(r, "minutes")) * time.Minute)
				g.minute()
			case 3:
				if err := w.take(g, first); err == nil && taken {
					r.Fatal("the old bundle was taken again")
				}
			case 4:
				if rapid.Bool().Draw(r, "whole") {
					must(t, w.take(g, second))
					taken = true
				} else if w.take(g, second[:len(second)-1]) == nil {
					r.Fatal("half a bundle was taken")
				}
			case 5:
				g.keeper.Distrust()
			}
			if err := judgeNow(t, g, text); taken && err == nil {
				r.Fatal("a revoked pass opens")
			}
		}
		cut(g)
	})
}

func joinOn(w *world, disk *durabletest.Disk) error {
	f, err := state.Open(w.dir, disk)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Join(w.site.Identity(""))
}

// judgeNow is judge for a door that may have no bundle.
func judgeNow(t *testing.T, g *Ground, text string) error {
	t.Helper()
	if g.Snapshot().Contents == nil {
		return &pass.Refusal{Reason: pass.ReasonBundleExpired}
	}
	return judge(t, g, text)
}
