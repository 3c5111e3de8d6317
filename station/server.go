package station

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/tlsrecord"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/web"
)

// Site is what the page needs of its station. [Station] is one.
type Site interface {
	// About says what the site is and allows, as it is now.
	About(ctx context.Context) (doorapi.Site, error)
	Holders
	// Issue makes a pass of somebody, as [Station.Issue] does. It may take a while,
	// and ends early with ctx.
	Issue(ctx context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error)
	// Receipt returns the signed receipt of the consent to a face pass.
	Receipt(ctx context.Context, id pass.ID) ([]byte, error)
}

// Holders are on record at the controller.
type Holders interface {
	// Meet says who shows the link to their own page, or has a label.
	Meet(ctx context.Context, who doorapi.MeetRequest) (doorapi.MeetResponse, error)
	// OwnPage makes a link to the page of the holder of a pass that was just made. It
	// fails where they have a page already, and where there are no pages.
	OwnPage(ctx context.Context, id pass.ID) (doorapi.OwnPage, error)
}

// Faces is what a station looks at faces with.
type Faces struct {
	// Engine is prepared, and has the same clock as the server.
	Engine *face.Engine
	// Size is the length of its references in bytes.
	Size int
	// Threshold is the score from which on two pictures count as one person's.
	Threshold float64
}

// ServerConfig is what a [Server] is made from. All but the last six is
// required.
type ServerConfig struct {
	Site Site
	// Attester is what consents say of where they were given; see
	// [Station.Attester].
	Attester string
	// Page is [web.Enrol] with its libraries.
	Page fs.FS
	// Fonts are for the card.
	Fonts card.Fonts
	// Hosts are the names and addresses that the page is opened by. A request
	// for another is refused, so that no web site can lead a browser here under
	// a name of its own.
	Hosts []string
	// TLS has the certificate; see [Station.ServerTLS].
	TLS *tls.Config

	// Faces is nil at a station for plain passes only.
	Faces *Faces
	// Code is what staff type before they get to the page; see [NewCode].
	// Without one, the page is served on loopback only, to whoever is on this
	// machine.
	Code string
	// Contact is whom holders are told to ask.
	Contact string
	// PhoneURL is where telephones reach [Server.ServePhone]. Empty is that they do
	// not, and passes are not handed over to them.
	PhoneURL string
	// Say is called with what the operator has to know; never with anything
	// about a person. It may be nil, and is called by several goroutines.
	Say func(string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

const (
	// Need is how many good pictures of one person there have to be.
	Need = 3
	// EnrolmentTime is how long an enrolment lasts, and how long the pass can be
	// fetched once it is made.
	EnrolmentTime = 10 * time.Minute
	// MaxEnrolments is how many there are at once.
	MaxEnrolments = 8

	// sweepTime is how often what has ended is looked for.
	sweepTime = 5 * time.Second
	// maxConnections is how many there are at once, and connectionsEach from one
	// place; more are closed.
	maxConnections  = 64
	connectionsEach = 16
	// stopTime is how long requests get to end when the server stops.
	stopTime = 5 * time.Second
	// makeTime is how long making a pass may take.
	makeTime = time.Minute
)

var (
	// ErrServer is returned for a [ServerConfig] that cannot be.
	ErrServer = errors.New("the enrolment page cannot be served like this")
	// ErrNoCode is returned for serving beyond this machine without a code.
	ErrNoCode = fmt.Errorf("%w: whoever opens it can issue passes, so beyond this machine it needs a code", ErrServer)
)

// Server serves the enrolment page. What it holds of a person lies in memory,
// until the enrolment ends in whatever way.
type Server struct {
	c     ServerConfig
	file  http.Handler
	gate  *gate
	looks chan struct{} // one for each picture that is looked at
	turn  chan struct{} // holds one value while a pass is made
	paces paces
	// transfers wait for phones.
	transfers *transfers
	// pause waits, or not in tests.
	pause func(context.Context, time.Duration)

	mu  sync.Mutex // guards what follows
	all map[string]*enrolment
}

// NewServer checks a configuration, and starts nothing. It fails with
// [ErrServer].
func NewServer(c ServerConfig) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	switch {
	case c.Site == nil || c.Page == nil || c.TLS == nil:
		return nil, fmt.Errorf("%w: there is no site, page or certificate", ErrServer)
	case len(c.Hosts) == 0:
		return nil, fmt.Errorf("%w: it has no name", ErrServer)
	case c.Attester == "":
		return nil, fmt.Errorf("%w: nobody would attest a consent", ErrServer)
	case c.Faces != nil && !(c.Faces.Threshold > 0):
		return nil, fmt.Errorf("%w: there is no threshold for faces", ErrServer)
	case c.Code != "" && len(plain(c.Code)) < codeLength:
		return nil, fmt.Errorf("%w: the code is too short", ErrServer)
	}
	const atOnce = 2
	return &Server{
		c: c, file: web.Serve(c.Page), gate: newGate(c.Code, c.Now),
		looks: make(chan struct{}, atOnce), turn: make(chan struct{}, 1), all: make(map[string]*enrolment),
		transfers: newTransfers(c.Now), pause: pause,
	}, nil
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// Serve answers on a listener until ctx ends, lets requests come to their end
// for a few seconds, and wipes everything. It closes the listener, and may be
// called once. It fails with [ErrNoCode].
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok || s.c.Code == "" && !at.IP.IsLoopback() {
		return errors.Join(ErrNoCode, l.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	life, die := context.WithCancel(context.WithoutCancel(ctx)) // of passes that are being made
	defer die()
	server := newHTTPServer(s.handler(life, at.Port), s.c.TLS)
	var sweeping sync.WaitGroup
	sweeping.Go(func() { s.sweepAlways(ctx) })
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- shutDown(server)
	}()
	err := server.Serve(tlsrecord.Listener{Listener: visitors.Listen(l, maxConnections, connectionsEach), Config: s.c.TLS})
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, <-stopped)
	die()
	sweeping.Wait()
	s.end()
	s.transfers.end()
	return err
}

// shutDown lets requests end, but not for ever.
func shutDown(server *http.Server) error {
	late, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	err := server.Shutdown(late)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	return err
}

// sweepAlways ends what has lasted too long, asked for or not.
func (s *Server) sweepAlways(ctx context.Context) {
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.sweep()
			s.transfers.sweep()
		}
	}
}
