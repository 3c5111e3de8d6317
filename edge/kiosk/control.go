package kiosk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The control socket: a unix socket next to the daemon's state, for whoever
// runs the daemon, and root. One request and one answer for each connection,
// each one line of JSON.
type (
	controlRequest struct {
		Do      string `json:"do"` // pair, status, unpair
		Replace bool   `json:"replace,omitempty"`
	}
	controlAnswer struct {
		Offer *Offer `json:"offer,omitempty"`
		State *State `json:"state,omitempty"`
		Error string `json:"error,omitempty"`
	}
)

const (
	controlTime = 5 * time.Second
	maxControl  = 4 << 10
)

// ListenControl makes the control socket, mode 0600. A socket that a daemon
// left behind is replaced; one that is answered is not.
func ListenControl(path string) (net.Listener, error) {
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("%s: %w", path, syscall.EADDRINUSE)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s: %w and is no socket", path, fs.ErrExist)
	default:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// Until this, and beside it, the caller's uid is what counts: see allowed.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// ServeControl answers the control socket until ctx is done, one request at a
// time. It closes l. The error is nil after ctx was done.
func (s *Server) ServeControl(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return errors.Join(err, l.Close())
		}
		s.control(ctx, c)
	}
}

// control answers one request. A caller that breaks off gets no answer.
func (s *Server) control(ctx context.Context, c net.Conn) {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	_ = c.SetDeadline(time.Now().Add(controlTime))
	var a controlAnswer
	var r controlRequest
	if err := allowed(c); err != nil {
		a.Error = err.Error()
	} else if err := json.NewDecoder(io.LimitReader(c, maxControl)).Decode(&r); err != nil {
		a.Error = "the request is not one"
	} else {
		a = s.do(r)
	}
	_ = json.NewEncoder(c).Encode(a)
}

// errCaller means that another account than the daemon's asks.
var errCaller = errors.New("only the account that the door runs as, and root, may ask this")

// allowed checks who is at the other end, whatever the socket's mode says.
func allowed(c net.Conn) error {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return errCaller
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var peerErr error
	err = raw.Control(func(fd uintptr) {
		peer, peerErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, peerErr); err != nil {
		return err
	}
	if peer.Uid != 0 && int(peer.Uid) != os.Geteuid() {
		return errCaller
	}
	return nil
}

func (s *Server) do(r controlRequest) controlAnswer {
	var err error
	switch r.Do {
	case "pair":
		var o Offer
		if o, err = s.Pair(r.Replace); err == nil {
			return controlAnswer{Offer: &o}
		}
	case "unpair":
		err = s.Unpair()
	case "status":
	default:
		err = fmt.Errorf("%q is not known: pair, status or unpair", r.Do)
	}
	if err != nil {
		return controlAnswer{Error: err.Error()}
	}
	st := s.State()
	return controlAnswer{State: &st}
}

// Control asks a running daemon through its control socket. Every error that
// the daemon answers is returned with its text; [syscall.ECONNREFUSED] and
// [fs.ErrNotExist] mean that none is running.
type Control struct{ Path string }

// Pair asks for a pairing code; see Server.Pair.
func (c Control) Pair(ctx context.Context, replace bool) (Offer, error) {
	a, err := c.ask(ctx, controlRequest{Do: "pair", Replace: replace})
	if err != nil {
		return Offer{}, err
	}
	if a.Offer == nil {
		return Offer{}, errAnswer
	}
	return *a.Offer, nil
}

// Status returns what the daemon knows of the kiosk.
func (c Control) Status(ctx context.Context) (State, error) {
	return c.state(ctx, "status")
}

// Unpair takes the kiosk's right to connect away; see Server.Unpair.
func (c Control) Unpair(ctx context.Context) error {
	_, err := c.state(ctx, "unpair")
	return err
}

var errAnswer = errors.New("the door gave no answer that can be read")

func (c Control) state(ctx context.Context, do string) (State, error) {
	a, err := c.ask(ctx, controlRequest{Do: do})
	if err != nil {
		return State{}, err
	}
	if a.State == nil {
		return State{}, errAnswer
	}
	return *a.State, nil
}

func (c Control) ask(ctx context.Context, r controlRequest) (controlAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*controlTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", c.Path)
	if err != nil {
		return controlAnswer{}, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return controlAnswer{}, err
	}
	var a controlAnswer
	if err := json.NewDecoder(io.LimitReader(conn, maxControl)).Decode(&a); err != nil {
		return controlAnswer{}, errors.Join(errAnswer, err)
	}
	if a.Error != "" {
		return controlAnswer{}, errors.New(a.Error)
	}
	return a, nil
}
