package acts

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/internal/store"
)

// bulkBatch is how many passes are made at once.
const bulkBatch = 100

// IssueBulk makes many plain passes, in their order; progress, which may be nil, is
// told how many lines are done. A line that cannot be says why, and stops no other.
// It fails with [ErrForbidden], with [ErrInvalid] for more than [MaxBulk] lines,
// and with [ErrLedger] and [ErrUnavailable]: the lines that were made before then
// have their passes, and the others say why not.
func (a *Acts) IssueBulk(ctx context.Context, actor Actor, in []BulkInput, progress func(done, total int)) ([]BulkLine, error) {
	if err := actor.may(ActPassIssue); err != nil {
		return nil, err
	}
	if len(in) > MaxBulk {
		return nil, invalid("passes", "are more than %d at once", MaxBulk)
	}
	site, err := read(ctx, a, (*store.Tx).Site)
	if err != nil {
		return nil, err
	}
	lines := make([]BulkLine, len(in))
	for done := 0; done < len(in); {
		end := min(done+bulkBatch, len(in))
		err := a.issueBatch(ctx, site, in[done:end], lines[done:end])
		if err != nil {
			for i := done; i < len(in); i++ {
				lines[i] = BulkLine{Holder: in[i].Holder, Err: err}
			}
			return lines, err
		}
		if done = end; progress != nil {
			progress(done, len(in))
		}
	}
	return lines, nil
}

// issueBatch makes the passes of some lines at once; if that cannot be, because of
// one of them, each by itself.
func (a *Acts) issueBatch(ctx context.Context, site store.SiteRow, in []BulkInput, lines []BulkLine) error {
	var orders []order
	var of []int
	for i, one := range in {
		lines[i].Holder = one.Holder
		r, err := one.request(site, a.now())
		if err != nil {
			lines[i].Err = err
			continue
		}
		orders, of = append(orders, order{holder: one.Holder, request: r}), append(of, i)
	}
	if len(orders) == 0 {
		return nil
	}
	made, err := a.issue(ctx, orders...)
	if err == nil {
		for k, i := range of {
			lines[i].Issued = made[k]
		}
		return nil
	}
	if stops(err) {
		return err
	}
	for k, i := range of {
		made, err := a.issue(ctx, orders[k])
		if stops(err) {
			return err
		}
		if lines[i].Err = err; err == nil {
			lines[i].Issued = made[0]
		}
	}
	return nil
}

// stops says that no other line would fare better.
func stops(err error) bool {
	return err != nil && !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrConflict)
}
