package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	// ErrMissing is what a [Source] returns for a file that is not there.
	ErrMissing = errors.New("the ledger has no such file")
	// ErrTooLong is what it returns for a file that is longer than it can be.
	ErrTooLong = errors.New("the file is longer than it can be")
)

// Source is where a log is read from. What comes from it is believed only once
// it is proved.
type Source interface {
	// Read returns the file of a path below the log's, such as "checkpoint" or
	// "tile/0/000". It fails with [ErrMissing] if there is none, and may for one
	// of more than limit bytes with [ErrTooLong].
	Read(ctx context.Context, path string, limit int) ([]byte, error)
}

// ReadError says that a log could not be read: nothing is known to be wrong with
// it.
type ReadError struct {
	Path string
	Err  error
}

func (e *ReadError) Error() string { return fmt.Sprintf("read %s of the ledger: %v", e.Path, e.Err) }

func (e *ReadError) Unwrap() error { return e.Err }

// maxBundle is the size of the largest bundle of entries, each with two bytes of
// length before it.
const maxBundle = tileWidth * (2 + MaxEntry)

// read reads a file and takes no more of it than there may be.
func read(ctx context.Context, from Source, path string, limit int) ([]byte, error) {
	data, err := from.Read(ctx, path, limit)
	if err == nil && len(data) > limit {
		err = ErrTooLong
	}
	if err != nil {
		return nil, &ReadError{path, err}
	}
	return data, nil
}

// readTile reads a tile or a bundle of entries, of which there may be a wider one
// by now.
func readTile(ctx context.Context, from Source, t Tile, limit int) ([]byte, error) {
	data, err := read(ctx, from, t.Path(), limit)
	if errors.Is(err, ErrMissing) && !t.Whole() {
		t.Width = tileWidth
		return read(ctx, from, t.Path(), limit)
	}
	return data, err
}

// maxCached is how many tiles a reader remembers, of 8 KiB each.
const maxCached = 256

// reader reads hashes of the log of a checkpoint. Each is proved by the
// checkpoint's root before it is given out, by [tlog.TileHashReader].
type reader struct {
	ctx   context.Context
	from  Source
	tiles map[tlog.Tile][]byte
}

func newReader(ctx context.Context, from Source, c Checkpoint) tlog.HashReader {
	return tlog.TileHashReader(c.tree(), &reader{ctx, from, make(map[tlog.Tile][]byte)})
}

// Height is a method of [tlog.TileReader].
func (r *reader) Height() int { return tileHeight }

// ReadTiles is a method of [tlog.TileReader].
func (r *reader) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, t := range list {
		if out[i] = r.tiles[t]; out[i] != nil {
			continue
		}
		size := t.W * tlog.HashSize
		data, err := readTile(r.ctx, r.from, Tile{t.L, uint64(t.N), t.W}, tileWidth*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		if len(data) < size {
			return nil, fmt.Errorf("%w: a tile of %d bytes instead of %d", ErrChanged, len(data), size)
		}
		out[i] = data[:size]
	}
	return out, nil
}

// SaveTiles is a method of [tlog.TileReader].
func (r *reader) SaveTiles(list []tlog.Tile, data [][]byte) {
	if len(r.tiles) > maxCached {
		clear(r.tiles)
	}
	for i, t := range list {
		r.tiles[t] = data[i]
	}
}

// SplitEntries takes a bundle of entries apart: each is preceded by its length in
// two bytes, the higher first. It fails with [ErrEntry] unless there are at least
// n, and returns the first n.
func SplitEntries(bundle []byte, n int) ([][]byte, error) {
	list := make([][]byte, 0, min(n, tileWidth))
	for len(list) < n {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("%w: a bundle of %d entries instead of %d", ErrEntry, len(list), n)
		}
		size := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+size {
			return nil, fmt.Errorf("%w: a bundle that is cut off", ErrEntry)
		}
		list = append(list, bundle[2:2+size])
		bundle = bundle[2+size:]
	}
	return list, nil
}
