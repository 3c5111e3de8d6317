package ledger

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/transparency-dev/tessera/api/layout"
)

// Files of a log that are no tiles.
const (
	// CheckpointFile is the path of the newest checkpoint.
	CheckpointFile = "checkpoint"
	// KeyFile is the path of the log's key. Who takes the key from there believes
	// the server; it is to be compared with what the operator has put up
	// elsewhere.
	KeyFile = "vkey"
)

const (
	// tileHeight is how many levels of the tree a tile holds.
	tileHeight = 8
	// tileWidth is how many hashes a whole tile has, and how many entries a whole
	// bundle of them.
	tileWidth = 1 << tileHeight
	// entriesLevel stands for entries in the place of a level, as in package tlog.
	entriesLevel = -1
)

// Tile names a tile of hashes, or a bundle of entries (C2SP tlog-tiles).
type Tile struct {
	// Level counts from 0, the hashes of entries; -1 is for the entries
	// themselves.
	Level int
	// Index counts tiles of a level from 0.
	Index uint64
	// Width is how many hashes or entries it has: 1 to 256, which is a whole one.
	Width int
}

// Entries returns whether it is a bundle of entries.
func (t Tile) Entries() bool { return t.Level == entriesLevel }

// Whole returns whether nothing can come to it any more.
func (t Tile) Whole() bool { return t.Width == tileWidth }

// Path returns the tile's path below that of the log.
func (t Tile) Path() string {
	partial := uint8(t.Width % tileWidth)
	if t.Entries() {
		return layout.EntriesPath(t.Index, partial)
	}
	return layout.TilePath(uint64(t.Level), t.Index, partial)
}

// ParseTile reads a tile's path, which has one form. It fails with [ErrPath].
func ParseTile(path string) (Tile, error) {
	level, index, ok := strings.Cut(strings.TrimPrefix(path, "tile/"), "/")
	if !ok || len(path) > 64 {
		return Tile{}, fmt.Errorf("%w: %.64q", ErrPath, path)
	}
	t := Tile{Level: entriesLevel}
	if level != "entries" {
		n, err := strconv.ParseUint(level, 10, 6)
		if err != nil {
			return Tile{}, fmt.Errorf("%w: %.64q", ErrPath, path)
		}
		t.Level = int(n)
	}
	n, partial, err := layout.ParseTileIndexPartial(index)
	if err != nil {
		return Tile{}, fmt.Errorf("%w: %.64q", ErrPath, path)
	}
	t.Index, t.Width = n, int(partial)
	if partial == 0 {
		t.Width = tileWidth
	}
	if t.Path() != path {
		return Tile{}, fmt.Errorf("%w: %.64q", ErrPath, path)
	}
	return t, nil
}

// Tiles returns the tiles and the bundles of entries that a log of one size has
// and one of an earlier size had not, those of the lowest level first.
func Tiles(before, size uint64) (list []Tile) {
	list = appendLevel(list, entriesLevel, before, size)
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		list = appendLevel(list, level, before>>(tileHeight*level), size>>(tileHeight*level))
	}
	return list
}

// appendLevel adds those of a level on which there were so many hashes before
// and are so many now.
func appendLevel(list []Tile, level int, before, now uint64) []Tile {
	if before == now {
		return list
	}
	for i := before / tileWidth; i < now/tileWidth; i++ {
		list = append(list, Tile{level, i, tileWidth})
	}
	if rest := int(now % tileWidth); rest > 0 {
		list = append(list, Tile{level, now / tileWidth, rest})
	}
	return list
}
