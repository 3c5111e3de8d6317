package eval

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/facelatch/facelatch/eval/estimate"
)

// TestCrossIsBounded: all photographs of different people, compared with few of
// them in memory, and after an interruption, give what they give at once.
func TestCrossIsBounded(t *testing.T) {
	root, names := some(t, 5)
	v := Verification{Setup: setup(t), Person: numberOf, Cross: true}
	v.Root = root
	for i, a := range names {
		for _, b := range names[i+1:] {
			if numberOf(a) == numberOf(b) {
				v.Pairs = append(v.Pairs, Pair{a, b, true})
			}
		}
	}
	v.Pairs = append(v.Pairs, Pair{names[0], names[len(names)-1], false})
	wide, err := v.Run(context.Background())
	if err != nil || wide.Cross.Impostor < 40 || wide.Cross.Genuine != wide.Genuine || wide.CrossByPerson[0].FMR.Comparisons != wide.Cross.Impostor {
		t.Fatalf("%+v, %v", wide.Cross, err)
	}
	same := func(what string, got Report, err error) {
		t.Helper()
		a, _ := json.Marshal(wide)
		if b, _ := json.Marshal(got); err != nil || string(a) != string(b) {
			t.Errorf("%s: %s, not %s, %v", what, b, a, err)
		}
	}
	held := v
	held.Averaged = 2 // nobody has so many photographs, but all are held for it
	atOnce, err := held.Run(context.Background())
	if atOnce.Averaged == nil || atOnce.Averaged.People != 0 {
		t.Errorf("%+v", atOnce.Averaged)
	}
	atOnce.Averaged = nil
	same("all at once", atOnce, err)
	v.Hold = 4
	narrow, err := v.Run(context.Background())
	same("four at a time", narrow, err)

	v.Work = t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	v.Progress = func(done, of int) {
		if done == of {
			cancel() // pairs are done then, and some tiles
		}
	}
	if _, err := v.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an interruption: %v", err)
	}
	files, err := os.ReadDir(v.Work)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files are left: %v", len(files), err)
	}
	if info, err := files[0].Info(); err != nil || info.Size() < 200 {
		t.Errorf("nothing was kept: %v", err)
	}
	v.Progress = nil
	again, err := v.Run(context.Background())
	same("after an interruption", again, err)

	held.Hold = 4
	if _, err := held.Run(context.Background()); !errors.Is(err, ErrHold) {
		t.Errorf("more than may be held: %v", err)
	}
}

// TestRanks: going over scores twice finds what sorting them finds, ties and
// failures to acquire and none at all included.
func TestRanks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 7, 500, 20000} {
		var genuine, impostor []float64
		for range n/20 + 3 {
			genuine = append(genuine, float64(float32(0.4+0.2*r.NormFloat64())))
		}
		genuine[0], genuine[1] = failed, failed
		for i := range n {
			s := 0.2 * r.NormFloat64()
			if i%5 == 0 {
				s = float64(int(s*50)) / 50 // many are equal
			}
			impostor = append(impostor, max(-1, min(1, float64(float32(s)))))
		}
		if n > 7 {
			genuine[2] = impostor[3]
		}
		blocks := func(yield func(estimate.Block) bool) {
			for i := 0; i < len(impostor); i += 10 {
				if !yield(estimate.Block{A: 0, B: 1, Scores: impostor[i:min(len(impostor), i+10)]}) {
					return
				}
			}
		}
		fmrs := []float64{0, 1e-4, 1e-3, 1e-2, 0.5, 1}
		sorted := append([]float64(nil), genuine...)
		want := newScores(sorted, append([]float64(nil), impostor...)).figures(fmrs...)
		got := count(sorted, blocks).figures(blocks, fmrs...)
		a, _ := json.Marshal(want)
		if b, _ := json.Marshal(got); string(a) != string(b) {
			t.Errorf("%d scores: %s, not %s", n, b, a)
		}
	}
}
