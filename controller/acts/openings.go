package acts

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Openings opens what the ledger says about a holder, to that holder. It fails with
// [ErrForbidden] and [ErrNotFound].
func (a *Acts) Openings(ctx context.Context, actor Actor, holder string) ([]ledger.Opening, error) {
	if err := actor.own(ActLedgerOpen, holder); err != nil {
		return nil, err
	}
	if actor.Role != HolderRole {
		return nil, ErrForbidden // the auditor opens entries, and asks about nobody
	}
	return read(ctx, a, func(tx *store.Tx) ([]ledger.Opening, error) {
		passes, err := a.passesOf(tx, holder)
		if err != nil {
			return nil, err
		}
		return a.openings(tx, holder, passes)
	})
}

// openings are what opens the entries about a holder and their passes.
func (a *Acts) openings(tx *store.Tx, holder string, passes []PassView) (all []ledger.Opening, err error) {
	rows, err := tx.Openings(holder)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		o, err := openingOf(tx, r)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	for _, p := range passes {
		some, err := a.passOpenings(tx, p.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// passOpenings are what opens the entries about one pass: none once its salt was
// erased.
func (a *Acts) passOpenings(tx *store.Tx, id pass.ID) (all []ledger.Opening, err error) {
	d, err := a.with.Issuing.Page(tx).Get(id)
	if err != nil || d.Salt == ([32]byte{}) {
		return nil, err
	}
	for _, act := range stepsOf(d) {
		all = append(all, ledger.Opening{Salt: d.Salt, Body: d.Body(act)})
	}
	return all, nil
}

// stepsOf are the steps of a pass that the ledger speaks of.
func stepsOf(d issue.Docket) []issue.State {
	steps := []issue.State{issue.Intended}
	if d.Signed != [32]byte{} {
		steps = append(steps, issue.Signed)
	}
	if d.State == issue.Abandoned || d.State == issue.Revoked {
		steps = append(steps, d.State)
	}
	return steps
}

func openingOf(tx *store.Tx, r store.OpeningRow) (o ledger.Opening, err error) {
	o.Body = []byte(r.Body)
	copy(o.Salt[:], r.Salt)
	o.Index, o.Known, err = tx.Index(r.Queue)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return o, err
}

// Open opens one entry of the ledger, to the auditor, as long as it can be: until
// the holder it is about was deleted, or its date has come. [Acts.OpenPass] opens
// those about a pass. It fails with [ErrForbidden] and [ErrNotFound].
func (a *Acts) Open(ctx context.Context, actor Actor, entry ledger.Commitment) (ledger.Opening, error) {
	if actor.Role != Auditor || !actor.May(ActLedgerOpen) {
		return ledger.Opening{}, ErrForbidden
	}
	return read(ctx, a, func(tx *store.Tx) (ledger.Opening, error) {
		r, err := tx.Opening(entry[:])
		if err != nil {
			return ledger.Opening{}, err
		}
		return openingOf(tx, r)
	})
}

// OpenPass opens the entries about one pass, to the auditor who was given its id. It
// fails as [Acts.Open] does.
func (a *Acts) OpenPass(ctx context.Context, actor Actor, id pass.ID) ([]ledger.Opening, error) {
	if actor.Role != Auditor || !actor.May(ActLedgerOpen) {
		return nil, ErrForbidden
	}
	return read(ctx, a, func(tx *store.Tx) ([]ledger.Opening, error) {
		all, err := a.passOpenings(tx, id)
		if err == nil && len(all) == 0 {
			err = store.ErrNotFound
		}
		return all, err
	})
}

// openedAtOnce is how many passes are read in one go.
const openedAtOnce = 200

// PassOpenings writes what opens the entries about all passes, an object in JSON on
// each line, for the auditor to compare with what doors accept (`facelatch ledger
// verify --openings FILE --valid N`). It names nobody, and says nothing of passes
// whose salts were erased. It fails with [ErrForbidden], and as w does; what was
// written by then is no whole list.
func (a *Acts) PassOpenings(ctx context.Context, actor Actor, w io.Writer) error {
	if actor.Role != Auditor || !actor.May(ActLedgerOpen) {
		return ErrForbidden
	}
	var first, last pass.ID
	for i := range last {
		last[i] = 0xff
	}
	out := json.NewEncoder(w)
	for {
		ids, err := read(ctx, a, func(tx *store.Tx) ([][16]byte, error) { return tx.DocketIDs(first, last, openedAtOnce) })
		if err != nil {
			return err
		}
		some, err := read(ctx, a, func(tx *store.Tx) (some []ledger.Opening, err error) {
			for _, id := range ids {
				of, err := a.passOpenings(tx, id)
				if err != nil {
					return nil, err
				}
				some = append(some, of...)
			}
			return some, nil
		})
		if err != nil {
			return err
		}
		for _, o := range some {
			if err := out.Encode(o); err != nil {
				return err
			}
		}
		if len(ids) < openedAtOnce {
			return nil
		}
		first = after(ids[len(ids)-1])
	}
}

// after is the id that follows an id.
func after(id pass.ID) pass.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}
