package ledger_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
)

// sizes around which tiles begin and end.
var sizes = []int{0, 1, 2, 7, 255, 256, 257, 300, 511, 512, 700}

func TestExtends(t *testing.T) {
	l, fork := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 1)
	l.Fill(t, 700, 'a')
	fork.Fill(t, 100, 'a')
	fork.Fill(t, 600, 'b')
	l.Publish(t)
	fork.Publish(t)
	last := l.Checkpoint(t, 700)
	for _, n := range sizes {
		earlier := l.Checkpoint(t, n)
		if err := ledger.Extends(t.Context(), l, earlier, last); err != nil {
			t.Errorf("%d: %v", n, err)
		}
		proof, err := ledger.Prove(t.Context(), l, uint64(n), last)
		must(t, err)
		if n > 0 && n < 700 {
			must(t, tlog.CheckTree(proof, 700, last.Root, int64(n), earlier.Root))
		}
		if err := ledger.Extends(t.Context(), fork, earlier, fork.Checkpoint(t, 700)); n > 100 != errors.Is(err, ledger.ErrFork) {
			t.Errorf("%d, forked at 100: %v", n, err)
		}
		if err := ledger.Extends(t.Context(), l, last, earlier); n < 700 != errors.Is(err, ledger.ErrShrunk) {
			t.Errorf("700 to %d: %v", n, err)
		}
	}
}

// TestExtendsReadsLittle: how far apart two checkpoints are costs nothing.
func TestExtendsReadsLittle(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 5000, 'a')
	l.Publish(t)
	must(t, ledger.Extends(t.Context(), l, l.Checkpoint(t, 3), l.Checkpoint(t, 5000)))
	if n := l.Reads(); n > 4 {
		t.Errorf("%d files were read", n)
	}
}

// TestChangedFiles: whatever is changed in the files is found, and what cannot
// be read is not taken for a fork.
func TestChangedFiles(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 300, 'a')
	l.Publish(t)
	earlier, later := l.Checkpoint(t, 130), l.Checkpoint(t, 300)
	whole, err := l.Read(t.Context(), "tile/0/000", 1<<20)
	must(t, err)
	for name, data := range map[string][]byte{
		"one bit": append([]byte{whole[0] ^ 1}, whole[1:]...),
		"short":   whole[:len(whole)-1],
		"empty":   {},
		"long":    append(bytes.Clone(whole), 0),
	} {
		l.Set("tile/0/000", data)
		err := ledger.Extends(t.Context(), l, earlier, later)
		if !errors.Is(err, ledger.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.Set("tile/0/000", nil)
	err = ledger.Extends(t.Context(), l, earlier, later)
	if unread := (*ledger.ReadError)(nil); !errors.As(err, &unread) || !errors.Is(err, ledger.ErrMissing) || errors.Is(err, ledger.ErrFork) {
		t.Errorf("a missing tile: %v", err)
	}
}

func TestIncludes(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 300, 'a')
	o := opening(t, "consent.give", nil)
	l.Append(t, o.Commitment().Encode())
	l.Publish(t)
	c := l.Checkpoint(t, 301)
	must(t, ledger.Includes(t.Context(), l, c, 300, o.Commitment().Encode()))
	for index, entry := range map[uint64][]byte{299: o.Commitment().Encode(), 300: []byte("x"), 301: o.Commitment().Encode()} {
		if err := ledger.Includes(t.Context(), l, c, index, entry); !errors.Is(err, ledger.ErrChanged) {
			t.Errorf("%d: %v", index, err)
		}
	}
}

// TestFollow: what doors do with the statements of bundles.
func TestFollow(t *testing.T) {
	l, fork, stranger := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 2)
	l.Fill(t, 10, 'a')
	first := l.Publish(t)
	l.Fill(t, 300, 'a')
	second := l.Publish(t)
	fork.Fill(t, 400, 'b')
	forked := fork.Publish(t)
	stranger.Fill(t, 400, 'a')
	foreign := stranger.Publish(t)
	same := ledgertest.New(t, origin, 1)
	same.Fill(t, 310, 'b')
	twin := same.Publish(t)
	changed := bytes.Replace(second, []byte("\n310\n"), []byte("\n311\n"), 1)
	for _, test := range []struct {
		name       string
		last, next []byte
		want       error
	}{
		{"begins", nil, first, nil},
		{"none yet", nil, nil, nil},
		{"the same", first, first, nil},
		{"extends", first, second, nil},
		{"ends", first, nil, ledger.ErrShrunk},
		{"shrinks", second, first, ledger.ErrShrunk},
		{"another of the same size", second, twin, ledger.ErrFork},
		{"longer than its files", second, forked, ledger.ErrMissing},
		{"another key", second, foreign, ledger.ErrCheckpoint},
		{"a changed one", first, changed, ledger.ErrCheckpoint},
		{"rubbish", first, []byte("x"), ledger.ErrKey},
		{"before there were ledgers", []byte("facelatch record\n7\nab\n"), first, nil},
		{"still before", []byte("facelatch record\n7\nab\n"), []byte("facelatch record\n8\nab\n"), nil},
		{"back to before", first, []byte("facelatch record\n7\nab\n"), ledger.ErrShrunk},
		{"rubbish at first", nil, []byte("x\ny"), ledger.ErrKey},
	} {
		if err := ledger.Follow(t.Context(), l, test.last, test.next); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := ledger.Follow(t.Context(), fork, second, forked); !errors.Is(err, ledger.ErrFork) {
		t.Errorf("a fork with its files: %v", err)
	}
	if got := ledger.Later(second, first); !bytes.Equal(got, second) {
		t.Error("a bundle would go back")
	}
	if got := ledger.Later(first, second); !bytes.Equal(got, second) {
		t.Error("a bundle would not go on")
	}
	if !bytes.Equal(ledger.Later(nil, first), first) || !bytes.Equal(ledger.Later(first, nil), first) {
		t.Error("a statement is lost")
	}
}

