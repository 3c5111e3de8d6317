package site

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

// Operator is who acts at the command line, in the ledger.
const Operator = "operator"

// ByStation is how the ledger names a station.
func ByStation(id fmt.Stringer) string { return "station-" + id.String() }

// ControllerItself is who does what follows from something else.
const ControllerItself = "controller"

// undo is an act that is recorded and was not done, as [store.IntentRow] has it.
type undo struct {
	By  string `json:"by"`
	Act string `json:"act"`
	ID  string `json:"id"`
}

// tell queues an act about the site, in clear. Nothing in it may be about a person
// but the operator's pseudonym.
func (o *Office) tell(tx *store.Tx, by, act string, details map[string]string) (store.QueueID, undo, error) {
	for name, text := range details {
		details[name] = shorten(text)
	}
	at := o.now()
	if at.Unix() < 0 {
		at = time.Unix(0, 0) // the ledger knows no earlier day, and a wrong clock stops nothing
	}
	made, err := ledger.NewAct(rand.Reader, at, by, act, details)
	if err != nil {
		return 0, undo{}, err
	}
	entry, err := made.Encode()
	if err != nil {
		return 0, undo{}, err
	}
	id, err := tx.Enqueue(entry)
	return id, undo{By: by, Act: act, ID: hex.EncodeToString(made.ID[:])}, err
}

// shorten cuts a text to what the ledger takes. Only lists can be as long.
func shorten(text string) string {
	const more = " ..."
	if len(text) <= ledger.MaxDetail {
		return text
	}
	cut := ledger.MaxDetail - len(more)
	for cut > 0 && text[cut]&0xc0 == 0x80 { // inside of a character
		cut--
	}
	return text[:cut] + more
}

// commit queues a commitment to an act about a person.
func (o *Office) commit(tx *store.Tx, commitment [32]byte) (store.QueueID, error) {
	return tx.Enqueue(ledger.Commitment(commitment).Encode())
}

// change changes the store, and has what it queued for the ledger looked at.
func (o *Office) change(ctx context.Context, f func(*store.Tx) error) error {
	err := o.store.Change(ctx, f)
	o.Kick()
	return err
}

// act is something that gives a right.
type act struct {
	by, name string
	// check says in the transaction that queues the entry what is to be recorded,
	// so that what cannot be is not. It may change something too that is to stay
	// whatever comes of it.
	check func(*store.Tx) (details map[string]string, err error)
	// effect is done once the ledger has the entry; nil is nothing.
	effect func(*store.Tx) error
}

const (
	// ledgerTime is how long what gives a right waits for the ledger.
	ledgerTime = 15 * time.Second
	// undoTime is for how long after that nobody else takes it that it is not going
	// to be done.
	undoTime = 2 * time.Minute
)

// give records an act and then does it. Where it cannot be recorded, or be done,
// that is recorded instead, at once or by whoever sweeps.
func (o *Office) give(ctx context.Context, a act) error {
	var id store.QueueID
	var u undo
	err := o.change(ctx, func(tx *store.Tx) error {
		details, err := a.check(tx)
		if err != nil {
			return err
		}
		if id, u, err = o.tell(tx, a.by, a.name, details); err != nil {
			return err
		}
		why, err := json.Marshal(u)
		if err != nil {
			return err
		}
		return tx.AddIntent(store.IntentRow{Entry: id, Expires: o.now().Add(ledgerTime + undoTime).Unix(), Undo: string(why)})
	})
	if err != nil {
		return err
	}
	err = o.recorded(ctx, id)
	if err == nil {
		err = o.change(ctx, func(tx *store.Tx) error {
			if err := tx.EndIntent(id); err != nil {
				return err
			}
			if a.effect == nil {
				return nil
			}
			return a.effect(tx)
		})
	}
	if err != nil {
		o.giveUp(ctx, id, u)
	}
	return err
}

// giveUp records that an act was not done. If that fails, whoever sweeps does it.
func (o *Office) giveUp(ctx context.Context, id store.QueueID, u undo) {
	_ = o.change(context.WithoutCancel(ctx), func(tx *store.Tx) error { return o.undone(tx, id, u) })
}

func (o *Office) undone(tx *store.Tx, id store.QueueID, u undo) error {
	if err := tx.EndIntent(id); err != nil {
		return err
	}
	_, _, err := o.tell(tx, u.By, "act.undone", map[string]string{"act": u.Act, "entry": u.ID})
	return err
}

// take does something that takes a right away, and notes what was queued with it,
// so that a program that ends soon gives the ledger a moment.
func (o *Office) take(ctx context.Context, f func(tx *store.Tx) ([]store.QueueID, error)) error {
	var ids []store.QueueID
	err := o.change(ctx, func(tx *store.Tx) (err error) {
		ids, err = f(tx)
		return err
	})
	if err == nil {
		o.mu.Lock()
		o.owed = append(o.owed, ids...)
		o.mu.Unlock()
	}
	return err
}

// Tell records an act about the site, in clear. What is to be recorded must not
// be done if it fails.
func (o *Office) Tell(ctx context.Context, by, name string, details map[string]string) error {
	return o.give(ctx, act{by: by, name: name, check: func(*store.Tx) (map[string]string, error) { return details, nil }})
}

// sweepTogether is how much one transaction of a sweep ends.
const sweepTogether = 64

// Sweep brings to an end what programs that are gone have left: passes and PINs
// that were being made, acts that were recorded and not done, and files that were
// half written. Every service does it now and then.
func (o *Office) Sweep(ctx context.Context) error {
	c, err := o.Controller(ctx)
	if err == nil {
		_, err = c.Sweep(ctx)
	}
	return errors.Join(err, o.clearUnfinished(), o.sweepPINs(ctx), o.sweepKeys(ctx), o.change(ctx, func(tx *store.Tx) error {
		left, err := tx.OldIntents(o.now().Unix(), sweepTogether)
		for _, i := range left {
			var u undo
			if err == nil && i.Undo == "" {
				err = tx.EndIntent(i.Entry) // about a person: a commitment that nobody can open
				continue
			}
			if err == nil {
				err = json.Unmarshal([]byte(i.Undo), &u)
			}
			if err == nil {
				err = o.undone(tx, i.Entry, u)
			}
		}
		return err
	}))
}

func (o *Office) sweepPINs(ctx context.Context) error {
	return o.change(ctx, func(tx *store.Tx) error {
		late, err := tx.OpenPINs(o.now().Unix())
		for _, p := range late {
			if err == nil {
				_, err = o.endPIN(tx, p, issue.Abandoned)
			}
		}
		return err
	})
}
