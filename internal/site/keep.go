package site

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
)

// KeepOptions are how the ledger is kept; see [keeper.Options].
type KeepOptions struct {
	// Interval is how often a checkpoint is published; 0 is an hour.
	Interval  time.Duration
	Witnesses []keeper.Witness
	Post      keeper.Poster
	// Others sign as well, while the key is replaced.
	Others []crypto.Signer
	Log    *slog.Logger
}

// keeping is a keeper at work in this process.
type keeping struct {
	keeper *keeper.Keeper
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Keep keeps the site's ledger in this process until Close, in turns with others
// that do. Without it, the first act that waits for the ledger does it.
func (o *Office) Keep(with KeepOptions) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.keep(with)
}

// keep needs o.mu.
func (o *Office) keep(with KeepOptions) error {
	if o.keeping != nil {
		return nil
	}
	key, err := o.f.readLedgerKey()
	if err != nil {
		return err
	}
	options := keeper.Options{
		Folder: o.f.ledger(), Origin: ledger.Origin(o.Config.ID), Key: key, Others: with.Others, Queue: queue{o.store}, Memory: memory{o.store},
		Interval: with.Interval, Witnesses: with.Witnesses, Post: with.Post, Log: with.Log, Now: o.now,
	}
	if o.store.Kind() != "sqlite" { // on one machine the folder's own lock is enough
		options.Lease = lease{o.store, keeper.Owner(o.f.ledger())}
	}
	k, err := keeper.New(options)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	o.keeping = &keeping{keeper: k, stop: stop}
	o.keeping.done.Go(func() { k.Run(ctx) })
	return nil
}

// LedgerStatus says how it stands with the ledger in this process, and whether it
// keeps it at all.
func (o *Office) LedgerStatus() (keeper.Status, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keeping == nil {
		return keeper.Status{}, false
	}
	return o.keeping.keeper.Status(), true
}

// Kick has the queue of the ledger looked at, and who waits for Changed.
func (o *Office) Kick() {
	select {
	case o.changed <- struct{}{}:
	default: // it is going to be looked at
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keeping != nil {
		o.keeping.keeper.Kick()
	}
}

// Changed gets a value some time after something was changed here.
func (o *Office) Changed() <-chan struct{} { return o.changed }

// recorded waits until the ledger has some entries. It fails with
// [issue.ErrLedger].
func (o *Office) recorded(ctx context.Context, ids ...store.QueueID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := o.Keep(KeepOptions{}); err != nil {
		return fmt.Errorf("%w: %w", issue.ErrLedger, err)
	}
	err := o.await(ctx, min(soon, o.ledgerTime), ids)
	if errors.Is(err, store.ErrNotRecorded) && ctx.Err() == nil && o.hopeful() {
		err = o.await(ctx, o.ledgerTime, ids)
	}
	if errors.Is(err, store.ErrNotRecorded) {
		if status, _ := o.LedgerStatus(); status.Err != nil {
			return fmt.Errorf("%w: %w", issue.ErrLedger, status.Err)
		}
		return fmt.Errorf("%w: %w", issue.ErrLedger, err)
	}
	return err
}

func (o *Office) await(ctx context.Context, length time.Duration, ids []store.QueueID) error {
	ctx, stop := context.WithTimeout(ctx, length)
	defer stop()
	_, err := o.store.Recorded(ctx, ids...)
	return err
}

// soon is how long to wait where it is known by then that the ledger cannot be
// written here.
const soon = 3 * time.Second

// hopeful says that the ledger may only be slow, or that another keeps it.
func (o *Office) hopeful() bool { return o.LedgerFault() == nil }

// LedgerFault is why the ledger cannot be written here, nil while it may only be
// slow, or another keeps it.
func (o *Office) LedgerFault() error {
	status, _ := o.LedgerStatus()
	if errors.Is(status.Err, keeper.ErrBusy) || errors.Is(status.Err, keeper.ErrElsewhere) {
		return nil
	}
	return status.Err
}

// settleTime is how long a program that ends waits for what it has queued and need
// not wait for.
const settleTime = 5 * time.Second

// settle gives the ledger a moment for what took rights away.
func (o *Office) settle() {
	o.mu.Lock()
	owed := o.owed
	o.owed = nil
	o.mu.Unlock()
	if len(owed) == 0 || o.Keep(KeepOptions{}) != nil {
		return
	}
	o.Kick()
	ctx, stop := context.WithTimeout(context.Background(), min(settleTime, o.ledgerTime))
	defer stop()
	_, _ = o.store.Recorded(ctx, owed...) // else whoever comes next does it
}

// publishDue gives the ledger a moment to publish a checkpoint that is due, so that
// a site where nothing but commands are at work has one.
func (o *Office) publishDue() {
	for begun := time.Now(); time.Since(begun) < settleTime; time.Sleep(5 * time.Millisecond) {
		status, kept := o.LedgerStatus()
		if !kept || !status.Holding || !status.At.IsZero() && o.now().Sub(status.At) < keeper.DefaultInterval {
			return
		}
	}
}

// stopKeeping ends the keeping of the ledger.
func (o *Office) stopKeeping() {
	o.mu.Lock()
	k := o.keeping
	o.mu.Unlock()
	if k != nil {
		k.stop()
		k.done.Wait()
	}
}

// queue is a [keeper.Queue] in the store.
type queue struct{ s *store.Store }

// Next is a method of [keeper.Queue].
func (q queue) Next(ctx context.Context, n int) (waiting []keeper.Waiting, err error) {
	err = q.s.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Waiting(n)
		for _, r := range rows {
			waiting = append(waiting, keeper.Waiting{ID: int64(r.ID), Entry: r.Entry})
		}
		return err
	})
	return waiting, err
}

