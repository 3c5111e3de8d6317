package acts

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
)

// entry is what the ledger is to say of an act.
type entry struct {
	bytes []byte
	// undo is what is recorded of an act about the site that never took effect.
	undo *undo
	// opening opens the entry of an act about a person, who is holder; "" where
	// that is nobody who is known. It is kept once the act takes effect: of one that
	// never does, nothing is left but a commitment that nobody can open.
	opening *ledger.Opening
	holder  string
}

// undo is an act about the site that is recorded and was not done.
type undo struct {
	By  string `json:"by"`
	Act string `json:"act"`
	ID  string `json:"id"`
}

// by is how the ledger names an actor.
func (a Actor) by() string {
	switch a.Role {
	case HolderRole:
		return "holder"
	case StationRole:
		return "station-" + a.Pseudonym
	}
	return a.Pseudonym
}

// siteEntry is an act about the site, in clear. Nothing in it may be about a
// person but the operator's pseudonym.
func (a *Acts) siteEntry(actor Actor, act Act, details map[string]string) (entry, error) {
	return a.clearEntry(actor.by(), string(act), details)
}

func (a *Acts) clearEntry(by, act string, details map[string]string) (entry, error) {
	made, err := ledger.NewAct(rand.Reader, a.now(), by, act, details)
	if err != nil {
		return entry{}, err
	}
	bytes, err := made.Encode()
	return entry{bytes: bytes, undo: &undo{By: by, Act: act, ID: hex.EncodeToString(made.ID[:])}}, err
}

// personEntry is a commitment to an act about a person. It fails with [ErrNotFound]
// for what can be nobody's id.
func (a *Acts) personEntry(actor Actor, act Act, holder string, details map[string]string) (entry, error) {
	if id, named := details["holder"]; named && !isID(id) {
		return entry{}, ErrNotFound
	}
	body, err := ledger.PersonAct{Name: string(act), At: a.now(), By: actor.by(), Details: details}.Body()
	if err != nil {
		return entry{}, err
	}
	opening, err := ledger.NewOpening(rand.Reader, body)
	if err != nil {
		return entry{}, err
	}
	return entry{bytes: opening.Commitment().Encode(), opening: &opening, holder: holder}, nil
}

// giving is an act that gives something.
type giving struct {
	entries []entry
	// check is asked in the transaction that queues the entries, so that what cannot
	// be is not recorded; it may be nil.
	check func(*store.Tx) error
	// effect is done once all entries have their index, in one transaction.
	effect func(*store.Tx) error
}

// undoTime is for how long an intent stays after its owner has given up: so long a
// process that hangs can come back and find out that it must not go on.
const undoTime = 2 * time.Minute

// give records an act and then does it. It fails with [ErrLedger] if it cannot be
// recorded in time, and with what check and effect say; then nothing was done.
func (a *Acts) give(ctx context.Context, g giving) error {
	var ids []store.QueueID
	until := a.now().Add(a.with.LedgerTime + undoTime)
	err := a.with.Store.Change(ctx, func(tx *store.Tx) (err error) {
		ids, err = a.intend(tx, g, until)
		return err
	})
	if err != nil {
		return told(err)
	}
	a.with.Kick()
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	if _, err = a.with.Store.Recorded(waiting, ids...); err != nil {
		return a.giveUp(ctx, g, ids[0], told(err), time.Time{})
	}
	err = a.with.Store.Change(ctx, func(tx *store.Tx) error {
		if err := tx.EndIntent(ids[0]); err != nil {
			return ended{err}
		}
		if err := g.effect(tx); err != nil {
			return err
		}
		return a.keepOpenings(tx, g.entries, ids)
	})
	if err != nil {
		return a.giveUp(ctx, g, ids[0], told(err), until)
	}
	return nil
}

// ended says that an intent is gone: somebody else has recorded that the act was
// not done.
type ended struct{ error }

func (e ended) Unwrap() error { return e.error }

