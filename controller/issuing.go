package controller

import (
	"context"
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// actor is a station as the acts know it.
func actor(c call) acts.Actor {
	return acts.Actor{Role: acts.StationRole, Pseudonym: c.from.ID.String()}
}

// meet tells a station who stands there.
func (s *Controller) meet(c call) error {
	var body doorapi.MeetRequest
	if err := c.read(&body); err != nil {
		return err
	}
	if (body.Link == "") == (body.Label == "") {
		return badRequest("there is a link or a label")
	}
	if body.Link != "" {
		holder, child, err := s.acts.OpenLinkAt(c.r.Context(), actor(c), body.Link)
		if err != nil {
			return err
		}
		return c.write(doorapi.MeetResponse{Known: 1, Holder: holder, Child: child})
	}
	met, err := s.acts.Meet(c.r.Context(), actor(c), body.Label)
	if err != nil {
		return err
	}
	return c.write(doorapi.MeetResponse{Known: met.Known, Holder: met.Holder, Child: met.Child})
}

// ownPage makes a link to the page of the holder of a pass that was just made.
func (s *Controller) ownPage(c call) error {
	id, err := pass.ParseID(c.r.PathValue("id"))
	if err != nil {
		return issue.ErrUnknown
	}
	if s.pages == "" {
		return problem(doorapi.ProblemNotFound, http.StatusNotFound, "This controller serves no pages", "")
	}
	link, err := s.acts.LinkAt(c.r.Context(), actor(c), id)
	if err != nil {
		return err
	}
	return c.write(doorapi.OwnPage{URL: s.pages + "/me/" + link.Token, Expires: link.Expires})
}

// issuing is what a station makes passes with. What one station makes, no other
// can go on with.
func (s *Controller) issuing(c call) (issue.Office, error) {
	made, err := s.office.Controller(c.r.Context())
	if err != nil {
		return nil, err
	}
	return made.For(c.r.Context(), c.from.ID.String()), nil
}

// prepare is a step of [issue.Office], as are those that follow. A consent that comes
// with it is recorded for the holder first.
func (s *Controller) prepare(c call) error {
	var body doorapi.PrepareRequest
	if err := c.read(&body); err != nil {
		return err
	}
	r := issue.Request{Zones: body.Zones, NotBefore: body.NotBefore, Expires: body.Expires, Models: body.Models}
	var err error
	if r.Schedule, err = pass.ParseSchedule(body.Hours); err != nil {
		return badRequest(err.Error())
	}
	if r.Holder, err = issue.ParseHolder(body.Holder); err != nil {
		return badRequest(err.Error())
	}
	if body.Consent != nil {
		if r.Consent, err = consent.Decode(body.Consent); err != nil {
			return badRequest(err.Error())
		}
	}
	if r.Consent != nil {
		if err := s.settleNotice(c.r.Context(), r.Consent); err != nil {
			return err
		}
	}
	whose := acts.Whose{Holder: body.Whose.Holder, Label: body.Whose.Label, Child: body.Whose.Child}
	b, err := s.acts.Enrol(c.r.Context(), actor(c), whose, r)
	if err != nil {
		return err
	}
	return c.write(doorapi.Binding{Site: b.Site, ID: b.ID, Expires: b.Expires, Consent: b.Consent})
}

// settleNotice sees to it that what somebody at a site for trying out agreed to is
// on record, though nobody published it.
func (s *Controller) settleNotice(ctx context.Context, record *consent.Record) error {
	err := s.office.PublishDraft(ctx, site.ControllerItself, record.Terms().By.Rules())
	if errors.Is(err, consent.ErrDraft) {
		return problem(doorapi.ProblemConflict, http.StatusConflict, "There is no notice to which anybody could agree", "")
	}
	return err
}

func (s *Controller) sign(c call) error {
	var body doorapi.SignRequest
	if err := c.read(&body); err != nil {
		return err
	}
	var sealed [32]byte
	if body.Sealed != nil {
		if len(body.Sealed) != len(sealed) {
			return badRequest("a SHA-256 has 32 bytes")
		}
		sealed = [32]byte(body.Sealed)
	}
	made, err := s.issuing(c)
	if err != nil {
		return err
	}
	signed, err := made.Sign(body.ID, sealed)
	if err != nil {
		return err
	}
	return c.write(doorapi.SignResponse{Signed: signed})
}

func (s *Controller) complete(c call) error {
	return s.last(c, func(o issue.Office, id pass.ID) error {
		err := o.Complete(id)
		s.owed.add(err, c.from.ID, id)
		return err
	})
}

func (s *Controller) abandon(c call) error {
	return s.last(c, func(o issue.Office, id pass.ID) error { return o.Abandon(id) })
}

// last is a step that ends the making of a pass.
func (s *Controller) last(c call, step func(issue.Office, pass.ID) error) error {
	var body doorapi.PassRequest
	if err := c.read(&body); err != nil {
		return err
	}
	made, err := s.issuing(c)
	if err == nil {
		err = step(made, body.ID)
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
