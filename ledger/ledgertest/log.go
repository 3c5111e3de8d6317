// Package ledgertest is a ledger in memory, made apart from the one that a site
// keeps: hashes by golang.org/x/mod/sumdb/tlog, files in a map. It is for tests,
// which can change anything in it, and never stands in for the real one.
package ledgertest

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
)

// Log is a ledger in memory: a [ledger.Source]. It is safe for concurrent use.
type Log struct {
	Key    ledger.Key
	Signer note.Signer

	mu      sync.Mutex
	entries [][]byte
	hashes  []tlog.Hash // as [tlog.StoredHashIndex] orders them
	files   map[string][]byte
	size    uint64 // published
	reads   int
	// Fail, if not nil, says what reading a path fails with.
	Fail func(path string) error
}

// New returns an empty ledger of an origin; its key is made of a seed.
func New(t testing.TB, origin string, seed byte) *Log {
	t.Helper()
	key := ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
	signer, err := ledger.NewSigner(origin, key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ledger.KeyOf(origin, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &Log{Key: public, Signer: signer, files: make(map[string][]byte)}
}

// Append adds entries, which are not published yet.
func (l *Log) Append(t testing.TB, entries ...[]byte) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		more, err := tlog.StoredHashes(int64(len(l.entries)), e, tlog.HashReaderFunc(l.stored))
		if err != nil {
			t.Fatal(err)
		}
		l.hashes = append(l.hashes, more...)
		l.entries = append(l.entries, e)
	}
}

// Fill adds n commitments to nothing, which tell one log from another by a
// letter.
func (l *Log) Fill(t testing.TB, n int, letter byte) {
	t.Helper()
	for range n {
		var c ledger.Commitment
		binary.BigEndian.PutUint64(c[:], uint64(l.Len()))
		c[31] = letter
		l.Append(t, c.Encode())
	}
}

// Len returns how many entries there are, published or not.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

func (l *Log) stored(indexes []int64) (list []tlog.Hash, err error) {
	for _, i := range indexes {
		list = append(list, l.hashes[i])
	}
	return list, nil
}

// Checkpoint returns that of the first n entries.
func (l *Log) Checkpoint(t testing.TB, n int) ledger.Checkpoint {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.checkpoint(t, n)
}

func (l *Log) checkpoint(t testing.TB, n int) ledger.Checkpoint {
	root, err := tlog.TreeHash(int64(n), tlog.HashReaderFunc(l.stored))
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Checkpoint{Origin: l.Key.Origin(), Size: uint64(n), Root: root}
}

// Publish makes all entries readable and returns the statement of the new
// checkpoint.
func (l *Log) Publish(t testing.TB) []byte {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.checkpoint(t, len(l.entries))
	for _, tile := range ledger.Tiles(l.size, c.Size) {
		l.files[tile.Path()] = l.content(t, tile)
	}
	signed, err := c.Sign(l.Signer)
	if err != nil {
		t.Fatal(err)
	}
	l.size = c.Size
	l.files[ledger.CheckpointFile] = signed
	l.files[ledger.KeyFile] = []byte(l.Key.String() + "\n")
	return fmt.Appendf(nil, "%s\n%s", l.Key, signed)
}

func (l *Log) content(t testing.TB, tile ledger.Tile) []byte {
	if !tile.Entries() {
		data, err := tlog.ReadTileData(tlog.Tile{H: 8, L: tile.Level, N: int64(tile.Index), W: tile.Width}, tlog.HashReaderFunc(l.stored))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var data []byte
	for _, e := range l.entries[tile.Index*256:][:tile.Width] {
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(e))), e...)
	}
	return data
}

// Set puts other bytes in the place of a file; nil removes it.
func (l *Log) Set(path string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files[path] = data
	if data == nil {
		delete(l.files, path)
	}
}

// Save writes all files into a folder, as a web server serves them.
func (l *Log) Save(t testing.TB, dir string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for path, data := range l.files {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Reads returns how many files were read since the last call.
func (l *Log) Reads() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.reads
	l.reads = 0
	return n
}

// Read is a method of [ledger.Source].
func (l *Log) Read(_ context.Context, path string, _ int) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if l.Fail != nil {
		if err := l.Fail(path); err != nil {
			return nil, err
		}
	}
	data, ok := l.files[path]
	if !ok {
		return nil, ledger.ErrMissing
	}
	return data, nil
}
