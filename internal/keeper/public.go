package keeper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/ledger"
)

// Public reads the published part of a ledger. It is safe for concurrent use, in
// any process that sees the folder.
type Public struct{ dir source }

// OpenPublic returns what reads the published part of the ledger in a folder,
// which need not be there yet.
func OpenPublic(folder string) *Public {
	return &Public{source(filepath.Join(folder, publicName))}
}

// Hint is what a server says about a file.
type Hint struct {
	// Type is its media type.
	Type string
	// Immutable is whether it never changes, so that anybody may keep it for ever.
	// What is not may be kept for some seconds.
	Immutable bool
}

// Media types of a log's files (C2SP tlog-tiles).
const (
	textType = "text/plain; charset=utf-8"
	tileType = "application/octet-stream"
)

// Read returns the file at a path, as in "checkpoint", "vkey" or
// "tile/entries/000": what stands behind the ledger's own address. It fails with
// [ledger.ErrMissing] for whatever is not published, [ledger.ErrPath] included.
func (p *Public) Read(path string) ([]byte, Hint, error) {
	switch path {
	case ledger.CheckpointFile, ledger.KeyFile:
		data, err := p.dir.Read(context.Background(), path, ledger.MaxCheckpoint)
		return data, Hint{Type: textType}, err
	}
	tile, err := ledger.ParseTile(path)
	if err != nil {
		return nil, Hint{}, fmt.Errorf("%w: %w", ledger.ErrMissing, err)
	}
	size, err := p.size()
	if err != nil {
		return nil, Hint{}, err
	}
	if !covers(size, tile) {
		return nil, Hint{}, ledger.ErrMissing
	}
	data, err := p.dir.Read(context.Background(), path, limitOf(tile))
	return data, Hint{Type: tileType, Immutable: true}, err
}

// covers returns whether all of a tile belongs to a log of a size.
func covers(size uint64, t ledger.Tile) bool {
	on := size // hashes on the tile's level
	if !t.Entries() {
		on >>= 8 * t.Level
	}
	return t.Index <= on/256 && t.Index*256+uint64(t.Width) <= on
}

// size is how many entries are published.
func (p *Public) size() (uint64, error) {
	data, err := p.dir.Read(context.Background(), ledger.CheckpointFile, ledger.MaxCheckpoint)
	if err != nil {
		return 0, err
	}
	// It was signed here; who reads it elsewhere verifies it.
	lines := strings.SplitN(string(data), "\n", 3)
	if len(lines) < 3 {
		return 0, ledger.ErrCheckpoint
	}
	n, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ledger.ErrCheckpoint, err)
	}
	return n, nil
}

// Statement returns what the next bundle has to say of the ledger, and nothing
// before the first checkpoint. It goes into a bundle by way of [ledger.Later].
func (p *Public) Statement() ([]byte, error) {
	// The key first: a checkpoint that came after it is signed by it as well.
	vkey, _, err := p.Read(ledger.KeyFile)
	if errors.Is(err, ledger.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	signed, _, err := p.Read(ledger.CheckpointFile)
	if errors.Is(err, ledger.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	statement := append(vkey, signed...)
	if _, err := ledger.ParseStatement(statement); err != nil {
		return nil, err
	}
	return statement, nil
}

// changed returns when the checkpoint was published.
func (p *Public) changed() (time.Time, error) {
	info, err := os.Stat(filepath.Join(string(p.dir), ledger.CheckpointFile))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