// keepEntries is how many entries are kept that the ledger has.
const keepEntries = 10000

// Recorded is a method of [keeper.Queue].
func (q queue) Recorded(ctx context.Context, list []keeper.Recorded) error {
	noted := make([]store.Noted, len(list))
	for i, r := range list {
		noted[i] = store.Noted{ID: store.QueueID(r.ID), Index: r.Index}
	}
	err := q.s.Change(ctx, func(tx *store.Tx) error {
		if err := tx.NoteIndexes(noted); err != nil {
			return err
		}
		return tx.DropEntries(keepEntries)
	})
	if errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("%w: %w", keeper.ErrTaken, err)
	}
	return err
}

// Reached is a method of [keeper.Queue].
func (q queue) Reached(ctx context.Context) (n uint64, err error) {
	err = q.s.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.Reached()
		return err
	})
	return n, err
}

// lease is a [keeper.Lease] in the store.
type lease struct {
	s     *store.Store
	owner string
}

const leaseName = "ledger"

// Hold is a method of [keeper.Lease].
func (l lease) Hold(ctx context.Context, length time.Duration) (held bool, err error) {
	err = l.s.Change(ctx, func(tx *store.Tx) (err error) {
		held, err = tx.Lease(leaseName, l.owner, length)
		return err
	})
	return held, err
}

// Release is a method of [keeper.Lease].
func (l lease) Release(ctx context.Context) error {
	return l.s.Change(ctx, func(tx *store.Tx) error { return tx.Release(leaseName, l.owner) })
}

// memory is a [keeper.Memory] in the store.
type memory struct{ s *store.Store }

// Checkpoint is a method of [keeper.Memory].
func (m memory) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = m.s.Read(ctx, func(tx *store.Tx) (err error) {
		signed, err = tx.Checkpoint()
		return err
	})
	return signed, err
}

// Remember is a method of [keeper.Memory].
func (m memory) Remember(ctx context.Context, signed []byte) error {
	return m.s.Change(ctx, func(tx *store.Tx) error { return tx.SetCheckpoint(signed) })
}
