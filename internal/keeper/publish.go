package keeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

// draft is a checkpoint on its way: signed, and perhaps cosigned.
type draft struct {
	of     ledger.Checkpoint
	signed []byte
	asked  []WitnessStatus
}

// due returns when the next checkpoint is to be published: at whole intervals, so
// that the time of one tells nothing. A clock that was set back is not waited
// for.
func (s *session) due() time.Time {
	if s.at.IsZero() || s.at.After(s.with.Now()) {
		return time.Time{}
	}
	return s.at.Truncate(s.with.Interval).Add(s.with.Interval)
}

// publish pads the log, makes its files public, and signs its checkpoint. The
// witnesses are waited for elsewhere, and finish does the rest.
func (s *session) publish(ctx context.Context) error {
	padding, err := s.pad.end()
	if err != nil {
		return err
	}
	if len(padding) > 0 {
		if err := s.log.append(ctx, padding); err != nil {
			return err
		}
	}
	now, err := s.log.checkpoint(ctx, s.with.Origin)
	if err != nil {
		return err
	}
	if err := ledger.Extends(ctx, s.log.dir, s.last, now); err != nil {
		return fmt.Errorf("%w: %w", ErrForked, err)
	}
	if err := s.place(now.Size); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	s.seen = now
	signed, err := now.Sign(s.signers...)
	if err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err)
	}
	d := draft{of: now, signed: signed}
	if len(s.with.Witnesses) == 0 {
		return s.finish(ctx, d)
	}
	s.cosigning = make(chan draft, 1)
	known := s.Status().Witnesses
	go func() { s.cosigning <- s.cosign(ctx, d, known) }()
	return nil
}

// finish publishes a checkpoint whose files are public already.
func (s *session) finish(ctx context.Context, d draft) error {
	s.cosigning = nil
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.with.Memory != nil {
		if err := s.with.Memory.Remember(ctx, d.signed); err != nil {
			return fmt.Errorf("remember a checkpoint: %w", err)
		}
	}
	// In this order, see [Public.Statement].
	err := s.with.disk.Write(s.public(ledger.CheckpointFile), d.signed, publicMode)
	if err == nil {
		err = s.with.disk.Write(s.public(ledger.KeyFile), []byte(s.key.String()+"\n"), publicMode)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	s.clear()
	s.older, s.last, s.at = s.last.Size, d.of, s.with.Now()
	s.update(func(st *Status) {
		st.Published, st.At = s.last.Size, s.at
		if d.asked != nil {
			st.Witnesses = d.asked
		}
	})
	s.with.Log.Info("published a checkpoint of the ledger", "entries", s.last.Size)
	return nil
}

// place makes the files public that a log of a size has and the published one had
// not.
func (s *session) place(size uint64) error {
	folders := make(map[string]bool)
	for _, tile := range ledger.Tiles(s.last.Size, size) {
		from, to := filepath.Join(string(s.log.dir), filepath.FromSlash(tile.Path())), s.public(tile.Path())
		if err := s.folder(filepath.Dir(to)); err != nil {
			return err
		}
		if err := s.share(from, to, limitOf(tile)); err != nil {
			return err
		}
		folders[filepath.Dir(to)] = true
	}
	var err error
	for folder := range folders {
		err = errors.Join(err, syncFolder(folder))
	}
	return err
}

// folder makes a folder below the public one, and those above it, each durable.
func (s *session) folder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if filepath.Base(path) != publicName {
		if err := s.folder(filepath.Dir(path)); err != nil {
			return err
		}
	}
	return s.with.disk.Folder(path, publicDir)
}

// share gives a file a second name, or copies it where that cannot be. The file
// is durable; its new name is once the folder is synchronised.
func (s *session) share(from, to string, limit int) error {
	temp := filepath.Join(filepath.Dir(to), durable.Temporary+filepath.Base(to))
	defer os.Remove(temp)
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Link(from, temp)
	if errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EMLINK) {
		data, err := source(filepath.Dir(from)).Read(context.Background(), filepath.Base(from), limit)
		if err != nil {
			return err
		}
		return s.with.disk.Write(to, data, publicMode)
	}
	if err != nil {
		return err
	}
	return os.Rename(temp, to)
}

// syncFolder makes the names in a folder durable. A file system that cannot says
// so with EINVAL or ENOTSUP; there is nothing more to be done on it.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}

// clear removes the partial forms of tiles that were whole at the last checkpoint
// already: who read the one before that finds the whole ones. What cannot be
// removed does no harm.
func (s *session) clear() {
	for _, tile := range ledger.Tiles(s.older, s.last.Size) {
		if tile.Whole() {
			if err := os.RemoveAll(s.public(tile.Path()) + ".p"); err != nil {
				s.with.Log.Warn("an old file of the ledger could not be removed", "error", err)
			}
		}
	}
}
