package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// handle is the SHA-256 of a secret that a browser or a party has. What is kept and
// looked up is never the secret, so that no comparison of it takes a time that
// tells anything.
type handle [sha256.Size]byte

func handleOf(secret string) handle { return sha256.Sum256([]byte(secret)) }

// newSecret returns 256 random bits as text.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// login is a request of a party that is being answered.
type login struct {
	party, redirect, state string
	challenge              string // PKCE
	browser                handle // of the cookie of the browser that began
	check, link            string
	until                  time.Time
}

// code is an answer that waits for its party. Once it is spent it holds no token,
// only what a replay revokes.
type code struct {
	party, redirect, challenge string
	check, token               string
	spent, answered            bool
	until                      time.Time
}

// store holds logins and codes, a limited number of each.
type store struct {
	limit int

	mu     sync.Mutex // guards what follows
	logins map[handle]*login
	codes  map[handle]*code
	held   map[string]int // places of a party's that a login may take, until it is kept
}

func newStore(limit int) *store {
	return &store{limit: limit, logins: map[handle]*login{}, codes: map[handle]*code{}, held: map[string]int{}}
}

// hold takes a place for a login of a party, before a check is begun for it. It
// returns false where there is none: give it back with free, or fill it with keep.
func (s *store) hold(party string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, its := s.count(party)
	if all >= s.limit || its >= max(1, s.limit/2) {
		s.drop(now)
		if all, its = s.count(party); all >= s.limit || its >= max(1, s.limit/2) {
			return false
		}
	}
	s.held[party]++
	return true
}

// count returns how many logins there are, and how many of a party's.
func (s *store) count(party string) (all, its int) {
	for id, n := range s.held {
		all += n
		if id == party {
			its += n
		}
	}
	for _, l := range s.logins {
		all++
		if l.party == party {
			its++
		}
	}
	return all, its
}

func (s *store) free(party string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(party)
}

func (s *store) release(party string) {
	if s.held[party]--; s.held[party] <= 0 {
		delete(s.held, party)
	}
}

// keep keeps a login under a secret, in the place that was held for it.
func (s *store) keep(secret string, l *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(l.party)
	s.logins[handleOf(secret)] = l
}

// login returns the login of a secret, nil if there is none.
func (s *store) login(secret string, now time.Time) *login {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.logins[handleOf(secret)]
	if l == nil || !now.Before(l.until) {
		return nil
	}
	return l
}

// began says whether the login of a check was begun by a browser.
func (s *store) began(check string, browser handle, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.logins {
		if l.check == check {
			return l.browser == browser && now.Before(l.until)
		}
	}
	return false
}

// take removes a login, and says whether it was there: of two that come back at
// once one is answered.
func (s *store) take(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.logins[handleOf(secret)]
	delete(s.logins, handleOf(secret))
	return ok
}

// answer keeps an answer, and returns its code, or "" where there is no room.
func (s *store) answer(c *code, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.codes) >= 4*s.limit {
		s.drop(now)
	}
	if len(s.codes) >= 4*s.limit && !s.forgetSpent() {
		return ""
	}
	secret := newSecret()
	s.codes[handleOf(secret)] = c
	return secret
}

// forgetSpent forgets the spent code that is nearest to its end.
func (s *store) forgetSpent() bool {
	var first handle
	var until time.Time
	for h, c := range s.codes {
		if c.spent && (until.IsZero() || c.until.Before(until)) {
			first, until = h, c.until
		}
	}
	delete(s.codes, first)
	return !until.IsZero()
}

// spend gives a code to judge, which may be done once: whatever comes of it, the
// code is spent. It returns the token if the code is good, and what to revoke if a
// code that was answered came again.
func (s *store) spend(secret string, now time.Time, good func(code) bool) (token, revoke string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[handleOf(secret)]
	switch {
	case c == nil:
		return "", ""
	case c.spent && c.answered:
		return "", c.check
	case c.spent:
		return "", ""
	}
	if now.Before(c.until) && good(*c) {
		token, c.answered = c.token, true
	}
	c.token, c.spent, c.until = "", true, now.Add(SpentTime)
	return token, ""
}

// sweep forgets what is over.
func (s *store) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(now)
}

func (s *store) drop(now time.Time) {
	for h, l := range s.logins {
		if !now.Before(l.until) {
			delete(s.logins, h)
		}
	}
	for h, c := range s.codes {
		if !now.Before(c.until) {
			delete(s.codes, h)
		}
	}
}

// clear forgets everything.
func (s *store) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.logins)
	clear(s.codes)
}
