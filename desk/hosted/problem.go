package hosted

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type   string  `json:"type" doc:"Which problem it is"`
	Title  string  `json:"title" doc:"The same for every problem of a type"`
	Status int     `json:"status" doc:"The status of the answer"`
	Detail string  `json:"detail,omitempty" doc:"What it is this time, and what to do"`
	Errors []Fault `json:"errors,omitempty" doc:"The fields that cannot be taken"`

	retry time.Duration
}

// Fault says which field of a request cannot be taken, and why. It repeats no value.
type Fault struct {
	Field string `json:"field" doc:"Which field, such as claims[0]"`
	Why   string `json:"why" doc:"A phrase that follows the name of the field"`
}

func (p *Problem) Error() string { return p.Type + ": " + p.Detail }

// Types of problems.
const (
	problemRequest  = "urn:facelatch:bad-request"
	problemSecret   = "urn:facelatch:no-secret"
	problemNotFound = "urn:facelatch:not-found"
	problemMethod   = "urn:facelatch:method"
	problemEnded    = "urn:facelatch:ended"
	problemNotYet   = "urn:facelatch:not-ended"
	problemUsed     = "urn:facelatch:key-used"
	problemLarge    = "urn:facelatch:too-large"
	problemMedia    = "urn:facelatch:media-type"
	problemInvalid  = "urn:facelatch:invalid"
	problemTooMany  = "urn:facelatch:too-many"
	problemFailed   = "urn:facelatch:failed"
	problemBusy     = "urn:facelatch:busy"
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
		{problemSecret, http.StatusUnauthorized, "The id and secret of a relying party are needed, and these are none that are good"},
		{problemNotFound, http.StatusNotFound, "There is no such thing (any more)"},
		{problemMethod, http.StatusMethodNotAllowed, "This path does not take this method"},
		{problemEnded, http.StatusConflict, "The check has ended"},
		{problemNotYet, http.StatusConflict, "The check has not ended, so there is nothing to acknowledge"},
		{problemUsed, http.StatusConflict, "The Idempotency-Key was used for another request"},
		{problemLarge, http.StatusRequestEntityTooLarge, "The body is too large"},
		{problemMedia, http.StatusUnsupportedMediaType, "The body has another media type than it has to"},
		{problemInvalid, http.StatusUnprocessableEntity, "Some fields cannot be taken"},
		{problemTooMany, http.StatusTooManyRequests, "Too many requests"},
		{problemFailed, http.StatusInternalServerError, "The desk could not do this"},
		{problemBusy, http.StatusServiceUnavailable, "As many checks run as may run at once"},
	}
}

// general are the problems that every route can have.
func general() []string {
	return []string{problemRequest, problemSecret, problemLarge, problemTooMany, problemFailed}
}

// busyTime is after how long to try again where the desk is full.
const busyTime = 30 * time.Second

func badRequest(why string) error { return &Problem{Type: problemRequest, Detail: why} }

// problemOf is the one place where an error becomes a problem. What is not known here
// is a failure of this side, of which nobody outside is told more.
func problemOf(err error) *Problem {
	var p *Problem
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &large):
		return &Problem{Type: problemLarge, Detail: "It takes " + strconv.FormatInt(large.Limit, 10) + " bytes at most"}
	case errors.Is(err, ErrNotFound):
		return &Problem{Type: problemNotFound}
	case errors.Is(err, ErrEnded):
		return &Problem{Type: problemEnded}
	case errors.Is(err, ErrFull):
		return &Problem{Type: problemBusy, retry: busyTime}
	}
	return &Problem{Type: problemFailed}
}

// refuse answers with a problem.
func (a *api) refuse(w http.ResponseWriter, err error) {
	p := *problemOf(err)
	for _, t := range ProblemTypes() {
		if t.Type == p.Type {
			p.Status, p.Title = t.Status, t.Title
		}
	}
	h := w.Header()
	switch p.Type {
	case problemFailed:
		a.with.Say("a request of a relying party failed: " + err.Error())
	case problemSecret:
		h.Add("WWW-Authenticate", `Basic realm="facelatch", charset="UTF-8"`)
		h.Add("WWW-Authenticate", `Bearer realm="facelatch"`)
	case problemTooMany, problemBusy:
		h.Set("Retry-After", strconv.Itoa(int(p.retry/time.Second)+1))
	}
	h.Set("Content-Type", typeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(&p) // whoever asked may be gone
}
