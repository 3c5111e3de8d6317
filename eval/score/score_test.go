package score

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// fake is an engine whose score of two photographs tells which they were.
type fake struct {
	alive, most atomic.Int32 // probes that are not wiped, and most at once
	extracted   atomic.Int32
	states      map[string]State
	fail        string // this photograph breaks the engine
}

type fakeProbe struct {
	e     *fake
	n     int
	ready bool
	once  sync.Once
}

func (p *fakeProbe) Wipe() { p.once.Do(func() { p.e.alive.Add(-1) }) }

var errBroken = errors.New("broken")

func (e *fake) Extract(name string) (Probe, Photograph, error) {
	if name == e.fail {
		return nil, Photograph{}, errBroken
	}
	if s := e.states[name]; s != Unread {
		return nil, Photograph{State: s}, nil
	}
	p := &fakeProbe{e: e}
	if _, err := fmt.Sscan(name, &p.n); err != nil {
		return nil, Photograph{}, err
	}
	e.extracted.Add(1)
	now := e.alive.Add(1)
	for old := e.most.Load(); now > old && !e.most.CompareAndSwap(old, now); old = e.most.Load() {
	}
	return p, Photograph{State: Used, Quality: [Measures]float32{float32(p.n)}}, nil
}

func (e *fake) Ready(p Probe) error { p.(*fakeProbe).ready = true; return nil }

func (e *fake) Compare(a, b Probe) (encoded, plain float64, err error) {
	x, y := a.(*fakeProbe), b.(*fakeProbe)
	if !x.ready || !y.ready {
		return 0, 0, errors.New("not ready")
	}
	return float64(x.n) + float64(y.n)/1000, 1, nil
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint(i))
	}
	return names
}

// three people with two photographs each, and one with one.
func three() [][]int32 { return [][]int32{{0, 1}, {2, 3}, {4, 5}, {6}} }

// collect runs to the end and returns the scores.
func collect(t *testing.T, r Run, path string) map[Pair]Score {
	t.Helper()
	j, err := Open(path, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := r.Do(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	results, err := r.Results(j)
	if err != nil {
		t.Fatal(err)
	}
	all := map[Pair]Score{}
	if err := results.Each(func(p Pair, s Score) bool { all[p] = s; return true }); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEverybody compares everybody once, whatever is held in memory, and never
// holds more than that.
func TestEverybody(t *testing.T) {
	for _, hold := range []int{2, 4, 7, 100} {
		e := &fake{}
		r := Run{Names: numbered(7), Plan: Everybody(three(), hold), Engine: e}
		all := collect(t, r, filepath.Join(t.TempDir(), "scores"))
		if len(all) != 7*6/2 {
			t.Errorf("hold %d: %d comparisons", hold, len(all))
		}
		for p, s := range all {
			if want := float32(float64(p.A) + float64(p.B)/1000); s.Encoded != want || p.A >= p.B {
				t.Errorf("hold %d: %v scored %v", hold, p, s)
			}
		}
		if int(e.most.Load()) > max(4, hold) || e.alive.Load() != 0 {
			t.Errorf("hold %d: %d probes at once, %d left", hold, e.most.Load(), e.alive.Load())
		}
		if hold >= 7 && e.extracted.Load() != 7 {
			t.Errorf("hold %d: %d photographs were read", hold, e.extracted.Load())
		}
	}
}

// TestListIsBounded: many pairs are compared with few photographs in memory.
func TestListIsBounded(t *testing.T) {
	var pairs []Pair
	for i := range int32(500) {
		pairs = append(pairs, Pair{i, i + 1}, Pair{i, (i + 7) % 501})
	}
	e := &fake{}
	all := collect(t, Run{Names: numbered(501), Plan: List(pairs, 20), Engine: e}, filepath.Join(t.TempDir(), "scores"))
	if len(all) != len(pairs) || e.most.Load() > 22 || e.alive.Load() != 0 {
		t.Errorf("%d pairs, %d at once, %d left", len(all), e.most.Load(), e.alive.Load())
	}
}

// TestResume: what was finished before an interruption is not done again, and a
// run that ended in the middle of a write goes on from the last whole chunk.
func TestResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	plan := List([]Pair{{0, 1}, {2, 3}, {4, 5}}, 2)
	j, err := Open(path, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	broken := &fake{fail: "4"}
	if err := (Run{Names: numbered(6), Plan: plan, Engine: broken}).Do(context.Background(), j); !errors.Is(err, errBroken) || broken.alive.Load() != 0 {
		t.Fatalf("%v, %d left", err, broken.alive.Load())
	}
	if j.Chunks() != 2 {
		t.Fatalf("%d chunks", j.Chunks())
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-3); err != nil {
		t.Fatal(err)
	}
	e := &fake{}
	var last, of int
	all := collect(t, Run{Names: numbered(6), Plan: plan, Engine: e, Progress: func(done, total int) { last, of = done, total }}, path)
	if len(all) != 3 || e.extracted.Load() != 4 || last != 6 || of != 6 {
		t.Errorf("%v, %d read, %d of %d", all, e.extracted.Load(), last, of)
	}
	if _, err := Open(path, [32]byte{2}); !errors.Is(err, ErrOther) {
		t.Errorf("another run's scores: %v", err)
	}
}

// TestStates: absent photographs make no score, failures to acquire the lowest.
func TestStates(t *testing.T) {
	e := &fake{states: map[string]State{"1": Missing, "2": NoFace, "3": NoImage}}
	all := collect(t, Run{Names: numbered(4), Plan: List([]Pair{{0, 1}, {0, 2}, {3, 0}, {1, 2}}, 10), Engine: e}, filepath.Join(t.TempDir(), "scores"))
	for p, absent := range map[Pair]bool{{0, 1}: true, {0, 2}: false, {3, 0}: false, {1, 2}: true} {
		if got := math.IsNaN(float64(all[p].Encoded)); got != absent || !absent && all[p].Encoded != Failed {
			t.Errorf("%v: %v", p, all[p])
		}
	}
}

// TestFullDisk: what was finished is kept, and the run goes on when there is room.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		testenv.Missing(t, "no /dev/full")
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	j := &Journal{file: full}
	if err := j.append(chunk{Scores: []Score{{1, 1}}}); err == nil || j.Chunks() != 0 {
		t.Errorf("%v, %d chunks", err, j.Chunks())
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	j, err := Open(filepath.Join(t.TempDir(), "scores"), [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Run{Names: numbered(2), Plan: List([]Pair{{0, 1}}, 2), Engine: &fake{}}).Do(ctx, j); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := j.Remove(); err != nil {
		t.Error(err)
	}
}

// FuzzJournal opens any file as scores: it never takes more than the file has,
// and what it took is read again the same.
func FuzzJournal(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "scores")
		if err := os.WriteFile(path, append(make([]byte, 32), data...), 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path, [32]byte{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = j.each(func(chunk) bool { n++; return true })
		if n > j.Chunks() || err == nil && n != j.Chunks() {
			t.Fatalf("%d chunks of %d, %v", n, j.Chunks(), err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Size() > int64(32+len(data)) {
			t.Fatalf("%v, %v", info.Size(), err)
		}
		if err := j.Remove(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzJournal") }
