package main

import (
	"cmp"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
	ledgervectors "github.com/facelatch/facelatch/spec/vectors/ledger"
)

func sorted[T any](list []T, by func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(by(a), by(b)) })
	return list
}

func paths() (list []ledgervectors.Path) {
	for _, t := range []ledger.Tile{
		{Level: 0, Index: 0, Width: 256},
		{Level: 0, Index: 0, Width: 1},
		{Level: -1, Index: 5, Width: 256},
		{Level: -1, Index: 1234067, Width: 255},
		{Level: 4, Index: 1234067, Width: 8},
		{Level: 63, Index: 0, Width: 256},
	} {
		list = append(list, ledgervectors.Path{Vector: about(t.Path(), "a tile", "L-32"), Path: t.Path(), Level: t.Level, Index: t.Index, Width: t.Width})
	}
	for _, path := range []string{
		"tile/0/00", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/../000", "/tile/0/000",
	} {
		list = append(list, ledgervectors.Path{Vector: about(path, "not a path of a tile", "L-32"), Path: path, Refused: true})
	}
	return list
}

// follows are what a door holds and what it is offered, by the files of the log.
func (w *world) follows() []ledgervectors.Follow {
	statement := func(k ledger.Key, signed string) string { return k.String() + "\n" + signed }
	mine := func(n uint64) string { return statement(w.vkey, w.signed(n, w.key)) }
	fork := ledger.Checkpoint{Origin: origin, Size: 300, Root: tlog.RecordHash([]byte("another log"))}
	forked, err := fork.Sign(w.key)
	w.failed(err)
	list := []ledgervectors.Follow{
		{Vector: about("the first", "a ledger begins", "L-50", "L-51"), Next: mine(300)},
		{Vector: about("none yet", "a site without a ledger", "L-51")},
		{Vector: about("the same", "nothing was published", "L-51"), Held: mine(300), Next: mine(300)},
		{Vector: about("extended", "what was before is a part of it", "L-51"), Held: mine(300), Next: mine(size)},
		{Vector: about("after nothing", "the log had no entries", "L-51"), Held: mine(0), Next: mine(size)},
		{Vector: about("a new key", "the old one has signed as well", "L-34", "L-51"), Held: mine(300), Next: statement(w.other, w.signed(size, w.strange, w.key))},
		{Vector: about("forked", "it is signed, and has another past", "L-51"), Held: statement(w.vkey, string(forked)), Next: mine(size), Error: "fork"},
		{Vector: about("two of one size", "one of them has another past", "L-51"), Held: statement(w.vkey, string(forked)), Next: mine(300), Error: "fork"},
		{Vector: about("shorter", "entries were taken out", "L-51"), Held: mine(size), Next: mine(300), Error: "shrunk"},
		{Vector: about("gone", "there is no ledger any more", "L-51"), Held: mine(size), Error: "shrunk"},
		{Vector: about("a new key alone", "the old one has not signed it", "L-51"), Held: mine(300), Next: statement(w.other, w.signed(size, w.strange)), Error: "checkpoint"},
		{Vector: about("another's signature", "it is not signed by its own key", "L-50", "L-51"), Next: statement(w.vkey, w.signed(size, w.strange)), Error: "checkpoint"},
		{Vector: about("no key", "the statement begins with something else", "L-50"), Held: mine(300), Next: w.signed(size, w.key), Error: "key"},
	}
	return list
}
