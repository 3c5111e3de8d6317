package keeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

const (
	// maxBatch is how many rows of the queue are taken at once.
	maxBatch = 1024
	// maxAppend is how many entries are appended at once, the padding before the
	// last of them not counted.
	maxAppend = 4096
)

// session is a keeper at work. One goroutine uses it, but for what cosigns.
type session struct {
	*Keeper
	log  *appendLog
	pad  padder
	last ledger.Checkpoint // published
	at   time.Time         // when
	// older is how many entries the checkpoint before last had.
	older uint64
	// cosigning is where the next checkpoint comes from, nil while there is none.
	cosigning chan draft
}

// open compares what is in the folder, whose lock the caller has, with what was
// published, and goes on where the log ends.
func (k *Keeper) open(ctx context.Context) (*session, error) {
	log, err := openLocked(ctx, k.with.Folder)
	if err != nil {
		return nil, err
	}
	s := &session{Keeper: k, log: log, pad: padder{quantum: k.with.Quantum}}
	if err := s.resume(ctx); err != nil {
		log.close()
		return nil, err
	}
	s.tidy()
	return s, nil
}

// tidy removes what a crash left half written in the public folder, in which nobody
// else writes. What cannot be removed does no harm.
func (s *session) tidy() {
	err := filepath.WalkDir(s.public(""), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = durable.Sweep(path)
		}
		return err
	})
	if err != nil {
		s.with.Log.Warn("what a crash left could not be removed from the ledger's folder", "error", err)
	}
}

func (s *session) resume(ctx context.Context) error {
	s.last = ledger.Checkpoint{Origin: s.with.Origin}
	signed, at, err := s.published(ctx)
	if err != nil {
		return err
	}
	if signed != nil {
		s.last, s.at = signed.Checkpoint, at
		if err := s.log.extends(ctx, s.last); err != nil {
			return err
		}
	}
	ended, err := s.remembered(ctx)
	if err != nil {
		return err
	}
	if err := s.complete(ctx); err != nil {
		return err
	}
	var odd error
	err = s.log.dir.entries(ctx, max(s.last.Size, ended), s.log.size, func(_ uint64, data []byte) {
		e, err := ledger.Decode(data)
		odd = errors.Join(odd, err)
		s.pad.saw(e)
	})
	s.update(func(st *Status) { st.Published, st.At, st.Size = s.last.Size, s.at, s.log.size })
	return errors.Join(err, odd)
}

// published returns the checkpoint in the public folder, nil if there is none,
// and when it was published.
func (s *session) published(ctx context.Context) (*ledger.Signed, time.Time, error) {
	public := OpenPublic(s.with.Folder)
	data, _, err := public.Read(ledger.CheckpointFile)
	if errors.Is(err, ledger.ErrMissing) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	signed, err := s.signedHere(data)
	if err != nil {
		return nil, time.Time{}, err
	}
	at, err := public.changed()
	return &signed, at, err
}

// remembered checks that the log extends the checkpoint that the memory has, and
// returns how many entries that has. It is the public one, or the one after that.
func (s *session) remembered(ctx context.Context) (uint64, error) {
	if s.with.Memory == nil {
		return 0, nil
	}
	data, err := s.with.Memory.Checkpoint(ctx)
	if err != nil || len(data) == 0 {
		return 0, err
	}
	signed, err := s.signedHere(data)
	if err != nil {
		return 0, err
	}
	return signed.Size, s.log.extends(ctx, signed.Checkpoint)
}

// complete checks that the log has what this process saw of it, and what was
// noted of it.
func (s *session) complete(ctx context.Context) error {
	if s.seen.Size > 0 {
		if err := s.log.extends(ctx, s.seen); err != nil {
			return err
		}
	}
	reached, err := s.with.Queue.Reached(ctx)
	if err != nil {
		return fmt.Errorf("the queue of the ledger: %w", err)
	}
	if s.log.size < reached {
		return fmt.Errorf("%w: it has %d entries, and had %d", ErrForked, s.log.size, reached)
	}
	return nil
}

