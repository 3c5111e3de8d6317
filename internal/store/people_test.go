package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// id26 is an id as rows have them.
func id26(n int) string { return fmt.Sprintf("%026d", n) }

func hash32(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

const aDay = 20000 * 86400

func holderRow(n int) HolderRow {
	label := fmt.Sprintf("flat %d", n)
	return HolderRow{ID: id26(n), Label: label, Contact: "n" + label + "@example.org", Sort: []byte(label), Find: label + "\n100%_\\", Created: aDay}
}

// change and read are what a test does with the rows.
func change(t testing.TB, s *Store, f func(*Tx) error) {
	t.Helper()
	must(t, s.Change(t.Context(), f))
}

func wantErr(t testing.TB, s *Store, want error, f func(*Tx) error) {
	t.Helper()
	if err := s.Change(t.Context(), f); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func get[T any](t testing.TB, s *Store, f func(*Tx) (T, error)) (v T) {
	t.Helper()
	must(t, s.Read(t.Context(), func(tx *Tx) (err error) {
		v, err = f(tx)
		return err
	}))
	return v
}

func TestConformanceOfPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		t.Run("rows come back", func(t *testing.T) { holdersComeBack(t, s) })
		t.Run("a version counts", func(t *testing.T) { holderVersions(t, s) })
		t.Run("pages", func(t *testing.T) { holderPages(t, s) })
		t.Run("searching", func(t *testing.T) { holderSearch(t, s) })
		t.Run("limits", func(t *testing.T) { holderLimits(t, s) })
		t.Run("passes", func(t *testing.T) { holderPasses(t, s) })
		t.Run("intents", func(t *testing.T) { intents(t, s) })
		t.Run("settings", func(t *testing.T) { settings(t, s) })
		t.Run("corrections", func(t *testing.T) { corrections(t, s) })
		t.Run("claims", func(t *testing.T) { claims(t, s) })
		t.Run("erasing", func(t *testing.T) { erasing(t, s) })
	})
}

func holdersComeBack(t *testing.T, s *Store) {
	h := holderRow(1)
	h.Under14, h.Guardian, h.Label = true, "guardian of flat 1", "3栋502"
	change(t, s, func(tx *Tx) error { return tx.AddHolder(h) })
	h.Version = 1
	if got := get(t, s, func(tx *Tx) (HolderRow, error) { return tx.Holder(h.ID) }); fmt.Sprint(got) != fmt.Sprint(h) {
		t.Errorf("got %+v, want %+v", got, h)
	}
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddHolder(h) })
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Holder(id26(99)); return err })
}

func holderVersions(t *testing.T, s *Store) {
	h := holderRow(2)
	change(t, s, func(tx *Tx) error { return tx.AddHolder(h) })
	h.Version, h.Label = 1, "another"
	change(t, s, func(tx *Tx) error { return tx.UpdateHolder(h) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.UpdateHolder(h) })
	if got := get(t, s, func(tx *Tx) (HolderRow, error) { return tx.Holder(h.ID) }); got.Version != 2 || got.Label != "another" {
		t.Errorf("got %+v", got)
	}
}

func holderPages(t *testing.T, s *Store) {
	change(t, s, func(tx *Tx) error {
		for n := 10; n < 30; n++ {
			h := holderRow(n)
			h.Sort = []byte{byte(n % 3), 0xff} // many in one place
			if err := tx.AddHolder(h); err != nil {
				return err
			}
		}
		return nil
	})
	var all, paged []string
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		return tx.EachHolder(func(h HolderRow) error { all = append(all, h.ID); return nil })
	}))
	var last HolderRow
	for {
		page := get(t, s, func(tx *Tx) ([]HolderRow, error) { return tx.Holders("%", last.Sort, last.ID, 7) })
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			paged = append(paged, h.ID)
		}
		last = page[len(page)-1]
	}
	if len(all) < 20 || !slices.Equal(all, paged) {
		t.Errorf("at once %q, in pages %q", all, paged)
	}
}

func holderSearch(t *testing.T, s *Store) {
	for pattern, want := range map[string]int{
		"flat 1%": 12, "%flat 29%": 1, `%100\%\_\\%`: 22, `%100\_%`: 0, "": 0,
	} {
		got := get(t, s, func(tx *Tx) ([]HolderRow, error) { return tx.Holders(pattern, nil, "", 100) })
		if len(got) != want && pattern != "flat 1%" {
			t.Errorf("%q finds %d, want %d", pattern, len(got), want)
		}
	}
}