// TestFollowAnotherKey: a new key is taken if the old one signs as well.
func TestFollowAnotherKey(t *testing.T) {
	l, next := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 2)
	l.Fill(t, 10, 'a')
	first := l.Publish(t)
	c := l.Checkpoint(t, 10)
	both, err := c.Sign(next.Signer, l.Signer)
	must(t, err)
	statement := append([]byte(next.Key.String()+"\n"), both...)
	must(t, ledger.Follow(t.Context(), l, first, statement))
	alone, err := c.Sign(next.Signer)
	must(t, err)
	statement = append([]byte(next.Key.String()+"\n"), alone...)
	if err := ledger.Follow(t.Context(), l, first, statement); !errors.Is(err, ledger.ErrCheckpoint) {
		t.Errorf("%v", err)
	}
}

func TestStatement(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	data := l.Publish(t)
	s, err := ledger.ParseStatement(data)
	must(t, err)
	if !bytes.Equal(s.Encode(), data) || s.Key.String() != l.Key.String() || s.Checkpoint.Size != 0 {
		t.Errorf("%+v", s)
	}
	if _, err := ledger.ParseStatement(append([]byte(" "), data...)); !errors.Is(err, ledger.ErrKey) {
		t.Errorf("%v", err)
	}
}

// TestTiles: the tiles of a log are those of package tlog, at the paths of C2SP.
func TestTiles(t *testing.T) {
	for _, before := range sizes {
		for _, size := range sizes {
			if before > size {
				continue
			}
			var hashes, entries int
			for _, tile := range ledger.Tiles(uint64(before), uint64(size)) {
				again, err := ledger.ParseTile(tile.Path())
				if err != nil || again != tile {
					t.Errorf("%s is %+v, %v", tile.Path(), again, err)
				}
				if tile.Entries() {
					entries++
				} else {
					hashes++
				}
			}
			if want := len(tlog.NewTiles(8, int64(before), int64(size))); hashes != want {
				t.Errorf("%d to %d: %d tiles, want %d", before, size, hashes, want)
			}
			if (entries > 0) != (size > before) {
				t.Errorf("%d to %d: %d bundles of entries", before, size, entries)
			}
		}
	}
	if p := (ledger.Tile{Level: 4, Index: 1234067, Width: 8}).Path(); p != "tile/4/x001/x234/067.p/8" {
		t.Error(p)
	}
	if p := (ledger.Tile{Level: -1, Index: 5, Width: 256}).Path(); p != "tile/entries/005" {
		t.Error(p)
	}
}

func TestWrongPaths(t *testing.T) {
	for _, path := range []string{
		"", "checkpoint", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/00/000", "tile/-1/000", "tile/64/000", "tile/data/000",
		"tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p",
		"tile/0/../000", "tile/entries/../../x", "tile/0/000/", "tile/0/x001/x234/067.p/8/", "0/000", "tile/0/" + strings.Repeat("x001/", 20) + "001",
	} {
		if tile, err := ledger.ParseTile(path); !errors.Is(err, ledger.ErrPath) || tile != (ledger.Tile{}) {
			t.Errorf("%q is %+v, %v", path, tile, err)
		}
	}
}

// A path that is read is written the same.
func FuzzTile(f *testing.F) {
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := ledger.ParseTile(path)
		if err == nil && tile.Path() != path {
			t.Fatalf("%q is written as %q", path, tile.Path())
		}
	})
}

func TestSplitEntries(t *testing.T) {
	bundle := []byte("\x00\x01a\x00\x00\x00\x02bc")
	list, err := ledger.SplitEntries(bundle, 3)
	must(t, err)
	if !slices.EqualFunc(list, []string{"a", "", "bc"}, func(b []byte, s string) bool { return string(b) == s }) {
		t.Errorf("%q", list)
	}
	for _, bad := range []int{0, 1, 2, 4, 6, 8} {
		if list, err := ledger.SplitEntries(bundle[:bad], 3); !errors.Is(err, ledger.ErrEntry) || list != nil {
			t.Errorf("%d bytes: %q, %v", bad, list, err)
		}
	}
}

func TestReadingEnds(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 300, 'a')
	l.Publish(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.Fail = func(string) error { cancel(); return ctx.Err() }
	err := ledger.Extends(ctx, l, l.Checkpoint(t, 3), l.Checkpoint(t, 300))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// An error means no statement; else it is written the same.
func FuzzStatement(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ledger.ParseStatement(data)
		if err != nil {
			if !reflect.DeepEqual(s, ledger.Statement{}) {
				t.Fatal("a statement beside an error")
			}
			return
		}
		if !bytes.Equal(s.Encode(), data) {
			t.Fatalf("%q is written as %q", data, s.Encode())
		}
		must(t, ledger.Follow(t.Context(), nil, nil, data))
	})
}

// An error means no entries; else they are pieces of the bundle, one after
// another.
func FuzzSplitEntries(f *testing.F) {
	f.Fuzz(func(t *testing.T, bundle []byte, n uint8) {
		list, err := ledger.SplitEntries(bundle, int(n))
		if err != nil {
			if list != nil {
				t.Fatal("entries beside an error")
			}
			return
		}
		var again []byte
		for _, e := range list {
			again = append(binary.BigEndian.AppendUint16(again, uint16(len(e))), e...)
		}
		if len(list) != int(n) || !bytes.HasPrefix(bundle, again) {
			t.Fatalf("%d entries of %d", len(list), n)
		}
	})
}
