package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestMain is a contender's process where the environment says so.
func TestMain(m *testing.M) {
	switch os.Getenv("PEERS_TEST") {
	case "":
		os.Exit(m.Run())
	case "breaks":
		fmt.Fprintln(os.Stderr, "there is no library")
		os.Exit(3)
	}
	threshold := 0.5
	if err := Serve(os.Stdin, os.Stdout, Hello{Package: "a made-up one", Runtime: "none", Threshold: &threshold}, actor{}); err != nil {
		os.Exit(1)
	}
}

// actor knows people by the folders of their photographs, and finds nobody in those
// that are named so.
type actor struct{}

func (actor) Look(photo string) (Look, error) {
	return Look{Found: !strings.Contains(photo, "nobody"), Faces: 1, DecodeMS: 1, DescribeMS: 3, WallMS: 5}, nil
}

func (a actor) Check(photo string) (Look, error) { return a.Look(photo) }

func (actor) Score(a, b string) (float64, bool, error) {
	if strings.Contains(a+b, "nobody") {
		return 0, false, nil
	}
	if filepath.Dir(a) == filepath.Dir(b) {
		return 0.9, true, nil
	}
	return 0.1, true, nil
}

// acted are options and results for two contenders that are this test's binary.
func acted(t *testing.T, how string) (Options, Results) {
	t.Helper()
	if _, err := exec.LookPath("taskset"); err != nil {
		testenv.Missing(t, "taskset, of util-linux")
	}
	o := Options{
		Folder: ".", Faces: t.TempDir(), Work: t.TempDir(), Frame: Frame{"a/1", "a/2"},
		Sets: []Set{{Name: "made up", Folds: 2, FMR: 0.5, Pairs: []eval.Pair{
			{A: "a/1", B: "a/2", Same: true},
			{A: "a/1", B: "b/1"},
			{A: "b/1", B: "b/2", Same: true},
			{A: "b/2", B: "a/2"},
			{A: "c/1", B: "c/nobody", Same: true},
			{A: "c/nobody", B: "a/1"},
		}}},
		Enrolled: []int{1, 2000}, Starts: 2, Checks: 2, WarmUp: 2,
		Own: func(int) (*exec.Cmd, error) {
			run := exec.Command(os.Args[0])
			run.Env = append(os.Environ(), "PEERS_TEST="+how)
			return run, nil
		},
		Kept: func(n int) (int64, error) { return int64(n), nil },
		Say:  func(string) {},
	}
	r := Results{Contenders: []*Contested{{Contender: Contender{Name: "one", Title: "One"}}, {Contender: Contender{Name: "other", Title: "Other"}}}}
	return o, r
}

// TestRun measures two made-up contenders from the start of their processes to the
// table.
func TestRun(t *testing.T) {
	o, r := acted(t, "acts")
	if err := errors.Join(r.look(o), r.grow(o)); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Contenders {
		s := c.Sets[0]
		if s.Photographs != 6 || s.NotFound != 1 || s.Speed.MedianMS != 4 || s.Speed.Ratio != 1 {
			t.Errorf("%+v", s)
		}
		if a := s.Accuracy; a.Stated.Missed != 1 || a.Stated.FalseMatches != 0 || a.Missed != 1 {
			t.Errorf("%+v", a)
		}
		if g := c.Growth[1]; g.Enrolled != 2000 || g.KeptBytes != 2000 || g.CheckMS != 4 || g.PeakMB <= 0 || g.StartWallMS <= 0 {
			t.Errorf("%+v", g)
		}
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Results
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	again.Print(&table)
	for _, want := range []string{"| One | Other |", "**made up, 3 genuine and 3 impostor pairs**", "**2,000 enrolled**", "Other, photographs of made up: 1.0 times the CPU of Facelatch, not 4"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, &table)
		}
	}
}

// TestRunOutOfTime judges no pair that was not seen.
func TestRunOutOfTime(t *testing.T) {
	o, r := acted(t, "acts")
	o.Looking = time.Nanosecond
	if err := r.look(o); err == nil || !strings.Contains(err.Error(), "no pair was seen") {
		t.Error(err)
	}
}

// TestContenderBreaks says which one, and what it said.
func TestContenderBreaks(t *testing.T) {
	o, r := acted(t, "breaks")
	if err := r.look(o); err == nil || !strings.Contains(err.Error(), "one: exit status 3: there is no library") {
		t.Error(err)
	}
}
