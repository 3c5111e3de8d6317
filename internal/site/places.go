package site

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

const (
	// listSize is the number of places in a list, a power of two.
	listSize = statuslist.DefaultSize
	// throws is how often a free place is looked for before another list is begun:
	// a list that is filled to seven eighths has one in 24 throws nearly always.
	throws = 24
)

// Reserve is a method of [issue.Lists].
func (p page) Reserve(at time.Time) (pass.StatusRef, error) {
	refs, err := p.ReserveAll(1, at)
	if err != nil {
		return pass.StatusRef{}, err
	}
	return refs[0], nil
}

// ReserveAll is a method of [issue.Many]: places of the newest list, each that is
// free as likely as any other.
func (p page) ReserveAll(n int, at time.Time) (refs []pass.StatusRef, err error) {
	list, err := p.tx.NewestList()
	if err != nil {
		return nil, err
	}
	for thrown := 0; len(refs) < n; thrown++ {
		if thrown == throws {
			list, thrown = list+1, 0
			if err := p.tx.AddList(list, at.Unix()); err != nil {
				return nil, err
			}
		}
		places, err := p.throw(n - len(refs))
		if err != nil {
			return nil, err
		}
		free, err := p.tx.TakePlaces(list, places)
		if err != nil {
			return nil, err
		}
		for _, place := range free {
			refs = append(refs, pass.StatusRef{List: list, Index: place})
		}
	}
	return refs, nil
}

// throw returns different places at random, at most so many.
func (p page) throw(n int) ([]uint32, error) {
	random := make([]byte, 4*n)
	if _, err := io.ReadFull(p.o.rand, random); err != nil {
		return nil, err
	}
	var places []uint32
	seen := make(map[uint32]bool, n)
	for i := range n {
		place := binary.BigEndian.Uint32(random[4*i:]) % listSize // a power of two: no place is favoured
		if !seen[place] {
			places = append(places, place)
		}
		seen[place] = true
	}
	return places, nil
}

// Set is a method of [issue.Lists].
func (p page) Set(ref pass.StatusRef, s statuslist.Status) error {
	return p.SetAll([]pass.StatusRef{ref}, s)
}

// SetAll is a method of [issue.Many].
func (p page) SetAll(refs []pass.StatusRef, s statuslist.Status) error {
	word, err := word(s)
	if err != nil {
		return err
	}
	places := make(map[uint32][]uint32)
	for _, ref := range refs {
		places[ref.List] = append(places[ref.List], ref.Index)
	}
	for _, list := range slices.Sorted(maps.Keys(places)) {
		err := p.tx.SetPlaces(list, places[list], word)
		if errors.Is(err, store.ErrNotFound) {
			err = fmt.Errorf("%w: a place of list %d that was never given away, among %d", ErrDamaged, list, places[list])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// What a row says of a place.
const (
	wordValid   = 0
	wordInvalid = 1
)

func word(s statuslist.Status) (int, error) {
	switch s {
	case statuslist.Valid:
		return wordValid, nil
	case statuslist.Invalid:
		return wordInvalid, nil
	}
	return 0, fmt.Errorf("%w: the status %v", issue.ErrState, s)
}
