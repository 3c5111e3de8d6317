package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/session"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestLatency opens the door for one holder after another, and checks that each
// showing went through its stages in their order: so that what `go run ./bench
// door` times is what a door does. The times are printed, and not judged here.
func TestLatency(t *testing.T) {
	r, ctx := newStandingRig(t)
	holders, err := r.Holders(testenv.Faces(t), testenv.Count(2, 12))
	if err != nil {
		t.Fatal(err)
	}
	for _, pageReads := range []bool{false, true} {
		watch := &rigtest.Stopwatch{}
		r.Latch = latchtest.Play()
		r.Options.Latch, r.Options.Trace, r.Options.ReadCodes = r.Latch, watch.Mark, !pageReads
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if err := r.UpToDate(ctx); err != nil {
			t.Fatal(err)
		}
		timeShowings(t, ctx, rigtest.Lane{Rig: r, Watch: watch, Holders: holders, PageReads: pageReads})
		if err := r.StopDoor(); err != nil {
			t.Fatal(err)
		}
	}
}

func timeShowings(t *testing.T, ctx context.Context, lane rigtest.Lane) {
	t.Helper()
	var total []time.Duration
	runs, late := testenv.Count(2, 500), 0
	err := lane.Run(ctx, runs, func(took rigtest.Timing) {
		if !took.Opened { // a machine that has no time for eight seconds
			late++
			t.Logf("not opened: %v", took.Order)
			return
		}
		if !inOrder(took.Order) {
			t.Errorf("stages out of their order: %v", took.Order)
		}
		total = append(total, took.Total)
	})
	if err != nil {
		t.Fatal(err)
	}
	if late > runs/2 {
		t.Errorf("%d of %d were not let in", late, runs)
	}
	if n := lane.Rig.Latch.Opened(); n != len(total) {
		t.Errorf("the latch was released %d times in %d showings that opened", n, len(total))
	}
	t.Logf("%d showings, codes read by the page: %v; median %v, 99th percentile %v", len(total), lane.PageReads, rigtest.Quantile(total, 0.5), rigtest.Quantile(total, 0.99))
}

// inOrder is whether the stages are those of one showing that opened, with looks
// after the first that began anew, if there were any.
func inOrder(stages []session.Stage) bool {
	if len(stages) < 3 || !slices.Equal(stages[:2], []session.Stage{session.CodeRead, session.Announced}) {
		return false
	}
	looks := stages[2:]
	for again := lastIndex(looks, session.LookOrdered); again > 0; again = 0 {
		looks = looks[again:]
	}
	return slices.Equal(looks, []session.Stage{
		session.LookOrdered, session.FrameTaken, session.Decoded, session.Extracted, session.Compared,
		session.UnlatchOrdered, session.Unlatched,
	})
}

func lastIndex(stages []session.Stage, s session.Stage) int {
	for i := len(stages) - 1; i >= 0; i-- {
		if stages[i] == s {
			return i
		}
	}
	return -1
}
