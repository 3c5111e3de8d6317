package camera

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/testenv"
)

func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		testenv.Missing(t, "no ffmpeg: install the Debian package ffmpeg")
	}
}

// rtspServer is the real one, in a process of its own.
type rtspServer struct {
	cmd  *exec.Cmd
	port string
}

// serveRTSP starts it on a port, "0" for a free one.
func serveRTSP(t *testing.T, port string) *rtspServer {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "testdata/rtsp.py", port, "guard", "sesame")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		testenv.Missing(t, "no RTSP server: install the Debian package gir1.2-gst-rtsp-server-1.0")
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s := &rtspServer{cmd, strings.TrimSpace(line)}
	if err != nil {
		s.kill()
		testenv.Missing(t, "no RTSP server: install the Debian packages gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-ugly: "+said.String())
	}
	t.Cleanup(s.kill)
	return s
}

func (s *rtspServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// TestRTSP reads a real RTSP server, which is killed in the middle of the
// stream and brought back, and looks for the password where it must not be.
func TestRTSP(t *testing.T) {
	needFFmpeg(t)
	at, err := nettest.Address()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(at)
	server := serveRTSP(t, port)
	s := openURL(t, "rtsp://guard:sesame@127.0.0.1:"+server.port+"/door")
	watch := NewWatch()
	watch.Wake(time.Now())
	for range 20 {
		f := nextFrame(t, s)
		if f.Picture.W != 320 || f.Picture.H != 240 {
			t.Fatalf("%d by %d pixels", f.Picture.W, f.Picture.H)
		}
		if state, err := watch.See(f); state != OK || err != nil {
			t.Errorf("it is %v, %v", state, err)
		}
		f.Wipe()
	}
	noArgument(t, "sesame")
	for range testenv.Count(2, 100) {
		server.kill()
		if err := nextError(t, s); !errors.Is(err, ErrLost) || strings.Contains(err.Error(), "sesame") {
			t.Error(err)
		}
		server = serveRTSP(t, server.port)
		back := time.Now()
		nextFrame(t, s).Wipe()
		t.Logf("it was back after %v", time.Since(back))
	}
	s.Close()
}

// TestWrongPassword: the error says so, and repeats neither name nor password.
func TestWrongPassword(t *testing.T) {
	needFFmpeg(t)
	server := serveRTSP(t, "0")
	s := openURL(t, "rtsp://guard:wrongword@127.0.0.1:"+server.port+"/door")
	err := nextError(t, s)
	if !errors.Is(err, ErrLost) || strings.Contains(err.Error(), "wrongword") || strings.Contains(err.Error(), "guard") {
		t.Error(err)
	}
	s.Close()
}

// noArgument looks at the command lines of all our children for a secret.
func noArgument(t *testing.T, secret string) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, line := range lines {
		data, _ := os.ReadFile(line)
		if !bytes.HasPrefix(data, []byte("/usr/bin/ffmpeg")) && !bytes.Contains(data, []byte("/ffmpeg\x00")) {
			continue
		}
		found = true
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s shows the password", line)
		}
	}
	if !found {
		t.Error("no ffmpeg was found to look at")
	}
}
