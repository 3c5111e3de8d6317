package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// child reads a camera through ffmpeg, which writes pictures to a pipe. ffmpeg
// parses what strangers send, so it is a process of its own, which a sandbox
// can hold (see packaging) and which is killed with all its children.
type child struct {
	program string
	args    []string
	stdin   string   // the address with its password: an argument would be listed by ps
	place   string   // for errors
	secrets []string // what must not appear in one
}

// openChild finds ffmpeg and says how to call it.
func openChild(u *url.URL) (Source, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, errors.New("this camera needs ffmpeg, which is not installed")
	}
	c, err := newChild(program, u)
	if err != nil {
		return nil, err
	}
	return start(c.session), nil
}

func newChild(program string, u *url.URL) (*child, error) {
	c := &child{program: program, place: place(u)}
	input := []string{"-f", "v4l2", "-i", u.Path}
	if u.Scheme != "v4l2" {
		if strings.ContainsAny(u.String(), "\r\n\x00") {
			return nil, ErrAddress
		}
		input = []string{
			"-f", "concat", "-safe", "0", "-protocol_whitelist", "pipe,rtsp,tcp,rtp",
			"-probesize", "65536", "-analyzeduration", "500000", "-i", "pipe:0",
		}
		c.stdin = "ffconcat version 1.0\nfile " + quote(u.String()) + "\noption rtsp_transport tcp\noption timeout 3000000\n"
		c.secrets = secrets(u)
	}
	c.args = append([]string{
		"-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "nobuffer", "-flags", "low_delay",
		"-max_pixels", strconv.Itoa(MaxPixels),
	}, input...)
	c.args = append(c.args, "-an", "-sn", "-dn",
		"-vf", "fps=15,scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease",
		"-c:v", "ppm", "-f", "image2pipe", "pipe:1")
	return c, nil
}

// quote writes a string as ffmpeg reads it in a list of files.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// secrets lists the parts of an address that an error must not repeat.
func secrets(u *url.URL) []string {
	var all []string
	if u.User != nil {
		password, _ := u.User.Password()
		all = append(all, u.User.String(), password, url.QueryEscape(password), u.User.Username())
	}
	return append(all, u.RawQuery, strings.TrimPrefix(u.EscapedPath(), "/"), strings.TrimPrefix(u.Path, "/"))
}

// session runs ffmpeg once, and says why it ended.
func (c *child) session(ctx context.Context, m *mailbox, sink func(*Frame)) error {
	said := &tail{}
	err := c.run(ctx, said, func(out io.Reader) error { return c.read(out, m, sink) })
	if errors.Is(err, errStart) {
		return fmt.Errorf("%w: %s: %w", ErrLost, c.place, err)
	}
	return c.explain(err, said)
}

var errStart = errors.New("ffmpeg cannot be started")

// run starts ffmpeg, returns what reading its pictures did, and leaves none of it
// running.
func (c *child) run(ctx context.Context, said *tail, read func(io.Reader) error) error {
	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Env = []string{"LC_ALL=C"} // not ours: FFREPORT, for instance, would write a log
	cmd.Stdin = strings.NewReader(c.stdin)
	cmd.Stderr = said
	// A group of its own, so that whatever it started dies with it; and it must
	// not outlive us with the camera in its hand.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("%w: %w", errStart, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", errStart, err)
	}
	err = read(out)
	_ = cmd.Cancel()
	_ = cmd.Wait() // that it was killed is no news
	return err
}

func (c *child) read(out io.Reader, m *mailbox, sink func(*Frame)) error {
	for {
		p, err := readPPM(out, m.pool)
		if err != nil {
			return err
		}
		sink(&Frame{Picture: p})
	}
}

// explain says why the child ended: by what it wrote, or by what it said last.
func (c *child) explain(err error, said *tail) error {
	if errors.Is(err, ErrNotAFrame) || errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("%w, from ffmpeg at %s", err, c.place)
	}
	if text := said.text(c.secrets); text != "" {
		return fmt.Errorf("%w: %s: ffmpeg says %q", ErrLost, c.place, text)
	}
	return fmt.Errorf("%w: %s", ErrLost, c.place)
}
