package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/store/pgtest"
)

func TestConformanceOfDesks(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		m := MemberRow{ID: [8]byte{1}, Kind: "desk", Name: "Counter 1", TLSKey: []byte("key"), State: "joined", Joined: 4, Origin: "https://desk.example"}
		c := CodeRow{Name: [4]byte{1}, Kind: "desk", Called: "Counter 2", Hash: [32]byte{2}, Made: 3, Origin: "https://other.example"}
		change(t, s, func(tx *Tx) error { return errors.Join(tx.PutMember(m), tx.PutCode(c)) })
		change(t, s, func(tx *Tx) error {
			got, err := tx.Member(m.ID)
			code, err2 := tx.Code(c.Name)
			if fmt.Sprint(got) != fmt.Sprint(m) || fmt.Sprint(code) != fmt.Sprint(c) {
				t.Errorf("got %v and %v", got, code)
			}
			return errors.Join(err, err2)
		})
		for range 2 {
			change(t, s, func(tx *Tx) error { return tx.AddDeskCount(DeskCountRow{"2026-11-21", "same-person", 1, 4}) })
		}
		change(t, s, func(tx *Tx) error { return tx.AddDeskCount(DeskCountRow{"2026-11-20", "abandoned", 7, 7}) })
		counts := get(t, s, func(tx *Tx) ([]DeskCountRow, error) { return tx.DeskCounts("2026-11-01", "2026-11-30") })
		if want := []DeskCountRow{{"2026-11-20", "abandoned", 7, 7}, {"2026-11-21", "same-person", 2, 8}}; !slices.Equal(counts, want) {
			t.Errorf("counts %v", counts)
		}
	})
}

func TestConformanceOfParties(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		change(t, s, func(tx *Tx) error {
			return errors.Join(tx.AddParty("bank-b", `{"b":1}`), tx.AddParty("bank", `{"a":1}`), tx.AddParty("banka", `{}`))
		})
		wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddParty("bank", `{}`) })
		wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.ChangeParty("bank", 2, `{}`) })
		wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.ChangeParty("nobody", 1, `{}`) })
		change(t, s, func(tx *Tx) error { return tx.ChangeParty("bank", 1, `{"a":2}`) })
		if got := get(t, s, func(tx *Tx) (PartyRow, error) { return tx.Party("bank") }); got != (PartyRow{"bank", 2, `{"a":2}`}) {
			t.Errorf("got %v", got)
		}
		all := get(t, s, (*Tx).Parties)
		if want := []PartyRow{{"bank", 2, `{"a":2}`}, {"bank-b", 1, `{"b":1}`}, {"banka", 1, `{}`}}; !slices.Equal(all, want) {
			t.Errorf("all %v", all)
		}
		change(t, s, func(tx *Tx) error { return tx.DropParty("bank") })
		wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.DropParty("bank") })
		wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Party("bank"); return err })
	})
}

// TestMembersComeAlong: the table of members is made anew for desks, and nothing that
// refers to it is lost.
func TestMembersComeAlong(t *testing.T) {
	for name, url := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "old.db"), "postgres": pgtest.Shared(t).Database()} {
		t.Run(name, func(t *testing.T) {
			old, err := open(url)
			must(t, err)
			must(t, old.migrate(t.Context(), 9))
			id := [8]byte([]byte("abcdefgh"))
			change(t, old, func(tx *Tx) error {
				return errors.Join(
					tx.run(`INSERT INTO members (id, kind, name, zone, tls_key, relay_key, hosts, state, joined, epochs, given, stolen, version)
						VALUES (?, 'door', 'Front', 'front', ?, NULL, 'a.local', 'approved', 4, ?, 5, 0, 3)`, id[:], []byte("key"), []byte("abcd")),
					tx.run(`INSERT INTO member_secrets (member, number, secret) VALUES (?, 0, ?), (?, 1, ?)`, id[:], []byte("one"), id[:], []byte("two")),
					tx.run(`INSERT INTO counted (member, day) VALUES (?, '2026-11-20')`, id[:]),
					tx.run(`INSERT INTO reports (member, kind, times, last) VALUES (?, 'restart', 3, '2026-11-20')`, id[:]),
					tx.run(`INSERT INTO join_codes (name, kind, called, zone, hash, made, wrong) VALUES (?, 'station', 'Office', '', ?, 3, 2)`, []byte("code"), make([]byte, 32)))
			})
			must(t, old.Close())
			s := mustOpen(t, url)
			change(t, s, func(tx *Tx) error {
				m, err := tx.Member(id)
				want := MemberRow{
					ID: id, Kind: "door", Name: "Front", Zone: "front", TLSKey: []byte("key"), Hosts: []string{"a.local"}, State: "approved", Joined: 4,
					Epochs: []byte("abcd"), Given: 5, Secrets: [][]byte{[]byte("one"), []byte("two")},
				}
				if fmt.Sprint(m) != fmt.Sprint(want) {
					t.Errorf("got %v", m)
				}
				day, err2 := tx.Counted(id)
				reports, err3 := tx.Reports(id)
				code, err4 := tx.Code([4]byte([]byte("code")))
				if day != "2026-11-20" || len(reports) != 1 || code.Called != "Office" || code.Wrong != 2 || code.Origin != "" {
					t.Errorf("counted %q, reports %v, code %v", day, reports, code)
				}
				faults, err5 := tx.Faults()
				if len(faults) > 0 {
					t.Errorf("faults: %v", faults)
				}
				return errors.Join(err, err2, err3, err4, err5)
			})
			// What refers to a member still goes with it, and cannot be without one.
			wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.SetCounted([8]byte{9}, "2026-11-20") })
			wantErr(t, s, ErrConflict, func(tx *Tx) error {
				return tx.PutMember(MemberRow{ID: [8]byte{2}, Kind: "station", Name: "Front", TLSKey: []byte("k"), State: "joined"})
			})
		})
	}
}
