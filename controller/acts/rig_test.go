package acts_test

import (
	"context"
	"errors"
	mathrand "math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
)

// rig is a site's acts over a real database, with a ledger that notes entries as
// they come.
type rig struct {
	*acts.Acts
	t     testing.TB
	store *store.Store
	url   string
	log   *log
	now   atomic.Int64
	// office is with whom the acts make passes.
	office *office
}

var monday = time.Date(2027, 3, 8, 9, 30, 0, 0, time.UTC)

// log takes the place of the ledger's keeper.
type log struct {
	t    testing.TB
	db   *store.Store
	down atomic.Bool
	next uint64
	// noted gets every entry; used by the goroutine of run until it has ended.
	noted atomic.Pointer[[]ledger.Entry]
}

func (l *log) run(ctx context.Context) {
	for ctx.Err() == nil {
		if l.down.Load() || !l.drain(ctx) {
			time.Sleep(2 * time.Millisecond)
		}
	}
}

// drain notes what waits, and says whether something did.
func (l *log) drain(ctx context.Context) bool {
	var rows []store.QueueRow
	err := l.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Waiting(500)
		return err
	})
	if err != nil || len(rows) == 0 || l.down.Load() {
		return false
	}
	err = l.db.Change(ctx, func(tx *store.Tx) error {
		for i, r := range rows {
			if err := tx.NoteIndex(r.ID, l.next+uint64(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false
	}
	l.next += uint64(len(rows))
	all := *l.noted.Load()
	for _, r := range rows {
		e, err := ledger.Decode(r.Entry)
		if err != nil {
			l.t.Errorf("queued what is no entry: %v", err)
		}
		all = append(all[:len(all):len(all)], e)
	}
	l.noted.Store(&all)
	return true
}

// entries waits until nothing waits, and returns what the ledger has.
func (r *rig) entries() []ledger.Entry {
	r.t.Helper()
	for {
		if n := get(r, (*store.Tx).QueueLength); n == 0 {
			time.Sleep(5 * time.Millisecond)
			return *r.log.noted.Load()
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// names are the acts in clear that the ledger has, in order.
func (r *rig) names() (names []string) {
	r.t.Helper()
	for _, e := range r.entries() {
		if e.Act != nil {
			names = append(names, e.Act.Name)
		}
	}
	return names
}

// get reads from the store.
func get[T any](r *rig, f func(*store.Tx) (T, error)) (v T) {
	r.t.Helper()
	must(r.t, r.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		v, err = f(tx)
		return err
	}))
	return v
}

func newRig(t testing.TB, url string) *rig {
	t.Helper()
	r := &rig{t: t, url: url}
	r.now.Store(monday.Unix())
	var err error
	r.store, err = store.Open(t.Context(), url)
	must(t, err)
	r.log = &log{t: t, db: r.store, next: mathrand.Uint64N(1 << 50)} // another process may have noted some
	r.log.noted.Store(new([]ledger.Entry))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); r.log.run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
		_ = r.store.Close() // a test may have closed it
	})
	r.office = newOffice(r)
	r.Acts, err = acts.New(r.config(30 * time.Second))
	must(t, err)
	return r
}

func (r *rig) config(patience time.Duration) acts.Config {
	return acts.Config{
		Store: r.store, Issuing: r.office, Doors: r.office, EncodeSite: encodeSite, Key: signingKey(), Now: r.clock, LedgerTime: patience,
	}
}

func (r *rig) clock() time.Time { return time.Unix(r.now.Load(), 0).UTC() }

func (r *rig) pass(d time.Duration) { r.now.Add(int64(d / time.Second)) }

// impatient returns acts over the same store that give the ledger no time.
func (r *rig) impatient() *acts.Acts {
	r.t.Helper()
	a, err := acts.New(r.config(20 * time.Millisecond))
	must(r.t, err)
	return a
}

// scenario is a test of acts on one database.
type scenario struct {
	name string
	run  func(t *testing.T, r *rig)
}

func onSQLite(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel() // most of the time is the disk's
	run(t, newRig(t, filepath.Join(t.TempDir(), "site.db")))
}

// TestOnPostgres runs every scenario on PostgreSQL; on SQLite each is a test of
// its own.
func TestOnPostgres(t *testing.T) {
	server := pgtest.Start(t)
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, newRig(t, server.Database()))
		})
	}
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		killed(t, server.Database(), testenv.Count(1, 20))
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// Those who act in tests.
func owner() acts.Actor {
	return acts.Actor{Role: acts.Owner, Operator: "owner", Pseudonym: "op-aaaa"}
}

func desk() acts.Actor {
	return acts.Actor{Role: acts.FrontDesk, Operator: "desk", Pseudonym: "op-dddd"}
}

func auditor() acts.Actor {
	return acts.Actor{Role: acts.Auditor, Operator: "auditor", Pseudonym: "op-uuuu"}
}

func holder(id string) acts.Actor { return acts.Actor{Role: acts.HolderRole, Holder: id} }

func (r *rig) add(label string) acts.Holder {
	r.t.Helper()
	h, err := r.AddHolder(r.t.Context(), desk(), acts.HolderInput{Label: label})
	must(r.t, err)
	return h
}
