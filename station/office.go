package station

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Office is an [issue.Office] over the network. A controller keeps the site for
// a station from Prepare to Complete or Abandon, and for [site.SessionTime] at
// most: a pass that takes longer to make is abandoned, and Sign or Complete fail
// with [issue.ErrState].
type Office struct {
	client *member.Client
	ctx    context.Context // of the pass that is made; nil is that nothing ends it
	whose  doorapi.Whose
}

// errNotNow is wrapped where a controller answers that its database or its ledger
// cannot be used.
var errNotNow = errors.New("the controller can be reached, and can save nothing now")

var _ issue.Office = (*Office)(nil)

// NewOffice returns the office of the controller at a URL such as
// https://192.168.1.20:7443. config has the certificate of a station; see
// [Station.Office] for one that joined.
func NewOffice(url string, config *tls.Config) *Office {
	return &Office{client: member.NewClient(url, config)}
}

// Office returns the office of the station's controller.
func (s *Station) Office() *Office { return &Office{client: s.client} }

// abandonTime is how long abandoning may take once the pass is not wanted any
// more. What was not abandoned ends by itself.
const abandonTime = 10 * time.Second

// during returns an office that gives up what is being made when ctx ends.
func (o *Office) during(ctx context.Context) *Office {
	return &Office{client: o.client, ctx: ctx, whose: o.whose}
}

// For returns an office for passes of somebody.
func (o *Office) For(whose doorapi.Whose) *Office {
	return &Office{client: o.client, ctx: o.ctx, whose: whose}
}

func (o *Office) context() context.Context {
	if o.ctx == nil {
		return context.Background()
	}
	return o.ctx
}

// Prepare is a method of [issue.Office].
func (o *Office) Prepare(r issue.Request) (pass.Binding, error) {
	body := doorapi.PrepareRequest{
		Whose: o.whose,
		Zones: r.Zones, NotBefore: r.NotBefore, Expires: r.Expires, Hours: r.Schedule.String(), Models: r.Models,
	}
	var err error
	if body.Holder, err = issue.EncodeHolder(r.Holder); err != nil {
		return pass.Binding{}, err
	}
	if r.Consent != nil {
		if body.Consent, err = r.Consent.Encode(); err != nil {
			return pass.Binding{}, err
		}
	}
	var b doorapi.Binding
	if err := o.ask(doorapi.PathPrepare, body, &b); err != nil {
		return pass.Binding{}, err
	}
	return pass.Binding{Site: b.Site, ID: b.ID, Expires: b.Expires, Consent: b.Consent}, nil
}

// Sign is a method of [issue.Office].
func (o *Office) Sign(id pass.ID, sealed [32]byte) ([]byte, error) {
	body := doorapi.SignRequest{ID: id}
	if sealed != ([32]byte{}) {
		body.Sealed = sealed[:]
	}
	var r doorapi.SignResponse
	err := o.ask(doorapi.PathSign, body, &r)
	return r.Signed, err
}

// Complete is a method of [issue.Office].
func (o *Office) Complete(id pass.ID) error {
	return o.ask(doorapi.PathComplete, doorapi.PassRequest{ID: id}, nil)
}

// Abandon is a method of [issue.Office].
func (o *Office) Abandon(id pass.ID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(o.context()), abandonTime)
	defer cancel()
	return o.during(ctx).ask(doorapi.PathAbandon, doorapi.PassRequest{ID: id}, nil)
}

// ask turns what a controller refuses back into the errors of package issue.
func (o *Office) ask(path string, body, answer any) error {
	err := o.client.Ask(o.context(), "POST", path, body, answer)
	var p *doorapi.Problem
	if !errors.As(err, &p) {
		return err
	}
	switch p.Type {
	case doorapi.ProblemPolicy:
		return fmt.Errorf("%w: %s", issue.ErrPolicy, p.Detail)
	case doorapi.ProblemConflict:
		return fmt.Errorf("%w: %s", issue.ErrState, p.Title)
	case doorapi.ProblemNotFound:
		return fmt.Errorf("%w: %s", issue.ErrUnknown, p.Title)
	case doorapi.ProblemBusy:
		return fmt.Errorf("%w: %s", errNotNow, p.Title)
	}
	return err
}
