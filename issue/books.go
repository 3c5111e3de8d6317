package issue

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Books are what a controller keeps: its dockets, the status lists, and the queue
// of the ledger, in transactions.
type Books interface {
	// Change runs f in a transaction. All that f did is durable once Change returns
	// nil. Where f fails, nothing of it is; after any other error all of it may be,
	// or nothing. f may run more than once.
	Change(ctx context.Context, f func(Page) error) error
	// Read runs f on one state of everything. f changes nothing.
	Read(ctx context.Context, f func(Page) error) error
	// Recorded waits until the ledger has some entries. It fails with [ErrLedger].
	Recorded(ctx context.Context, entries []EntryID) error
}

// EntryID names an entry in the queue of the ledger.
type EntryID int64

// Page is a transaction. It is for one goroutine, and good until the function ends
// that got it.
type Page interface {
	Dockets
	Lists
	Recorder
}

// Dockets keeps dockets.
type Dockets interface {
	// Put keeps a docket in the place of an earlier one with its id.
	Put(d Docket) error
	// Get returns a docket, or [ErrUnknown].
	Get(id pass.ID) (Docket, error)
	// Overdue returns open dockets that are to be abandoned at a time, at most so
	// many.
	Overdue(at time.Time, most int) ([]Docket, error)
}

// Lists keeps the site's status lists.
type Lists interface {
	// Reserve takes a place that was never taken before and that nobody can
	// foresee. It reads invalid.
	Reserve(at time.Time) (pass.StatusRef, error)
	// Set changes what the list says about a place, for all doors that read it
	// from then on.
	Set(ref pass.StatusRef, s statuslist.Status) error
}

// Recorder queues what the ledger is to say.
type Recorder interface {
	// Holder queues a commitment to an act about a person.
	Holder(commitment [32]byte) (EntryID, error)
}
