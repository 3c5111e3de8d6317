package api

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

const (
	// callsEach is how many requests a token has in limitTime, and strangersEach how
	// many an address whose tokens are not good.
	callsEach     = 600
	strangersEach = 20
	limitTime     = time.Minute
	// maxKeys is how many tokens and addresses are told apart in that time.
	maxKeys = 4096
)

// whois returns who asks, and what stands for the token where calls are counted.
func (a *api) whois(r *http.Request) (acts.Actor, string, error) {
	from := address(r.RemoteAddr)
	if err := a.strangers.full(from); err != nil {
		return acts.Actor{}, "", err
	}
	scheme, secret, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) != 1 || len(secret) > 256 {
		return acts.Actor{}, "", &Problem{Type: problemToken, Detail: "Send it as Authorization: Bearer flt_..."}
	}
	actor, err := a.with.Acts.TokenActor(r.Context(), secret)
	if errors.Is(err, acts.ErrSignedOut) {
		if full := a.strangers.allow(from); full != nil {
			return acts.Actor{}, "", full
		}
		return acts.Actor{}, "", &Problem{Type: problemToken, Detail: "The token has ended, or there is no such one"}
	}
	sum := sha256.Sum256([]byte(secret))
	return actor, string(sum[:]), err
}

// address is the key of who asks from somewhere.
func address(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	return at.Addr().Unmap().WithZone("").String()
}

// limiter counts, in memory. It begins anew each limitTime, so that it never holds
// more than it must.
type limiter struct {
	now  func() time.Time
	each int

	mu    sync.Mutex // guards what follows
	since time.Time
	tries map[string]int
}

func newLimiter(now func() time.Time, each int) *limiter { return &limiter{now: now, each: each} }

// allow counts one, and fails if it is one too many.
func (l *limiter) allow(key string) error { return l.count(key, 1) }

// full fails if there were too many already.
func (l *limiter) full(key string) error { return l.count(key, 0) }

func (l *limiter) count(key string, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.since); age < 0 || age >= limitTime {
		l.since, l.tries = now, make(map[string]int)
	}
	_, known := l.tries[key]
	if l.tries[key]+n > l.each || n == 0 && l.tries[key] >= l.each || !known && len(l.tries) >= maxKeys {
		return &Problem{Type: problemTooMany, Detail: "Wait as long as the header Retry-After says", retry: limitTime - now.Sub(l.since)}
	}
	if n > 0 {
		l.tries[key] += n
	}
	return nil
}
