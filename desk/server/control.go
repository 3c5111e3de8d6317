package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/desk/state"
)

// ErrNotRunning is returned where no desk runs in a folder.
var ErrNotRunning = errors.New("no desk runs in this folder")

const (
	// controlFile is a socket in the desk's folder, which is its owner's alone: whoever
	// may write there may command the desk.
	controlFile = "control"
	pathRevoke  = "/revoke"
	pathRotate  = "/rotate"
	controlTime = 30 * time.Second
)

// Commands are what is done at a desk from its own machine.
type Commands interface {
	// Revoke revokes a result that is shown, a JWT or an SD-JWT VC, or that of the
	// check with an id, for about half an hour after its end.
	Revoke(ctx context.Context, shown string) (Revoked, error)
	// Rotate exchanges the key that results are signed with.
	Rotate(ctx context.Context) (Rotated, error)
}

// stopped is a desk that does not run: its folder is this program's.
type stopped struct{ r *results }

// Stopped returns the commands of a desk that does not run, at an address.
func Stopped(folder *state.Folder, origin string, now func() time.Time) (Commands, error) {
	r, err := newResults(resultOptions{issuer: origin, folder: folder, now: now})
	return stopped{r}, err
}

func (s stopped) Revoke(_ context.Context, shown string) (Revoked, error) {
	return s.r.revokeShown(shown)
}

func (s stopped) Rotate(context.Context) (Rotated, error) { return s.r.rotate() }

// control answers commands from this machine until ctx ends.
func (s *Server) control(ctx context.Context) {
	l, err := listenIn(s.c.Folder.Dir())
	if err != nil {
		s.c.Say("no command can be given to this desk while it runs: " + err.Error())
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathRevoke, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, result.MaxToken))
		if err != nil {
			answer(w, nil, err)
			return
		}
		done, err := s.results.revokeShown(string(text))
		answer(w, done, err)
	})
	mux.HandleFunc("POST "+pathRotate, func(w http.ResponseWriter, _ *http.Request) {
		done, err := s.results.rotate()
		answer(w, done, err)
	})
	server := &http.Server{Handler: mux, ReadTimeout: controlTime, WriteTimeout: controlTime}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	_ = server.Serve(l) // ends with ctx
}

// answer answers a command: what was done, or a sentence.
func answer(w http.ResponseWriter, done any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	_ = json.NewEncoder(w).Encode(done)
}

// listenIn makes the socket. What a crash left of one is removed: the folder is this
// program's alone.
func listenIn(dir string) (l net.Listener, err error) {
	if err := os.Remove(filepath.Join(dir, controlFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	err = within(dir, func(path string) (err error) {
		l, err = net.Listen("unix", path)
		return err
	})
	if err == nil {
		l.(*net.UnixListener).SetUnlinkOnClose(false) // under the name that is good only here
		err = os.Chmod(filepath.Join(dir, controlFile), 0o600)
	}
	return l, err
}

// within calls do with a name of the socket that is short enough for the system,
// however deep the folder is.
func within(dir string, do func(path string) error) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return do(fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), controlFile))
}

// running is a desk in another process.
type running struct{ client *http.Client }

// Running returns the commands of the desk that runs in a folder. It fails with
// [ErrNotRunning].
func Running(dir string) (Commands, error) {
	dial := func(ctx context.Context, _, _ string) (c net.Conn, err error) {
		err = within(dir, func(path string) (err error) {
			c, err = new(net.Dialer).DialContext(ctx, "unix", path)
			return err
		})
		return c, err
	}
	c, err := dial(context.Background(), "", "")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	c.Close()
	return running{&http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: controlTime}}, nil
}

func (r running) Revoke(ctx context.Context, shown string) (done Revoked, err error) {
	err = r.ask(ctx, pathRevoke, shown, &done)
	return done, err
}

func (r running) Rotate(ctx context.Context) (done Rotated, err error) {
	err = r.ask(ctx, pathRotate, "", &done)
	return done, err
}

func (r running) ask(ctx context.Context, path, body string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://desk"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
