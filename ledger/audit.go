package ledger

import (
	"context"
	"errors"
	"fmt"
)

// Audit is what an auditor checks a log with.
type Audit struct {
	// Key is the log's.
	Key Key
	// Witnesses are those whose cosignatures are looked for.
	Witnesses []Witness
	// Last is where the last audit ended; nil at the first.
	Last *State
	// Claims are what the log has to say, by what the auditor was given.
	Claims []Claim
	// Valid is how many entries of the status lists are valid, as the auditor has
	// counted them; nil if they have not. It is compared with the passes in Claims.
	Valid *int
}

// Claim is an opening that somebody has, of an entry that must be in the log.
type Claim struct {
	// From says where the auditor has it from, such as the name of a file.
	From string
	// Pass is the id of the pass that it came with, in hexadecimal; empty for
	// none.
	Pass    string
	Opening Opening
}

// Run reads what has come to the log since the last audit, all of it at the
// first, and says what it found. A log that is not what it has to be is in the
// report's Problems and no error; then the state is the one of before. It fails
// with a [ReadError] where the log cannot be read, after which nothing is known.
func (a Audit) Run(ctx context.Context, from Source) (Report, State, error) {
	r := run{Audit: a, state: State{Key: a.Key.String()}}
	if a.Last != nil {
		r.state = a.Last.clone()
	}
	r.report = newReport(a.Key, a.Last)
	err := r.all(ctx, from)
	var unread *ReadError
	if errors.As(err, &unread) && !errors.Is(err, ErrTooLong) || ctx.Err() != nil {
		return Report{}, State{}, errors.Join(err, ctx.Err())
	}
	if err != nil {
		r.problem(err)
	}
	r.report.finish(r.state)
	if !r.report.Consistent && a.Last != nil {
		return r.report, a.Last.clone(), nil
	}
	return r.report, r.state, nil
}

// run is an audit at work.
type run struct {
	Audit
	report Report
	state  State
}

// all stops at the first thing that makes the rest meaningless.
func (r *run) all(ctx context.Context, from Source) error {
	data, err := read(ctx, from, CheckpointFile, MaxCheckpoint)
	if err != nil {
		return err
	}
	r.report.Checkpoint = string(data)
	now, err := ParseCheckpoint(data, r.Key, r.Witnesses...)
	if err != nil {
		return err
	}
	r.report.take(now)
	start := uint64(0)
	if r.Last != nil {
		before, err := r.before(data)
		if err != nil {
			return err
		}
		start = before.Size
		if err := Extends(ctx, from, before.Checkpoint, now.Checkpoint); err != nil {
			return err
		}
	}
	r.state.Key, r.state.Checkpoint = r.Key.String(), string(data)
	claims := newClaims(r.Claims, now.Size)
	w := newWalker(ctx, from, now.Checkpoint)
	if err := r.read(w, claims, start); err != nil {
		return err
	}
	if err := claims.rest(w, start); err != nil {
		return err
	}
	r.conclude(claims)
	return nil
}

// before returns what the last audit saw. If the key is another one since, the
// one of then must have signed what there is now as well.
func (r *run) before(now []byte) (Signed, error) {
	key, err := ParseKey(r.Last.Key)
	if err != nil {
		return Signed{}, err
	}
	if key.String() != r.Key.String() {
		if _, err := ParseCheckpoint(now, key); err != nil {
			return Signed{}, fmt.Errorf("the key is not the one of the last audit, which has not signed this: %w", err)
		}
	}
	before, err := ParseCheckpoint([]byte(r.Last.Checkpoint), key)
	if err != nil {
		return Signed{}, fmt.Errorf("what the last audit saw: %w", err)
	}
	return before, nil
}

// read goes through the entries from start on, or all if something has to be
// searched for. Entries before start are known already, and counted.
func (r *run) read(w walker, claims *claims, start uint64) error {
	first := start / tileWidth
	if claims.searches() {
		first = 0
	}
	for i := first; i < w.bundles(); i++ {
		list, err := w.bundle(i)
		if err != nil {
			return err
		}
		for k, data := range list {
			index := i*tileWidth + uint64(k)
			e, err := Decode(data)
			if err != nil {
				r.problem(&entryError{index, err})
				continue
			}
			claims.see(index, e)
			if index >= start {
				r.state.count(e)
			}
		}
	}
	return nil
}

// conclude says what became of the claims.
func (r *run) conclude(c *claims) {
	r.report.Claims = c.findings()
	for _, f := range r.report.Claims {
		if f.Why != "" && !f.Waiting {
			r.report.add(Problem{Kind: KindClaim, Text: f.From + ": " + f.Why})
		}
	}
	b := c.balance(r.Valid)
	if b == (Balance{}) && r.Valid == nil {
		return
	}
	r.report.Passes = &b
	if b.Valid != nil && *b.Valid != b.Issued-b.Ended {
		r.report.add(Problem{Kind: KindCount, Text: fmt.Sprintf(
			"%d places of the status lists are valid, and the openings say that %d passes were issued and %d of them ended", *b.Valid, b.Issued, b.Ended)})
	}
}

// problem adds what is wrong, with the checkpoints that prove it.
func (r *run) problem(err error) {
	p := Problem{Kind: kindOf(err), Text: err.Error()}
	var at *entryError
	if errors.As(err, &at) {
		p.Entry = &at.index
	}
	if r.Last != nil && (p.Kind == KindFork || p.Kind == KindShrunk) {
		p.Evidence = []string{r.Last.Checkpoint, r.report.Checkpoint}
	}
	r.report.add(p)
}

func kindOf(err error) Kind {
	switch {
	case errors.Is(err, ErrCheckpoint), errors.Is(err, ErrKey):
		return KindKey
	case errors.Is(err, ErrFork):
		return KindFork
	case errors.Is(err, ErrShrunk):
		return KindShrunk
	case errors.Is(err, ErrEntry) && !errors.Is(err, ErrChanged):
		return KindEntry
	}
	return KindChanged
}
