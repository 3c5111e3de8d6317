package camera

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shell is a child that runs a script instead of ffmpeg.
func shell(script string) *child {
	return &child{program: "/bin/sh", args: []string{"-c", script}, place: "rtsp://camera", secrets: []string{"sesame"}}
}

// startChild runs it, with little patience once it has begun, and closes it at
// the end.
func startChild(t *testing.T, c *child) Source {
	t.Helper()
	d := startWithin(c.session, time.Minute, 300*time.Millisecond)
	t.Cleanup(func() { d.Close() })
	return d
}

func TestChildrenThatFail(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		want   error
		part   string
	}{
		"says why":      {"echo first >&2; echo cannot open rtsp://guard:sesame@camera >&2", ErrLost, "cannot open rtsp://guard:***@camera"},
		"says nothing":  {"exit 1", ErrLost, "rtsp://camera"},
		"says a lot":    {"yes sesame | head -c 3000000 >&2; echo >&2; echo the end >&2", ErrLost, `"the end"`},
		"one long line": {"yes sesame | tr -d '\\n' | head -c 300000 >&2", ErrLost, ""},
		"no picture":    {"echo hello; sleep 60", ErrNotAFrame, "P6"},
		"huge picture":  {"echo P6; echo 60000 60000; echo 255; cat /dev/zero", ErrTooLarge, "megapixels"},
		"half picture":  {"printf 'P6\\n2 2\\n255\\nabc'", ErrLost, ""},
		"stalls":        {"printf 'P6\\n1 1\\n255\\nabc'; sleep 60", ErrLost, "no frames"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startChild(t, shell(test.script))
			for range 2 { // it is started again
				err := nextError(t, s)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.part) {
					t.Errorf("%v", err)
				}
				if strings.Contains(err.Error(), "sesame") || len(err.Error()) > maxTail+200 {
					t.Errorf("the error repeats a password, or is long: %v", err)
				}
			}
		})
	}
}

func TestNoProgram(t *testing.T) {
	c := shell("")
	c.program = "/nowhere/ffmpeg"
	if err := nextError(t, startChild(t, c)); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "cannot be started") {
		t.Error(err)
	}
	t.Setenv("PATH", "/nowhere")
	if _, err := Open("v4l2:/dev/video0"); err == nil || !strings.Contains(err.Error(), "ffmpeg") {
		t.Error(err)
	}
}

// TestTheWholeGroupDies closes a camera whose child has a child of its own that
// holds on to the pipe.
func TestTheWholeGroupDies(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	s := startChild(t, shell(`sleep 600 & echo $$ $! > `+pids+`; printf 'P6\n1 1\n255\nabc'; wait`))
	nextFrame(t, s).Wipe()
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	closed := time.Now()
	s.Close()
	if took := time.Since(closed); took > 5*time.Minute { // it would sleep for ten
		t.Errorf("Close took %v", took)
	}
	for _, field := range strings.Fields(string(text)) {
		pid, _ := strconv.Atoi(field)
		if !gone(pid) {
			t.Errorf("process %d is alive", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestAKilledDoorLeavesNoChild kills a process that has a camera open: the
// child must not go on holding the camera.
func TestAKilledDoorLeavesNoChild(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "FACELATCH_TEST_PIDS="+pids)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for end := time.Now().Add(time.Minute); pid == 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		text, _ := os.ReadFile(pids)
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if pid == 0 || !gone(pid) {
		t.Errorf("process %d is alive", pid)
	}
}

// gone waits until a process is dead: whoever inherits a killed one has to notice.
func gone(pid int) bool {
	for range 3000 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func TestChildHasNoEnvironment(t *testing.T) {
	t.Setenv("FFREPORT", "file=/nowhere/log")
	s := startChild(t, shell("env >&2"))
	if err := nextError(t, s); strings.Contains(err.Error(), "FFREPORT") {
		t.Error(err)
	}
}

// TestArguments: an address with a password stands in no argument, and the
// arguments for V4L2 are those that ffmpeg documents.
func TestArguments(t *testing.T) {
	c, err := newChild("ffmpeg", mustParse(t, "rtsp://guard:a%20sesame@camera:8554/door?key='sesame'"))
	if err != nil {
		t.Fatal(err)
	}
	if line := strings.Join(c.args, " "); strings.Contains(line, "sesame") || strings.Contains(line, "camera") {
		t.Errorf("ps would show %s", line)
	}
	if want := `file 'rtsp://guard:a%20sesame@camera:8554/door?key='\''sesame'\'''`; !strings.Contains(c.stdin, want) {
		t.Errorf("no %s in %s", want, c.stdin)
	}
	if c.place != "rtsp://camera:8554" {
		t.Error(c.place)
	}
	c, err = newChild("ffmpeg", mustParse(t, "v4l2:/dev/video7"))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(c.args, "-f")
	if got := strings.Join(c.args[at:at+4], " "); got != "-f v4l2 -i /dev/video7" || c.stdin != "" {
		t.Error(c.args)
	}
}

// TestNoV4L2Device runs the real ffmpeg, as far as it goes without a camera.
func TestNoV4L2Device(t *testing.T) {
	needFFmpeg(t)
	s := openURL(t, "v4l2:/dev/video-that-is-not-there")
	if err := nextError(t, s); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "No such file") {
		t.Error(err)
	}
	s.Close()
}
