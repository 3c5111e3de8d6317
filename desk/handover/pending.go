package handover

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
)

// Get returns an event of a party. It fails with [ErrMissing].
func (b *Outbox) Get(of, id string) (Sealed, error) {
	k := b.find(of, id)
	if k == nil {
		return Sealed{}, ErrMissing
	}
	w, err := b.load(id)
	if errors.Is(err, fs.ErrNotExist) {
		return Sealed{}, ErrMissing // acknowledged meanwhile
	}
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{ID: id, Party: of, At: k.at, JWE: w.JWE}, nil
}

// Pending returns events of a party that are not acknowledged, the oldest first and
// at most so many, and how many there are.
func (b *Outbox) Pending(of string, most int) (all []Sealed, waiting int, err error) {
	mine := b.waiting(of)
	for _, k := range mine[:min(most, len(mine))] {
		s, err := b.Get(of, k.id)
		if errors.Is(err, ErrMissing) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		all = append(all, s)
	}
	return all, len(mine), nil
}

func (b *Outbox) waiting(of string) (mine []*kept) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.events {
		if k.party == of && !b.over(k) {
			mine = append(mine, k)
		}
	}
	slices.SortFunc(mine, func(x, y *kept) int { return cmp.Compare(x.number, y.number) })
	return mine
}
