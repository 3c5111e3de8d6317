package acts

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

// sweepBatch is how many rows of each kind one sweep sees to.
const sweepBatch = 500

// passTime is for how long it is kept whose a pass was after it has expired.
const passTime = 30 * day

// sweeper is how the ledger names what happens by itself.
const sweeper = "controller"

// Sweep completes what was interrupted, ends consents that ran out, and erases what
// need not be kept any more. A controller calls it when it starts and every minute;
// several may at once. One thing that fails stops no other.
func (a *Acts) Sweep(ctx context.Context) error {
	return errors.Join(a.sweepIntents(ctx), a.sweepRunOut(ctx), a.sweepOld(ctx))
}

// sweepIntents records acts that were recorded and never done.
func (a *Acts) sweepIntents(ctx context.Context) error {
	err := a.with.Store.Change(ctx, func(tx *store.Tx) error {
		left, err := tx.OldIntents(a.now().Unix(), sweepBatch)
		if err != nil {
			return err
		}
		for _, i := range left {
			if err := a.sweepIntent(tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrConflict) {
		return nil // somebody else sweeps
	}
	return told(err)
}

func (a *Acts) sweepIntent(tx *store.Tx, i store.IntentRow) error {
	if err := tx.EndIntent(i.Entry); err != nil || i.Undo == "" {
		return err
	}
	var u undo
	if err := json.Unmarshal([]byte(i.Undo), &u); err != nil {
		return err
	}
	return a.recordUndone(tx, u)
}

// sweepRunOut ends consents that ran out, from the moment on at which they did.
func (a *Acts) sweepRunOut(ctx context.Context) (all error) {
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.ConsentRow, error) { return tx.RunOutConsents(a.now().Unix(), sweepBatch) })
	for _, row := range rows {
		_, err := a.withdraw(ctx, Actor{Pseudonym: sweeper}, row, time.Unix(row.Until, 0))
		all = errors.Join(all, err)
	}
	return errors.Join(err, all)
}

// sweepOld erases what need not be kept.
func (a *Acts) sweepOld(ctx context.Context) error {
	now := a.now().Unix()
	return told(a.with.Store.Change(ctx, func(tx *store.Tx) error {
		if err := tx.DropOldAccess(now); err != nil {
			return err
		}
		if _, err := tx.DropOldConsents(now); err != nil {
			return err
		}
		if _, err := tx.DropOldHolderPasses(a.now().Add(-passTime).Unix()); err != nil {
			return err
		}
		_, err := tx.DropOldOpenings(now)
		return err
	}))
}
