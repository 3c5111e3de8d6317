package state_test

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
)

func thumbprint(key *ecdsa.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: key}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}

func statuses(t *testing.T, f *state.Folder) *state.Statuses {
	t.Helper()
	s, err := f.Statuses(func() time.Time { return now }, time.Hour)
	must(t, err)
	return s
}

func bit(l state.List, index int) byte { return l.Bits[index/8] >> (index % 8) & 1 }

// TestReserve: nothing is given twice, over starts too, and what is given tells
// nothing of when.
func TestReserve(t *testing.T) {
	f := folder(t)
	seen := make(map[int]bool)
	var inARow int
	for range 20 {
		s, last := statuses(t, f), -2
		for range 70 {
			list, index, err := s.Reserve()
			must(t, err)
			if seen[index] || list != 1 || index < 0 || index >= state.ListSize {
				t.Fatalf("place %d of list %d was given before, or there is none", index, list)
			}
			seen[index] = true
			if math.Abs(float64(index-last)) == 1 {
				inARow++
			}
			last = index
		}
	}
	if inARow > 5 {
		t.Errorf("%d of 1400 are beside the one before", inARow)
	}
}

// TestReservingWritesRarely: the file's time is not that of a check.
func TestReservingWritesRarely(t *testing.T) {
	f := folder(t)
	s := statuses(t, f)
	_, _, err := s.Reserve()
	must(t, err)
	before, err := os.ReadFile(filepath.Join(f.Dir(), "statuses.json"))
	must(t, err)
	for range 63 {
		_, _, err := s.Reserve()
		must(t, err)
	}
	after, err := os.ReadFile(filepath.Join(f.Dir(), "statuses.json"))
	must(t, err)
	if !slices.Equal(before, after) {
		t.Error("the file tells when somebody was checked")
	}
}

func TestRevoke(t *testing.T) {
	f := folder(t)
	s := statuses(t, f)
	list, index, err := s.Reserve()
	must(t, err)
	for _, bad := range [][2]int{{list + 1, index}, {list, -1}, {list, state.ListSize}} {
		if err := s.Revoke(bad[0], bad[1]); !errors.Is(err, state.ErrMissing) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	must(t, s.Revoke(list, index))
	must(t, s.Revoke(list, index))
	must(t, f.Close())
	f = open(t, f.Dir(), durable.Disk{})
	got := statuses(t, f).Lists()
	if len(got) != 1 || got[0].Number != list || bit(got[0], index) != 1 {
		t.Fatal("the revocation is forgotten")
	}
	got[0].Bits[index/8] ^= 1 << (index % 8)
	n := 0
	for _, b := range got[0].Bits {
		n += int(b)
	}
	if n != 0 {
		t.Error("others are revoked too")
	}
}

// TestListsEnd: a list that is half full is followed by another, and kept until its
// last result has expired.
func TestListsEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, and a thousand changes: the race detector finds nothing in it")
	}
	f := open(t, t.TempDir(), &durabletest.Disk{}) // a thousand changes
	at := now
	s, err := f.Statuses(func() time.Time { return at }, time.Hour)
	must(t, err)
	var list int
	for range state.ListSize/2 + 1 {
		if list, _, err = s.Reserve(); err != nil {
			t.Fatal(err)
		}
	}
	all := s.Lists()
	if list != 2 || len(all) != 2 || all[0].Number != 1 {
		t.Fatalf("list %d of %d", list, len(all))
	}
	if least := now.Add(25 * time.Hour); all[0].Until.Before(least) || !all[0].Until.Equal(all[0].Until.Truncate(24*time.Hour)) {
		t.Errorf("until %s", all[0].Until)
	}
	must(t, s.Revoke(1, 5))
	at = all[0].Until
	if all := s.Lists(); len(all) != 1 || all[0].Number != 2 {
		t.Errorf("%d lists", len(all))
	}
	_, _, err = s.Reserve() // another day's
	must(t, err)
	if err := s.Revoke(1, 5); !errors.Is(err, state.ErrMissing) {
		t.Errorf("a list that is over: %v", err)
	}
}
