package acts

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
)

// PublishNotice publishes a notice, from then on the current one of its rules. A
// site that is no demonstration takes none in which something is still to be
// written. It fails with [ErrForbidden], [ErrInvalid], [ErrConflict] for a notice
// that was published before, and [ErrLedger].
func (a *Acts) PublishNotice(ctx context.Context, actor Actor, n consent.Notice) (NoticeVersion, error) {
	if err := actor.may(ActNoticePublish); err != nil {
		return NoticeVersion{}, err
	}
	demo, err := read(ctx, a, func(tx *store.Tx) (bool, error) {
		site, err := tx.Site()
		return site.Demo, err
	})
	if err != nil {
		return NoticeVersion{}, err
	}
	if err := n.Publishable(demo); err != nil {
		return NoticeVersion{}, invalid("notice", "cannot be published: %v", err)
	}
	row, err := a.noticeRow(n)
	if err != nil {
		return NoticeVersion{}, err
	}
	e, err := a.siteEntry(actor, ActNoticePublish, map[string]string{
		"sha256": hex.EncodeToString(row.Hash), "version": n.Version, "rules": row.Rules,
	})
	if err != nil {
		return NoticeVersion{}, err
	}
	number := func(tx *store.Tx) error {
		if _, err := tx.Notice(row.Hash); !errors.Is(err, store.ErrNotFound) {
			return firstOf(err, store.ErrConflict)
		}
		newest, err := tx.CurrentNotice(row.Rules)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		row.Number = newest.Number + 1
		return nil
	}
	err = a.give(ctx, giving{entries: []entry{e}, check: number, effect: func(tx *store.Tx) error {
		if err := number(tx); err != nil {
			return err
		}
		return tx.AddNotice(row)
	}})
	return noticeOf(row), err
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (a *Acts) noticeRow(n consent.Notice) (store.NoticeRow, error) {
	document, err := n.Encode()
	if err != nil {
		return store.NoticeRow{}, err
	}
	hash, err := n.Hash()
	return store.NoticeRow{Hash: hash[:], Rules: string(n.Rules), Published: a.now().Unix(), Document: string(document)}, err
}

func noticeOf(r store.NoticeRow) NoticeVersion {
	v := NoticeVersion{
		Rules: consent.Rules(r.Rules), Number: int(r.Number),
		Published: time.Unix(r.Published, 0).UTC(), Document: []byte(r.Document),
	}
	copy(v.Hash[:], r.Hash)
	return v
}

// Notices returns all versions, the newest first. Everybody may read them.
func (a *Acts) Notices(ctx context.Context) (all []NoticeVersion, err error) {
	rows, err := read(ctx, a, (*store.Tx).Notices)
	for _, r := range rows {
		all = append(all, noticeOf(r))
	}
	return all, err
}

// CurrentNotice returns the newest for some rules. It fails with [ErrNotFound] if
// there is none yet.
func (a *Acts) CurrentNotice(ctx context.Context, rules consent.Rules) (NoticeVersion, error) {
	row, err := read(ctx, a, func(tx *store.Tx) (store.NoticeRow, error) { return tx.CurrentNotice(string(rules)) })
	return noticeOf(row), err
}
