package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
)

const (
	// staffCookie keeps a member of staff signed in.
	staffCookie = "__Host-desk"
	// shift is how long, and idleTime how long without doing anything.
	shift    = 8 * time.Hour
	idleTime = time.Hour
	// maxStaff is how many are signed in at once, and maxTickets how many used
	// tickets are remembered: more come only from a controller that went wrong.
	maxStaff   = 500
	maxTickets = 10_000
)

// errUsed is returned for a ticket that was used.
var errUsed = errors.New("this ticket was used already: open the counter again")

// errFull is returned where too many are signed in.
var errFull = errors.New("too many are signed in at this desk: wait a while, and open the counter again")

// staff are members of staff who opened the counter. A restart signs everybody out.
type staff struct {
	now func() time.Time

	mu   sync.Mutex
	in   map[[32]byte]shiftOf // guarded by mu, as is used: by the hash of the cookie
	used map[string]time.Time // ids of tickets, until when they are remembered
}

// shiftOf is one browser of one member of staff.
type shiftOf struct {
	pseudonym   string
	began, seen time.Time
}

func newStaff(now func() time.Time) *staff {
	return &staff{now: now, in: make(map[[32]byte]shiftOf), used: make(map[string]time.Time)}
}

// admit signs in whoever brought a ticket, once for each ticket, and returns the
// cookie. It fails with [errUsed] and [errFull].
func (s *staff) admit(t doorapi.Ticket) (*http.Cookie, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.tidy(now)
	if _, used := s.used[t.ID]; used {
		return nil, errUsed
	}
	if len(s.used) >= maxTickets || len(s.in) >= maxStaff {
		return nil, errFull
	}
	s.used[t.ID] = t.Expires.Add(doorapi.TicketSkew)
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	text := base64.RawURLEncoding.EncodeToString(secret[:])
	s.in[sha256.Sum256([]byte(text))] = shiftOf{t.Staff, now, now}
	// Lax, because the ticket comes from the controller's address; what changes
	// anything is held to this desk's own pages by their Origin.
	return cookie(text, int(shift.Seconds())), nil
}

// cookie keeps a browser signed in for so many seconds; below 0 it forgets.
func cookie(text string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: staffCookie, Value: text, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: seconds,
	}
}

// leave signs out the browser that sends a request. It returns the cookie with which
// that is forgotten, and whether its member of staff is signed in nowhere now.
func (s *staff) leave(r *http.Request) (forget *http.Cookie, last bool) {
	forget = cookie("", -1)
	c, err := r.Cookie(staffCookie)
	if err != nil {
		return forget, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := sha256.Sum256([]byte(c.Value))
	who := s.in[hash].pseudonym
	delete(s.in, hash)
	s.tidy(s.now())
	for _, one := range s.in {
		if one.pseudonym == who {
			return forget, false
		}
	}
	return forget, true
}

// tidy forgets what is over. The caller holds mu.
func (s *staff) tidy(now time.Time) {
	for id, until := range s.used {
		if !now.Before(until) {
			delete(s.used, id)
		}
	}
	for hash, one := range s.in {
		if one.over(now) {
			delete(s.in, hash)
		}
	}
}

func (s shiftOf) over(now time.Time) bool {
	return now.Sub(s.began) >= shift || now.Sub(s.seen) >= idleTime
}

// who returns the pseudonym of who sends a request, false for nobody.
func (s *staff) who(r *http.Request) (pseudonym string, ok bool) {
	c, err := r.Cookie(staffCookie)
	if err != nil {
		return "", false
	}
	hash := sha256.Sum256([]byte(c.Value))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.in[hash]
	if !ok || one.over(s.now()) {
		delete(s.in, hash)
		return "", false
	}
	one.seen = s.now()
	s.in[hash] = one
	return one.pseudonym, true
}