// holderLimits: what is too long is refused by the database itself.
func holderLimits(t *testing.T, s *Store) {
	for name, spoil := range map[string]func(*HolderRow){
		"id":      func(h *HolderRow) { h.ID = "short" },
		"label":   func(h *HolderRow) { h.Label = strings.Repeat("x", 321) },
		"nothing": func(h *HolderRow) { h.Label = "" },
		"contact": func(h *HolderRow) { h.Contact = strings.Repeat("中", 161) },
		"day":     func(h *HolderRow) { h.Created++ },
	} {
		h := holderRow(50)
		spoil(&h)
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.AddHolder(h) }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func holderPasses(t *testing.T, s *Store) {
	h := holderRow(60)
	one := HolderPassRow{Pass: make([]byte, 16), Holder: h.ID, Guest: "aunt", Expires: 5}
	two := HolderPassRow{Pass: bytes.Repeat([]byte{1}, 16), Holder: h.ID, Expires: 4, Replaces: one.Pass}
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddHolderPass(one) }) // nobody's
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddHolder(h), tx.AddHolderPass(one), tx.AddHolderPass(two))
	})
	if got := get(t, s, func(tx *Tx) ([]HolderPassRow, error) { return tx.HolderPasses(h.ID) }); fmt.Sprint(got) != fmt.Sprint([]HolderPassRow{two, one}) {
		t.Errorf("got %v", got)
	}
	if got := get(t, s, func(tx *Tx) (HolderPassRow, error) { return tx.Replacement(one.Pass) }); fmt.Sprint(got) != fmt.Sprint(two) {
		t.Errorf("got %v", got)
	}
	three := HolderPassRow{Pass: bytes.Repeat([]byte{3}, 16), Holder: h.ID, Replaces: one.Pass}
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddHolderPass(three) })
	change(t, s, func(tx *Tx) error { return tx.DropHolderPass(two.Pass) })
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.HolderPass(two.Pass); return err })
	change(t, s, func(tx *Tx) error {
		n, err := tx.DropOldHolderPasses(4)
		if n != 0 { // two, which expired then, was dropped before
			t.Errorf("%d were forgotten", n)
		}
		return errors.Join(err, tx.AddHolderPass(three))
	})
	change(t, s, func(tx *Tx) error { _, err := tx.DropOldHolderPasses(4); return err })
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.HolderPass(three.Pass); return err })
}

func intents(t *testing.T, s *Store) {
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddIntent(IntentRow{1, 100, "a"}), tx.AddIntent(IntentRow{2, 200, "b"}))
	})
	if got := get(t, s, func(tx *Tx) ([]IntentRow, error) { return tx.OldIntents(150, 9) }); len(got) != 1 || got[0] != (IntentRow{1, 100, "a"}) {
		t.Errorf("got %v", got)
	}
	change(t, s, func(tx *Tx) error { return tx.EndIntent(1) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.EndIntent(1) })
}

func settings(t *testing.T, s *Store) {
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, _, err := tx.Setting("guests"); return err })
	change(t, s, func(tx *Tx) error { return tx.PutSetting("guests", 0, "{}") })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.PutSetting("guests", 0, "{}") })
	change(t, s, func(tx *Tx) error { return tx.PutSetting("guests", 1, "[]") })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.PutSetting("guests", 1, "{}") })
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		if text, version, err := tx.Setting("guests"); err != nil || text != "[]" || version != 2 {
			t.Errorf("%q, %d, %v", text, version, err)
		}
		return nil
	}))
}

// erasing: nothing that belonged to a holder is left, but the consent, which does
// not say whose it was.
func erasing(t *testing.T, s *Store) {
	h, n := holderRow(70), noticeRow(70)
	c := consentRow(70, n)
	c.Holder = h.ID
	owner := Owner{Holder: h.ID}
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddHolder(h), tx.AddNotice(n), tx.AddConsent(c),
			tx.AddOpening(OpeningRow{Entry: hash32(70), Holder: h.ID, Salt: hash32(1), Body: "{}", Keep: 9}),
			tx.AddOpening(OpeningRow{Entry: hash32(71), Salt: hash32(1), Body: "{}", Keep: 9}),
			tx.AddHolderPass(HolderPassRow{Pass: bytes.Repeat([]byte{70}, 16), Holder: h.ID}),
			tx.AddLink(LinkRow{Hash: hash32(70), Owner: owner, Made: aDay, Expires: 9}),
			tx.AddHolderSession(HolderSessionRow{Hash: hash32(70), Holder: h.ID, Expires: 9, Idle: 9}),
			tx.AddHolderPasskey(HolderPasskeyRow{ID: hash32(70), Holder: h.ID, Made: aDay, Credential: "{}"}),
			tx.AskCorrection(CorrectionRow{Holder: h.ID, Wish: "another number", Asked: aDay}))
	})
	change(t, s, func(tx *Tx) error { return tx.EraseHolder(h.ID) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.EraseHolder(h.ID) })
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		for _, table := range []string{"openings", "holder_passes", "links", "holder_sessions", "holder_passkeys", "corrections", "consents"} {
			n, err := one(tx, value[int64], "SELECT count(*) FROM "+table+" WHERE holder = ?", h.ID)
			if err != nil || n != 0 {
				t.Errorf("%s: %d left, %v", table, n, err)
			}
		}
		left, err := tx.Consent(c.Hash)
		if c.Holder = ""; err != nil || fmt.Sprint(left) != fmt.Sprint(c) {
			t.Errorf("the consent became %+v, %v", left, err)
		}
		_, err = tx.Opening(hash32(71))
		return err
	}))
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Holder(h.ID); return err })
}
