package keeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/ledger"
)

// TestRecords: what is queued gets an index at once, is found there, and is
// public after the hour.
func TestRecords(t *testing.T) {
	b := start(t, options(t))
	var ids []int64
	ids = append(ids, b.act(t, "site.create"))
	for range 40 {
		ids = append(ids, b.commit(t))
	}
	ids = append(ids, b.act(t, "door.add"))
	indexes := make(map[uint64]int64)
	for _, id := range ids {
		indexes[b.queue.index(t, id)] = id
	}
	if len(indexes) != len(ids) {
		t.Errorf("%d indexes for %d entries", len(indexes), len(ids))
	}
	b.hour(t)
	all := b.entries(t)
	for index, id := range indexes {
		e := all[index]
		want := b.queue.rows[id]
		if got := encode(t, e); !bytes.Equal(got, want) {
			t.Errorf("at %d: %s, want %s", index, got, want)
		}
	}
	if s := b.Status(); !s.Holding || s.Err != nil || s.Published != uint64(len(all)) || s.Size != s.Published {
		t.Errorf("%+v", s)
	}
}

func encode(t testing.TB, e ledger.Entry) []byte {
	t.Helper()
	if e.Act == nil {
		return e.Commitment.Encode()
	}
	data, err := e.Act.Encode()
	must(t, err)
	return data
}

// runs returns how many commitments stand between entries in clear, at the end
// too, and how many of those there are.
func runs(list []ledger.Entry) (lengths []int, acts int) {
	n := 0
	for _, e := range list {
		if e.Act == nil {
			n++
			continue
		}
		acts++
		lengths = append(lengths, n)
		n = 0
	}
	return append(lengths, n), acts
}

// TestPromise6NeitherTimesNorCounts: an hour in which one person moved in looks
// like one in which nobody did, and like one in which five did.
func TestPromise6NeitherTimesNorCounts(t *testing.T) {
	b := start(t, options(t))
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	before := b.Status().Published
	for _, acts := range []int{0, 1, 5, 2, 0} {
		for range acts {
			b.queue.index(t, b.commit(t))
		}
		b.hour(t)
		if s := b.Status(); s.Published-before > 2*DefaultQuantum || s.Published == before {
			t.Errorf("%d acts about persons: %d entries after %d", acts, s.Published, before)
		}
		before = b.Status().Published
	}
	lengths, _ := runs(b.entries(t))
	if len(lengths) != 1 || lengths[0]%DefaultQuantum != 0 {
		t.Errorf("runs of %d", lengths)
	}
}

// TestRunsBetweenActs: what stands between two acts in clear says as little.
func TestRunsBetweenActs(t *testing.T) {
	b := start(t, options(t))
	want := 0
	for _, persons := range []int{0, 1, 3, 0, 7} {
		for range persons {
			b.queue.index(t, b.commit(t))
		}
		b.queue.index(t, b.act(t, "door.add"))
		want++
	}
	b.hour(t)
	lengths, acts := runs(b.entries(t))
	if acts != want {
		t.Errorf("%d acts, want %d", acts, want)
	}
	for _, n := range lengths {
		if n != DefaultQuantum && n != 2*DefaultQuantum {
			t.Errorf("runs of %d", lengths)
		}
	}
}

