package server

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/desk/link"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// site is what the controller says, in the form in which it is asked for. It is
// replaced whole, so that nobody sees half of a change.
type site struct {
	config  doorapi.DeskConfig
	at      *time.Location
	parties map[string]party.Party
}

// sites holds the newest.
type sites struct {
	taking sync.Mutex // held by whoever takes a configuration, so that none takes an older one

	mu  sync.RWMutex
	now *site // guarded by mu; nil before the controller was ever heard
}

// get returns nil before the controller was ever heard.
func (s *sites) get() *site {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

// party finds who may ask here.
func (s *sites) party(id string) (party.Party, bool) {
	now := s.get()
	if now == nil {
		return party.Party{}, false
	}
	p, ok := now.parties[id]
	return p, ok
}

// take takes what a link has now, and calls taken with it before anybody takes
// another. The error says which parties cannot be read: nobody knows then who was
// removed.
func (s *sites) take(l *link.Link, taken func(*site, error)) {
	s.taking.Lock()
	defer s.taking.Unlock()
	config, _ := l.Config()
	if config == nil {
		return
	}
	next, err := read(config)
	s.mu.Lock()
	s.now = next
	s.mu.Unlock()
	taken(next, err)
}

// read leaves out parties that cannot be read: the others go on.
func read(config *doorapi.DeskConfig) (next *site, unread error) {
	next = &site{config: *config, at: time.UTC, parties: make(map[string]party.Party)}
	if at, err := time.LoadLocation(config.Timezone); err == nil {
		next.at = at
	}
	for _, text := range config.Parties {
		p, err := party.Decode(text)
		if err != nil {
			unread = errors.Join(unread, err)
			continue
		}
		if len(config.Policy.Claims) > 0 {
			p.Claims = slices.DeleteFunc(slices.Clone(p.Claims), func(c string) bool { return !slices.Contains(config.Policy.Claims, c) })
		}
		next.parties[p.ID] = p
	}
	return next, unread
}
