package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// papers are what the holder of a drawn passport shows: a photograph of its page, and
// frames of their face. The last two are of a head that is turned to its own left, and to
// its right.
func papers(t *testing.T) (document []byte, frames [][]byte) {
	t.Helper()
	page := filepath.Join(t.TempDir(), "page.jpg")
	if err := drawPassport(ofVolunteer(t, "neutral/front.jpg"), page); err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range []struct {
		name   string
		frames int
	}{{"smiling/front.jpg", 4}, {"smiling/right.jpg", 1}, {"smiling/left.jpg", 1}} {
		data, err := os.ReadFile(ofVolunteer(t, view.name))
		if err != nil {
			t.Fatal(err)
		}
		film, err := rigtest.Scene{Photograph: data}.Film(view.frames, 1)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, film...)
	}
	return document, frames
}

// ofVolunteer is a photograph of somebody of whom there are some with the head turned.
func ofVolunteer(t *testing.T, name string) string {
	return filepath.Join(testenv.Faces(t), "sequences", "female", "0001", name)
}

// mostMemory is what a desk may take, in bytes: a machine with 2 GB has to do.
const mostMemory = 3 << 29

// TestManyAtTheDesk has as many people checked at once as may come at the busiest
// moment. Nobody may see an error but that the desk is busy, each has their own
// result, and the memory of the desk stays bounded.
func TestManyAtTheDesk(t *testing.T) {
	d := newDeskApart(t)
	document, frames := papers(t)
	many := testenv.Count(30, 200)
	start := time.Now()
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			g, err := d.invite()
			if err != nil {
				t.Error(err)
				return
			}
			now, err := g.through(document, frames, start.Add(9*time.Minute))
			switch {
			case err != nil:
				t.Errorf("after %s: %v", time.Since(start).Round(time.Second), err)
			case now.Result.Outcome != "same-person" || !now.Result.HandedOn:
				t.Errorf("ended as %+v", now.Result)
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	results := d.collect(t)
	if results != many {
		t.Errorf("%d results for %d checks", results, many)
	}
	peak := d.peak(t)
	t.Logf("%d checks at once took %s, and the desk %.0f MB at most", many, took.Round(time.Second), mb(peak))
	if peak > mostMemory {
		t.Errorf("the desk took %.0f MB", mb(peak))
	}
}

// collect opens and acknowledges all that waits for the party, and counts it.
func (d *deskApart) collect(t *testing.T) (n int) {
	t.Helper()
	for {
		waits, err := d.waits()
		if err != nil {
			t.Fatal(err)
		}
		if len(waits) == 0 {
			return n
		}
		for id, jwe := range waits {
			if v, _, err := d.read(jwe); err != nil || v.Outcome != "same-person" {
				t.Errorf("the result of %s: %+v, %v", id, v, err)
			}
			if err := d.acknowledge(id); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
}

// peak is the most memory that the desk ever took, in bytes (VmHWM of proc(5)).
func (d *deskApart) peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.now.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		t.Fatal("the system does not say what a process takes")
	}
	kb, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
