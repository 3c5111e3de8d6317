package issue

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Many is what a [Page] may have beside, to do for many passes in few steps what it
// does for one: what is returned is in the order of what was given.
type Many interface {
	ManyDockets
	ManyPlaces
	// HolderAll is Holder.
	HolderAll(commitments [][32]byte) ([]EntryID, error)
}

// ManyDockets keeps many dockets.
type ManyDockets interface {
	// PutAll is Put for dockets of different ids.
	PutAll(all []Docket) error
	// GetAll is Get.
	GetAll(ids []pass.ID) ([]Docket, error)
}

// ManyPlaces keeps many places of status lists.
type ManyPlaces interface {
	// ReserveAll is Reserve, so many times.
	ReserveAll(n int, at time.Time) ([]pass.StatusRef, error)
	// SetAll is Set for different places.
	SetAll(refs []pass.StatusRef, s statuslist.Status) error
}

// manyOf returns a page that can do much at once, if need be one thing after another.
func manyOf(p Page) Many {
	if m, ok := p.(Many); ok {
		return m
	}
	return eachOf{p}
}

// eachOf does one after another.
type eachOf struct{ Page }

func (p eachOf) PutAll(all []Docket) error {
	_, err := each(all, func(d Docket) (struct{}, error) { return struct{}{}, p.Put(d) })
	return err
}

func (p eachOf) GetAll(ids []pass.ID) ([]Docket, error) { return each(ids, p.Get) }

func (p eachOf) ReserveAll(n int, at time.Time) ([]pass.StatusRef, error) {
	return each(make([]struct{}, n), func(struct{}) (pass.StatusRef, error) { return p.Reserve(at) })
}

func (p eachOf) SetAll(refs []pass.StatusRef, s statuslist.Status) error {
	_, err := each(refs, func(r pass.StatusRef) (struct{}, error) { return struct{}{}, p.Set(r, s) })
	return err
}

func (p eachOf) HolderAll(commitments [][32]byte) ([]EntryID, error) {
	return each(commitments, p.Holder)
}

func each[T, R any](all []T, do func(T) (R, error)) (made []R, err error) {
	for _, one := range all {
		r, err := do(one)
		if err != nil {
			return nil, err
		}
		made = append(made, r)
	}
	return made, nil
}

// put keeps dockets that have come to a state, and queues what the ledger says of
// that.
func (c *Controller) put(p Page, all ...Docket) ([]EntryID, error) {
	m := manyOf(p)
	if err := m.PutAll(all); err != nil {
		return nil, err
	}
	commitments := make([][32]byte, len(all))
	for i, d := range all {
		commitments[i] = d.Commitment(d.State)
	}
	return m.HolderAll(commitments)
}

// at returns dockets that are in a state, open, and their opener's, each once.
func at(p Page, opener string, s State, ids []pass.ID) ([]Docket, error) {
	all, err := manyOf(p).GetAll(ids)
	if errors.Is(err, ErrUnknown) {
		return nil, ErrState // what others make is not told
	}
	if err != nil {
		return nil, err
	}
	seen := make(map[pass.ID]bool, len(all))
	for _, d := range all {
		if err := d.goesOn(opener, s, seen[d.ID]); err != nil {
			return nil, err
		}
		seen[d.ID] = true
	}
	return all, nil
}
