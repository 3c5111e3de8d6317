package station

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// enrolment is one person's way to a pass, in memory only.
type enrolment struct {
	token string
	until time.Time // guarded by Server.mu
	about doorapi.Site

	// shown is the kind that screens and card say; see [enrolment.press].
	shown pass.Kind
	lang  consent.Lang
	whose doorapi.Whose

	// frame holds one value while a picture is taken in.
	frame chan struct{}

	mu      sync.Mutex    // guards what follows
	ended   bool          // nothing may be added any more
	request issue.Request // with the record of the consent
	grant   consent.Grant // from that record; zero for a plain pass
	kept    []kept        // good pictures of one person
	first   time.Time     // when the first of them came, as far as it is shown
	seeming int           // how many there seem to be, once somebody was pressed
	pressed bool
	made    *made // the pass
	given   bool  // to a phone, as far as it is fetched
}

// kept is what is left of a good picture: what a reference is made of.
type kept struct {
	probe    *face.Probe
	strength float64
}

// forget wipes what was kept of pictures. The caller holds mu.
func (e *enrolment) forget() {
	for _, k := range e.kept {
		k.probe.Wipe()
	}
	clear(e.kept)
	e.kept = nil
}

// end wipes everything, and withdraws a consent from which no pass came. The
// caller holds mu.
func (e *enrolment) end(now time.Time) {
	e.ended = true
	e.forget()
	if e.made == nil && e.request.Consent != nil {
		e.request.Consent.Withdraw(now)
	}
	e.made.wipe()
	e.made, e.grant = nil, consent.Grant{}
}

// gone is what is said of an enrolment that is none any more, or never was.
func gone() error {
	return &doorapi.Problem{
		Type: problemGone, Status: http.StatusGone, Title: "The enrolment is gone",
		Detail: "It took too long or was ended, and everything was erased. Please start again.",
	}
}

func tooMany() error {
	return &doorapi.Problem{
		Type: doorapi.ProblemTooMany, Status: http.StatusTooManyRequests, Title: "Too many enrolments at once",
		Detail: "Too many people are getting a pass here at once. Please wait a few minutes.",
	}
}

// add keeps a new enrolment and names it.
func (s *Server) add(e *enrolment) error {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	e.token, e.frame = base64.RawURLEncoding.EncodeToString(secret[:]), make(chan struct{}, 1)
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= MaxEnrolments {
		return tooMany()
	}
	e.until = s.c.Now().Add(EnrolmentTime)
	s.all[e.token] = e
	return nil
}

// find returns an enrolment that lasts. Whoever then takes its mutex has to ask
// whether it has ended meanwhile.
func (s *Server) find(token string) (*enrolment, error) {
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.all[token]
	if e == nil || !s.c.Now().Before(e.until) {
		return nil, gone()
	}
	return e, nil
}

// hold is find, and takes the mutex, which the caller gives back.
func (s *Server) hold(token string) (*enrolment, error) {
	e, err := s.find(token)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	if e.ended {
		e.mu.Unlock()
		return nil, gone()
	}
	return e, nil
}

// prolong lets a pass that was made be fetched for a while.
func (s *Server) prolong(e *enrolment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.until = s.c.Now().Add(EnrolmentTime)
}

// drop ends an enrolment. The caller holds its mutex.
func (s *Server) drop(e *enrolment) {
	e.end(s.c.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, e.token)
}

// sweep ends what has lasted too long. What is busy is ended when it is next
// looked for: until then it is not found any more.
func (s *Server) sweep() {
	now := s.c.Now()
	s.mu.Lock()
	var late []*enrolment
	for _, e := range s.all {
		if !now.Before(e.until) {
			late = append(late, e)
		}
	}
	s.mu.Unlock()
	for _, e := range late {
		if e.mu.TryLock() {
			s.drop(e)
			e.mu.Unlock()
		}
	}
}

// end ends all enrolments, once nothing else is asked.
func (s *Server) end() {
	s.mu.Lock()
	var all []*enrolment
	for _, e := range s.all {
		all = append(all, e)
	}
	s.mu.Unlock()
	for _, e := range all {
		e.mu.Lock()
		s.drop(e)
		e.mu.Unlock()
	}
}
