package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestConformanceOfTheSite(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		change(t, s, func(tx *Tx) error {
			if _, err := tx.Site(); !errors.Is(err, ErrNotFound) {
				t.Errorf("no site: %v", err)
			}
			return tx.CreateSite(SiteRow{ID: [8]byte{1}, Demo: true, Config: []byte(`{"a":1}`)})
		})
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.CreateSite(SiteRow{}) }); !errors.Is(err, ErrConflict) {
			t.Errorf("a second site: %v", err)
		}
		change(t, s, func(tx *Tx) error { return tx.ChangeSite(1, []byte(`{"a":2}`)) })
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.ChangeSite(1, []byte(`{"a":3}`)) }); !errors.Is(err, ErrConflict) {
			t.Errorf("an old version: %v", err)
		}
		change(t, s, func(tx *Tx) error {
			r, err := tx.Site()
			if r.ID != [8]byte{1} || !r.Demo || r.Version != 2 || string(r.Config) != `{"a":2}` {
				t.Errorf("%+v", r)
			}
			return err
		})
	})
}

func TestConformanceOfTheQueue(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		var ids []QueueID
		change(t, s, func(tx *Tx) error {
			ids = ids[:0]
			for i := range 3 {
				id, err := tx.Enqueue(fmt.Appendf(nil, "entry %d", i))
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		if !(ids[0] < ids[1] && ids[1] < ids[2]) {
			t.Errorf("ids %v", ids)
		}
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := s.Recorded(short, ids...); !errors.Is(err, ErrNotRecorded) {
			t.Errorf("nobody records: %v", err)
		}
		go func() { // as the keeper does
			for i, id := range ids {
				if err := s.Change(context.WithoutCancel(t.Context()), func(tx *Tx) error { return tx.NoteIndex(id, uint64(7+i)) }); err != nil {
					t.Error(err)
				}
			}
		}()
		got, err := s.Recorded(t.Context(), ids...)
		if err != nil || len(got) != 3 || got[0] != 7 || got[2] != 9 {
			t.Errorf("indexes %v, error %v", got, err)
		}
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.NoteIndex(ids[0], 8) }); !errors.Is(err, ErrConflict) {
			t.Errorf("another index: %v", err)
		}
		change(t, s, func(tx *Tx) error { return tx.NoteIndex(ids[0], 7) })
		queueAfter(t, s)
	})
}

// queueAfter looks at a queue of three entries that were recorded.
func queueAfter(t *testing.T, s *Store) {
	change(t, s, func(tx *Tx) error {
		if _, err := tx.Enqueue([]byte("more")); err != nil {
			return err
		}
		if err := tx.DropEntries(1); err != nil {
			return err
		}
		rows, err := tx.Waiting(10)
		if len(rows) != 1 || string(rows[0].Entry) != "more" {
			t.Errorf("waiting: %v", rows)
		}
		if n, _ := tx.QueueLength(); n != 1 {
			t.Errorf("%d wait", n)
		}
		return err
	})
	long := bytes.Repeat([]byte("x"), 4097)
	if err := s.Change(t.Context(), func(tx *Tx) error { _, err := tx.Enqueue(long); return err }); err == nil {
		t.Error("an entry that is too long")
	}
}

