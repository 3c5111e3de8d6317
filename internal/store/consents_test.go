package store

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

func noticeRow(n byte) NoticeRow {
	return NoticeRow{Hash: hash32(n), Rules: "everybody", Number: int64(n), Published: int64(n), Document: `{"version":"1"}`}
}

func consentRow(n byte, notice NoticeRow) ConsentRow {
	return ConsentRow{
		Hash: bytes.Repeat([]byte{n}, 16), Notice: notice.Hash, Record: []byte{1, 2}, Receipt: "{}",
		Purpose: 1, Signed: true, Given: 100, Until: 200, Keep: 1000,
	}
}

func TestConformanceOfConsents(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		t.Run("notices", func(t *testing.T) { notices(t, s) })
		t.Run("withdrawing", func(t *testing.T) { withdrawing(t, s) })
		t.Run("keeping", func(t *testing.T) { keeping(t, s) })
	})
}

func notices(t *testing.T, s *Store) {
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.CurrentNotice("children"); return err })
	one, two, other := noticeRow(1), noticeRow(2), noticeRow(3)
	other.Rules = "children"
	change(t, s, func(tx *Tx) error { return errors.Join(tx.AddNotice(one), tx.AddNotice(two), tx.AddNotice(other)) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddNotice(one) })
	again := noticeRow(1)
	again.Hash = hash32(9)
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddNotice(again) })
	if got := get(t, s, func(tx *Tx) (NoticeRow, error) { return tx.CurrentNotice("everybody") }); fmt.Sprint(got) != fmt.Sprint(two) {
		t.Errorf("current: %v", got)
	}
	if got := get(t, s, (*Tx).Notices); fmt.Sprint(got) != fmt.Sprint([]NoticeRow{other, two, one}) {
		t.Errorf("all: %v", got)
	}
}

func withdrawing(t *testing.T, s *Store) {
	n := noticeRow(10)
	c := consentRow(10, n)
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddConsent(c) }) // to no notice
	change(t, s, func(tx *Tx) error { return errors.Join(tx.AddNotice(n), tx.AddConsent(c)) })
	if got := get(t, s, func(tx *Tx) ([]ConsentRow, error) { return tx.RunOutConsents(199, 9) }); len(got) != 0 {
		t.Errorf("ran out too early: %v", got)
	}
	if got := get(t, s, func(tx *Tx) ([]ConsentRow, error) { return tx.RunOutConsents(200, 9) }); len(got) != 1 {
		t.Errorf("did not run out: %v", got)
	}
	c.Record, c.Receipt, c.Withdrawn, c.Keep = []byte{3}, `{"a":1}`, 150, 2000
	change(t, s, func(tx *Tx) error { return tx.EndConsent(c) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.EndConsent(c) })
	if got := get(t, s, func(tx *Tx) (ConsentRow, error) { return tx.Consent(c.Hash) }); fmt.Sprint(got) != fmt.Sprint(c) {
		t.Errorf("withdrawn: %v", got)
	}
	if got := get(t, s, func(tx *Tx) ([]ConsentRow, error) { return tx.RunOutConsents(999, 9) }); len(got) != 0 {
		t.Errorf("a withdrawn consent ran out: %v", got)
	}
}

// keeping: a record is erased at its date, and never while it holds.
func keeping(t *testing.T, s *Store) {
	n := noticeRow(20)
	holds, ended := consentRow(20, n), consentRow(22, n)
	end := ended
	end.Withdrawn, end.Keep = 150, 500
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddNotice(n), tx.AddConsent(holds), tx.AddConsent(ended), tx.EndConsent(end),
			tx.AddOpening(OpeningRow{Entry: hash32(20), Salt: hash32(1), Body: "{}", Keep: 500}))
	})
	drop := func(at, want int64) {
		t.Helper()
		change(t, s, func(tx *Tx) error {
			consents, err := tx.DropOldConsents(at)
			openings, also := tx.DropOldOpenings(at)
			if consents != want || openings != want {
				t.Errorf("at %d %d consents and %d openings are erased, want %d", at, consents, openings, want)
			}
			return errors.Join(err, also)
		})
	}
	drop(499, 0)
	drop(500, 1)
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Consent(ended.Hash); return err })
	get(t, s, func(tx *Tx) (ConsentRow, error) { return tx.Consent(holds.Hash) })
}
