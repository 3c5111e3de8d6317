package ground

import (
	"context"
	"errors"
	"fmt"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/ledger"
)

// ErrLedger is returned, with [ErrRejected], for a bundle that says something
// else of the site's ledger than what follows from the bundle before: the
// operator has changed the public record, or shows doors another one.
var ErrLedger = errors.New("the public record does not extend what this door has seen of it")

// follow checks that what a bundle says of the ledger follows what the held one
// says ([L-51]). Where the ledger cannot be read nothing is known, and the bundle
// is not taken yet.
func follow(ctx context.Context, from ledger.Source, held *state.Contents, next *bundle.Bundle) error {
	var last []byte
	if held != nil {
		last = held.Bundle.Checkpoint
	}
	err := ledger.Follow(ctx, from, last, next.Checkpoint)
	var unread *ledger.ReadError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unread) && !errors.Is(err, ledger.ErrTooLong):
		return fmt.Errorf("the bundle is not taken before the ledger can be read: %w", err)
	}
	return fmt.Errorf("%w: %w: %w", ErrRejected, ErrLedger, err)
}

// accuse shows that a bundle was refused over the ledger, until one is taken. The
// caller holds mu.
func (g *Ground) accuse(err error) {
	g.reports.add(LedgerRefused)
	if g.accused == nil {
		g.log.Error("a bundle was refused: the operator's public record does not continue what this door has seen; tell whoever audits it", "error", err)
	}
	g.accused = err
	g.tell()
}
