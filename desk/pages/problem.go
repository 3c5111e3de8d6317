package pages

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/picture"
)

// The types of problems that the pages have words for.
const (
	// problemEnded is for what comes after the end of a check (410).
	problemEnded = "urn:facelatch:check-ended"
	// problemStep is for what may not be done at this step (409).
	problemStep = "urn:facelatch:check-step"
	// problemNotice is for a choice after another notice (409).
	problemNotice = "urn:facelatch:other-notice"
	// problemLook is for a look that does not count (409).
	problemLook = "urn:facelatch:look-does-not-count"
	// problemPicture is for what is no picture (422).
	problemPicture = "urn:facelatch:not-a-picture"
)

// problem is an error that says how it is to be answered. The sentence is for
// people.
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

// known are errors that follow from what somebody did.
var known = []struct {
	err    error
	kind   string
	status int
}{
	{check.ErrNoCheck, doorapi.ProblemNotFound, http.StatusNotFound},
	{check.ErrEnded, problemEnded, http.StatusGone},
	{check.ErrFull, doorapi.ProblemBusy, http.StatusServiceUnavailable},
	{check.ErrBusy, doorapi.ProblemBusy, http.StatusServiceUnavailable},
	{context.Canceled, doorapi.ProblemBusy, http.StatusServiceUnavailable},
	{context.DeadlineExceeded, doorapi.ProblemBusy, http.StatusServiceUnavailable},
	{check.ErrStep, problemStep, http.StatusConflict},
	{check.ErrNotice, problemNotice, http.StatusConflict},
	{check.ErrLook, problemLook, http.StatusConflict},
	{check.ErrOrder, doorapi.ProblemRequest, http.StatusUnprocessableEntity},
	{camera.ErrTooLarge, doorapi.ProblemRequest, http.StatusRequestEntityTooLarge},
	{picture.ErrTooLarge, doorapi.ProblemRequest, http.StatusRequestEntityTooLarge},
	{camera.ErrNotAFrame, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrFormat, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrEmpty, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrTruncated, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrDamaged, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrAnimated, problemPicture, http.StatusUnprocessableEntity},
	{picture.ErrUnsupported, problemPicture, http.StatusUnprocessableEntity},
}

// problemOf is the one place where an error becomes a status. What is not known
// here is a failure of which a browser is told no more.
func problemOf(err error) *doorapi.Problem {
	var p *doorapi.Problem
	if errors.As(err, &p) {
		return p
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			said := k.err.Error()
			return &doorapi.Problem{Type: k.kind, Status: k.status, Title: http.StatusText(k.status), Detail: strings.ToUpper(said[:1]) + said[1:] + "."}
		}
	}
	return &doorapi.Problem{
		Type: doorapi.ProblemFailed, Status: http.StatusInternalServerError, Title: "It failed",
		Detail: "The desk could not do this. Nothing was kept.",
	}
}

// fail answers an error, and tells the operator of one that is a failure.
func (p *Pages) fail(w http.ResponseWriter, err error) {
	if problemOf(err).Type == doorapi.ProblemFailed {
		p.o.Say("a request at the desk failed: " + err.Error())
	}
	refuse(w, err)
}

// refuse answers with a problem.
func refuse(w http.ResponseWriter, err error) { problemOf(err).Answer(w) }
