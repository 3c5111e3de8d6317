package hosted

import (
	"context"
	"crypto/sha256"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// onceHeader names a request that is to be done once, however often it is sent
// (draft-ietf-httpapi-idempotency-key-header).
const onceHeader = "Idempotency-Key"

const (
	// answerTime is how long an answer is kept: as long as a check lives.
	answerTime = 10 * time.Minute
	// maxAnswers is how many there may be of one party.
	maxAnswers = 2000
)

// answers remembers what was answered to requests with a key, in memory alone: checks
// are there as well, so a start that forgets one forgets the other.
type answers struct {
	now func() time.Time

	mu    sync.Mutex                   // guards what follows
	given map[string]map[string]*given // by party and key
}

// given is an answer, or one that is being made.
type given struct {
	request [32]byte
	done    chan struct{} // closed once the rest is there
	until   time.Time
	reply   reply
}

func newAnswers(now func() time.Time) *answers {
	return &answers{now: now, given: make(map[string]map[string]*given)}
}

// sumOf tells requests apart.
func sumOf(q *http.Request, body []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(q.Method + " " + q.URL.RequestURI() + "\n"))
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

var onceForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// once answers a request with a key: by do the first time, and then as it was
// answered. Somebody who asks while it is being done waits. What failed was not done,
// and is tried again.
func (a *answers) once(ctx context.Context, party, key string, request [32]byte, do func() reply) reply {
	if !onceForm.MatchString(key) {
		return reply{err: badRequest("The Idempotency-Key has 1 to 64 of A-Z, a-z, 0-9, dot, colon, hyphen and underscore")}
	}
	g, mine, err := a.take(party, key, request)
	if err != nil {
		return reply{err: err}
	}
	if mine {
		made := reply{err: &Problem{Type: problemFailed}} // unless do returns
		defer func() { a.keep(party, key, g, made) }()
		made = do()
		return made
	}
	select {
	case <-g.done:
	case <-ctx.Done():
		return reply{err: ctx.Err()}
	}
	if g.request != request {
		return reply{err: &Problem{Type: problemUsed, Detail: "Take a new key for each new request"}}
	}
	return g.reply
}

// take returns what was given for a key, or a place for it that is the caller's to
// fill.
func (a *answers) take(party, key string, request [32]byte) (g *given, mine bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep()
	if g, ok := a.given[party][key]; ok {
		return g, false, nil
	}
	if len(a.given[party]) >= maxAnswers {
		return nil, false, &Problem{Type: problemTooMany, Detail: "Too many requests with an Idempotency-Key", retry: limitTime}
	}
	if a.given[party] == nil {
		a.given[party] = make(map[string]*given)
	}
	g = &given{request: request, done: make(chan struct{})}
	a.given[strings.Clone(party)][strings.Clone(key)] = g
	return g, true, nil
}

// sweep forgets answers whose time is over.
func (a *answers) sweep() {
	now := a.now()
	for party, all := range a.given {
		for key, g := range all {
			if !g.until.IsZero() && !now.Before(g.until) {
				delete(all, key)
			}
		}
		if len(all) == 0 {
			delete(a.given, party)
		}
	}
}

// keep gives the answer to who waits, and keeps it unless it failed.
func (a *answers) keep(party, key string, g *given, made reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g.reply = made
	if made.err != nil {
		delete(a.given[party], key)
	} else {
		g.until = a.now().Add(answerTime)
	}
	close(g.done)
}
