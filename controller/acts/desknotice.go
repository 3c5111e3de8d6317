package acts

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

// deskWords keeps what people are told at desks, on the record.
type deskWords interface {
	DeskNotice(ctx context.Context) (site.PublishedNotice, error)
	PublishDeskNotice(ctx context.Context, by string, n doorapi.DeskNotice) (site.PublishedNotice, error)
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
