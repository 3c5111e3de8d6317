// Package server is a desk that runs: it joins what its parts do, one check at a time
// each, with the connection to its controller, and answers browsers and relying
// parties at one address.
//
// It never decides anything itself, never keeps a picture or what a document says, and
// never opens a counter for anybody whom the controller did not send.
package server

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/hosted"
	"github.com/facelatch/facelatch/desk/link"
	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/tlsrecord"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/models"
)

// ErrNoConfig is returned for a desk that never heard its controller.
var ErrNoConfig = errors.New("this desk does not know its site yet: its controller has to be reached once")

// Config is what a desk is made of. All but the last three is required.
type Config struct {
	Folder *state.Folder
	Link   *link.Link
	Engine desk.Engine
	Lines  desk.Lines
	// Threshold is the comparison score from which on a face is the portrait's, for
	// [check.Frames] frames together.
	Threshold float64
	// SamePicture says from which score on a face is a picture of the portrait itself;
	// nil where that was not measured for the models.
	SamePicture *models.Likeness
	// Turns says that the models see which way a head is turned: see [check.Options].
	Turns bool
	// Page is web.Desk with its libraries.
	Page fs.FS

	// Inside are the webhooks, as host:port, that may be inside the operator's network.
	Inside []string
	// Say is called with what the operator has to know, and never with anything about
	// a person. It may be called by several goroutines.
	Say func(string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Server is a desk. Serve runs it, once.
type Server struct {
	c        Config
	sites    sites
	staff    *staff
	room     *check.Room
	results  *results
	returns  *returns
	outbox   *handover.Outbox
	sender   *handover.Sender
	pages    *pages.Pages
	provider *provider.Provider
	api      http.Handler
	begun    time.Time
}

// New prepares a desk with what it knows of its site. It fails with [ErrNoConfig].
func New(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	s := &Server{c: c, staff: newStaff(c.Now), returns: &returns{to: make(map[string]way)}, begun: time.Now()}
	config, _ := c.Link.Config()
	if config == nil {
		return nil, ErrNoConfig
	}
	if err := s.join(config.Origin); err != nil {
		return nil, err
	}
	s.refresh()
	return s, nil
}

// join makes the parts for an address, which is also whom results come from.
func (s *Server) join(origin string) (err error) {
	if s.outbox, err = handover.Open(handover.Options{Dir: s.c.Folder.Outbox(), Party: s.sites.party, Now: s.c.Now, Say: s.c.Say}); err != nil {
		return err
	}
	s.results, err = newResults(resultOptions{issuer: origin, folder: s.c.Folder, outbox: s.outbox, party: s.sites.party, login: s.returns.has, now: s.c.Now})
	if err != nil {
		return err
	}
	s.room = check.New(check.Options{
		Engine: s.c.Engine, Lines: s.c.Lines, Policy: s.policy, Notice: s.notice, Done: s.done, Turns: s.c.Turns, Now: s.clock, Limit: maxChecks,
	})
	s.sender = handover.NewSender(handover.SenderOptions{
		Outbox: s.outbox, Key: func() handover.Key { return s.results.signing.Load().key }, Issuer: origin, Say: s.c.Say,
		Allowed: func(at string) bool { return slices.Contains(s.c.Inside, at) },
	})
	s.pages, err = pages.New(pages.Options{
		Room: s.room, Staff: s.staff.who, SignOut: s.staff.leave,
		Parties: s.parties, Page: s.c.Page, Address: origin, Site: s.siteName, Demo: s.demo, Quiet: s.quiet, Say: s.c.Say, Now: s.c.Now,
		Admits: s.admits, Return: s.returns.get, Result: s.results.shown, Revoke: s.results.revoke, Revoked: s.results.isRevoked,
	})
	if err != nil {
		return err
	}
	s.provider, err = provider.New(provider.Options{
		Issuer: origin, Checks: providerChecks{s}, Party: s.sites.party, Keys: s.results.set, Now: s.c.Now,
		Failed: func(err error) { s.c.Say("a login by OpenID Connect failed here: " + err.Error()) },
	})
	if err != nil {
		return err
	}
	s.api, err = hosted.New(hosted.Config{Checks: hostedChecks{s}, Outbox: s.outbox, Party: s.sites.party, Now: s.c.Now, Say: s.c.Say})
	return err
}

// done hands a result on, and says where that failed: staff see only that it did.
func (s *Server) done(f check.Finished) error {
	err := s.results.done(f)
	if err != nil {
		s.c.Say("a result could not be handed on: " + err.Error())
	}
	return err
}

// admits keeps the check of a login for the browser that began it: else somebody could
// begin one, have another person do the check, and take the answer for their own.
func (s *Server) admits(r *http.Request, id string) bool {
	return !s.returns.has(id) || s.provider.Began(r, id)
}

// policy is the operator's.
func (s *Server) policy() idcheck.Policy {
	p := s.sites.get().config.Policy
	all := idcheck.Policy{Threshold: s.c.Threshold, RequireLive: p.RequireLive, TwoPeople: p.TwoPeople}
	if same := s.c.SamePicture; same != nil {
		all.SamePicture, all.Doubt = same.Score, same.Doubt
	}
	return all
}

// clock is the site's: which day it is decides whether a document holds.
func (s *Server) clock() time.Time {
	if now := s.sites.get(); now != nil {
		return s.c.Now().In(now.at)
	}
	return s.c.Now()
}

// notice is what people are told before they choose: the operator's own words, where
// the controller sent some that can be shown.
func (s *Server) notice() (map[string]string, [32]byte) {
	own := s.sites.get().config.Notice
	if own == nil || len(own.Text) == 0 || own.Valid() != nil {
		return desk.Notice(), desk.NoticeHash()
	}
	return own.Text, own.Hash()
}

func (s *Server) parties() (all []party.Party) {
	for _, p := range s.sites.get().parties {
		all = append(all, p)
	}
	return all
}

func (s *Server) siteName() map[string]string {
	return map[string]string{"en": s.sites.get().config.SiteName}
}

func (s *Server) demo() bool { return s.sites.get().config.Demo }

// quietTime is after how long without a word of the controller staff are told: rules
// and relying parties may be others by then, and the desk itself may be removed.
const quietTime = 3 * 24 * time.Hour

// quiet is for how many days the controller has not been heard, 0 before quietTime.
func (s *Server) quiet() int {
	if since := s.c.Now().Sub(s.c.Link.Heard()); since >= quietTime {
		return int(since / (24 * time.Hour))
	}
	return 0
}

// Serve runs the desk until ctx ends. Checks that go on then end, and what they found
// is handed on or kept first. The listener is closed.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	life, stop := context.WithCancel(ctx)
	defer stop()
	var parts sync.WaitGroup
	for _, run := range []func(context.Context){
		s.room.Run, s.outbox.Run, s.sender.Run, s.provider.Run, s.tend, s.follow, s.control,
		func(ctx context.Context) { s.c.Link.Keep(ctx, s.c.Say) },
	} {
		parts.Go(func() { run(life) })
	}
	server := newHTTPServer(s.handler(life))
	ended := make(chan error, 1)
	go func() {
		ended <- server.Serve(tlsrecord.Listener{Listener: visitors.Listen(l, maxConnections, maxFromOne), Config: s.c.Link.ServerTLS()})
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
		if err = server.Shutdown(grace); errors.Is(err, context.DeadlineExceeded) {
			err = server.Close() // who is served still has been waited for
		}
		cancel()
	}
	stop()
	parts.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

const (
	// maxChecks run at once, of which those of people who are alone take three
	// quarters at most.
	maxChecks = 400
	// maxConnections are open at once, and maxFromOne from one place: 200 people who
	// are checked at once, and who stand behind one address.
	maxConnections = 2000
	maxFromOne     = 600
	// graceTime is how long requests may take that are being answered at the end.
	graceTime = 5 * time.Second
)

// refresh takes what the controller says now, and forgets what waits for parties that
// were removed, also while this desk was off.
func (s *Server) refresh() {
	s.sites.take(s.c.Link, func(now *site, unread error) {
		if unread != nil {
			s.c.Say("some relying parties cannot be read, and get nothing here: " + unread.Error())
			return // nobody knows who was removed
		}
		err := s.outbox.Retain(func(id string) bool { _, is := now.parties[id]; return is })
		if err != nil {
			s.c.Say("results for relying parties that were removed could not be removed: " + err.Error())
		}
	})
}

// follow takes each configuration that comes, until ctx ends.
func (s *Server) follow(ctx context.Context) {
	for {
		_, changed := s.c.Link.Config()
		s.refresh()
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// tendTime is how often what is due is done.
const tendTime = 10 * time.Second

// tend does what is due.
func (s *Server) tend(ctx context.Context) {
	every := time.NewTicker(tendTime)
	defer every.Stop()
	for {
		s.results.sweep()
		s.countDay()
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// countDay keeps the counts of a day that is over at the site.
func (s *Server) countDay() {
	day, over := s.results.counter.Over(s.clock(), time.Since(s.begun))
	if !over || len(day.Counts) == 0 {
		return
	}
	if err := s.c.Folder.SaveCounts(day); err != nil {
		s.c.Say("the counts of a day could not be kept: " + err.Error())
	}
}
