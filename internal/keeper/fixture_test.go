package keeper

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/ledger"
)

const origin = "facelatch/test"

func TestMain(m *testing.M) {
	if inChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// queue is one in memory, with faults of both kinds.
type queue struct {
	mu      sync.Mutex
	rows    map[int64][]byte
	noted   map[int64]uint64
	next    int64
	changed chan struct{}
	// fail, if not nil, is what everything fails with; if persists, after it was
	// done.
	fail     error
	persists bool
}

func newQueue() *queue {
	return &queue{rows: make(map[int64][]byte), noted: make(map[int64]uint64), changed: make(chan struct{})}
}

func (q *queue) put(entry []byte) int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next++
	q.rows[q.next] = entry
	return q.next
}

func (q *queue) faulty(err error, persists bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fail, q.persists = err, persists
}

func (q *queue) Next(_ context.Context, n int) (list []Waiting, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail != nil && !q.persists {
		return nil, q.fail
	}
	for _, id := range slices.Sorted(maps.Keys(q.rows)) {
		if _, done := q.noted[id]; !done && len(list) < n {
			list = append(list, Waiting{id, q.rows[id]})
		}
	}
	return list, nil
}

func (q *queue) Recorded(_ context.Context, list []Recorded) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail != nil && !q.persists {
		return q.fail
	}
	for _, r := range list {
		for id, index := range q.noted {
			if index == r.Index && id != r.ID {
				return ErrTaken
			}
		}
	}
	for _, r := range list {
		q.noted[r.ID] = r.Index
	}
	close(q.changed)
	q.changed = make(chan struct{})
	return q.fail
}

func (q *queue) Reached(context.Context) (n uint64, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail != nil && !q.persists {
		return 0, q.fail
	}
	for _, index := range q.noted {
		n = max(n, index+1)
	}
	return n, nil
}

// index waits until an entry is noted.
func (q *queue) index(t testing.TB, id int64) uint64 {
	t.Helper()
	late := time.After(time.Minute)
	for {
		q.mu.Lock()
		index, done := q.noted[id]
		changed := q.changed
		q.mu.Unlock()
		if done {
			return index
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("entry %d of the queue was never recorded", id)
		}
	}
}

func (q *queue) recorded(id int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, done := q.noted[id]
	return done
}

// clock is a time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a ledger at work.
type bench struct {
	*Keeper
	queue  *queue
	clock  *clock
	folder string
	stop   func()
}

// options returns those of a ledger that was just created, whose hour lasts until
// the test says otherwise.
func options(t testing.TB) Options {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "ledger")
	must(t, Create(t.Context(), folder))
	return Options{
		Folder: folder, Origin: origin, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Queue: newQueue(),
		Poll: 5 * time.Millisecond, Now: (&clock{at: time.Now()}).now,
	}
}

// start runs a keeper until the test ends or stop is called.
func start(t testing.TB, o Options) *bench {
	t.Helper()
	c := &clock{at: time.Now()}
	o.Now = c.now
	k, err := New(o)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { k.Run(ctx) })
	b := &bench{Keeper: k, queue: o.Queue.(*queue), clock: c, folder: o.Folder, stop: func() { cancel(); running.Wait() }}
	t.Cleanup(b.stop)
	return b
}

// commit queues a commitment to nothing in particular.
func (b *bench) commit(t testing.TB) int64 {
	t.Helper()
	c, err := ledger.Pad(rand.Reader)
	must(t, err)
	return b.enqueue(c.Encode())
}

func (b *bench) enqueue(entry []byte) int64 {
	id := b.queue.put(entry)
	b.Kick()
	return id
}

// act queues an act in clear.
func (b *bench) act(t testing.TB, name string) int64 {
	t.Helper()
	a, err := ledger.NewAct(rand.Reader, time.Now(), "op-7k2m", name, nil)
	must(t, err)
	data, err := a.Encode()
	must(t, err)
	return b.enqueue(data)
}

// hour lets the interval pass and waits for the checkpoint.
func (b *bench) hour(t testing.TB) {
	t.Helper()
	before := b.until(t, "all to be well", func(s Status) bool { return s.Err == nil && s.Holding }).Published
	b.clock.add(time.Hour)
	b.until(t, "the next checkpoint", func(s Status) bool { return s.Published > before })
}

// until waits for a status.
func (b *bench) until(t testing.TB, what string, good func(Status) bool) Status {
	t.Helper()
	for range 12000 {
		if s := b.Status(); good(s) {
			return s
		}
		b.Kick()
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("waiting in vain for %s: %+v", what, b.Status())
	return Status{}
}

// published is the public part as an auditor reads it.
type published struct{ *Public }

func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.Public.Read(path)
	return data, err
}

// entries returns all published entries, proved.
func (b *bench) entries(t testing.TB) (list []ledger.Entry) {
	t.Helper()
	r, _, err := ledger.Audit{Key: b.Key()}.Run(t.Context(), published{OpenPublic(b.folder)})
	must(t, err)
	if !r.Consistent {
		t.Fatalf("%s", r.Plain())
	}
	must(t, source(filepath.Join(b.folder, publicName)).entries(t.Context(), 0, r.Size, func(_ uint64, data []byte) {
		e, err := ledger.Decode(data)
		must(t, err)
		list = append(list, e)
	}))
	return list
}

var errGone = errors.New("gone")
