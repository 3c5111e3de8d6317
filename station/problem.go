package station

import (
	"context"
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
)

// problemGone is the type for an enrolment that has ended (410).
const problemGone = "urn:facelatch:gone"

// problem is an error that says how it is to be answered. The sentence is for
// people, and is shown to them.
func problem(kind string, status int, sentence string) error {
	return &doorapi.Problem{Type: kind, Status: status, Title: http.StatusText(status), Detail: sentence + "."}
}

func badRequest(sentence string) error {
	return problem(doorapi.ProblemRequest, http.StatusBadRequest, sentence)
}

func tooLarge() error {
	return problem(doorapi.ProblemRequest, http.StatusRequestEntityTooLarge, "The body is too large")
}

func badBody(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return tooLarge()
	}
	return badRequest("The body did not arrive whole")
}

// problemOf is the one place where an error becomes a status. What is not known
// here is a failure of which a browser is told no more.
func problemOf(err error) *doorapi.Problem {
	var p *doorapi.Problem
	switch {
	case errors.Is(err, issue.ErrPolicy):
		err = problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, issue.ErrState):
		err = problem(doorapi.ProblemConflict, http.StatusConflict,
			"Something was changed meanwhile, or somebody was deleted, so no pass was made. Please begin again")
	case errors.Is(err, site.ErrBusy):
		err = problem(doorapi.ProblemBusy, http.StatusServiceUnavailable, "Somebody else is getting a pass. Please try again in a moment")
	case errors.Is(err, errNotNow):
		err = problem(doorapi.ProblemBusy, http.StatusServiceUnavailable,
			"The controller of this site can save nothing now, so no pass was made. Please try again in a few minutes, or tell the operator")
	case errors.Is(err, member.ErrAway) || errors.Is(err, context.DeadlineExceeded):
		err = problem(doorapi.ProblemBusy, http.StatusServiceUnavailable, "The controller of this site cannot be reached now")
	}
	if errors.As(err, &p) {
		if p.Detail != "" {
			return p
		}
		return &doorapi.Problem{Type: p.Type, Status: p.Status, Title: p.Title, Detail: p.Title + "."}
	}
	return &doorapi.Problem{
		Type: doorapi.ProblemFailed, Status: http.StatusInternalServerError, Title: "It failed",
		Detail: "The station could not do this. Nothing was kept.",
	}
}

// fail answers an error, and tells the operator of one that is a failure.
func (s *Server) fail(w http.ResponseWriter, err error) {
	if problemOf(err).Type == doorapi.ProblemFailed {
		s.c.Say("a request failed: " + err.Error())
	}
	refuse(w, err)
}

// refuse answers with a problem.
func refuse(w http.ResponseWriter, err error) { problemOf(err).Answer(w) }
