package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	last deskKnowledge
}

// deskKnowledge is what all desks are told, and what names it.
type deskKnowledge struct {
	doorapi.DeskConfig
	sum [sha256.Size]byte
}

// get returns what all desks are told: as it is now, or for who waits as it was at
// most [deskLook] ago.
func (n *deskNews) get(ctx context.Context, waits bool, read func(context.Context) (doorapi.DeskConfig, error)) (deskKnowledge, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if waits && !n.at.IsZero() && time.Since(n.at) < deskLook {
		return n.last, nil
	}
	config, err := read(ctx)
	if err != nil {
		return deskKnowledge{}, err
	}
	data, err := json.Marshal(config)
	if err != nil {
		return deskKnowledge{}, err
	}
	n.at, n.last = time.Now(), deskKnowledge{config, sha256.Sum256(data)}
	return n.last, nil
}

// to is what one desk is told, and its ETag.
func (k deskKnowledge) to(m site.Member) (c doorapi.DeskConfig, etag string) {
	c = k.DeskConfig
	c.ID, c.Name, c.Origin = m.ID, m.Name, m.Origin
	sum := sha256.Sum256(fmt.Appendf(k.sum[:], "%s\x00%s\x00%s", m.ID, m.Name, m.Origin))
	return c, strconv.Quote(hex.EncodeToString(sum[:16]))
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
		all, err := s.desks.get(c.r.Context(), wait, s.office.DeskConfig)
		if err != nil {
			return err
		}
		config, etag := all.to(c.from)
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
		return c.write(config)
	}
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
