package signin

import (
	"net/http"
	"time"

	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	// triesEach is how often somebody may try to sign in from one place in
	// limitTime; see [visitors.Place].
	triesEach = 20
	// accountEach is how often one operator may have something changed in it.
	accountEach = 120
	limitTime   = time.Minute
)

// allowTry counts somebody who is not signed in yet, and fails with [TooMany].
func (s *Service) allowTry(r *http.Request) error {
	return tooMany(s.tries.Allow(visitors.Place(r.RemoteAddr)))
}

// tooMany is the error for having to wait, nil for 0.
func tooMany(wait time.Duration) error {
	if wait > 0 {
		return TooMany{wait}
	}
	return nil
}
