package backup

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Held is what doors hold of a site: the newest bundle among those that were given,
// proved, and whatever of its objects was given.
type Held struct {
	Bundle *bundle.Bundle
	// lists are the status lists of the bundle, by number; pins the numbers of the
	// PINs of each zone of which the object is there.
	lists map[uint32]*statuslist.Token
	pins  map[string]map[string]bool
}

// ErrHeld is returned for a folder that holds no bundle of this site.
var ErrHeld = errors.New("not what a door of this site holds")

// Hold reads copies of doors' folders: bundle, and objects/. It returns the newest
// of them, nil for none. What is not signed by this site's keys is refused with
// [ErrHeld].
func Hold(folders []string, site pass.SiteID, signers []*ecdsa.PublicKey) (*Held, error) {
	keys, err := bundle.Keys(signers)
	if err != nil {
		return nil, err
	}
	var newest *bundle.Bundle
	for _, folder := range folders {
		data, err := readFile(filepath.Join(folder, "bundle"))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrHeld, err)
		}
		b, err := bundle.Verify(data, keys, site)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrHeld, folder, err)
		}
		if newest == nil || b.Number > newest.Number {
			newest = b
		}
	}
	if newest == nil {
		return nil, nil
	}
	h := &Held{Bundle: newest, lists: make(map[uint32]*statuslist.Token), pins: make(map[string]map[string]bool)}
	return h, h.read(folders, site)
}

// read reads the objects of the bundle, each proved by its hash.
func (h *Held) read(folders []string, site pass.SiteID) error {
	issuers, err := h.Bundle.IssuerKeys()
	if err != nil {
		return err
	}
	for _, l := range h.Bundle.Lists {
		data, err := object(folders, l.Object)
		if err != nil {
			return fmt.Errorf("status list %d of bundle %d: %w", l.Number, h.Bundle.Number, err)
		}
		if h.lists[l.Number], err = statuslist.Verify(data, issuers, pass.StatusURI(l.Number), h.Bundle.Issued); err != nil {
			return fmt.Errorf("%w: status list %d: %w", ErrHeld, l.Number, err)
		}
	}
	for _, z := range h.Bundle.Zones {
		if z.PINs.IsZero() {
			h.pins[z.Name] = map[string]bool{}
			continue
		}
		data, err := object(folders, z.PINs)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a door has those of its own zone only
		}
		if err != nil {
			return err
		}
		pins, err := bundle.VerifyPINs(data, issuers, site, z.Name)
		if err != nil {
			return fmt.Errorf("%w: the PINs of %s: %w", ErrHeld, z.Name, err)
		}
		h.pins[z.Name] = make(map[string]bool)
		for _, e := range pins.Entries {
			h.pins[z.Name][e.Number] = true
		}
	}
	return nil
}

// object finds an object in one of the folders.
func object(folders []string, o bundle.Object) ([]byte, error) {
	for _, folder := range folders {
		data, err := os.ReadFile(filepath.Join(folder, "objects", o.String()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := o.Match(data); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrHeld, folder, err)
		}
		return data, nil
	}
	return nil, fmt.Errorf("no folder that was given has the object %s: %w", o, fs.ErrNotExist)
}

// good returns whether doors take a pass at a place.
func (h *Held) good(list, place uint32) bool {
	l := h.lists[list]
	if l == nil {
		return false
	}
	s, err := l.Status(place, l.Header().Issued)
	return err == nil && s == statuslist.Valid
}

// goodPIN returns whether doors take a PIN in all of its zones.
func (h *Held) goodPIN(number string, zones []string) bool {
	for _, zone := range zones {
		if !h.pins[zone][number] {
			return false
		}
	}
	return len(zones) > 0
}

// follows checks that a checkpoint of the ledger extends the one that the bundle
// carries: else the ledger that was given is older than what a door has seen.
func (h *Held) follows(ctx context.Context, from ledger.Source, to ledger.Checkpoint) error {
	if len(h.Bundle.Checkpoint) == 0 {
		return nil
	}
	s, err := ledger.ParseStatement(h.Bundle.Checkpoint)
	if err != nil {
		return fmt.Errorf("%w: its checkpoint: %w", ErrHeld, err)
	}
	err = ledger.Extends(ctx, from, s.Checkpoint.Checkpoint, to)
	if errors.Is(err, ledger.ErrShrunk) {
		return fmt.Errorf("%w: it has %d entries, and a door has seen %d: find a newer copy", ErrOlder, to.Size, s.Checkpoint.Size)
	}
	return err
}

// ErrOlder is returned for a ledger that is older than what a door has seen.
var ErrOlder = errors.New("the ledger that was given is not the newest")
