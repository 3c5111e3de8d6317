package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// batches commits together what is being changed at the same time. Each change
// runs on the goroutine of its caller while that has the turn, in the batch that
// is open: a transaction in which a savepoint keeps it apart from the others. The
// last who was waiting for the turn commits, and tells all.
//
// What a change decides may rest on what others in its batch have done. So nobody
// is answered before the commit, not even whose own change failed; and where the
// database undoes a batch because of other processes, all of it is done again.
type batches struct {
	connect func(context.Context) (lane, error)
	dialect dialect
	noted   *bell
	waiting atomic.Int64 // how many are about to take the turn

	turn chan struct{} // holds a value while somebody uses what follows
	lane lane          // nil while there is no connection
	open *batch
}

// lane is the one connection of a process that writes.
type lane interface {
	querier
	// do runs statements without arguments. A COMMIT that ends as a rollback is an
	// error.
	do(ctx context.Context, script string) error
	// close gives the connection up, with whatever transaction it is in.
	close()
}

const (
	// markScript sets a savepoint, remarkScript another in its place, and
	// unmarkScript goes back to it.
	markScript   = "SAVEPOINT change"
	remarkScript = "RELEASE change; SAVEPOINT change"
	unmarkScript = "ROLLBACK TO change"
	commitScript = "COMMIT"
	// maxTries is how often a change is tried that others keep undoing.
	maxTries = 40
)

func newBatches(connect func(context.Context) (lane, error), d dialect, noted *bell) *batches {
	return &batches{connect: connect, dialect: d, noted: noted, turn: make(chan struct{}, 1)}
}

// batch is one transaction of the database.
type batch struct {
	size  int  // how many changes are in it
	mark  bool // there is a savepoint
	after []func()
	done  chan struct{} // closed once the batch is over
	err   error         // read after done is closed
}

// undone is an error after which nothing was done, and all may be done again.
type undone struct{ error }

func (u undone) Unwrap() error { return u.error }

