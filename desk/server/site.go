package server

import (
	"context"
	"slices"
	"sync"

	"github.com/facelatch/facelatch/desk/link"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// site is what the controller says, in the form in which it is asked for. It is
// replaced whole, so that nobody sees half of a change.
type site struct {
	config  doorapi.DeskConfig
	parties map[string]party.Party
}

// sites holds the newest.
type sites struct {
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

// follow takes each configuration that a link has, until ctx ends. gone is called
// with the parties that are not there any more, so that nothing is kept for them; say
// with what the operator has to know.
func (s *sites) follow(ctx context.Context, l *link.Link, gone func(id string), say func(string)) {
	for {
		config, changed := l.Config()
		if config != nil {
			s.take(config, gone, say)
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// take leaves out a party that cannot be read: the others go on.
func (s *sites) take(config *doorapi.DeskConfig, gone func(id string), say func(string)) {
	next := &site{config: *config, parties: make(map[string]party.Party)}
	for _, text := range config.Parties {
		p, err := party.Decode(text)
		if err != nil {
			say("a relying party cannot be read, and gets nothing here: " + err.Error())
			continue
		}
		if len(config.Policy.Claims) > 0 {
			p.Claims = slices.DeleteFunc(slices.Clone(p.Claims), func(c string) bool { return !slices.Contains(config.Policy.Claims, c) })
		}
		next.parties[p.ID] = p
	}
	s.mu.Lock()
	before := s.now
	s.now = next
	s.mu.Unlock()
	if before == nil {
		return
	}
	for id := range before.parties {
		if _, still := next.parties[id]; !still {
			gone(id)
		}
	}
}
