// Package keeper keeps a site's ledger: it takes what the site's acts have put
// into a queue, appends it to a log on disk, and publishes a checkpoint now and
// then. The forms are those of package ledger; the log is Tessera's, on a POSIX
// file system.
//
// # How it is wired
//
// Whoever creates a site creates its ledger with [Create], once. A service makes
// a [Keeper] with [New], over the queue and the lease of its
// store, and has [Keeper.Run] go on until it stops. Whoever enqueues an act calls
// [Keeper.Kick] once the transaction is done, and waits for the index as the
// store lets them; other processes over the same database need not, their acts
// are found within [Options.Poll]. [OpenPublic] reads what is published, in any
// process that sees the folder: [Public.Read] is what a server serves under
// /ledger/, and [Public.Statement] what goes into the next bundle, by way of
// [ledger.Later]. [Keeper.Status] is for the operator's pages.
//
// # At once, and by the hour
//
// An act has its index some tens of milliseconds after it was queued, and by then
// it is on the disk and in the tree. What the public sees is another thing: once
// in an interval the log is padded, and what there is then is published. Between
// any two entries in clear, and between the last of them and the checkpoint,
// stands a number of commitments that is a quantum, or twice, four times, eight
// times that; a random part of the padding comes first. So who watches the
// checkpoints learns neither when somebody moved in nor how many did, but for the
// order of magnitude of a busy hour; and an index tells its owner little about
// others. In an hour in which nothing happened a quantum is padded all the same.
//
// # The folder
//
//	lock       held by who keeps the log; without it, this is no ledger
//	log/       Tessera's: everything that was appended
//	public/    what is published, as any web server can serve it
//
// Both have the files of C2SP tlog-tiles. Whole tiles are one file with two
// names. Nothing beyond the published checkpoint is in public/ for longer than
// the witnesses take.
//
// For a backup, [State] and [Entries] read the log while it is kept, and [Refill]
// makes it again.
//
// # Where there are several controllers
//
// The one that holds the lease keeps the ledger; the others enqueue and read. All
// that may ever hold it must see the same folder: a keeper whose log does not
// extend the checkpoint that [Memory] remembers, or has fewer entries than the
// queue has noted, refuses to add to it, so that an older copy of the folder, or
// one of somebody's own, never becomes a fork. On one machine the lock keeps a
// second keeper out, whatever the lease says: those who share a folder there may
// share a lease, see [Owner], so that one that starts again, or another, goes on
// within a second or so after a crash, and waits for no lease to run out.
//
// # What can go wrong
//
// A disk that is full, a folder that is gone or read-only, a queue that cannot be
// reached: what was queued stays queued, [Status.Err] says why it waits, and it
// goes on by itself. After any error the log is closed, opened and compared with
// the queue, because what failed may have been done: an entry that stands in the
// log is noted and not appended again. So is what a killed process left between
// the two.
//
// It never appends anything that is not an entry of the ledger, never signs a
// checkpoint that does not extend the last, and opens no connection: witnesses
// are reached through a [Poster].
//
// BUG(ledger): Tessera's POSIX driver ends the whole process if it cannot open
// its own lock file. The keeper tries that itself just before each batch, so it
// takes a folder that disappears within the same few milliseconds. Nothing is
// lost by it, and the process has to be started again.
package keeper

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

var (
	// ErrBusy is returned while another keeper has the folder.
	ErrBusy = errors.New("another process keeps this ledger")
	// ErrElsewhere is why nothing is kept here while another has the lease.
	ErrElsewhere = errors.New("another controller keeps the ledger")
	// ErrFolder is returned for a folder that cannot be written.
	ErrFolder = errors.New("the folder of the ledger cannot be written")
	// ErrMissing is returned for a folder in which no ledger was created.
	ErrMissing = errors.New("there is no ledger in this folder, or its disk is not mounted")
	// ErrExists is returned by [Create] for a folder in which there is one.
	ErrExists = errors.New("there is a ledger in this folder already")
	// ErrForked is returned for a log that does not extend what was published of
	// it: it is an older copy, or another one.
	ErrForked = errors.New("the ledger on the disk does not extend the one that was published")
	// ErrTaken is what [Queue.Recorded] returns if another entry of the queue is
	// noted for an index already.
	ErrTaken = errors.New("another entry of the queue stands at this index")
	// ErrOptions is returned by [New] for options that cannot be used.
	ErrOptions = errors.New("the ledger cannot be kept like this")
)

// Queue is where acts wait for the ledger: a table of the store.
type Queue interface {
	// Next returns the first entries of which no index is noted, at most n, in the
	// order in which they were queued.
	Next(ctx context.Context, n int) ([]Waiting, error)
	// Recorded notes where entries stand, all or none, durably before it returns
	// nil, and wakes who waits for them. It fails with [ErrTaken] if another entry
	// is noted for one of the indexes. Noting the same again changes nothing.
	Recorded(ctx context.Context, list []Recorded) error
	// Reached returns one more than the greatest index that is noted, 0 for none:
	// so many entries the log must have.
	Reached(ctx context.Context) (uint64, error)
}

// Waiting is an entry in the queue. Its id is the queue's own.
type Waiting struct {
	ID    int64
	Entry []byte
}

// Recorded says where the entry with an id stands in the log.
type Recorded struct {
	ID    int64
	Index uint64
}

