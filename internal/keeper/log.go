package keeper

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"github.com/facelatch/facelatch/ledger"
)

const (
	// batchAge is how long Tessera waits for more before it writes; what comes is
	// given to it in one piece, so that nothing is gained by waiting.
	batchAge = 5 * time.Millisecond
	// batchSize is how many entries it writes at once.
	batchSize = 2048
	// internalInterval is how often Tessera writes a checkpoint of its own, which
	// nobody sees: it clears away what is of use to nobody up to there.
	internalInterval = time.Minute
	// tailSize is how far back an entry is looked for that may have been appended
	// and not noted: more than can be on its way at once.
	tailSize = 16384
)

// quiet keeps Tessera from writing to the standard error output. What fails
// comes back as an error.
var quiet = sync.OnceFunc(func() { klog.SetSlogLogger(slog.New(slog.DiscardHandler)) })

// appendLog is the log on the disk, open. One goroutine uses it.
type appendLog struct {
	dir  source
	lock *os.File // nil where the caller has it
	add  tessera.AddFn
	stop context.CancelFunc
	size uint64
	// tail is where the newest entries stand that were there when it was opened.
	tail map[[sha256.Size]byte]uint64
}

// openLog opens the log of a folder. It fails with [ErrBusy], [ErrMissing],
// [ErrFolder], or if what is there cannot be read.
func openLog(ctx context.Context, folder string) (l *appendLog, err error) {
	lock, err := acquire(folder)
	if err != nil {
		return nil, err
	}
	if l, err = openLocked(ctx, folder); err != nil {
		lock.Close()
		return nil, err
	}
	l.lock = lock
	return l, nil
}

// openLocked is openLog for who has the lock of the folder, and keeps it.
func openLocked(ctx context.Context, folder string) (*appendLog, error) {
	l := &appendLog{dir: source(filepath.Join(folder, logName)), stop: func() {}}
	if err := l.open(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *appendLog) open(ctx context.Context) error {
	if err := l.usable(); err != nil {
		return err
	}
	// Tessera has to end after what was given to it, and not with its caller.
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	appender, reader, err := tesseraIn(inner, string(l.dir))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	l.add = appender.Add
	if l.size, err = reader.IntegratedSize(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return l.readTail(ctx)
}

// initialise has Tessera make what it needs.
func initialise(ctx context.Context, dir string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	_, _, err := tesseraIn(ctx, dir)
	return err
}

// tesseraIn starts Tessera in a folder; it ends with ctx.
func tesseraIn(ctx context.Context, dir string) (*tessera.Appender, tessera.LogReader, error) {
	quiet()
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, nil, err
	}
	// Tessera's own checkpoint is signed with a key that nobody knows.
	skey, _, err := note.GenerateKey(rand.Reader, "not-published")
	if err != nil {
		return nil, nil, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, nil, err
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(batchSize, batchAge).WithCheckpointInterval(internalInterval)
	appender, _, reader, err := tessera.NewAppender(ctx, driver, options)
	return appender, reader, err
}

func (l *appendLog) readTail(ctx context.Context) error {
	l.tail = make(map[[sha256.Size]byte]uint64)
	return l.dir.entries(ctx, l.size-min(l.size, tailSize), l.size, func(index uint64, entry []byte) {
		l.tail[sha256.Sum256(entry)] = index
	})
}

// usable tries what Tessera must be able to do, because it ends the process if
// it is not, and begins a new log where it finds none.
func (l *appendLog) usable() error {
	state := filepath.Join(string(l.dir), ".state")
	for _, name := range []string{"treeState", "treeState.lock", "publish.lock"} {
		f, err := os.OpenFile(filepath.Join(state, name), os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

// append adds entries. Once it returns they are on the disk and in the tree, and
// stand there from the size of before on. After an error any of them may be, and
// the log has to be opened anew.
func (l *appendLog) append(ctx context.Context, entries [][]byte) (err error) {
	if err := l.usable(); err != nil {
		return err
	}
	futures := make([]tessera.IndexFuture, len(entries))
	for i, e := range entries {
		futures[i] = l.add(ctx, tessera.NewEntry(e))
	}
	for i, f := range futures {
		at, failed := f() // each is waited for: nothing may be on its way afterwards
		if failed == nil && at.Index != l.size+uint64(i) {
			failed = fmt.Errorf("entry %d of the log stands at %d", l.size+uint64(i), at.Index)
		}
		if failed != nil && err == nil {
			err = fmt.Errorf("%w: %w", ErrFolder, failed)
		}
	}
	if err != nil {
		return err
	}
	l.size += uint64(len(entries))
	return nil
}

// checkpoint returns the checkpoint of all there is, computed from the tiles on
// the disk.
func (l *appendLog) checkpoint(ctx context.Context, origin string) (ledger.Checkpoint, error) {
	root, err := l.dir.root(ctx, l.size)
	if err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return ledger.Checkpoint{Origin: origin, Size: l.size, Root: root}, nil
}

// extends checks that the log extends a checkpoint that was published of it. It
// fails with [ErrForked].
func (l *appendLog) extends(ctx context.Context, earlier ledger.Checkpoint) error {
	now, err := l.checkpoint(ctx, earlier.Origin)
	if err != nil {
		return err
	}
	err = ledger.Extends(ctx, l.dir, earlier, now)
	if unread := (*ledger.ReadError)(nil); err == nil || errors.As(err, &unread) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrForked, err)
}

// close lets go of the folder. Nothing that was appended is lost.
func (l *appendLog) close() {
	l.stop()
	if l.lock != nil {
		l.lock.Close()
	}
}
