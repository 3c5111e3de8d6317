package site

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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

// Reserve is a method of [issue.Lists]: a place of the newest list, each that is
// free as likely as any other.
func (p page) Reserve(at time.Time) (ref pass.StatusRef, err error) {
	if ref.List, err = p.tx.NewestList(); err != nil {
		return ref, err
	}
	for range throws {
		var b [4]byte
		if _, err := io.ReadFull(p.o.rand, b[:]); err != nil {
			return ref, err
		}
		ref.Index = binary.BigEndian.Uint32(b[:]) % listSize // a power of two: no place is favoured
		free, err := p.tx.TakePlace(ref.List, ref.Index)
		if err != nil || free {
			return ref, err
		}
	}
	if err := p.tx.AddList(ref.List+1, at.Unix()); err != nil {
		return ref, err
	}
	return p.Reserve(at)
}

// Set is a method of [issue.Lists].
func (p page) Set(ref pass.StatusRef, s statuslist.Status) error {
	word, err := word(s)
	if err != nil {
		return err
	}
	err = p.tx.SetPlace(ref.List, ref.Index, word)
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("%w: place %d of list %d was never given away", ErrDamaged, ref.Index, ref.List)
	}
	return err
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
