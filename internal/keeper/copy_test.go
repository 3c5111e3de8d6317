package keeper

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/ledger"
)

// filled is the folder of a ledger with some entries, published and kept no more.
func filled(t *testing.T, commits int) string {
	t.Helper()
	b := start(t, options(t))
	for range commits {
		b.commit(t)
	}
	b.queue.index(t, b.act(t, "door.add"))
	b.hour(t)
	b.stop()
	return b.folder
}

// TestRefill makes a ledger anew of another's entries, and has a copy catch up with
// where that one went on.
func TestRefill(t *testing.T) {
	b := start(t, options(t))
	for range 300 {
		b.commit(t)
	}
	b.queue.index(t, b.act(t, "door.add"))
	b.hour(t)
	copied := filepath.Join(t.TempDir(), "copy")
	size, root, err := State(t.Context(), b.folder)
	must(t, err)
	r, err := NewRefill(t.Context(), copied)
	must(t, err)
	must(t, Entries(t.Context(), b.folder, size, func(list [][]byte) error { return r.Add(t.Context(), list) }))
	must(t, r.Finish(t.Context(), size, root))
	must(t, Verify(t.Context(), copied))
	b.queue.index(t, b.act(t, "door.remove"))
	for range 300 {
		b.commit(t)
	}
	b.queue.index(t, b.act(t, "door.add"))
	b.hour(t)
	b.stop()
	public := source(filepath.Join(b.folder, publicName))
	signed, err := public.Read(t.Context(), ledger.CheckpointFile, ledger.MaxCheckpoint)
	must(t, err)
	to, err := ledger.ParseCheckpoint(signed, b.Key())
	must(t, err)
	added, err := CatchUp(t.Context(), copied, public, to.Checkpoint)
	must(t, err)
	if added != to.Size-size {
		t.Errorf("%d were appended, not %d", added, to.Size-size)
	}
	if again, err := CatchUp(t.Context(), copied, public, to.Checkpoint); again != 0 || err != nil {
		t.Errorf("once more: %d, %v", again, err)
	}
	now, is, err := State(t.Context(), copied)
	must(t, err)
	if now != to.Size || is != to.Root {
		t.Errorf("%d entries instead of %d", now, to.Size)
	}
}

// TestRefillOfOthers: what is not the log that it should be is not finished.
func TestRefillOfOthers(t *testing.T) {
	folder := filled(t, 3)
	size, root, err := State(t.Context(), folder)
	must(t, err)
	r, err := NewRefill(t.Context(), filepath.Join(t.TempDir(), "copy"))
	must(t, err)
	must(t, Entries(t.Context(), folder, size-1, func(list [][]byte) error { return r.Add(t.Context(), list) }))
	if err := r.Finish(t.Context(), size, root); !errors.Is(err, ErrForked) {
		t.Errorf("%v", err)
	}
	if _, err := NewRefill(t.Context(), folder); !errors.Is(err, ErrExists) {
		t.Errorf("over another: %v", err)
	}
	if _, err := CatchUp(t.Context(), filled(t, 3), source(filepath.Join(folder, publicName)), ledger.Checkpoint{Origin: origin, Size: size, Root: root}); !errors.Is(err, ErrForked) {
		t.Errorf("two ledgers: %v", err)
	}
}

// TestVerify: a byte of an entry that was changed is found.
func TestVerify(t *testing.T) {
	folder := filled(t, 3)
	must(t, Verify(t.Context(), folder))
	size, _, err := State(t.Context(), folder)
	must(t, err)
	tile := ledger.Tile{Level: -1, Index: 0, Width: int(size)}
	path := filepath.Join(folder, logName, filepath.FromSlash(tile.Path()))
	data, err := os.ReadFile(path)
	must(t, err)
	data[len(data)/2] ^= 1
	must(t, os.Remove(path)) // it is public as well
	must(t, os.WriteFile(path, data, 0o644))
	if err := Verify(t.Context(), folder); !errors.Is(err, ledger.ErrChanged) {
		t.Errorf("%v", err)
	}
	if err := Verify(context.Background(), t.TempDir()); !errors.Is(err, ErrMissing) {
		t.Errorf("no ledger: %v", err)
	}
}
