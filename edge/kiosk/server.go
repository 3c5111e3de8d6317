package kiosk

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"time"
)

// Config is what a Server needs.
type Config struct {
	// Door is the door's id, which the kiosk signs.
	Door string
	// Origins are the exact origins under which the page is opened, such as
	// "https://front.local:8443"; see Origins.
	Origins []string
	// Certificate returns the certificate to serve now; it is called for each
	// TLS handshake, so that a renewed one is used at once.
	Certificate func() (*tls.Certificate, error)
	// Pages are the static files; index.html is the page.
	Pages fs.FS
	// Store keeps the paired kiosk.
	Store Store
	// Frames takes the frames.
	Frames Frames
	// Now is the clock that screens' Until and nonces are measured by; nil
	// means time.Now.
	Now func() time.Time
}

// Server is the kiosk's server. Make one with New.
type Server struct{}

// New checks a configuration and returns a server; the error names the field.
func New(c Config, d Door) (*Server, error) { return nil, errors.ErrUnsupported }

// Serve answers HTTPS on l until ctx is done, then says bye and waits for all
// it started. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error { return errors.ErrUnsupported }

// ServeControl answers the control socket until ctx is done. It closes l.
func (s *Server) ServeControl(ctx context.Context, l net.Listener) error {
	return errors.ErrUnsupported
}

// Show replaces what people see.
func (s *Server) Show(Screen) {}

// Configure replaces what the page knows about the door.
func (s *Server) Configure(Page) {}

// WantFrames asks for frames, or with NoFrames for none, at most maxFPS a
// second (1 to 30) of the given width in pixels. A waiting frame is dropped
// when the mode changes.
func (s *Server) WantFrames(mode FrameMode, maxFPS, width int) {}

// Nonces returns the screen's nonces, which the server shows.
func (s *Server) Nonces() *Nonces { return nil }

// State returns what the machine may know of the kiosk.
func (s *Server) State() State { return State{} }
