package store

import (
	"errors"
	"sync"
	"testing"
)

// corrections: one for each holder, the newest; an answer names the version that it
// is about.
func corrections(t *testing.T, s *Store) {
	one, other := holderRow(80), holderRow(81)
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddHolder(one), tx.AddHolder(other),
			tx.AskCorrection(CorrectionRow{Holder: one.ID, Wish: "3-502, not 3-501", Asked: aDay}),
			tx.AskCorrection(CorrectionRow{Holder: other.ID, Wish: "older", Asked: aDay - 86400}))
	})
	wantErr(t, s, ErrConflict, func(tx *Tx) error {
		return tx.AskCorrection(CorrectionRow{Holder: id26(999), Wish: "of nobody", Asked: aDay})
	})
	waiting := get(t, s, func(tx *Tx) ([]CorrectionRow, error) { return tx.WaitingCorrections(9) })
	if len(waiting) != 2 || waiting[0].Holder != other.ID || waiting[1].Wish != "3-502, not 3-501" {
		t.Errorf("waiting: %+v", waiting)
	}
	change(t, s, func(tx *Tx) error { return tx.AskCorrection(CorrectionRow{Holder: one.ID, Wish: "3-503", Asked: aDay}) })
	late := CorrectionRow{Holder: one.ID, Version: 1, Answer: "of what was asked before", Answered: aDay}
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AnswerCorrection(late) })
	late.Version, late.Answer = 2, "done"
	change(t, s, func(tx *Tx) error { return tx.AnswerCorrection(late) })
	got := get(t, s, func(tx *Tx) (CorrectionRow, error) { return tx.Correction(one.ID) })
	if want := (CorrectionRow{one.ID, 3, "3-503", aDay, "done", aDay}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if waiting := get(t, s, func(tx *Tx) ([]CorrectionRow, error) { return tx.WaitingCorrections(9) }); len(waiting) != 1 {
		t.Errorf("waiting: %+v", waiting)
	}
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Correction(id26(999)); return err })
}

// claims: of many who claim the same at once one does it, until its time is over.
func claims(t *testing.T, s *Store) {
	c := ClaimRow{Hash: hash32(1), Request: hash32(2), Expires: 100}
	var mu sync.Mutex
	var all sync.WaitGroup
	mine := 0
	for range 8 {
		all.Go(func() {
			err := s.Change(t.Context(), func(tx *Tx) error { return tx.Claim(c, 50) })
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				mine++
			} else if !errors.Is(err, ErrConflict) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if mine != 1 {
		t.Errorf("%d claimed the same", mine)
	}
	if got := get(t, s, func(tx *Tx) (ClaimRow, error) { return tx.Claimed(c.Hash) }); string(got.Request) != string(c.Request) {
		t.Errorf("got %+v", got)
	}
	change(t, s, func(tx *Tx) error { return tx.Claim(ClaimRow{c.Hash, hash32(3), 300}, 100) }) // the old one has run out
	change(t, s, func(tx *Tx) error { return tx.DropOldAccess(299) })
	get(t, s, func(tx *Tx) (ClaimRow, error) { return tx.Claimed(c.Hash) })
	change(t, s, func(tx *Tx) error { return tx.DropOldAccess(300) })
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Claimed(c.Hash); return err })
	change(t, s, func(tx *Tx) error { return errors.Join(tx.Claim(c, 50), tx.DropClaim(c.Hash), tx.Claim(c, 50)) })
}
