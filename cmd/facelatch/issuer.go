package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/station"
)

// issuer is where a pass is made: in the folder of a site, or at a station.
type issuer interface {
	offers
	maker
}

// offers is what can be had there.
type offers interface {
	// Config is what the site allows.
	Config(ctx context.Context) (site.Config, error)
	// notice is what people there agree to.
	notice(ctx context.Context, rules consent.Rules) (consent.Notice, error)
	// Attester is what consents say of where they were given.
	Attester() string
}

// maker makes passes of people on record.
type maker interface {
	// meet says how many on record have a label, and who the only one is.
	meet(ctx context.Context, label string) (known int, holder string, err error)
	// issue makes a pass of somebody.
	issue(ctx context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error)
}

// at does something where a pass is to be made.
func (f issueFlags) at(ctx context.Context, do func(issuer) error) error {
	if f.station != "" {
		return withStation(ctx, f.station, func(s *station.Station) error { return do(counter{s}) })
	}
	here := &folder{dir: f.site}
	return errors.Join(do(here), here.close())
}

// attestedHere is what the folder of a site is called that is used as a station.
const attestedHere = "command-line"

// folder is the folder of a site, with its controller's half and its station's.
type folder struct {
	dir    string
	office *site.Office // nil until it is needed
	acts   *acts.Acts
}

func (f *folder) open() (err error) {
	if f.office != nil {
		return nil
	}
	if f.office, err = openOffice(f.dir); err != nil {
		return err
	}
	if f.acts, err = controller.OpenActs(f.office, time.Now); err != nil {
		return err
	}
	return f.office.Keep(site.KeepOptions{})
}

func (f *folder) close() error {
	if f.office == nil {
		return nil
	}
	return f.office.Close()
}

func (f *folder) actor() acts.Actor {
	return acts.Actor{Role: acts.StationRole, Pseudonym: attestedHere}
}

func (f *folder) Attester() string { return "station-" + attestedHere }

func (f *folder) Config(context.Context) (site.Config, error) { return site.Read(f.dir) }

func (f *folder) notice(_ context.Context, rules consent.Rules) (consent.Notice, error) {
	n, err := site.CurrentNotice(f.dir, rules)
	if errors.Is(err, consent.ErrDraft) {
		err = usagef("nobody can agree to anything here yet: %v (facelatch notice --help)", err)
	}
	return n, err
}

func (f *folder) meet(ctx context.Context, label string) (int, string, error) {
	if err := f.open(); err != nil {
		return 0, "", err
	}
	met, err := f.acts.Meet(ctx, f.actor(), label)
	return met.Known, met.Holder, mistyped(err)
}

func (f *folder) issue(ctx context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error) {
	if err := f.open(); err != nil {
		return pass.Claims{}, err
	}
	made, err := f.office.Controller(ctx)
	if err != nil {
		return pass.Claims{}, err
	}
	maker := issue.Station{Rand: rand.Reader, Now: time.Now, Office: namedOffice{made.For(ctx, attestedHere), ctx, f, acts.Whose(whose)}}
	if r.Consent != nil {
		if maker.Key, err = sealingKey(f.office); err != nil {
			return pass.Claims{}, err
		}
		defer maker.Key.Wipe()
	}
	return maker.Issue(r, e, out)
}

// namedOffice is the office of a folder, for a pass of somebody.
type namedOffice struct {
	issue.Session
	ctx   context.Context
	f     *folder
	whose acts.Whose
}

// Prepare is a method of [issue.Office].
func (o namedOffice) Prepare(r issue.Request) (pass.Binding, error) {
	if r.Consent != nil {
		if err := o.f.office.PublishDraft(o.ctx, site.ControllerItself, r.Consent.Terms().By.Rules()); err != nil {
			return pass.Binding{}, err
		}
	}
	b, err := o.f.acts.Enrol(o.ctx, o.f.actor(), o.whose, r)
	if errors.Is(err, acts.ErrLedger) {
		status, _ := o.f.office.LedgerStatus()
		err = fmt.Errorf("%w: %w", issue.ErrLedger, errors.Join(err, status.Err))
	}
	return b, mistyped(err)
}

// mistyped is an error about what was typed.
func mistyped(err error) error {
	switch {
	case errors.Is(err, acts.ErrNotFound):
		return usagef("--holder: there is nobody with this id (any more)")
	case errors.Is(err, acts.ErrInvalid):
		return usageError{err}
	}
	return err
}

// counter is a station of its own, whose controller is elsewhere.
type counter struct{ *station.Station }

func (c counter) notice(ctx context.Context, rules consent.Rules) (consent.Notice, error) {
	about, err := c.About(ctx)
	if err != nil {
		return consent.Notice{}, err
	}
	data, there := about.Notices[string(rules)]
	if !there {
		return consent.Notice{}, usagef("nobody can agree to anything here yet: the site has no notice for %s", rules)
	}
	return consent.DecodeNotice(data)
}

func (c counter) meet(ctx context.Context, label string) (int, string, error) {
	met, err := c.Meet(ctx, doorapi.MeetRequest{Label: label})
	return met.Known, met.Holder, err
}

func (c counter) issue(ctx context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error) {
	return c.Issue(ctx, whose, r, e, out)
}
