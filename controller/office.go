package controller

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// office takes turns at the site: with other processes, and with the requests of
// this one. While a station makes a pass, it has the turn from Prepare to
// Complete or Abandon, and no longer than [site.SessionTime].
type office struct {
	dir string
	now func() time.Time
	// longest is [site.SessionTime].
	longest time.Duration
	// changed gets a value after something was changed here.
	changed chan struct{}
	// turn holds one value while somebody has the turn.
	turn chan struct{}

	mu      sync.Mutex // guards session
	session *session   // of whoever has the turn, while a pass is made
}

// session is a pass that is being made.
type session struct {
	office     *site.Office
	controller *issue.Controller
	station    pass.DoorID
	id         pass.ID
	timer      *time.Timer
}

func newOffice(dir string, now func() time.Time) *office {
	return &office{dir: dir, now: now, longest: site.SessionTime, changed: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
}

// take waits for the turn, and opens the site.
func (o *office) take(ctx context.Context) (*site.Office, error) {
	ctx, cancel := context.WithTimeout(ctx, site.SessionTime+5*time.Second)
	defer cancel()
	select {
	case o.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, site.ErrBusy
	}
	opened, err := site.OpenOffice(o.dir, o.now)
	if err != nil {
		<-o.turn
	}
	return opened, err
}

// give ends a turn, and has the folder looked at.
func (o *office) give(opened *site.Office) error {
	err := opened.Close()
	<-o.turn
	select {
	case o.changed <- struct{}{}:
	default: // it is going to be looked at
	}
	return err
}

// do does something at the site, in one turn.
func (o *office) do(ctx context.Context, f func(*site.Office) error) error {
	opened, err := o.take(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(opened), o.give(opened))
}

// prepare begins a session, unless the pass cannot be.
func (o *office) prepare(ctx context.Context, station pass.DoorID, r issue.Request) (pass.Binding, error) {
	opened, err := o.take(ctx)
	if err != nil {
		return pass.Binding{}, err
	}
	controller, err := opened.Controller()
	var binding pass.Binding
	if err == nil {
		binding, err = controller.Prepare(r)
	}
	if err != nil {
		return pass.Binding{}, errors.Join(err, o.give(opened))
	}
	s := &session{office: opened, controller: controller, station: station, id: binding.ID}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.session = s
	s.timer = time.AfterFunc(o.longest, func() { o.timeout(s) })
	return binding, nil
}

// step does something with the pass of a station's session. It fails with
// [issue.ErrState] if there is no such session, any more.
func (o *office) step(station pass.DoorID, id pass.ID, last bool, f func(*issue.Controller) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.session
	if s == nil || s.station != station || s.id != id {
		return issue.ErrState
	}
	err := f(s.controller)
	if last && err == nil {
		err = o.close(s)
	}
	return err
}

// close needs o.mu.
func (o *office) close(s *session) error {
	s.timer.Stop()
	o.session = nil
	return o.give(s.office)
}

// timeout abandons a pass that did not come to its end in time. If that fails,
// the next start does it.
func (o *office) timeout(s *session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.session == s {
		_ = s.controller.Abandon(s.id)
		_ = o.close(s)
	}
}

// end abandons what is being made, because the controller stops.
func (o *office) end() {
	o.mu.Lock()
	s := o.session
	o.mu.Unlock()
	if s != nil {
		o.timeout(s)
	}
}
