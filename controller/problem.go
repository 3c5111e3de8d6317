package controller

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
)

// problem is an error that says how it is to be answered.
func problem(kind string, status int, title, detail string) error {
	return &doorapi.Problem{Type: kind, Status: status, Title: title, Detail: detail}
}

func badRequest(detail string) error {
	return problem(doorapi.ProblemRequest, http.StatusBadRequest, "The request is not as it has to be", detail)
}

// tooMany asks to wait.
type tooMany struct{ wait time.Duration }

func (tooMany) Error() string { return "too many requests" }

// answer is an error and how it is answered.
type answer struct {
	err    error
	kind   string
	status int
	title  string
	// tell says that the text of the error may be seen by whoever asked.
	tell bool
}

func answers() []answer {
	return []answer{
		{site.ErrCode, doorapi.ProblemCode, http.StatusForbidden, "This join code is not good (any more)", false},
		{site.ErrHost, doorapi.ProblemName, http.StatusUnprocessableEntity, "Another member of the site has this host name", false},
		{site.ErrNewHost, doorapi.ProblemName, http.StatusUnprocessableEntity, "A door or a desk keeps the host names that it joined with", true},
		{authority.ErrName, doorapi.ProblemName, http.StatusUnprocessableEntity, "No certificate is given for this host name", true},
		{authority.ErrRequest, doorapi.ProblemRequest, http.StatusBadRequest, "The certificate request cannot be granted", true},
		{site.ErrNoMember, doorapi.ProblemNotFound, http.StatusNotFound, "There is no such door, station or desk", false},
		{site.ErrRemoved, doorapi.ProblemRemoved, http.StatusForbidden, "It was removed from this site", false},
		{site.ErrFingerprint, doorapi.ProblemConflict, http.StatusConflict, "The fingerprint is not that of this door", false},
		{site.ErrMember, doorapi.ProblemConflict, http.StatusConflict, "This cannot be a door, a station or a desk", true},
		{site.ErrCounts, doorapi.ProblemRequest, http.StatusBadRequest, "These counts cannot be taken", true},
		{site.ErrNumber, doorapi.ProblemConflict, http.StatusConflict, "This number is taken", false},
		{site.ErrNoPIN, doorapi.ProblemNotFound, http.StatusNotFound, "There is no such PIN", false},
		{site.ErrPIN, doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "This PIN cannot be", true},
		{issue.ErrLedger, doorapi.ProblemBusy, http.StatusServiceUnavailable, "The ledger cannot be written at present, and without it nothing is given", false},
		{store.ErrUnavailable, doorapi.ProblemBusy, http.StatusServiceUnavailable, "The database cannot be reached at present", false},
		{issue.ErrPolicy, doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "The site does not allow this pass", true},
		{issue.ErrState, doorapi.ProblemConflict, http.StatusConflict, "This step does not follow from the one before", false},
		{acts.ErrInvalid, doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "This cannot be taken", true},
		{acts.ErrSignedOut, doorapi.ProblemNotFound, http.StatusNotFound, "This link is not good (any more)", false},
		{acts.ErrForbidden, doorapi.ProblemForbidden, http.StatusForbidden, "Stations may not do this", false},
		{acts.ErrNotFound, doorapi.ProblemNotFound, http.StatusNotFound, "There is no such holder or consent (any more)", false},
		{acts.ErrConflict, doorapi.ProblemConflict, http.StatusConflict, "Somebody has changed this meanwhile: begin again", false},
		{acts.ErrWithdrawn, doorapi.ProblemConflict, http.StatusConflict, "The consent was withdrawn or has run out", false},
		{acts.ErrLedger, doorapi.ProblemBusy, http.StatusServiceUnavailable, "The ledger cannot be written at present, and without it nothing is given", false},
		{acts.ErrUnavailable, doorapi.ProblemBusy, http.StatusServiceUnavailable, "The database cannot be reached at present", false},
		{issue.ErrUnknown, doorapi.ProblemNotFound, http.StatusNotFound, "No such pass was issued here", false},
	}
}

// problemOf is the one place where an error becomes a status. What is not known
// here is a failure of this side, of which nobody outside is told more.
func problemOf(err error) *doorapi.Problem {
	var p *doorapi.Problem
	if errors.As(err, &p) {
		return p
	}
	var large *http.MaxBytesError
	var many tooMany
	switch {
	case errors.As(err, &large):
		return &doorapi.Problem{Type: doorapi.ProblemRequest, Status: http.StatusRequestEntityTooLarge, Title: "The body is too large"}
	case errors.As(err, &many):
		return &doorapi.Problem{Type: doorapi.ProblemTooMany, Status: http.StatusTooManyRequests, Title: "Too many at once: wait"}
	}
	for _, a := range answers() {
		if errors.Is(err, a.err) {
			p := &doorapi.Problem{Type: a.kind, Status: a.status, Title: a.title}
			if a.tell {
				p.Detail = err.Error()
			}
			return p
		}
	}
	return &doorapi.Problem{Type: doorapi.ProblemFailed, Status: http.StatusInternalServerError, Title: "The controller could not do this"}
}

// refuse answers with a problem.
func (s *Controller) refuse(w http.ResponseWriter, err error) {
	p := problemOf(err)
	if p.Type == doorapi.ProblemFailed && !errors.Is(err, context.Canceled) { // else whoever asked is gone
		s.ahead.say(s.say, "a request failed: "+err.Error())
	}
	var many tooMany
	if errors.As(err, &many) {
		w.Header().Set("Retry-After", strconv.Itoa(int(many.wait/time.Second)+1))
	}
	p.Answer(w)
}
