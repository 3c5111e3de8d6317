package state

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"time"
)

const (
	// ListSize is how many results a status list has room for, in bits. Half of them
	// are used, so that a free one is found at the second try on average.
	ListSize = 1 << 17
	// batch is how many indices are taken from a list at once, and batchTime how long
	// they may be used.
	batch     = 64
	batchTime = 24 * time.Hour
)

// statusesFile has the lists.
const statusesFile = "statuses.json"

// List is a status list as relying parties may see it: bit i, counted from the lowest
// of the first byte, is 1 for a result that was revoked (IETF Token Status List, one
// bit for each). A fresh list is all 0: were a bit changed by each new result, then
// whoever fetches the list could tell when somebody was checked.
type List struct {
	// Number is its place in the desk's lists, from 1.
	Number int
	// Bits are ListSize/8 bytes, a copy.
	Bits []byte
	// Until is when the last result of the list has expired, so that nobody needs it.
	Until time.Time
}

// wireList is a list in statuses.json.
type wireList struct {
	Number int `json:"number"`
	// Used are the indices that were taken, of the newest list only.
	Used    []byte    `json:"used,omitempty"`
	Revoked []byte    `json:"revoked"`
	Until   time.Time `json:"until"`
}

type wireStatuses struct {
	Format int        `json:"format"`
	Lists  []wireList `json:"lists"` // the newest last
}

// Statuses are the places that results have in status lists. Indices are random. Two
// results with indices in a row would tell whoever sees both that they were made one
// after the other, and how many checks there were between any two; and whoever knows
// one index could guess the next and watch it. Which result has which index is not
// kept: whoever revokes one shows it, and it says.
//
// They are taken from a list 64 at a time, so that the file is not written because
// somebody was checked. A start anew drops those that were taken and not used.
// It is safe for concurrent use.
type Statuses struct {
	folder *Folder
	now    func() time.Time
	life   time.Duration

	mu    sync.Mutex // guards what follows
	lists []wireList // the newest last; Revoked and Used are never nil there
	free  []int      // taken, and nobody's yet
	end   time.Time  // of free
}

// Statuses opens the lists. No result lives longer than life. It fails with
// [ErrExposed] and [ErrDamaged].
func (f *Folder) Statuses(now func() time.Time, life time.Duration) (*Statuses, error) {
	s := &Statuses{folder: f, now: now, life: life}
	var w wireStatuses
	if err := f.own.ReadJSON(statusesFile, &w); err != nil {
		if errors.Is(err, ErrMissing) {
			return s, nil
		}
		return nil, err
	}
	for i, l := range w.Lists {
		newest := i == len(w.Lists)-1
		if w.Format != format || l.Number < 1 || i > 0 && l.Number <= w.Lists[i-1].Number || len(l.Revoked) != ListSize/8 || newest != (len(l.Used) == ListSize/8) {
			return nil, f.own.Damaged(statusesFile, errors.New("a list is not in its form"))
		}
	}
	s.lists = w.Lists
	return s, nil
}

// Reserve returns a place that no result had before. It fails if that cannot be
// saved, and then no result may be made.
func (s *Statuses) Reserve() (list, index int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 || !s.now().Before(s.end) {
		if err := s.refill(); err != nil {
			return 0, 0, fmt.Errorf("no place in a status list: %w", err)
		}
	}
	index = s.free[0]
	s.free = s.free[1:]
	return s.lists[len(s.lists)-1].Number, index, nil
}

// refill takes a batch from the newest list, or begins a list.
func (s *Statuses) refill() error {
	s.free = nil
	now := s.now().UTC()
	lists := slices.DeleteFunc(slices.Clone(s.lists), func(l wireList) bool { return !now.Before(l.Until) && len(l.Used) == 0 })
	if last := len(lists) - 1; last < 0 || ones(lists[last].Used) >= ListSize/2 {
		number := 1
		if last >= 0 {
			lists[last].Used = nil
			number = lists[last].Number + 1
		}
		lists = append(lists, wireList{Number: number, Used: make([]byte, ListSize/8), Revoked: make([]byte, ListSize/8)})
	}
	newest := &lists[len(lists)-1]
	newest.Used = slices.Clone(newest.Used) // s.lists stays as it is until it is saved
	var taken []int
	for len(taken) < batch {
		if index := random(); newest.Used[index/8]>>(index%8)&1 == 0 {
			newest.Used[index/8] |= 1 << (index % 8)
			taken = append(taken, index)
		}
	}
	// Days are enough, and a time would tell when the first of them was needed.
	newest.Until = now.Add(batchTime + s.life).Truncate(24 * time.Hour).Add(24 * time.Hour)
	if err := s.save(lists); err != nil {
		return err
	}
	s.lists, s.free, s.end = lists, taken, now.Add(batchTime)
	return nil
}

// random returns an index below [ListSize], a power of two.
func random() int {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return int(binary.LittleEndian.Uint32(b[:]) % ListSize)
}

func ones(b []byte) (n int) {
	for _, x := range b {
		n += bits.OnesCount8(x)
	}
	return n
}

func (s *Statuses) save(lists []wireList) error {
	return s.folder.own.WriteJSON(statusesFile, wireStatuses{Format: format, Lists: lists})
}

// Revoke revokes the result that has a place. It takes effect at once, whatever the
// disk says; after an error it may be forgotten at the next start, so try again. It
// fails with [ErrMissing] if there is no such place, or if every result of its list
// has expired.
func (s *Statuses) Revoke(list, index int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.lists, func(l wireList) bool { return l.Number == list })
	if at < 0 || index < 0 || index >= ListSize {
		return fmt.Errorf("%w: place %d of status list %d", ErrMissing, index, list)
	}
	s.lists[at].Revoked[index/8] |= 1 << (index % 8)
	return s.save(s.lists)
}

// List returns a list of which a result may not have expired, false for one that is
// not there.
func (s *Statuses) List(number int) (List, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, l := range s.lists {
		if l.Number == number && (now.Before(l.Until) || len(l.Used) > 0) {
			return List{Number: l.Number, Bits: slices.Clone(l.Revoked), Until: l.Until}, true
		}
	}
	return List{}, false
}

// Lists returns the lists of which a result may not have expired, the oldest first.
func (s *Statuses) Lists() (all []List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, l := range s.lists {
		if now.Before(l.Until) || len(l.Used) > 0 {
			all = append(all, List{Number: l.Number, Bits: slices.Clone(l.Revoked), Until: l.Until})
		}
	}
	return all
}
