package api

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	// callsEach is how many requests a token has in limitTime, and strangersEach how
	// many a place whose tokens are not good; see [visitors.Place].
	callsEach     = 600
	strangersEach = 20
	limitTime     = time.Minute
)

// whois returns who asks, and what stands for the token where calls are counted.
func (a *api) whois(r *http.Request) (acts.Actor, string, error) {
	from := visitors.Place(r.RemoteAddr)
	if err := tooMany(a.strangers.Full(from)); err != nil {
		return acts.Actor{}, "", err
	}
	scheme, secret, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) != 1 || len(secret) > 256 {
		return acts.Actor{}, "", &Problem{Type: problemToken, Detail: "Send it as Authorization: Bearer flt_..."}
	}
	actor, err := a.with.Acts.TokenActor(r.Context(), secret)
	if errors.Is(err, acts.ErrSignedOut) {
		if full := tooMany(a.strangers.Allow(from)); full != nil {
			return acts.Actor{}, "", full
		}
		return acts.Actor{}, "", &Problem{Type: problemToken, Detail: "The token has ended, or there is no such one"}
	}
	sum := sha256.Sum256([]byte(secret))
	return actor, string(sum[:]), err
}

// tooMany is the problem of having to wait, nil for 0.
func tooMany(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	return &Problem{Type: problemTooMany, Detail: "Wait as long as the header Retry-After says", retry: wait}
}