// Lease decides which of several controllers keeps the ledger.
type Lease interface {
	// Hold takes or prolongs the lease, from now for so long, and returns whether
	// this process has it.
	Hold(ctx context.Context, length time.Duration) (bool, error)
	// Release gives it back.
	Release(ctx context.Context) error
}

// Memory remembers, outside of the folder, the last checkpoint that was
// published, so that an older copy of the folder is noticed.
type Memory interface {
	// Checkpoint returns the signed checkpoint, and none if there is none yet.
	Checkpoint(ctx context.Context) ([]byte, error)
	// Remember keeps it in the place of the one before, durably.
	Remember(ctx context.Context, signed []byte) error
}

// Poster reaches witnesses.
type Poster interface {
	// Post sends a body to a URL and returns the answer's status, media type and
	// body, at most limit bytes of it.
	Post(ctx context.Context, url string, body []byte, limit int) (status int, mediaType string, answer []byte, err error)
}

// Witness is one that is asked to cosign checkpoints.
type Witness struct {
	// URL is its address, below which add-checkpoint is (C2SP tlog-witness).
	URL string
	Key ledger.Witness
}

// What an Options has where it says nothing.
const (
	DefaultInterval = time.Hour
	DefaultQuantum  = 16
	DefaultPoll     = 250 * time.Millisecond
)

// Options are what a [Keeper] works with. Folder, Origin, Key and Queue are
// needed.
type Options struct {
	// Folder is one that [Create] made.
	Folder string
	// Origin is the ledger's name, see [ledger.Origin].
	Origin string
	// Key signs checkpoints: an Ed25519 key.
	Key crypto.Signer
	// Others sign as well, while a key is replaced: the one before, or the next.
	Others []crypto.Signer
	Queue  Queue
	// Lease may be nil where there is one controller.
	Lease Lease
	// Memory may be nil, and then only the folder says what was published.
	Memory Memory
	// Interval is how often a checkpoint is published, at least a second.
	Interval time.Duration
	// Quantum is the least number of commitments that stand together, 1 to 256.
	Quantum int
	// Poll is how often the queue is asked without a Kick.
	Poll time.Duration
	// Witnesses are asked to cosign, through Post.
	Witnesses []Witness
	Post      Poster
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log is told about the ledger, never about an act. Nothing if nil.
	Log *slog.Logger

	disk disk // nil but in tests
}

// disk is what is written with beside Tessera.
type disk interface {
	Write(path string, data []byte, mode fs.FileMode) error
	Folder(path string, mode fs.FileMode) error
}

func (o *Options) fill() error {
	if o.Interval == 0 {
		o.Interval = DefaultInterval
	}
	if o.Quantum == 0 {
		o.Quantum = DefaultQuantum
	}
	if o.Poll == 0 {
		o.Poll = DefaultPoll
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.disk == nil {
		o.disk = durable.Disk{}
	}
	switch {
	case o.Folder == "":
		return fmt.Errorf("%w: no folder", ErrOptions)
	case o.Queue == nil:
		return fmt.Errorf("%w: no queue", ErrOptions)
	case o.Key == nil:
		return fmt.Errorf("%w: no key", ErrOptions)
	case o.Interval < time.Second:
		return fmt.Errorf("%w: an interval of %s, less than a second", ErrOptions, o.Interval)
	case o.Quantum < 1 || o.Quantum > 256:
		return fmt.Errorf("%w: a quantum of %d, not 1 to 256", ErrOptions, o.Quantum)
	case o.Poll <= 0:
		return fmt.Errorf("%w: it asks every %s", ErrOptions, o.Poll)
	case len(o.Witnesses) > 0 && o.Post == nil:
		return fmt.Errorf("%w: witnesses, and nothing to reach them with", ErrOptions)
	}
	return nil
}

// Keeper keeps a ledger. [New] makes one; it is safe for concurrent use.
type Keeper struct {
	with    Options
	key     ledger.Key
	signers []note.Signer
	kick    chan struct{}

	// seen is the last checkpoint of the log that this process knows of, published
	// or not; only the goroutine of Run uses it.
	seen ledger.Checkpoint

	mu     sync.Mutex
	status Status // guarded by mu
}

// New returns a keeper that does nothing yet. It fails with [ErrOptions] and
// [ledger.ErrKey].
func New(o Options) (*Keeper, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	key, err := ledger.KeyOf(o.Origin, o.Key.Public())
	if err != nil {
		return nil, err
	}
	k := &Keeper{with: o, key: key, kick: make(chan struct{}, 1)}
	for _, one := range append([]crypto.Signer{o.Key}, o.Others...) {
		s, err := ledger.NewSigner(o.Origin, one)
		if err != nil {
			return nil, err
		}
		k.signers = append(k.signers, s)
	}
	for _, w := range o.Witnesses {
		k.status.Witnesses = append(k.status.Witnesses, WitnessStatus{Name: w.Key.Name()})
	}
	k.status.Err = errNotYet
	return k, nil
}

// errNotYet is why acts wait before Run.
var errNotYet = errors.New("the ledger is not open yet")

// Key returns the ledger's public key.
func (k *Keeper) Key() ledger.Key { return k.key }

// Kick says that something was queued. It never waits.
func (k *Keeper) Kick() {
	select {
	case k.kick <- struct{}{}:
	default:
	}
}