// signedHere reads a checkpoint that this ledger signed, with one of its keys: a
// new one does not sign for what was before it.
func (s *session) signedHere(data []byte) (ledger.Signed, error) {
	signed, err := ledger.ParseCheckpoint(data, s.key)
	for _, other := range s.with.Others {
		if err == nil {
			break
		}
		var key ledger.Key
		if key, err = ledger.KeyOf(s.with.Origin, other.Public()); err == nil {
			signed, err = ledger.ParseCheckpoint(data, key)
		}
	}
	if err != nil {
		return ledger.Signed{}, fmt.Errorf("%w: %w", ErrForked, err)
	}
	return signed, nil
}

// work appends and publishes until ctx ends or something fails.
func (s *session) work(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := s.drain(ctx)
		if err == nil && !s.with.Now().Before(s.due()) && s.cosigning == nil {
			err = s.publish(ctx)
		}
		if err != nil {
			return err
		}
		s.update(func(st *Status) { st.Size, st.Err = s.log.size, nil })
		if n == maxBatch {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.kick:
		case d := <-s.cosigning:
			if err := s.finish(ctx, d); err != nil {
				return err
			}
		case <-time.After(s.pause()):
		}
	}
	return nil
}

// pause is how long to wait where nothing happens.
func (s *session) pause() time.Duration {
	if s.cosigning != nil {
		return s.with.Poll
	}
	return min(s.with.Poll, max(s.due().Sub(s.with.Now()), time.Millisecond))
}

// drain appends what waits, and notes where it stands; it returns how much did.
func (s *session) drain(ctx context.Context) (int, error) {
	rows, err := s.with.Queue.Next(ctx, maxBatch)
	if err != nil {
		return 0, fmt.Errorf("the queue of the ledger: %w", err)
	}
	there, rest, refused := s.sort(rows)
	s.update(func(st *Status) { st.Refused = refused })
	if len(there) > 0 {
		again, err := s.noteEach(ctx, there)
		if err != nil {
			return 0, err
		}
		rest = append(again, rest...)
	}
	if len(rest) == 0 {
		return len(rows) - refused, nil
	}
	list, err := s.add(ctx, rest)
	if err != nil {
		return 0, err
	}
	return len(list) + len(there), s.note(ctx, list)
}

// row is a row of the queue that is an entry.
type row struct {
	Waiting
	entry ledger.Entry
	at    uint64 // where it stands, if it does
}

// sort keeps apart what stands in the log already, what has to be appended, and
// how many rows are no entries.
func (s *session) sort(rows []Waiting) (there, rest []row, refused int) {
	for _, w := range rows {
		e, err := ledger.Decode(w.Entry)
		if err != nil {
			refused++
			continue
		}
		if at, ok := s.log.tail[sha256.Sum256(w.Entry)]; ok {
			there = append(there, row{w, e, at})
			continue
		}
		rest = append(rest, row{w, e, 0})
	}
	return there, rest, refused
}

// noteEach notes where rows stand that were found in the log, and returns those
// whose entry there is another row's: they say the same again, and are appended.
func (s *session) noteEach(ctx context.Context, there []row) (again []row, err error) {
	for _, r := range there {
		err := s.note(ctx, []Recorded{{r.ID, r.at}})
		delete(s.log.tail, sha256.Sum256(r.Entry))
		if errors.Is(err, ErrTaken) {
			again = append(again, r)
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return again, nil
}

// add appends rows, or as many of them as there may be at once, with the padding
// that comes before them, and returns where they stand.
func (s *session) add(ctx context.Context, rows []row) ([]Recorded, error) {
	var entries [][]byte
	var list []Recorded
	s.pad.after = false
	for _, r := range rows {
		if len(entries) >= maxAppend {
			break
		}
		padding, err := s.pad.before(r.entry)
		if err != nil {
			return nil, err
		}
		entries = append(entries, padding...)
		list = append(list, Recorded{r.ID, s.log.size + uint64(len(entries))})
		entries = append(entries, r.Entry)
	}
	return list, s.log.append(ctx, entries)
}

func (s *session) note(ctx context.Context, list []Recorded) error {
	if err := s.with.Queue.Recorded(ctx, list); err != nil {
		return fmt.Errorf("the queue of the ledger: %w", err)
	}
	return nil
}

// close waits for the witnesses and ends the log.
func (s *session) close() {
	if s.cosigning != nil {
		<-s.cosigning
	}
	s.log.close()
}

// public returns a path in the public folder.
func (s *session) public(path string) string {
	return filepath.Join(s.with.Folder, publicName, filepath.FromSlash(path))
}
