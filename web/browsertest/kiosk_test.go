package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/web"
)

// result is what a script says of one screen.
type result struct {
	Name     string
	Failures []string
}

// browser returns Chromium's path, and installs what the scripts import.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser is the same under the race detector")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		testenv.Missing(t, "chromium is not installed; on Debian: sudo apt-get install chromium fonts-noto-cjk")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		testenv.Missing(t, "npm is not installed; on Debian: sudo apt-get install nodejs npm")
	}
	install(t)
	return path
}

// install runs npm ci where what is installed is not what the lock file asks for.
func install(t *testing.T) {
	t.Helper()
	const stamp = "node_modules/.facelatch-lock"
	want, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return
	}
	command := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	if said, err := command.CombinedOutput(); err != nil {
		testenv.Missing(t, "npm could not install what the browser tests use: "+string(said))
	}
	if err := os.WriteFile(stamp, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

// withLibraries adds what a page loads below /zxing/, from the test's home.
func withLibraries(t *testing.T, page fs.FS) fs.FS {
	t.Helper()
	all, err := web.WithLibraries(page, home.Dir(testenv.Home(t)))
	if err != nil {
		testenv.Missing(t, err.Error())
	}
	return all
}

// shots is the folder for pictures of screens: FACELATCH_SCREENSHOTS if set.
func shots(t *testing.T) string {
	if dir := os.Getenv("FACELATCH_SCREENSHOTS"); dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			t.Fatal(err)
		}
		return abs
	}
	return t.TempDir()
}

// run runs one script in node and makes a subtest of each thing that it says.
func run(t *testing.T, script string, arguments map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	data, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(ctx, "node", script, string(data))
	command.WaitDelay = 5 * time.Second
	var said, wrong bytes.Buffer
	command.Stdout, command.Stderr = &said, &wrong
	failed := command.Run()
	count := 0
	for lines := bufio.NewScanner(&said); lines.Scan(); count++ {
		var r result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Errorf("%s says %q", script, lines.Text())
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			for _, failure := range r.Failures {
				t.Error(failure)
			}
		})
	}
	if failed != nil {
		t.Errorf("%s: %v\n%s", script, failed, wrong.String())
	}
	if count == 0 {
		t.Errorf("%s checked nothing", script)
	}
}

// TestTypes checks the TypeScript, which the bundler does not.
func TestTypes(t *testing.T) {
	browser(t)
	command := exec.CommandContext(t.Context(), "node", "node_modules/typescript/bin/tsc", "-p", "..")
	if said, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// walk is one walk through all screens, at its own door.
type walk struct {
	Base string `json:"base"`
	Size string `json:"size"`
	Lang string `json:"lang"`
	Axe  bool   `json:"axe"` // whether axe, which takes most of the time, judges the kiosk's screens
}

// TestKioskScreens walks every screen of the kiosk page, in both languages; in
// make soak in every size, too.
func TestKioskScreens(t *testing.T) {
	executable := browser(t)
	page := withLibraries(t, web.Kiosk())
	var walks []walk
	for _, w := range []walk{
		{Size: "landscape", Lang: "en", Axe: true},
		{Size: "landscape", Lang: "zh-CN"},
		{Size: "portrait", Lang: "en"},
		{Size: "phone", Lang: "zh-CN", Axe: true},
		{Size: "portrait", Lang: "zh-CN"},
		{Size: "phone", Lang: "en"},
	}[:testenv.Count(4, 6)] {
		server := httptest.NewServer((&door{code: "12345678"}).handler(page))
		defer server.Close()
		w.Base, w.Axe = server.URL, testenv.Count(0, 1) == 1 || w.Axe
		walks = append(walks, w)
	}
	run(t, "walk.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable})
}
