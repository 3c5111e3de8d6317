package link

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// Keep looks after a desk that runs, until ctx ends: it fetches its configuration
// whenever that changes, renews its certificate, and reports days that are over. say
// is called with what the operator has to know, once for each time that it begins.
func (l *Link) Keep(ctx context.Context, say func(string)) {
	failing := ""
	for ctx.Err() == nil {
		err := errors.Join(l.Renew(ctx), l.report(ctx, say), l.Fetch(ctx, true))
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			failing = ""
			continue
		}
		if why := err.Error(); why != failing {
			say("the controller: " + why)
			failing = why
		}
		pause(ctx, again)
	}
}

// report sends the days that are over, the oldest first. A day that the controller
// has taken is removed; one that it has and was not heard to have is taken again.
func (l *Link) report(ctx context.Context, say func(string)) error {
	days, err := l.folder.Days()
	if err != nil {
		return err
	}
	for _, day := range days {
		c, err := l.folder.Counts(day)
		if errors.Is(err, state.ErrDamaged) {
			say("the counts of " + day + " cannot be read, and are removed: " + err.Error())
			if err := l.folder.RemoveCounts(day); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		r := doorapi.DeskReport{Day: c.Day, Counts: c.Counts}
		if err := l.client.Ask(ctx, http.MethodPost, doorapi.PathDeskReport, r, nil); err != nil {
			return err
		}
		if err := l.folder.RemoveCounts(day); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}
