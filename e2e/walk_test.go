package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// stroll is the whole walk in one language: how wide the operator's screen is, and
// the holder's.
type stroll struct {
	Lang     string `json:"lang"`
	Operator string `json:"operator"`
	Holder   string `json:"holder"`
}

// TestWalk is one house from nothing to the end of one holder's stay, as the
// people in it see it: an operator sets it up in a browser, a holder gets a face
// pass, opens the door, withdraws, is refused and leaves, and an auditor finds all
// of it in the ledger. Controller, station and door are processes of their own;
// what people would do at those machines' keyboards, [house] does.
func TestWalk(t *testing.T) {
	path := program(t)
	for _, s := range []stroll{
		{"en", "landscape", "phone"},
		{"zh-CN", "phone", "landscape"},
		{"zh-CN", "landscape", "phone"},
		{"en", "phone", "landscape"},
	}[:testenv.Count(1, 4)] {
		t.Run(s.Lang+"/"+s.Operator, func(t *testing.T) {
			b := newBrowser(t)
			h := newHouse(t, path, b)
			h.walk(t, s)
		})
	}
}

// told is what the script says: of one thing that it looked at, or how long
// something took.
type told struct {
	Name     string
	Failures []string
	Seconds  float64
	Note     string
}

// walk runs the script, which drives the browsers.
func (h *house) walk(t *testing.T, s stroll) {
	t.Helper()
	h.script(t, "walk/house.mjs", map[string]any{"walk": s, "hands": hands(t, h.jobs())})
}

// script runs a script with what it is told beside where things are.
func (h *house) script(t *testing.T, name string, told map[string]any) {
	t.Helper()
	for key, value := range map[string]any{
		"origin": h.origin, "code": h.setupCode, "folder": h.dir, "shots": h.browser.shots, "executable": h.browser.chromium,
	} {
		told[key] = value
	}
	arguments, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", name, string(arguments))
	node.Dir, node.Env = filepath.Join(testenv.Root(t), "e2e"), append(os.Environ(), "HOME="+h.browser.home)
	node.WaitDelay = 5 * time.Second
	var wrong bytes.Buffer
	node.Stderr = &wrong
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	count := 0
	for lines := bufio.NewScanner(out); lines.Scan(); count++ {
		hear(t, lines.Bytes())
	}
	if err := node.Wait(); err != nil || count == 0 {
		t.Errorf("the walk ended early, after %d things: %v\n%s\n%s", count, err, wrong.String(), h.said())
	}
}

// hear makes a subtest of what the script says, and prints what it measured.
func hear(t *testing.T, line []byte) {
	t.Helper()
	var r told
	if err := json.Unmarshal(line, &r); err != nil {
		t.Errorf("the script says %q", line)
		return
	}
	if r.Note != "" {
		t.Logf("%s: %.1f s (%s)", r.Name, r.Seconds, r.Note)
		return
	}
	t.Run(strings.Join(strings.Split(r.Name, "/")[3:], "/"), func(t *testing.T) {
		for _, failure := range r.Failures {
			t.Error(failure)
		}
	})
}
