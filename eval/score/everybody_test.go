package score

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// TestStrangers: after given pairs, all photographs of different people are
// compared once, with the lower number as the reference, whatever is held, and
// each is read as often as is said.
func TestStrangers(t *testing.T) {
	var people [][]int32 // photographs of 30 people, who take turns
	for i := range int32(90) {
		if i < 30 {
			people = append(people, nil)
		}
		people[i%30] = append(people[i%30], i)
	}
	listed := []Pair{{0, 30}, {1, 31}, {2, 3}}
	for hold, reads := range map[int]int32{16: 430, 40: 190, 90: 90} {
		e := &fake{}
		r := Run{Names: numbered(90), Plan: Then(List(listed, hold), Strangers(people, hold)), Engine: e}
		j, err := Open(filepath.Join(t.TempDir(), "scores"), [32]byte{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Do(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		results, err := r.Results(j)
		if err != nil {
			t.Fatal(err)
		}
		n, seen := 0, map[Pair]bool{}
		err = results.Each(func(p Pair, s Score) bool {
			if n++; n <= len(listed) {
				if p != listed[n-1] {
					t.Errorf("hold %d: %v comes at %d", hold, p, n)
				}
				return true
			}
			if seen[p] || p.A >= p.B || p.A%30 == p.B%30 || s.Encoded != float32(float64(p.A)+float64(p.B)/1000) {
				t.Errorf("hold %d: %v, %v", hold, p, s)
			}
			seen[p] = true
			return true
		})
		if want := 90*89/2 - 30*3; err != nil || len(seen) != want {
			t.Errorf("hold %d: %d comparisons, not %d; %v", hold, len(seen), want, err)
		}
		if int(e.most.Load()) > hold || e.alive.Load() != 0 || e.extracted.Load() > reads {
			t.Errorf("hold %d: %d at once, %d left, %d read", hold, e.most.Load(), e.alive.Load(), e.extracted.Load())
		}
		if err := j.Remove(); err != nil {
			t.Error(err)
		}
	}
}

// TestResumeTiles: an interrupted comparison of tiles goes on where it was, and
// finds the same.
func TestResumeTiles(t *testing.T) {
	var people [][]int32
	for i := range int32(60) {
		people = append(people, []int32{i})
	}
	plan := Strangers(people, 16)
	path := filepath.Join(t.TempDir(), "scores")
	broken := &fake{fail: "50"}
	j, err := Open(path, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Run{Names: numbered(60), Plan: plan, Engine: broken}).Do(context.Background(), j); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	done := j.Chunks()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	e, whole := &fake{}, &fake{}
	again := collect(t, Run{Names: numbered(60), Plan: plan, Engine: e}, path)
	want := collect(t, Run{Names: numbered(60), Plan: plan, Engine: whole}, filepath.Join(t.TempDir(), "scores"))
	if done < 5 || e.extracted.Load() >= whole.extracted.Load() || len(again) != 60*59/2 || len(want) != len(again) {
		t.Errorf("%d chunks were done, %d read after that, of %d, %d comparisons", done, e.extracted.Load(), whole.extracted.Load(), len(again))
	}
	for p, s := range want {
		if again[p] != s {
			t.Errorf("%v: %v, not %v", p, again[p], s)
		}
	}
}