func (b *batches) change(ctx context.Context, f func(*Tx) error) error {
	for try := 1; ; try++ {
		err := b.once(ctx, f)
		if u := (undone{}); !errors.As(err, &u) {
			return err
		} else if try == maxTries {
			return translate(u.error)
		}
		select {
		case <-time.After(time.Duration(rand.Int64N(int64(min(try, 10)) * int64(5*time.Millisecond)))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// once runs f in a batch, and waits for its end.
func (b *batches) once(ctx context.Context, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.waiting.Add(1)
	select {
	case b.turn <- struct{}{}:
		b.waiting.Add(-1)
	case <-ctx.Done():
		b.waiting.Add(-1)
		go b.lastWentAway() // who gave up waits for nobody else's turn
		return ctx.Err()
	}
	own, err := b.join(ctx, f)
	if own == nil {
		return err
	}
	<-own.done
	if own.err != nil {
		return own.err
	}
	return err
}

// lastWentAway ends the batch that is open, if whoever it waits for does not come.
func (b *batches) lastWentAway() {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	b.settle()
}

// join runs f in the open batch, or the first of a new one, and ends the batch
// if nobody else waits to join it. It gives the turn back, whatever f does. It
// returns the batch if f is in it, or rests on it.
func (b *batches) join(ctx context.Context, f func(*Tx) error) (own *batch, err error) {
	defer func() { <-b.turn }()
	defer b.settle()
	if err := b.begin(); err != nil {
		return nil, err
	}
	return b.run(ctx, f)
}

// settle commits the open batch unless somebody is about to join it.
func (b *batches) settle() {
	if b.open == nil || b.waiting.Load() > 0 && b.open.size < b.dialect.together() {
		return
	}
	ctx, stop := b.dialect.limited(context.Background())
	defer stop()
	b.end(b.outcome(b.lane.do(ctx, commitScript)))
}

// outcome says what an error means to all in a batch: that it can be done again,
// or that nobody knows.
func (b *batches) outcome(err error) error {
	if tryAgain(err) {
		return undone{err}
	}
	if err = translate(err); err != nil && !known(err) {
		err = explain(ErrUnavailable, err)
	}
	return err
}

// end tells all of the open batch what came of it.
func (b *batches) end(err error) {
	own := b.open
	b.open = nil
	if err != nil {
		b.drop()
	} else {
		for _, f := range own.after {
			f()
		}
	}
	own.err = err
	close(own.done)
}

// drop gives the connection up, with whatever transaction it is in.
func (b *batches) drop() {
	if b.lane != nil {
		b.lane.close()
		b.lane = nil
	}
}

// close ends the connection. Nobody may be at work.
func (b *batches) close() {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	b.drop()
}

// begin opens a batch where none is open. A connection that broke while nobody
// used it is made anew.
func (b *batches) begin() error {
	if b.open != nil {
		return nil
	}
	ctx, stop := b.dialect.limited(context.Background())
	defer stop()
	kept := b.lane != nil
	err := b.beginOn(ctx)
	if err != nil && kept && lostLine(err) {
		err = b.beginOn(ctx)
	}
	if tryAgain(err) {
		return undone{err}
	}
	if err != nil {
		return translate(err)
	}
	b.open = &batch{done: make(chan struct{})}
	return nil
}

func (b *batches) beginOn(ctx context.Context) (err error) {
	if b.lane == nil {
		if b.lane, err = b.connect(ctx); err != nil {
			b.lane = nil
			return err
		}
	}
	if err = b.lane.do(ctx, b.dialect.begin()); err != nil {
		b.drop()
	}
	return err
}

// run runs f. Who cancels is heard before f begins only: an interrupted statement
// could end the batch for all.
func (b *batches) run(ctx context.Context, f func(*Tx) error) (own *batch, err error) {
	quiet, stop := b.dialect.limited(context.WithoutCancel(ctx))
	defer stop()
	c := &oneOf{batches: b, ctx: quiet}
	tx := &Tx{ctx: quiet, q: c, dialect: b.dialect, noted: b.noted}
	panicked := true
	defer func() {
		if panicked {
			_ = c.undo(tx)
		}
	}()
	err = f(tx)
	panicked = false
	if err == nil && tx.broken != nil && b.dialect == postgresDialect {
		err = explain(nil, tx.broken) // f went on after an error
	}
	if err == nil {
		b.open.size++
		b.open.after = append(b.open.after, tx.after...)
		return b.open, nil
	}
	own = b.open
	if tx.again {
		b.end(undone{err})
		return nil, undone{err}
	}
	if gone := c.undo(tx); gone != nil {
		return nil, err
	}
	if own.size == 0 {
		return nil, err // it rests on nothing
	}
	return own, err
}

// oneOf is one change of a batch: a querier that sets a savepoint before the first
// statement that writes, unless there is nobody whose change it would keep.
type oneOf struct {
	*batches
	ctx    context.Context
	marked bool
	wrote  bool
}

// writes is called before a statement that writes.
func (c *oneOf) writes() error {
	if c.wrote {
		return nil
	}
	if c.wrote = true; c.open.size == 0 {
		return nil
	}
	script := markScript
	if c.open.mark {
		script = remarkScript
	}
	err := c.lane.do(c.ctx, script)
	c.marked = err == nil
	c.open.mark = true
	return err
}

// undo undoes what the change has done. Where that cannot be, the batch is over
// for all, who do theirs again, and it returns why.
func (c *oneOf) undo(tx *Tx) error {
	if c.open == nil || !c.wrote && tx.broken == nil {
		return nil
	}
	alone := c.open.size == 0
	var err error
	switch {
	case alone:
		if err = c.lane.do(c.ctx, "ROLLBACK"); err == nil {
			c.open = nil
		}
	case c.marked:
		err = c.lane.do(c.ctx, unmarkScript)
	default:
		err = errTogether
	}
	if err != nil {
		c.end(undone{err})
	}
	return err
}

// errTogether is why a batch ends with a change that failed and that no savepoint
// kept apart.
var errTogether = errors.New("the database undid a change together with another that failed")

// ExecContext is a method of querier.
func (c *oneOf) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := c.writes(); err != nil {
		return nil, err
	}
	return c.lane.ExecContext(ctx, query, args...)
}

// QueryContext is a method of querier.
func (c *oneOf) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if !reads(query) {
		if err := c.writes(); err != nil {
			return nil, err
		}
	}
	return c.lane.QueryContext(ctx, query, args...)
}

// reads says that a statement changes nothing.
func reads(query string) bool {
	return strings.HasPrefix(strings.TrimSpace(query), "SELECT")
}
