package keeper

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// leaseTime is for how long the lease is taken, and renewEvery how often it is
	// prolonged.
	leaseTime  = 10 * time.Second
	renewEvery = 3 * time.Second
	// retryFirst and retryLast are how long to wait after an error, which doubles,
	// and standBy is the most where another keeps the ledger, who may die.
	retryFirst = 100 * time.Millisecond
	retryLast  = 5 * time.Second
	standBy    = time.Second
)

// Run keeps the ledger until ctx ends, and returns once nothing of it goes on.
// Whatever fails is tried again; see [Keeper.Status].
func (k *Keeper) Run(ctx context.Context) {
	wait := retryFirst
	for ctx.Err() == nil {
		worked, err := k.hold(ctx)
		if ctx.Err() != nil {
			break
		}
		if worked {
			wait = retryFirst
		}
		k.failed(err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, retryLast)
		if errors.Is(err, ErrBusy) || errors.Is(err, ErrElsewhere) {
			wait = min(wait, standBy)
		}
	}
	k.failed(errNotYet)
}

// failed shows why nothing is recorded here, and logs it when that changes.
func (k *Keeper) failed(err error) {
	if err == nil {
		return
	}
	before := k.Status().Err
	k.update(func(s *Status) { s.Holding, s.Err = false, err })
	if before == nil || before.Error() != err.Error() {
		k.with.Log.Warn("the ledger is not kept here at present", "why", err)
	}
}

// hold keeps the ledger for as long as that is this process's turn and nothing
// fails, and returns whether anything worked, and why it ended. The lock comes
// before the lease and goes after it, so that of several on this machine only the
// one that has the lock speaks for it.
func (k *Keeper) hold(ctx context.Context) (worked bool, err error) {
	lock, err := acquire(k.with.Folder)
	if err != nil {
		return false, err
	}
	defer lock.Close()
	ours, err := k.lease(ctx)
	if err != nil {
		return false, err
	}
	if !ours {
		return false, ErrElsewhere
	}
	defer k.release(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var renewing sync.WaitGroup
	renewing.Go(func() { cancel(k.renew(ctx)) })
	defer renewing.Wait()
	defer cancel(nil) // before waiting
	s, err := k.open(ctx)
	if err != nil {
		return false, errors.Join(err, lost(ctx))
	}
	defer s.close()
	k.update(func(st *Status) { st.Holding = true })
	return true, errors.Join(s.work(ctx), lost(ctx))
}

// lost returns why a lease ended, if it did.
func lost(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func (k *Keeper) lease(ctx context.Context) (bool, error) {
	if k.with.Lease == nil {
		return true, nil
	}
	ours, err := k.with.Lease.Hold(ctx, leaseTime)
	if err != nil {
		return false, fmt.Errorf("the lease of the ledger: %w", err)
	}
	return ours, nil
}

// renew prolongs the lease until ctx ends or it is lost. One that cannot be
// prolonged for as long as it lasts is lost.
func (k *Keeper) renew(ctx context.Context) error {
	held := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(renewEvery):
		}
		began := time.Now()
		ours, err := k.lease(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil && !ours:
			return ErrElsewhere
		case err == nil:
			held = began
		case time.Since(held) > leaseTime-renewEvery:
			return err
		}
	}
}

// release gives the lease back, so that another need not wait for its end.
func (k *Keeper) release(ctx context.Context) {
	if k.with.Lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewEvery)
	defer cancel()
	if err := k.with.Lease.Release(ctx); err != nil {
		k.with.Log.Warn("the lease of the ledger could not be given back, and runs out", "error", err)
	}
}