// intend queues the entries of an act, and notes the intent.
func (a *Acts) intend(tx *store.Tx, g giving, until time.Time) (ids []store.QueueID, err error) {
	if g.check != nil {
		if err := g.check(tx); err != nil {
			return nil, err
		}
	}
	var undone []byte
	for _, e := range g.entries {
		id, err := tx.Enqueue(e.bytes)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		if e.undo != nil {
			if undone, err = json.Marshal(e.undo); err != nil {
				return nil, err
			}
		}
	}
	return ids, tx.AddIntent(store.IntentRow{Entry: ids[0], Expires: until.Unix(), Undo: string(undone)})
}

// giveUp records that an act was not done, and returns why. Where its effect was
// tried and the store did not say what came of it, the intent tells, which goes
// with the effect: until then nobody else takes it away.
func (a *Acts) giveUp(ctx context.Context, g giving, intent store.QueueID, why error, until time.Time) error {
	if errors.As(why, new(ended)) {
		return ErrLedger
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer stop()
	err := a.with.Store.Change(ctx, func(tx *store.Tx) error {
		if err := tx.EndIntent(intent); err != nil {
			return ended{err}
		}
		for _, e := range g.entries {
			if e.undo != nil {
				return a.recordUndone(tx, *e.undo)
			}
		}
		return nil
	})
	if errors.As(err, new(ended)) && errors.Is(err, store.ErrConflict) && a.now().Before(until) {
		return nil // the act was kept after all
	}
	return why // what could not be undone is by the next sweep
}

// giveUpTime is how long undoing may take after its caller has gone.
const giveUpTime = 10 * time.Second

// recordUndone says that an act was recorded and not done.
func (a *Acts) recordUndone(tx *store.Tx, u undo) error {
	e, err := a.clearEntry(u.By, "act.undone", map[string]string{"act": u.Act, "entry": u.ID})
	if err != nil {
		return err
	}
	_, err = tx.Enqueue(e.bytes)
	return err
}

// take does an act that takes something away, and queues what is to be recorded in
// the same transaction. It waits for nothing else.
func (a *Acts) take(ctx context.Context, effect func(*store.Tx) error, entries ...entry) error {
	defer a.with.Kick()
	return told(a.with.Store.Change(ctx, func(tx *store.Tx) error {
		if err := effect(tx); err != nil {
			return err
		}
		return a.enqueue(tx, entries...)
	}))
}

func (a *Acts) enqueue(tx *store.Tx, entries ...entry) error {
	var ids []store.QueueID
	for _, e := range entries {
		id, err := tx.Enqueue(e.bytes)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	return a.keepOpenings(tx, entries, ids)
}

// keepOpenings keeps what opens entries about persons.
func (a *Acts) keepOpenings(tx *store.Tx, entries []entry, ids []store.QueueID) error {
	for i, e := range entries {
		if e.opening == nil {
			continue
		}
		commitment := e.opening.Commitment()
		err := tx.AddOpening(store.OpeningRow{
			Entry: commitment[:], Holder: e.holder, Salt: e.opening.Salt[:], Queue: ids[i], Body: string(e.opening.Body),
			Keep: a.now().AddDate(openingYears, 0, 0).Unix(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// openingYears is how long an opening is kept of a holder who stays: the longest
// consent, and [DefaultKeepYears] after it.
const openingYears = 5

func (a *Acts) now() time.Time { return a.with.Now() }

// told says what an error of the store means.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotRecorded), errors.Is(err, issue.ErrLedger):
		return fmt.Errorf("%w: %w", ErrLedger, err)
	case errors.Is(err, store.ErrNotFound), errors.Is(err, issue.ErrUnknown):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case errors.Is(err, store.ErrConflict):
		return fmt.Errorf("%w: %w", ErrConflict, err)
	case errors.Is(err, store.ErrUnavailable):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// read runs f on a snapshot of the store.
func read[T any](ctx context.Context, a *Acts, f func(*store.Tx) (T, error)) (found T, err error) {
	err = a.with.Store.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = f(tx)
		return err
	})
	return found, told(err)
}
