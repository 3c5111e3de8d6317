package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// onceHeader names a request that is to be done once, however often it is sent
// (draft-ietf-httpapi-idempotency-key-header).
const onceHeader = "Idempotency-Key"

const (
	// answerTime is how long an answer is kept, from when it was given.
	answerTime = 10 * time.Minute
	// maxAnswers and maxAnswerBytes are how many there may be at once, and how much
	// all of them hold.
	maxAnswers     = 4096
	maxAnswerBytes = 32 << 20
)

// answers remembers what was answered to requests with a key, in memory only:
// among them are passes, which are kept nowhere. That a request was made is known to
// all of a site's controllers ([acts.Claims]), and for longer: so none is done twice,
// and what was answered is told again by the controller that answered.
type answers struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows
	given map[string]*given
	bytes int
}

// given is an answer, or one that is being made.
type given struct {
	request [32]byte
	done    chan struct{} // closed once the rest is there
	until   time.Time
	reply   reply
}

func newAnswers(now func() time.Time) *answers {
	return &answers{now: now, given: make(map[string]*given)}
}

// sumOf tells requests apart.
func sumOf(r *http.Request, body []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.RequestURI() + "\n"))
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

// once answers a request with a key: by do the first time, and then as it was
// answered, or at another controller by saying that it was. Somebody who asks while
// it is being done waits. What failed on this side was not done, and is tried again.
func (a *answers) once(ctx context.Context, claims acts.Claims, token, key string, request [32]byte, do func() reply) reply {
	if !regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`).MatchString(key) {
		return reply{err: badRequest("The Idempotency-Key has 1 to 64 of A-Z, a-z, 0-9, dot, colon, hyphen and underscore")}
	}
	g, mine, err := a.take(token+"\x00"+key, request)
	if err != nil {
		return reply{err: err}
	}
	if !mine {
		<-g.done
		if g.request != request {
			return reply{err: &Problem{Type: problemUsed, Detail: "Take a new key for each new request"}}
		}
		if g.reply.err != nil {
			return reply{err: g.reply.err}
		}
		return g.reply
	}
	made := reply{err: &Problem{Type: problemFailed}} // unless do returns
	defer func() { a.keep(token+"\x00"+key, g, made) }()
	claim := acts.Claim{Secret: []byte(token), Key: key, Request: request}
	if err := claims.Claim(ctx, claim); err != nil {
		made = reply{err: err}
		return made
	}
	if made = do(); made.err != nil {
		_ = claims.Unclaim(ctx, claim) // else it can be tried again under another key
	}
	return made
}

// take returns what was given for a key, or a place for it that is the caller's to
// fill.
func (a *answers) take(key string, request [32]byte) (g *given, mine bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep()
	if g, ok := a.given[key]; ok {
		return g, false, nil
	}
	if len(a.given) >= maxAnswers || a.bytes >= maxAnswerBytes {
		return nil, false, &Problem{Type: problemTooMany, Detail: "Too many requests with an Idempotency-Key", retry: limitTime}
	}
	g = &given{request: request, done: make(chan struct{})}
	a.given[key] = g
	return g, true, nil
}

// sweep forgets answers whose time is over.
func (a *answers) sweep() {
	now := a.now()
	for key, g := range a.given {
		if !g.until.IsZero() && !now.Before(g.until) {
			a.bytes -= len(g.reply.body)
			delete(a.given, key)
		}
	}
}

// keep gives the answer to who waits, and keeps it unless it failed.
func (a *answers) keep(key string, g *given, made reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g.reply = made
	if made.err != nil {
		delete(a.given, key)
	} else {
		g.reply.body = append([]byte(nil), made.body...)
		g.until = a.now().Add(answerTime)
		a.bytes += len(g.reply.body)
	}
	close(g.done)
}
