package site

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
)

// ActDeskNotice is what the ledger calls it when people are told something else at
// desks.
const ActDeskNotice = "desk-notice.publish"

// PublishedNotice is what people are told at desks from some time on.
type PublishedNotice struct {
	doorapi.DeskNotice
	Published time.Time
}

// DeskNotice returns what people are told at desks: its text is empty where that is
// the program's own, and its number 0 where it never was anything else.
func (o *Office) DeskNotice(ctx context.Context) (n PublishedNotice, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		n, err = publishedNotice(tx)
		return err
	})
	return n, err
}

func publishedNotice(tx *store.Tx) (n PublishedNotice, err error) {
	row, err := tx.CurrentDeskNotice()
	if errors.Is(err, store.ErrNotFound) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	n.Number, n.Published = row.Number, time.Unix(row.Published, 0).UTC()
	if err := json.Unmarshal([]byte(row.Document), &n.Text); err != nil {
		return n, fmt.Errorf("%w: a notice of desks", store.ErrDamaged)
	}
	return n, nil
}

// deskNotice is what desks are told, nil for the program's own.
func deskNotice(tx *store.Tx) (*doorapi.DeskNotice, error) {
	n, err := publishedNotice(tx)
	if err != nil || len(n.Text) == 0 {
		return nil, err
	}
	return &n.DeskNotice, nil
}

// PublishDeskNotice has people told another text at desks, once that is recorded: its
// number and hash. n.Number is that of the one that it takes the place of. An empty
// text is the program's own. It fails with [doorapi.ErrDeskNotice], and with
// [store.ErrConflict] if there is another since, or the text is the same.
func (o *Office) PublishDeskNotice(ctx context.Context, by string, n doorapi.DeskNotice) (PublishedNotice, error) {
	if err := judgeDeskNotice(n); err != nil {
		return PublishedNotice{}, err
	}
	next := PublishedNotice{DeskNotice: doorapi.DeskNotice{Number: n.Number + 1, Text: n.Text}, Published: o.now().UTC().Truncate(time.Second)}
	if next.Text == nil {
		next.Text = map[string]string{}
	}
	sum := next.Hash()
	err := o.give(ctx, act{
		by: by, name: ActDeskNotice,
		check: func(tx *store.Tx) (map[string]string, error) {
			now, err := publishedNotice(tx)
			if err == nil && (now.Number != n.Number || maps.Equal(now.Text, next.Text)) {
				err = store.ErrConflict
			}
			details := map[string]string{"number": strconv.FormatInt(next.Number, 10), "sha256": hex.EncodeToString(sum[:])}
			if len(next.Text) == 0 {
				details["text"] = "the program's own"
			}
			return details, err
		},
		effect: func(tx *store.Tx) error {
			return tx.AddDeskNotice(store.DeskNoticeRow{Number: next.Number, Hash: sum[:], Published: next.Published.Unix(), Document: string(next.Document())})
		},
	})
	if err != nil {
		return PublishedNotice{}, err
	}
	return next, nil
}

// judgeDeskNotice fails with [doorapi.ErrDeskNotice], also for a text that takes the
// choice away.
func judgeDeskNotice(n doorapi.DeskNotice) error {
	if err := n.Valid(); err != nil {
		return err
	}
	for _, lang := range consent.Langs() {
		if phrase := consent.Coercion(lang, n.Text[string(lang)]); phrase != "" {
			return fmt.Errorf("%w: in %s: %q takes the choice away", doorapi.ErrDeskNotice, lang, phrase)
		}
	}
	return nil
}
