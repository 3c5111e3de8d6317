package kiosk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is the kiosk's server. Make one with New.
type Server struct {
	config Config
	door   Door
	files  *files
	nonces Nonces
	gate   gate           // connections that are open
	hellos hellos         // connections that have not said hello
	open   sync.WaitGroup // connections after their upgrade; Add under mu, see enter
	shown  chan struct{}  // closed and replaced when there is something to send

	frames sync.Mutex // held while a frame is judged and pushed; taken before mu

	mu      sync.Mutex // guards what follows
	stopped bool       // nothing may be added to open
	paired  Paired
	offer   offer    // the pairing code that is good now
	current *session // the connected kiosk, nil without
	page    Page
	screen  Screen
	order   order
	camera  CameraState
	version versions
	losses  int
	last    Loss
	refused int
}

// versions count the changes of what is shown, so that a connection knows what
// it has sent.
type versions struct{ page, screen, order uint64 }

// order is which frames are wanted.
type order struct {
	mode       FrameMode
	fps, width int
}

// New checks a configuration, reads the pages and the paired kiosk, and returns
// a server. An error names the field that is wrong.
func New(c Config, d Door) (*Server, error) {
	if err := c.valid(); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	files, err := newFiles(c.Pages)
	if err != nil {
		return nil, fmt.Errorf("%w: Pages: %w", errConfig, err)
	}
	paired, err := c.Store.Kiosk()
	if err == nil {
		err = paired.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: Store: %w", errConfig, err)
	}
	return &Server{
		config: c, door: d, files: files, paired: paired,
		shown: make(chan struct{}),
		order: order{mode: NoFrames},
	}, nil
}

// Serve answers HTTPS on l until ctx is done, then says bye and waits for all
// it started. It closes l. The error is nil after ctx was done. It may be called
// once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.stop()
	defer cancel()
	return serve(ctx, tls.NewListener(gated{l, &s.gate}, s.config.tls()), s.handler(ctx))
}

// enter counts a connection that is being upgraded; s.open.Done ends it. It
// returns false when the server stops.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.open.Add(1)
	}
	return !s.stopped
}

// stop waits for upgraded connections, which the end of their context ends.
func (s *Server) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.open.Wait()
}

// serve answers HTTP until ctx is done. Its own connections end then at once;
// those that were upgraded are the handler's to end.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    16 << 10,
		// It would name the addresses of telephones that looked in.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(l)
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, server.Close())
}

// Show replaces what people see.
func (s *Server) Show(screen Screen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screen = screen
	s.version.screen++
	s.tell()
}

// Configure replaces what the page knows about the door. Before the first call a
// page is told nothing, and says that it connects. The server keeps p's slices
// and maps; nobody may change them afterwards.
func (s *Server) Configure(p Page) {
	p = p.whole()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = p
	s.version.page++
	s.tell()
}

// WantFrames asks for frames, or with NoFrames for none, at most maxFPS a
// second (1 to 30, others are brought there) of about the given width in
// pixels. Asking again for the same changes nothing; otherwise the frame that
// waits is dropped, and so are frames that the page sent before it knew. When
// it returns, no frame of what was wanted before will be pushed.
func (s *Server) WantFrames(mode FrameMode, maxFPS, width int) {
	o := order{mode: mode, fps: min(max(maxFPS, 1), 30), width: width}
	if mode == NoFrames {
		o = order{mode: mode}
	}
	s.frames.Lock()
	defer s.frames.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if o == s.order {
		return
	}
	s.order = o
	s.version.order++
	s.config.Frames.Drop()
	s.tell()
}

// RenewFrames asks again for the frames that are wanted, if any are, behind whatever
// was shown before: no frame counts from then on that the page sent before it had
// read that.
func (s *Server) RenewFrames() {
	s.frames.Lock()
	defer s.frames.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.order.mode == NoFrames {
		return
	}
	s.version.order++
	s.config.Frames.Drop()
	s.tell()
}

// tell wakes the connection. The caller holds mu.
func (s *Server) tell() {
	close(s.shown)
	s.shown = make(chan struct{})
}

// Nonces returns the screen's nonces, which the server shows. Their times are
// those of Config.Now.
func (s *Server) Nonces() *Nonces { return &s.nonces }

// GoodNonces returns what a presentation may answer now; see Nonces.Good.
func (s *Server) GoodNonces() []Nonce { return s.nonces.Good(s.config.Now()) }

// Spend makes the nonces so far bad, and shows a fresh one at once. See
// Nonces.Spend.
func (s *Server) Spend() {
	s.nonces.Spend()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell()
}

// State returns what the machine may know of the kiosk.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{
		Kiosk: s.paired.ID, Since: s.paired.Since, Camera: s.camera,
		Losses: s.losses, LastLoss: s.last, Refused: s.refused,
	}
	st.Connected = s.current != nil && s.current.ctx.Err() == nil
	if s.offer.good(s.config.Now()) {
		st.Pairing = s.offer.until
	}
	return st
}
