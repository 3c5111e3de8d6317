package site

import (
	"context"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Taking a right away is one transaction: the effect, and what the ledger is to
// say of it, which is recorded as soon as possible. It waits for nothing.

// Remove takes a door or station away. From then on it is refused, whatever it
// shows. If it was stolen, all the sealing keys that it was given are refused as
// well, and the pepper and all PINs of its zone. It fails with [ErrNoMember].
func (o *Office) Remove(ctx context.Context, by string, id pass.DoorID, stolen bool) error {
	return o.take(ctx, func(tx *store.Tx) (ids []store.QueueID, err error) {
		m, err := memberOf(tx, id)
		if err != nil || m.State == Removed && (m.Stolen || !stolen) {
			return nil, err
		}
		details := map[string]string{string(m.Kind): m.ID.String(), "name": m.Name}
		m.State, m.Stolen, m.Secrets = Removed, m.Stolen || stolen, nil
		if m.Stolen {
			details["why"] = "stolen"
			if ids, err = o.refuse(tx, m); err != nil {
				return nil, err
			}
		}
		queued, _, err := o.tell(tx, by, string(m.Kind)+"-removed", details)
		if err != nil {
			return nil, err
		}
		return append(ids, queued), putMember(tx, m)
	})
}

// RemoveCode takes a join code away that nobody has used; name is that of the
// door to be. It fails with [ErrNoMember].
func (o *Office) RemoveCode(ctx context.Context, by, name string) error {
	return o.take(ctx, func(tx *store.Tx) ([]store.QueueID, error) {
		all, err := tx.Codes()
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if c.Called == name && c.Member == nil {
				queued, _, err := o.tell(tx, by, "join-code-removed", map[string]string{"name": name})
				if err != nil {
					return nil, err
				}
				return []store.QueueID{queued}, tx.RemoveCode(c.Name)
			}
		}
		return nil, fmt.Errorf("%w: %s", ErrNoMember, name)
	})
}

// Refused is what is refused since a theft.
type Refused struct {
	// Epochs are sealing keys. Doors refuse every pass under them.
	Epochs []pass.KeyID
	// Peppers are the zones of which the pepper has to be newer than a time.
	Peppers map[string]time.Time
}

// Refused returns what is refused.
func (o *Office) Refused(ctx context.Context) (r Refused, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		r, err = refusedOf(tx)
		return err
	})
	return r, err
}

func refusedOf(tx *store.Tx) (Refused, error) {
	row, err := tx.Refused()
	r := Refused{Peppers: make(map[string]time.Time, len(row.Peppers))}
	for _, id := range row.Epochs {
		r.Epochs = append(r.Epochs, id)
	}
	for zone, before := range row.Peppers {
		r.Peppers[zone] = time.Unix(0, before).UTC()
	}
	return r, err
}

// refuse adds what a stolen door knew, and takes the PINs of its zone away: who
// has the pepper can try all codes.
func (o *Office) refuse(tx *store.Tx, m Member) (ids []store.QueueID, err error) {
	if m.Given.IsZero() {
		return nil, nil // it knew nothing
	}
	for _, id := range m.Epochs {
		if err := tx.RefuseKey(id); err != nil {
			return nil, err
		}
	}
	if err := tx.RefusePepper(m.Zone, o.now().UnixNano()); err != nil {
		return nil, err
	}
	pins, err := tx.AllPINs(m.Zone)
	for _, p := range pins {
		if err != nil {
			break
		}
		var queued store.QueueID
		queued, err = o.endPIN(tx, p, issue.Revoked)
		ids = append(ids, queued)
	}
	return ids, err
}
