package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// unit returns the service of a door, with a program that is here.
func unit(t *testing.T) (path, text string) {
	t.Helper()
	name := "facelatch-edge.service"
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "packaging", "systemd", name))
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text = string(data)
	here := regexp.MustCompile(`(?m)^ExecStart=\S+`).ReplaceAllLiteralString(text, "ExecStart="+program)
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, text
}

// TestDoorService has systemd check the unit: that it can be read, and that it
// leaves a door little more than it needs (2.0 of 10 at most; 9.6 is a service
// that nobody has hardened).
func TestDoorService(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		testenv.Missing(t, "systemd-analyze is not installed")
	}
	path, _ := unit(t)
	for _, args := range [][]string{
		{"verify", path},
		{"security", "--offline=true", "--no-pager", "--threshold=20", path},
	} {
		if out, err := exec.Command(analyze, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
}

// TestDoorServiceStartsThisProgram, as its help says it, and keeps faces off the
// disk.
func TestDoorServiceStartsThisProgram(t *testing.T) {
	_, text := unit(t)
	for _, line := range []string{
		"ProtectSystem=strict", "LimitCORE=0", "MemorySwapMax=0", "NoNewPrivileges=yes", "Type=notify", "StandardOutput=null",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("the unit does not say %s", line)
		}
	}
	if !strings.Contains(text, " edge run --config /etc/facelatch/door.yaml\n") {
		t.Error("the unit starts something else")
	}
}
