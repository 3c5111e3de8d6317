package eval

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestCapture degrades photographs of a few people: the worst is worse than the
// mildest, and what is not found is missed.
func TestCapture(t *testing.T) {
	root, names := some(t, 3)
	groups := map[string]string{"001": "a", "002": "a", "003": "a", "999": "a"}
	c := Capture{Setup: setup(t), Threshold: 0.442, Ways: []string{"size", "noise", "mask"}}
	c.Root = root
	c.People, c.Left = Arrange(names, numberOf, groups, 0)
	last := 0
	c.Progress = func(done, of int) {
		if last++; done != last || of != 6 {
			t.Errorf("%d of %d", done, of)
		}
	}
	r, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.People != 3 || len(r.Ways) != 3 || len(r.Bad) != 2 || r.Before.Missed.Count != 0 || r.Before.Matched.Of != 6 {
		t.Errorf("%+v", r)
	}
	noise := r.Ways[1].Steps
	if worst := noise[len(noise)-1]; worst.Found.Count == 3 && worst.Median >= noise[0].Median || worst.Missed.Of != 3 {
		t.Errorf("%+v", worst)
	}
	said := ""
	for _, s := range r.Sections() {
		said += s.Heading + allCells(s)
	}
	if strings.Contains(said, "RAGGED") || !strings.Contains(said, "hundredths of the face, from the chin up") {
		t.Errorf("%s", said)
	}
	resumeCapture(t, c, r)
}

// resumeCapture interrupts a run after its first person, and goes on.
func resumeCapture(t *testing.T, c Capture, whole CaptureReport) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c.Work = t.TempDir()
	c.Progress = func(done, _ int) {
		if done == 4 { // three references and a person
			cancel()
		}
	}
	if _, err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an interruption: %v", err)
	}
	files, err := os.ReadDir(c.Work)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files are left: %v", len(files), err)
	}
	if info, err := files[0].Info(); err != nil || info.Size() < 200 {
		t.Errorf("nothing was kept: %v", err)
	}
	c.Progress = nil
	again, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(whole)
	if got, _ := json.Marshal(again); string(got) != string(want) {
		t.Errorf("it went on to %s, not %s", got, want)
	}
	if files, err := os.ReadDir(c.Work); err != nil || len(files) != 0 {
		t.Errorf("%d files are left: %v", len(files), err)
	}
}
