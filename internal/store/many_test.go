package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestConformanceOfMany: what is done for many at once is what is done for each.
func TestConformanceOfMany(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		t.Run("dockets", func(t *testing.T) { manyDockets(t, s) })
		t.Run("places", func(t *testing.T) { manyPlaces(t, s) })
		t.Run("the queue", func(t *testing.T) { manyEntries(t, s) })
		t.Run("a failure keeps nobody else's", func(t *testing.T) { apart(t, s) })
		t.Run("who gives up waiting holds up nobody", func(t *testing.T) { gaveUp(t, s) })
	})
}

// many is more than one piece of each size.
const many = 2*largestPiece - 1

func manyDockets(t *testing.T, s *Store) {
	var rows []DocketRow
	var ids [][16]byte
	for i := range many {
		rows = append(rows, DocketRow{ID: [16]byte{1, byte(i)}, State: "intended", Zones: "front", Place: uint32(i), Salt: make([]byte, 32), Until: 9})
		ids = append(ids, rows[i].ID)
	}
	change(t, s, func(tx *Tx) error { return tx.PutDockets(rows) })
	for i := range rows {
		rows[i].State, rows[i].Since, rows[i].Until = "issued", int64(i), 0
	}
	change(t, s, func(tx *Tx) error { return tx.PutDockets(rows) })
	slices.Reverse(ids)
	slices.Reverse(rows)
	got := get(t, s, func(tx *Tx) ([]DocketRow, error) { return tx.Dockets(ids) })
	if fmt.Sprint(got) != fmt.Sprint(rows) {
		t.Errorf("got  %v\nwant %v", got, rows)
	}
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Dockets(append(ids, [16]byte{2})); return err })
}

func manyPlaces(t *testing.T, s *Store) {
	var places []uint32
	for i := range uint32(many) {
		places = append(places, i*700)
	}
	change(t, s, func(tx *Tx) error {
		_, err := tx.TakePlace(3, 700)
		return errors.Join(err, tx.AddList(3, 1))
	})
	var free []uint32
	change(t, s, func(tx *Tx) (err error) { free, err = tx.TakePlaces(3, places); return err })
	if len(free) != many-1 || slices.Contains(free, 700) {
		t.Errorf("%d were free", len(free))
	}
	change(t, s, func(tx *Tx) error { return tx.SetPlaces(3, places, 0) })
	if good := get(t, s, func(tx *Tx) ([]uint32, error) { return tx.Places(3, 0) }); !slices.Equal(slices.Sorted(slices.Values(good)), places) {
		t.Errorf("%d are good", len(good))
	}
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { return tx.SetPlaces(3, []uint32{0, 1}, 1) })
}

func manyEntries(t *testing.T, s *Store) {
	var entries [][]byte
	for i := range many {
		entries = append(entries, fmt.Appendf(nil, "entry %d", i/2*2)) // two of each
	}
	var ids []QueueID
	change(t, s, func(tx *Tx) (err error) { ids, err = tx.EnqueueAll(entries); return err })
	waiting := get(t, s, func(tx *Tx) ([]QueueRow, error) { return tx.Waiting(2 * many) })
	if len(ids) != many || len(waiting) != many {
		t.Fatalf("%d ids, %d wait", len(ids), len(waiting))
	}
	texts, seen := make(map[QueueID]string), make(map[QueueID]bool)
	for _, w := range waiting {
		texts[w.ID] = string(w.Entry)
	}
	var noted []Noted
	for i, id := range ids {
		if texts[id] != string(entries[i]) || seen[id] {
			t.Errorf("entry %d has the id of %q", i, texts[id])
		}
		seen[id] = true
		noted = append(noted, Noted{id, uint64(1000 + i)})
	}
	// Both who asks in this process and who asks the database is told.
	other := get(t, s, func(tx *Tx) ([]Noted, error) { return tx.indexes(ids) })
	if len(other) != 0 {
		t.Errorf("noted already: %v", other)
	}
	change(t, s, func(tx *Tx) error { return tx.NoteIndexes(noted) })
	got, err := s.Recorded(t.Context(), ids...)
	if err != nil || got[0] != 1000 || got[many-1] != 1000+many-1 {
		t.Errorf("stand at %v, %v", got, err)
	}
	if other := get(t, s, func(tx *Tx) ([]Noted, error) { return tx.indexes(ids) }); len(other) != many || !slices.Contains(other, Noted{ids[1], 1001}) {
		t.Errorf("%v", other)
	}
	clear(s.noted.noted) // as in a process that did not note them
	if again, err := s.Recorded(t.Context(), ids...); err != nil || !slices.Equal(again, got) {
		t.Errorf("asking says %v, %v", again, err)
	}
	if len(s.noted.waiting) != 0 {
		t.Errorf("still waited for: %v", s.noted.waiting)
	}
	change(t, s, func(tx *Tx) error { return tx.NoteIndexes(noted) }) // the same again
	noted[many-1].Index = 5000
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.NoteIndexes(noted) })
}

// apart has some fail after they wrote, after they read, and by what the database
// says, while others succeed beside them.
func apart(t *testing.T, s *Store) {
	scratch(t, s)
	mine := errors.New("mine")
	var all sync.WaitGroup
	for i := range 48 {
		all.Go(func() {
			for k := range 4 {
				n := 1 + i*4 + k
				err := s.Change(t.Context(), func(tx *Tx) error {
					if k == 1 {
						if _, err := one(tx, value[int64], "SELECT count(*) FROM scratch"); err != nil {
							return err
						}
						return mine
					}
					if err := add(n)(tx); err != nil {
						return err
					}
					switch k {
					case 2:
						return mine
					case 3:
						return add(n)(tx)
					}
					return nil
				})
				if want := [...]error{nil, mine, mine, ErrConflict}[k]; !errors.Is(err, want) {
					t.Errorf("%d of %d: %v", k, i, err)
				}
			}
		})
	}
	all.Wait()
	if n := count(t, s); n != 48 {
		t.Errorf("%d rows", n)
	}
}

// gaveUp: whoever waits for a turn and does not want it any more leaves, and what
// waited for it to come is committed all the same.
func gaveUp(t *testing.T, s *Store) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		once := sync.OnceFunc(func() { close(inside) })
		first <- s.Change(context.WithoutCancel(t.Context()), func(tx *Tx) error { once(); <-goOn; return add(-1)(tx) })
	}()
	<-inside
	short, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() { second <- s.Change(short, add(-2)) }()
	for s.batches.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	time.Sleep(5 * time.Millisecond)
	close(goOn)
	for _, err := range []error{<-first, <-second} {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if n := get(t, s, func(tx *Tx) (int64, error) { return one(tx, value[int64], "SELECT count(*) FROM scratch WHERE n = -1") }); n != 1 {
		t.Errorf("%d rows", n)
	}
}
