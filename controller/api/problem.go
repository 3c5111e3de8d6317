package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type   string  `json:"type" doc:"Which problem it is: docs/api.md lists them"`
	Title  string  `json:"title" doc:"The same for every problem of a type"`
	Status int     `json:"status" doc:"The status of the answer"`
	Detail string  `json:"detail,omitempty" doc:"What it is this time, and what to do"`
	Errors []Fault `json:"errors,omitempty" doc:"The fields that cannot be taken"`

	retry time.Duration
}

func (p *Problem) Error() string { return p.Type + ": " + p.Detail }

// Types of problems.
const (
	problemRequest      = "urn:facelatch:bad-request"
	problemToken        = "urn:facelatch:no-token"
	problemForbidden    = "urn:facelatch:forbidden"
	problemNotFound     = "urn:facelatch:not-found"
	problemMethod       = "urn:facelatch:method"
	problemConflict     = "urn:facelatch:conflict"
	problemWithdrawn    = "urn:facelatch:withdrawn"
	problemUsed         = "urn:facelatch:key-used"
	problemDone         = "urn:facelatch:done-before"
	problemChanged      = "urn:facelatch:changed-meanwhile"
	problemLarge        = "urn:facelatch:too-large"
	problemMedia        = "urn:facelatch:media-type"
	problemInvalid      = "urn:facelatch:invalid"
	problemPrecondition = "urn:facelatch:if-match-missing"
	problemTooMany      = "urn:facelatch:too-many"
	problemFailed       = "urn:facelatch:failed"
	problemLedger       = "urn:facelatch:not-recorded"
	problemUnavailable  = "urn:facelatch:unavailable"
)

// ProblemType is a type of problem.
type ProblemType struct {
	Type   string
	Status int
	Title  string
}

// ProblemTypes returns all types of problems, in the order of their status.
func ProblemTypes() []ProblemType {
	return []ProblemType{
		{problemRequest, http.StatusBadRequest, "The request is not as it has to be"},
		{problemToken, http.StatusUnauthorized, "An API token is needed, and this is none that is good"},
		{problemForbidden, http.StatusForbidden, "This token may not do this"},
		{problemNotFound, http.StatusNotFound, "There is no such thing (any more)"},
		{problemMethod, http.StatusMethodNotAllowed, "This path does not take this method"},
		{problemConflict, http.StatusConflict, "This does not follow from what is there"},
		{problemWithdrawn, http.StatusConflict, "The consent was withdrawn or has run out"},
		{problemUsed, http.StatusConflict, "The Idempotency-Key was used for another request"},
		{problemDone, http.StatusConflict, "This request was made before"},
		{problemChanged, http.StatusPreconditionFailed, "Somebody else has changed this meanwhile"},
		{problemLarge, http.StatusRequestEntityTooLarge, "The body is too large"},
		{problemMedia, http.StatusUnsupportedMediaType, "The body has another media type than it has to"},
		{problemInvalid, http.StatusUnprocessableEntity, "Some fields cannot be taken"},
		{problemPrecondition, http.StatusPreconditionRequired, "The header If-Match is needed"},
		{problemTooMany, http.StatusTooManyRequests, "Too many requests"},
		{problemFailed, http.StatusInternalServerError, "The controller could not do this"},
		{problemLedger, http.StatusServiceUnavailable, "This cannot be recorded in the ledger now"},
		{problemUnavailable, http.StatusServiceUnavailable, "The store cannot be used now"},
	}
}

func invalid(faults ...Fault) error { return &Problem{Type: problemInvalid, Errors: faults} }

func badRequest(why string) error { return &Problem{Type: problemRequest, Detail: why} }

// forbidden says which scope an act needs.
func forbidden(act acts.Act) error {
	for _, r := range acts.Rights() {
		if r.Act == act {
			return &Problem{Type: problemForbidden, Detail: "It needs the scope " + string(r.Scope) + ", and an operator whose role has that right"}
		}
	}
	return &Problem{Type: problemForbidden}
}

// problemOf is the one place where an error becomes a problem. What is not known
// here is a failure of this side, of which nobody outside is told more.
func problemOf(err error) *Problem {
	var p *Problem
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &large):
		return &Problem{Type: problemLarge, Detail: "It takes " + strconv.FormatInt(large.Limit, 10) + " bytes at most"}
	}
	if fields := acts.Faults(err); len(fields) > 0 {
		p := &Problem{Type: problemInvalid}
		for _, f := range fields {
			p.Errors = append(p.Errors, Fault{f.Field, f.Why})
		}
		return p
	}
	for _, known := range []struct {
		err  error
		kind string
	}{
		{acts.ErrForbidden, problemForbidden},
		{acts.ErrNotFound, problemNotFound},
		{acts.ErrConflict, problemConflict},
		{acts.ErrWithdrawn, problemWithdrawn},
		{acts.ErrDone, problemDone},
		{acts.ErrReused, problemUsed},
		{acts.ErrLedger, problemLedger},
		{acts.ErrUnavailable, problemUnavailable},
		{acts.ErrSignedOut, problemToken},
	} {
		if errors.Is(err, known.err) {
			return &Problem{Type: known.kind, Detail: known.err.Error()}
		}
	}
	return &Problem{Type: problemFailed}
}

// known fills in what is the same for every problem of a type.
func known(p *Problem) *Problem {
	filled := *p
	for _, t := range ProblemTypes() {
		if t.Type == p.Type {
			filled.Status, filled.Title = t.Status, t.Title
		}
	}
	filled.Errors = p.Errors[:min(len(p.Errors), maxFaults)]
	return &filled
}

// refuse answers with a problem.
func (a *api) refuse(w http.ResponseWriter, err error) {
	p := known(problemOf(err))
	switch p.Type {
	case problemFailed:
		a.with.Say("a request to the API failed: " + err.Error())
	case problemToken:
		w.Header().Set("WWW-Authenticate", `Bearer realm="facelatch"`)
	case problemTooMany:
		w.Header().Set("Retry-After", strconv.Itoa(int(p.retry/time.Second)+1))
	}
	w.Header().Set("Content-Type", typeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked may be gone
}
