package keeper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

const (
	lockName   = "lock"
	logName    = "log"
	publicName = "public"

	publicMode  fs.FileMode = 0o644
	publicDir   fs.FileMode = 0o755
	privateDir  fs.FileMode = 0o700
	privateMode fs.FileMode = 0o600
)

// Create makes an empty ledger in a folder, which may exist. It is done once in a
// site's life: where a ledger was and is not any more, a new one in its place
// would be a fork, so nothing else ever makes one. It fails with [ErrExists] and
// [ErrFolder].
func Create(ctx context.Context, folder string) error {
	if _, err := os.Lstat(filepath.Join(folder, lockName)); err == nil {
		return ErrExists
	}
	d := durable.Disk{}
	for _, make := range []func() error{
		func() error { return d.Folder(folder, publicDir) },
		func() error { return d.Folder(filepath.Join(folder, logName), privateDir) },
		func() error { return d.Folder(filepath.Join(folder, publicName), publicDir) },
		func() error { return initialise(ctx, filepath.Join(folder, logName)) },
		func() error { return d.Create(filepath.Join(folder, lockName), nil, privateMode) }, // last: now it is one
	} {
		if err := make(); err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

// acquire takes the lock of a folder until the file is closed or the process
// ends. It fails with [ErrBusy], [ErrMissing] and [ErrFolder].
func acquire(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return f, nil
}

// source is a folder with the files of a log: a [ledger.Source].
type source string

// Read is a method of [ledger.Source].
func (s source) Read(_ context.Context, path string, limit int) ([]byte, error) {
	f, err := os.Open(filepath.Join(string(s), filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, ledger.ErrMissing
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, ledger.ErrTooLong
	}
	return data, err
}

// Limits of the files of a log.
const (
	tileLimit    = 256 * tlog.HashSize
	entriesLimit = 256 * (2 + ledger.MaxEntry)
)

func limitOf(t ledger.Tile) int {
	if t.Entries() {
		return entriesLimit
	}
	return tileLimit
}

// root computes the root of the first entries of a log from its tiles, believing
// them.
func (s source) root(ctx context.Context, size uint64) (tlog.Hash, error) {
	return tlog.TreeHash(int64(size), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var list []tlog.Hash
		for _, i := range indexes {
			h, err := s.hash(ctx, i, size)
			if err != nil {
				return nil, err
			}
			list = append(list, h)
		}
		return list, nil
	}))
}

// hash reads one hash, by its [tlog.StoredHashIndex], of a log of a size.
func (s source) hash(ctx context.Context, index int64, size uint64) (tlog.Hash, error) {
	t := tlog.TileForIndex(8, index)
	t.W = int(min(256, size>>(8*t.L)-uint64(t.N)*256))
	tile := ledger.Tile{Level: t.L, Index: uint64(t.N), Width: t.W}
	data, err := s.Read(ctx, tile.Path(), tileLimit)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("%s: %w", tile.Path(), err)
	}
	return tlog.HashFromTile(t, data, index)
}

// entries calls each with the entries of a log of a size, from the first on.
func (s source) entries(ctx context.Context, first, size uint64, each func(index uint64, entry []byte)) error {
	for i := first / 256; i*256 < size; i++ {
		tile := ledger.Tile{Level: -1, Index: i, Width: int(min(256, size-i*256))}
		data, err := s.Read(ctx, tile.Path(), entriesLimit)
		if err != nil {
			return fmt.Errorf("%s: %w", tile.Path(), err)
		}
		list, err := ledger.SplitEntries(data, tile.Width)
		if err != nil {
			return err
		}
		for k, entry := range list {
			if index := i*256 + uint64(k); index >= first {
				each(index, entry)
			}
		}
	}
	return nil
}