func TestConformanceOfPlaces(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		change(t, s, func(tx *Tx) error {
			if _, err := tx.NewestList(); !errors.Is(err, ErrNotFound) {
				t.Errorf("no list: %v", err)
			}
			return errors.Join(tx.AddList(0, 5), tx.AddList(1, 5), tx.AddList(1, 9))
		})
		change(t, s, func(tx *Tx) error {
			for i, want := range []bool{true, false} {
				if free, err := tx.TakePlace(1, 77); free != want || err != nil {
					t.Errorf("%d: free %t, %v", i, free, err)
				}
			}
			return tx.SetPlace(1, 77, 0)
		})
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.SetPlace(1, 78, 0) }); !errors.Is(err, ErrNotFound) {
			t.Errorf("a place that nobody has: %v", err)
		}
		change(t, s, func(tx *Tx) error {
			valid, err := tx.Places(1, 0)
			n, _ := tx.CountPlaces(0)
			newest, _ := tx.NewestList()
			status, _ := tx.Place(1, 77)
			if len(valid) != 1 || valid[0] != 77 || n != 1 || newest != 1 || status != 0 {
				t.Errorf("valid %v (%d), newest %d, status %d", valid, n, newest, status)
			}
			return err
		})
		change(t, s, func(tx *Tx) error {
			changed, err := tx.ChangedLists()
			if len(changed) != 2 || changed[0].Issued != 5 {
				t.Errorf("changed %v", changed)
			}
			return errors.Join(err, tx.SignedList(ListRow{List: 1, Issued: 8, Signed: []byte("signed")}))
		})
		change(t, s, func(tx *Tx) error {
			changed, err := tx.ChangedLists()
			all, err2 := tx.Lists()
			if len(changed) != 1 || changed[0].List != 0 || len(all) != 2 || all[0].Signed != nil || string(all[1].Signed) != "signed" || all[1].Issued != 8 {
				t.Errorf("changed %v, all %v", changed, all)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestConformanceOfDockets(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		r := DocketRow{
			ID: [16]byte{0xab, 1}, State: "intended", NotBefore: 1, Expires: 2, Zones: "front garage", Hours: "", List: 1, Place: 1<<32 - 1,
			Consent: bytes.Repeat([]byte{1}, 16), Record: []byte("record"), Models: make([]byte, 16), Salt: make([]byte, 32),
			Since: 3, Until: 10, Opener: "me",
		}
		change(t, s, func(tx *Tx) error { return tx.PutDocket(r) })
		same := func(want DocketRow) {
			t.Helper()
			change(t, s, func(tx *Tx) error {
				got, err := tx.Docket(want.ID)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
				return err
			})
		}
		same(r)
		openAt := func(at int64, want int) {
			t.Helper()
			change(t, s, func(tx *Tx) error {
				rows, err := tx.OpenDockets(at, 5)
				if len(rows) != want {
					t.Errorf("%d open at %d, want %d", len(rows), at, want)
				}
				return err
			})
		}
		openAt(9, 0)
		openAt(10, 1)
		r.State, r.Signed, r.Until, r.Opener = "signed", make([]byte, 32), 0, ""
		change(t, s, func(tx *Tx) error { return tx.PutDocket(r) })
		same(r)
		openAt(99, 0)
		change(t, s, func(tx *Tx) error {
			ids, err := tx.DocketIDs([16]byte{0xab}, [16]byte{0xab, 2}, 3)
			of, err2 := tx.DocketsOfConsent([16]byte(r.Consent))
			counts, err3 := tx.CountDockets()
			if len(ids) != 1 || ids[0] != r.ID || len(of) != 1 || counts["signed"] != 1 {
				t.Errorf("ids %v, of the consent %v, counts %v", ids, of, counts)
			}
			return errors.Join(err, err2, err3, tx.EraseDocket(r.ID))
		})
		r.Consent, r.Record, r.Salt = nil, nil, nil
		same(r)
		if err := s.Change(t.Context(), func(tx *Tx) error { _, err := tx.Docket([16]byte{9}); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
		r.State = "lost"
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.PutDocket(r) }); err == nil || known(err) {
			t.Errorf("an unknown state: %v", err)
		}
	})
}

func TestConformanceOfMembers(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		m := MemberRow{
			ID: [8]byte{1}, Kind: "door", Name: "前门", Zone: "front", TLSKey: []byte("key"), RelayKey: []byte("relay"), Hosts: []string{"a", "b"},
			State: "approved", Joined: 4, Epochs: []byte("abcd"), Given: 5, Secrets: [][]byte{[]byte("one"), []byte("two")},
		}
		change(t, s, func(tx *Tx) error { return tx.PutMember(m) })
		other := MemberRow{ID: [8]byte{2}, Kind: "station", Name: m.Name, TLSKey: []byte("k"), State: "joined"}
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.PutMember(other) }); !errors.Is(err, ErrConflict) {
			t.Errorf("the same name: %v", err)
		}
		change(t, s, func(tx *Tx) error {
			got, err := tx.Member(m.ID)
			if fmt.Sprint(got) != fmt.Sprint(m) {
				t.Errorf("got  %v\nwant %v", got, m)
			}
			all, err2 := tx.Members()
			if len(all) != 1 || all[0].Secrets != nil {
				t.Errorf("all %v", all)
			}
			return errors.Join(err, err2)
		})
		m.State, m.Secrets, m.Stolen = "removed", nil, true
		change(t, s, func(tx *Tx) error { return errors.Join(tx.PutMember(m), tx.PutMember(other)) })
		change(t, s, func(tx *Tx) error {
			got, err := tx.Member(m.ID)
			all, err2 := tx.Members()
			if got.Secrets != nil || !got.Stolen || len(all) != 1 || all[0].ID != other.ID || all[0].Hosts != nil {
				t.Errorf("removed %v, all %v", got, all)
			}
			return errors.Join(err, err2)
		})
		countsOf(t, s, other.ID)
	})
}

