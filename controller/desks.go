package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

// deskLook is how often the database is looked at for what desks are told, however
// many of them wait for it.
const deskLook = time.Second

// deskNews is what all desks are told, as it was read last. Its zero value has read
// nothing.
type deskNews struct {
	mu   sync.Mutex // guards what follows
	at   time.Time
	last doorapi.DeskConfig
}

// get returns what all desks are told: as it is now, or for who waits as it was at
// most [deskLook] ago.
func (n *deskNews) get(ctx context.Context, waits bool, read func(context.Context) (doorapi.DeskConfig, error)) (doorapi.DeskConfig, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if waits && !n.at.IsZero() && time.Since(n.at) < deskLook {
		return n.last, nil
	}
	c, err := read(ctx)
	if err != nil {
		return c, err
	}
	n.at, n.last = time.Now(), c
	return c, nil
}

// deskConfig answers with all that a desk needs to know, or waits until that is
// something else than the desk has.
func (s *Controller) deskConfig(c call) error {
	s.news.hear(c.from.ID, Heard{At: s.now()})
	wait := c.r.URL.Query().Get("wait") == "1"
	waits, done := s.news.queue(c.r.Context(), c.from.ID, doorapi.PollTime)
	defer done()
	tick := time.NewTicker(deskLook)
	defer tick.Stop()
	for waited := false; ; waited = true {
		data, etag, err := s.configFor(c.r.Context(), c.from, wait)
		if err != nil {
			return err
		}
		_, changed, closed := s.news.get()
		has := c.has(etag)
		if has && wait && !closed && waits.Err() == nil {
			select {
			case <-waits.Done():
			case <-tick.C:
			case <-changed: // it may have been removed
				if _, err := s.whois(c.r); err != nil {
					return err
				}
			}
			continue
		}
		if waited { // who was removed meanwhile gets nothing more
			if _, err := s.whois(c.r); err != nil {
				return err
			}
		}
		c.w.Header().Set("ETag", etag)
		if has {
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
		c.w.Header().Set("Content-Type", "application/json")
		_, _ = c.w.Write(data) // or the line is broken
		return nil
	}
}

// configFor is what one desk is told, and what names it.
func (s *Controller) configFor(ctx context.Context, m site.Member, waits bool) (data []byte, etag string, err error) {
	all, err := s.desks.get(ctx, waits, s.office.DeskConfig)
	if err != nil {
		return nil, "", err
	}
	all.ID, all.Name, all.Origin = m.ID, m.Name, m.Origin
	if data, err = json.Marshal(all); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(data)
	return data, strconv.Quote(hex.EncodeToString(sum[:16])), nil
}

// deskReport takes what a desk counted on a day.
func (s *Controller) deskReport(c call) error {
	var body doorapi.DeskReport
	if err := c.read(&body); err != nil {
		return err
	}
	if err := s.office.AddDeskReport(c.r.Context(), c.from.ID, body); err != nil {
		return err
	}
	return c.done()
}
