package acts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

// LedgerStatus says how the ledger stands. Everybody may know. Without a ledger
// that can be read, it says how long the queue is.
func (a *Acts) LedgerStatus(ctx context.Context) (s LedgerStatus, err error) {
	c, err := a.SiteConfig(ctx)
	if err != nil {
		return s, err
	}
	waiting, err := read(ctx, a, (*store.Tx).QueueLength)
	if s.Queue = int(waiting); err != nil || a.with.Ledger == nil {
		return s, err
	}
	s.Checkpoint, err = a.with.Ledger.Read(ctx, ledger.CheckpointFile, ledger.MaxCheckpoint)
	if errors.Is(err, ledger.ErrMissing) {
		return s, nil // nothing was published yet
	}
	if err != nil {
		return s, err
	}
	s.SiteActs, err = a.acts.month(ctx, a.with.Ledger, s.Checkpoint, a.now().In(c.Site.Location()))
	return s, err
}

// siteActs counts the acts in clear of each month. It reads what was published
// since it was asked last, and the whole ledger once.
type siteActs struct {
	mu sync.Mutex // guards what follows
	// read is how many entries were counted.
	read   uint64
	months map[string]int
}

const monthForm = "2006-01"

// month returns how many acts in clear stand in the published ledger for the month
// of a time. The ledger names days in UTC.
func (s *siteActs) month(ctx context.Context, from ledger.Source, checkpoint []byte, at time.Time) (int, error) {
	size, err := sizeOf(ctx, from, checkpoint)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.months == nil || size < s.read {
		s.read, s.months = 0, make(map[string]int)
	}
	for s.read < size {
		if err := s.count(ctx, from, size); err != nil {
			return 0, err
		}
	}
	return s.months[at.Format(monthForm)], nil
}

// bundleWidth is how many entries a whole bundle of a ledger has.
const bundleWidth = 256

// count reads one bundle.
func (s *siteActs) count(ctx context.Context, from ledger.Source, size uint64) error {
	index := s.read / bundleWidth
	width := min(size-index*bundleWidth, bundleWidth)
	data, err := readBundle(ctx, from, ledger.Tile{Level: -1, Index: index, Width: int(width)})
	if err != nil {
		return err
	}
	entries, err := ledger.SplitEntries(data, int(width))
	if err != nil {
		return err
	}
	for _, bytes := range entries[s.read-index*bundleWidth:] {
		e, err := ledger.Decode(bytes)
		if err != nil {
			return err
		}
		if e.Act != nil {
			s.months[e.Act.Day.Format(monthForm)]++
		}
		s.read++
	}
	return nil
}

// readBundle reads a bundle of entries, of which there may be a wider one by now.
func readBundle(ctx context.Context, from ledger.Source, t ledger.Tile) ([]byte, error) {
	const limit = bundleWidth * (2 + ledger.MaxEntry)
	data, err := from.Read(ctx, t.Path(), limit)
	if errors.Is(err, ledger.ErrMissing) && !t.Whole() {
		t.Width = bundleWidth
		data, err = from.Read(ctx, t.Path(), limit)
	}
	return data, err
}

// sizeOf returns how many entries a checkpoint has, under the key that stands
// beside it: this is the site's own ledger, and nobody is shown a proof.
func sizeOf(ctx context.Context, from ledger.Source, checkpoint []byte) (uint64, error) {
	text, err := from.Read(ctx, ledger.KeyFile, ledger.MaxKey+1)
	if err != nil {
		return 0, err
	}
	key, err := ledger.ParseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", ledger.KeyFile, err)
	}
	c, err := ledger.ParseCheckpoint(checkpoint, key)
	return c.Size, err
}