func countsOf(t *testing.T, s *Store, id [8]byte) {
	for range 2 {
		change(t, s, func(tx *Tx) error {
			return errors.Join(tx.AddCount(CountRow{"2026-11-21", "front", "opened", 1, 4}), tx.SetCounted(id, "2026-11-21"),
				tx.AddReport(id, ReportRow{"latch", 3, "2026-11-21"}, 5))
		})
	}
	change(t, s, func(tx *Tx) error {
		counts, err := tx.Counts("2026-11-01", "2026-11-30")
		day, err2 := tx.Counted(id)
		none, err3 := tx.Counted([8]byte{9})
		reports, err4 := tx.Reports(id)
		all, err5 := tx.AllReports()
		if len(all) != 1 || !slices.Equal(all[id], reports) {
			t.Errorf("reports of all %v, of one %v", all, reports)
		}
		if len(counts) != 1 || counts[0].Least != 2 || counts[0].Most != 8 || day != "2026-11-21" || none != "" || len(reports) != 1 || reports[0].Times != 5 {
			t.Errorf("counts %v, day %q, reports %v", counts, day, reports)
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
}

func TestConformanceOfCodes(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		c := CodeRow{Name: [4]byte{1}, Kind: "door", Called: "Front", Zone: "front", Hash: [32]byte{2}, Made: 3}
		change(t, s, func(tx *Tx) error { return tx.PutCode(c) })
		c.Wrong, c.Member, c.Keys = 2, make([]byte, 8), make([]byte, 32)
		change(t, s, func(tx *Tx) error { return tx.PutCode(c) })
		change(t, s, func(tx *Tx) error {
			got, err := tx.Code(c.Name)
			all, err2 := tx.Codes()
			if fmt.Sprint(got) != fmt.Sprint(c) || len(all) != 1 {
				t.Errorf("got %v, all %v", got, all)
			}
			return errors.Join(err, err2, tx.RemoveCodes(3))
		})
		change(t, s, func(tx *Tx) error {
			if all, _ := tx.Codes(); len(all) != 1 {
				t.Error("a code that is not old was removed")
			}
			return tx.RemoveCode(c.Name)
		})
		if err := s.Change(t.Context(), func(tx *Tx) error { _, err := tx.Code(c.Name); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("removed: %v", err)
		}
	})
}

func TestConformanceOfPINs(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		p := PINRow{
			Number: "12345678", State: "intended", NotBefore: 1, Expires: 100, Salt: make([]byte, 32), Until: 50,
			Zones: []PINZoneRow{{Zone: "front", Salt: [16]byte{1}, Tag: [32]byte{2}}, {Zone: "garage"}},
		}
		change(t, s, func(tx *Tx) error { return tx.AddPIN(p) })
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.AddPIN(p) }); !errors.Is(err, ErrConflict) {
			t.Errorf("a number that is taken: %v", err)
		}
		good := func(want int) {
			t.Helper()
			change(t, s, func(tx *Tx) error {
				of, err := tx.PINsOfZone("front", 99)
				late, err2 := tx.PINsOfZone("front", 100)
				if len(of) != want || len(late) != 0 || want > 0 && of[0].Zones[0] != p.Zones[0] {
					t.Errorf("%v and %v, want %d", of, late, want)
				}
				return errors.Join(err, err2)
			})
		}
		good(0)
		change(t, s, func(tx *Tx) error {
			rows, err := tx.OpenPINs(50)
			n, err2 := tx.CountPINs("front", 99)
			if len(rows) != 1 || rows[0].Until != 50 || n != 1 {
				t.Errorf("open %v, %d", rows, n)
			}
			return errors.Join(err, err2, tx.SetPIN(p.Number, "issued", 0))
		})
		good(1)
		change(t, s, func(tx *Tx) error {
			rows, err := tx.AllPINs("garage")
			if len(rows) != 1 {
				t.Errorf("of the garage: %v", rows)
			}
			return errors.Join(err, tx.SetPIN(p.Number, "revoked", 0))
		})
		good(0)
		change(t, s, func(tx *Tx) error {
			got, err := tx.PIN(p.Number)
			rows, err2 := tx.AllPINs("garage")
			if got.State != "revoked" || got.Until != 0 || len(rows) != 0 {
				t.Errorf("revoked: %v, %v", got, rows)
			}
			return errors.Join(err, err2)
		})
		refusedOf(t, s)
	})
}

func refusedOf(t *testing.T, s *Store) {
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.RefuseKey([4]byte{2}), tx.RefuseKey([4]byte{1}), tx.RefuseKey([4]byte{2}),
			tx.RefusePepper("front", 7), tx.RefusePepper("front", 5))
	})
	change(t, s, func(tx *Tx) error {
		r, err := tx.Refused()
		if fmt.Sprint(r.Epochs) != "[[2 0 0 0] [1 0 0 0]]" || r.Peppers["front"] != 7 {
			t.Errorf("refused %v", r)
		}
		return err
	})
}

func TestConformanceOfBundles(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		if err := s.Change(t.Context(), func(tx *Tx) error { _, err := tx.NewestBundle(); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		for n := uint64(1); n <= 3; n++ {
			change(t, s, func(tx *Tx) error { return tx.AddBundle(BundleRow{n, []byte("bundle")}) })
		}
		for _, n := range []uint64{1, 3} {
			if err := s.Change(t.Context(), func(tx *Tx) error { return tx.AddBundle(BundleRow{n, nil}) }); !errors.Is(err, ErrConflict) {
				t.Errorf("number %d: %v", n, err)
			}
		}
		change(t, s, func(tx *Tx) error {
			newest, err := tx.NewestBundle()
			n, err2 := one(tx, value[int], `SELECT count(*) FROM bundles`)
			if newest.Number != 3 || string(newest.Body) != "bundle" || n != 2 {
				t.Errorf("newest %v, %d kept", newest, n)
			}
			return errors.Join(err, err2, tx.PutPINObject("front", []byte("a")), tx.PutPINObject("front", []byte("b")))
		})
		change(t, s, func(tx *Tx) error {
			body, err := tx.PINObject("front")
			if string(body) != "b" {
				t.Errorf("PINs %q", body)
			}
			return err
		})
	})
}
