package site

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// ErrName is returned for what is neither an id of a pass nor the beginning of
// exactly one.
var ErrName = errors.New("not the id of one pass")

// shortest is how much of an id a printed card shows, in characters.
const shortest = 8

// Find returns the id that begins with name: all of it, or at least the 8
// characters that stand on a printed card, so that a lost pass can be revoked
// by who noted them. A whole id is returned as it is, known or not. It fails
// with [ErrName], and with issue.ErrUnknown if no pass begins so.
func (o *Office) Find(ctx context.Context, name string) (pass.ID, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if id, err := pass.ParseID(name); err == nil {
		return id, nil
	}
	if len(name) < shortest || strings.Trim(name, "0123456789abcdef") != "" {
		return pass.ID{}, fmt.Errorf("%w: give all 32 characters, or the first %d or more", ErrName, shortest)
	}
	var found [][16]byte
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.DocketIDs(bound(name, "0"), bound(name, "f"), 100)
		return err
	})
	switch {
	case err != nil:
		return pass.ID{}, err
	case len(found) == 0:
		return pass.ID{}, fmt.Errorf("%w: none begins with %s", issue.ErrUnknown, name)
	case len(found) == 1:
		return found[0], nil
	}
	return pass.ID{}, fmt.Errorf("%w: %d passes begin with %s", ErrName, len(found), name)
}

// bound is the first or last id that begins with a name.
func bound(name, digit string) (id [16]byte) {
	if len(name) < 2*len(id) {
		name += strings.Repeat(digit, 2*len(id)-len(name))
	}
	data, _ := hex.DecodeString(name[:2*len(id)]) // it was checked
	copy(id[:], data)
	return id
}
