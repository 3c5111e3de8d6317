package acts

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

// deskWords keeps what people are told at desks, on the record.
type deskWords interface {
	DeskNotice(ctx context.Context) (site.PublishedNotice, error)
	DeskCounts(ctx context.Context, first, last string) ([]store.DeskCountRow, error)
	PublishDeskNotice(ctx context.Context, by string, n doorapi.DeskNotice) (site.PublishedNotice, error)
}

// MaxCountDays is of how many days counts are returned at once.
const MaxCountDays = 92

// OutcomeCount is how often checks at all desks of a site ended in one way on a day:
// at least From and at most To, because each desk says only "<5" for 1 to 4.
type OutcomeCount struct {
	Day, Outcome string
	From, To     int64
}

// DeskCounts returns how checks ended on some days, both included, by day and outcome.
// Whose they were, nobody knows. It fails with [ErrForbidden] and [ErrInvalid].
func (a *Acts) DeskCounts(ctx context.Context, actor Actor, first, last time.Time) (all []OutcomeCount, err error) {
	if err := actor.may(ActSiteView); err != nil || a.with.Desks == nil {
		return nil, err
	}
	if days := last.Sub(first); days < 0 || days >= MaxCountDays*24*time.Hour {
		return nil, invalid("last", "is before the first day, or more than %d days after it", MaxCountDays-1)
	}
	rows, err := a.with.Desks.DeskCounts(ctx, first.Format(time.DateOnly), last.Format(time.DateOnly))
	for _, r := range rows {
		all = append(all, OutcomeCount{r.Day, r.Outcome, r.Least, r.Most})
	}
	return all, told(err)
}

// DeskNotice returns what people are told at desks before they choose: its text is
// empty where that is the program's own, [doorapi.OwnNotice]. It fails with
// [ErrForbidden].
func (a *Acts) DeskNotice(ctx context.Context, actor Actor) (site.PublishedNotice, error) {
	if err := actor.may(ActSiteView); err != nil || a.with.Desks == nil {
		return site.PublishedNotice{}, err
	}
	n, err := a.with.Desks.DeskNotice(ctx)
	return n, told(err)
}

// PublishDeskNotice has people told another text at desks: connected desks have it
// within seconds, and checks that go on keep to the one that they began with. number
// is that of the notice that it takes the place of, and an empty text the program's
// own. It fails with [ErrForbidden], [ErrInvalid], [ErrConflict] and [ErrLedger].
func (a *Acts) PublishDeskNotice(ctx context.Context, actor Actor, number int64, text map[string]string) (site.PublishedNotice, error) {
	if err := actor.may(ActNoticePublish); err != nil {
		return site.PublishedNotice{}, err
	}
	if a.with.Desks == nil {
		return site.PublishedNotice{}, ErrNotFound
	}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	n, err := a.with.Desks.PublishDeskNotice(waiting, actor.by(), doorapi.DeskNotice{Number: number, Text: text})
	if errors.Is(err, doorapi.ErrDeskNotice) {
		return n, invalid("text", "cannot be: %v", err)
	}
	return n, told(err)
}