func TestPadder(t *testing.T) {
	p := padder{quantum: 16}
	for n, want := range map[int]int{0: 16, 1: 16, 16: 16, 17: 32, 33: 64, 1025: 2048, 4096: 4096, 4097: 8192, 8193: 12288} {
		if got := p.full(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
	for n, want := range map[int]int{0: 1, 1: 1, 3: 4} {
		if got := (&padder{quantum: 1}).full(n); got != want {
			t.Errorf("quantum 1, %d: %d, want %d", n, got, want)
		}
	}
	act := ledger.Entry{Act: &ledger.Act{}}
	heads := make(map[int]bool)
	for range 200 {
		p := padder{quantum: 16}
		head, err := p.before(ledger.Entry{})
		must(t, err)
		heads[len(head)] = true
		next, err := p.before(ledger.Entry{})
		must(t, err)
		rest, err := p.before(act)
		must(t, err)
		if len(next) != 0 || len(head)+2+len(rest) != 16 {
			t.Errorf("%d, %d and %d of padding", len(head), len(next), len(rest))
		}
		together, err := p.before(act)
		must(t, err)
		if len(together) != 0 {
			t.Error("padding between acts that were appended together")
		}
	}
	if len(heads) < 5 || len(heads) > 9 {
		t.Errorf("%d lengths of what comes first", len(heads))
	}
}

// TestNothingUnpublishedIsServed: what was appended since the last checkpoint
// cannot be had by asking for it.
func TestNothingUnpublishedIsServed(t *testing.T) {
	b := start(t, options(t))
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	for range 300 {
		b.commit(t)
	}
	b.queue.index(t, b.commit(t))
	p, size := OpenPublic(b.folder), b.Status().Published
	for _, tile := range ledger.Tiles(0, b.Status().Size) {
		_, _, err := p.Read(tile.Path())
		if published := covers(size, tile); published != (err == nil) {
			t.Errorf("%s: %v", tile.Path(), err)
		}
		if _, err := os.Stat(filepath.Join(b.folder, publicName, tile.Path())); err == nil != covers(size, tile) {
			t.Errorf("%s is there: %v", tile.Path(), err)
		}
	}
	for _, path := range []string{"", "lock", "../log/checkpoint", "tile/0/../../../lock", ".state/treeState", "tile/entries"} {
		if data, _, err := p.Read(path); !errors.Is(err, ledger.ErrMissing) || data != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// TestHints: what a server is told about files.
func TestHints(t *testing.T) {
	b := start(t, options(t))
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	p := OpenPublic(b.folder)
	for path, want := range map[string]Hint{
		"checkpoint": {textType, false}, "vkey": {textType, false}, "tile/0/000.p/16": {tileType, true}, "tile/entries/000.p/16": {tileType, true},
	} {
		if _, got, err := p.Read(path); err != nil || got != want {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
	statement, err := p.Statement()
	must(t, err)
	s, err := ledger.ParseStatement(statement)
	must(t, err)
	if s.Key.String() != b.Key().String() || s.Checkpoint.Size != 16 {
		t.Errorf("%+v", s)
	}
	if none, err := OpenPublic(t.TempDir()).Statement(); none != nil || err != nil {
		t.Errorf("%q, %v", none, err)
	}
}

// TestOldTilesStay: who read the checkpoint before the newest one still finds
// the tiles of it, and later ones are cleared away.
func TestOldTilesStay(t *testing.T) {
	o := options(t)
	o.Quantum = 200
	b := start(t, o)
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published == 200 })
	b.hour(t) // 400
	p := OpenPublic(b.folder)
	if _, _, err := p.Read("tile/0/000.p/200"); err != nil {
		t.Error(err)
	}
	b.hour(t) // 600: the first was whole before
	if _, _, err := p.Read("tile/0/000.p/200"); !errors.Is(err, ledger.ErrMissing) {
		t.Error(err)
	}
	if _, _, err := p.Read("tile/entries/001.p/144"); err != nil {
		t.Error(err)
	}
	b.entries(t)
}

// TestGoesOn: a keeper that comes after another goes on where it ended.
func TestGoesOn(t *testing.T) {
	o := options(t)
	b := start(t, o)
	first := b.queue.index(t, b.commit(t))
	b.hour(t)
	b.stop()
	b = start(t, o)
	id := b.commit(t)
	if second := b.queue.index(t, id); second <= first {
		t.Errorf("%d after %d", second, first)
	}
	b.hour(t)
	if lengths, _ := runs(b.entries(t)); len(lengths) != 1 || lengths[0]%DefaultQuantum != 0 {
		t.Errorf("runs of %d", lengths)
	}
}

// TestPublishesByTheHour: a restart is no reason to publish.
func TestPublishesByTheHour(t *testing.T) {
	o := options(t)
	b := start(t, o)
	at := b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	b.stop()
	b = start(t, o)
	b.queue.index(t, b.commit(t))
	if s := b.Status(); s.Published != at.Published && time.Now().Truncate(time.Hour).Equal(at.At.Truncate(time.Hour)) {
		t.Errorf("%+v", s)
	}
	s := session{Keeper: b.Keeper, at: time.Date(2026, 11, 21, 12, 59, 59, 0, time.UTC)}
	b.clock.mu.Lock()
	b.clock.at = s.at.Add(time.Millisecond)
	b.clock.mu.Unlock()
	if due := s.due(); !due.Equal(time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)) {
		t.Error(due)
	}
	s.at = s.at.Add(time.Hour) // somebody set the clock back
	if due := s.due(); !due.IsZero() {
		t.Error(due)
	}
}

// TestRowsThatAreNoEntries: they are never made public, and keep nothing.
func TestRowsThatAreNoEntries(t *testing.T) {
	b := start(t, options(t))
	bad := b.enqueue([]byte(`{"holder":"flat 12"}`))
	b.queue.index(t, b.commit(t))
	b.hour(t)
	if s := b.until(t, "the row to be refused", func(s Status) bool { return s.Refused == 1 }); b.queue.recorded(bad) || s.Err != nil {
		t.Errorf("%+v", s)
	}
	b.entries(t)
}

// TestTheSameTwice: two rows that say the same get two indexes.
func TestTheSameTwice(t *testing.T) {
	o := options(t)
	b := start(t, o)
	entry := ledger.Commitment{1}.Encode()
	first := b.queue.index(t, b.enqueue(entry))
	second := b.queue.index(t, b.enqueue(entry))
	b.stop()
	b = start(t, o)
	third := b.queue.index(t, b.enqueue(entry))
	if first == second || second == third || first == third {
		t.Errorf("%d, %d and %d", first, second, third)
	}
	if sha256.Sum256(entry) == [32]byte{} {
		t.Error("impossible")
	}
}

func TestOptions(t *testing.T) {
	good := options(t)
	for name, change := range map[string]func(*Options){
		"folder":    func(o *Options) { o.Folder = "" },
		"queue":     func(o *Options) { o.Queue = nil },
		"key":       func(o *Options) { o.Key = nil },
		"interval":  func(o *Options) { o.Interval = time.Millisecond },
		"quantum":   func(o *Options) { o.Quantum = 257 },
		"poll":      func(o *Options) { o.Poll = -1 },
		"witnesses": func(o *Options) { o.Witnesses = []Witness{{}} },
	} {
		o := good
		change(&o)
		if k, err := New(o); !errors.Is(err, ErrOptions) || k != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := good
	bad.Origin = "a b"
	if _, err := New(bad); !errors.Is(err, ledger.ErrKey) {
		t.Error(err)
	}
	if err := Create(context.Background(), good.Folder); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
}
