// Package controller serves a site to its doors, stations and desks: it lets them
// join, tells doors and desks at once what has changed, relays what stations seal to doors
// without being able to read it, and is the office through which stations issue
// passes. The API is that of internal/doorapi.
//
// All it knows stands in the database of the site, and other processes may change
// that while it serves: `facelatch pass revoke` does, another controller does, and
// doors hear of it within seconds. It keeps the site's ledger, in turns with the
// others, and shows everybody what is published of it.
//
// It never sees a face, a reference, a sealing key, a pepper or the code of a
// PIN, and it never learns who passed a door: there is no request that could say
// so. It keeps no log of requests.
package controller

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/pass"
)

// Config is what a controller is made from.
type Config struct {
	// Dir is the folder of the site.
	Dir string
	// Address is where doors reach the controller, as host:port, for join codes.
	Address string
	// DoorHosts are names that the authority is to vouch for beside private
	// ones; see [authority.OpenOrMake].
	DoorHosts []string
	// Pages is where browsers find the pages for people, such as
	// "https://house.example", for links to holders' own; "" where there are none.
	Pages string
	// Extras are what bundles say that does not stand in the database.
	Extras site.Extras
	// Copies is a folder in which bundles and status lists are written too, for other
	// web servers; "" for none. It may hold nothing else.
	Copies string
	// Ledger is how the ledger is kept.
	Ledger site.KeepOptions
	// Say is called with what the operator has to know, one sentence each time;
	// never with anything about a person. It may be nil.
	Say func(string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

const (
	// watchTime is how often the database is looked at for changes by others.
	watchTime = time.Second
	// recheckTime is how often it is read although nothing seems to have changed.
	recheckTime = time.Minute
	// stopTime is how long requests get to end when the controller stops.
	stopTime = 5 * time.Second
	// joinsEach is how many may try to join in limitTime from one place, and
	// changesEach how often one door or desk may have something written.
	joinsEach   = 10
	changesEach = 30
	limitTime   = time.Minute
)

// Controller serves one site. Its methods may be called at once.
type Controller struct {
	config    site.Config // for what does not change: who it is
	authority *authority.Authority
	now       func() time.Time
	say       func(string)

	publisher *site.Publisher // used by the goroutine of Serve alone
	copies    copies
	news      *news
	office    *site.Office
	acts      *acts.Acts
	pages     string
	owed      owed
	joins     *visitors.Tries // by where they come from
	changes   *visitors.Tries // by door or desk
	desks     deskNews
	ahead     sayOnce

	certificate certificate
}

// New opens a site for serving, and makes the authority and the key that signs
// bundles where there are none. Close has to be called, or Serve.
func New(c Config) (*Controller, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	s := &Controller{now: c.Now, say: c.Say, copies: copies{dir: c.Copies}, news: newNews(), pages: c.Pages}
	s.joins = visitors.NewTries(c.Now, joinsEach, limitTime)
	s.changes = visitors.NewTriesOf(site.MaxMembers, c.Now, changesEach, limitTime)
	s.certificate.now = c.Now
	var err error
	if s.authority, err = authority.OpenOrMake(c.Dir, c.DoorHosts, c.Now); err != nil {
		return nil, err
	}
	s.certificate.authority = s.authority
	if s.office, err = site.OpenOffice(c.Dir, c.Now); err != nil {
		return nil, err
	}
	s.config = s.office.Config
	if err := s.start(c); err != nil {
		return nil, errors.Join(err, s.office.Close())
	}
	return s, nil
}

// start makes the first bundle: without one there is nothing to serve.
func (s *Controller) start(c Config) error {
	if c.Address != "" {
		if err := site.SetAddress(c.Dir, c.Address); err != nil {
			return err
		}
	}
	err := s.office.Keep(c.Ledger)
	if err == nil {
		s.acts, err = OpenActs(s.office, s.now)
	}
	if err == nil {
		s.publisher, err = s.office.Publisher(context.Background(), c.Extras)
	}
	if err != nil {
		return err
	}
	p, warnings, err := s.publisher.Publish(context.Background())
	if err != nil {
		return fmt.Errorf("make a bundle: %w", err)
	}
	for _, w := range warnings {
		s.say(w)
	}
	s.spread(p)
	return nil
}

// OpenActs are the acts at a site, for who keeps its ledger in this process.
func OpenActs(o *site.Office, now func() time.Time) (*acts.Acts, error) {
	return acts.New(acts.Config{
		Store: o.Store(), Issuing: o, Doors: o, Desks: o, EncodeSite: site.Encode, Kick: o.Kick, Keys: o, Now: now,
	})
}

// Close gives the site up, for who does not call Serve.
func (s *Controller) Close() error { return s.office.Close() }

// Authority is the site's, for whoever else serves it in this process.
func (s *Controller) Authority() *authority.Authority { return s.authority }

// Heard returns the number of the newest bundle, and who asked for it since the
// start: doors and stations that were removed since, too.
func (s *Controller) Heard() (newest uint64, from map[pass.DoorID]Heard) { return s.news.all(s.now()) }

// Office is the site, for whoever else serves it in this process.
func (s *Controller) Office() *site.Office { return s.office }

// Serve answers on a listener until ctx ends, and then lets requests come to
// their end for a few seconds. It closes the listener and the Controller. What
// runs beside it, over the same Office, is ended with it, and ends it where it
// fails.
func (s *Controller) Serve(ctx context.Context, l net.Listener, beside ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler: s.handler(), TLSConfig: s.tlsConfig(), ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout: doorapi.PollTime + 30*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(nothing{}, "", 0), Protocols: new(http.Protocols), ConnContext: withGuest,
	}
	server.Protocols.SetHTTP1(true)
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })
	failed := make(chan error, len(beside))
	for _, run := range beside {
		watching.Go(func() { failed <- run(ctx); stop() })
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		s.news.close() // who waits is answered now
		late, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		err := server.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		stopped <- err
	}()
	err := server.ServeTLS(gate{l, newCrowd()}, "", "")
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, <-stopped)
	watching.Wait()
	for range beside {
		err = errors.Join(err, <-failed)
	}
	return errors.Join(err, s.office.Close())
}

// nothing takes what net/http says about handshakes that failed: anybody on the
// network can cause it.
type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }

func (s *Controller) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Time: s.now,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate.get() },
		// Who joins has none; who has one has it checked again with each request.
		ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: s.authority.Pool(),
		SessionTicketsDisabled: true,
	}
}

// certificate is the controller's own, made anew in time. Its key is never on a
// disk.
type certificate struct {
	authority *authority.Authority
	now       func() time.Time

	mu    sync.Mutex // guards what follows
	has   *tls.Certificate
	until time.Time
}

func (c *certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.has != nil && c.now().Before(c.until) {
		return c.has, nil
	}
	made, until, err := c.authority.Server()
	if err != nil {
		return nil, err
	}
	c.has, c.until = made, until
	return made, nil
}
