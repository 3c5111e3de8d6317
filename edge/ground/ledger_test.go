package ground

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
)

const origin = "facelatch/test"

// with returns a bundle that says something of the ledger.
func (w *world) with(number uint64, statement []byte) []byte {
	return w.site.BundleOf(number, func(b *bundle.Bundle) { b.Checkpoint = statement })
}

// TestPromise6DoorsAreWitnesses: a door refuses a bundle whose checkpoint does
// not extend its last, whatever else is right about it, goes on with what it
// holds, and shows it, also after a restart.
func TestPromise6DoorsAreWitnesses(t *testing.T) {
	w := newWorld(t).join("127.0.0.1:1")
	l, fork, other := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 2)
	l.Fill(t, 300, 'a')
	first := l.Publish(t)
	fork.Fill(t, 400, 'b')
	forked := fork.Publish(t)
	other.Fill(t, 400, 'a')
	strange := other.Publish(t)
	g := w.start()
	w.ledger = l
	must(t, w.take(g, w.with(1, first)))
	for name, test := range map[string]struct {
		statement []byte
		from      ledger.Source
		want      error
	}{
		"forked":      {forked, fork, ledger.ErrFork},
		"another key": {strange, other, ledger.ErrCheckpoint},
		"gone":        {nil, l, ledger.ErrShrunk},
		"rubbish":     {[]byte("rubbish"), l, ledger.ErrKey},
	} {
		w.ledger = test.from
		err := w.take(g, w.with(2, test.statement))
		if !errors.Is(err, ErrRejected) || !errors.Is(err, ErrLedger) || !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		taker{Ground: g}.Heard(err)
		if s := g.Snapshot(); !errors.Is(s.Ledger, ErrLedger) || s.Contents.Bundle.Number != 1 {
			t.Errorf("%s: %v, bundle %d", name, s.Ledger, s.Contents.Bundle.Number)
		}
	}
	if n := g.reports.take(); n[LedgerRefused] != 4 {
		t.Errorf("reported %v", n)
	}
	cut(g)
	g = w.start()
	w.ledger = fork
	if err := w.take(g, w.with(2, forked)); !errors.Is(err, ErrLedger) {
		t.Errorf("after a restart: %v", err)
	}
	w.ledger = l
	l.Fill(t, 500, 'a')
	must(t, w.take(g, w.with(2, l.Publish(t))))
	if err := g.Snapshot().Ledger; err != nil {
		t.Errorf("still shown: %v", err)
	}
}

// TestLedgerOfADoorThatWasAway: a door that has missed any number of checkpoints
// checks the next, and reads little for it.
func TestLedgerOfADoorThatWasAway(t *testing.T) {
	w := newWorld(t).join("127.0.0.1:1")
	l := ledgertest.New(t, origin, 1)
	w.ledger = l
	g := w.start()
	must(t, w.take(g, w.with(1, nil)))
	l.Fill(t, 3, 'a')
	must(t, w.take(g, w.with(2, l.Publish(t))))
	must(t, w.take(g, w.with(3, l.Publish(t))))
	for range 20 {
		l.Fill(t, 250, 'a')
		l.Publish(t)
	}
	l.Reads()
	must(t, w.take(g, w.with(4, l.Publish(t))))
	if n := l.Reads(); n == 0 || n > 6 {
		t.Errorf("%d files were read", n)
	}
}

// TestLedgerThatCannotBeRead: nobody is accused; the bundle is taken once the
// ledger can be read.
func TestLedgerThatCannotBeRead(t *testing.T) {
	w := newWorld(t).join("127.0.0.1:1")
	l := ledgertest.New(t, origin, 1)
	w.ledger = l
	l.Fill(t, 30, 'a')
	g := w.start()
	must(t, w.take(g, w.with(1, l.Publish(t))))
	l.Fill(t, 30, 'a')
	next := w.with(2, l.Publish(t))
	gone := errors.New("gone")
	l.Fail = func(string) error { return gone }
	err := w.take(g, next)
	if !errors.Is(err, gone) || errors.Is(err, ErrRejected) || errors.Is(err, ErrLedger) {
		t.Errorf("%v", err)
	}
	taker{Ground: g}.Heard(err)
	if s := g.Snapshot(); s.Ledger != nil || s.Contact.Reached {
		t.Errorf("%+v", s.Contact)
	}
	l.Fail = nil
	must(t, w.take(g, next))
	if n := g.reports.take(); n[LedgerRefused] != 0 || n[BundleRejected] != 0 {
		t.Errorf("reported %v", n)
	}
}

// TestLedgerOverTheLine: the ledger comes from the controller, as it is served to
// everybody.
func TestLedgerOverTheLine(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	l := ledgertest.New(t, origin, 1)
	c.Answer(func(out http.ResponseWriter, r *http.Request) bool {
		path, of := strings.CutPrefix(r.URL.Path, "/ledger/")
		if !of {
			return false
		}
		data, err := l.Read(r.Context(), path, 1<<20)
		if err != nil {
			out.WriteHeader(http.StatusNotFound)
			return true
		}
		out.Write(data)
		return true
	})
	g := w.start()
	run(t, g)
	for n := range uint64(3) {
		l.Fill(t, 200, 'a')
		c.Publish(n+1, w.with(n+1, l.Publish(t)))
		soon(t, "the bundle", func() bool { return number(g) == n+1 })
	}
	fork := ledgertest.New(t, origin, 1)
	fork.Fill(t, 600, 'b')
	c.Publish(4, w.with(4, fork.Publish(t)))
	soon(t, "the refusal", func() bool { return errors.Is(g.Snapshot().Ledger, ErrLedger) })
	if number(g) != 3 {
		t.Error("the bundle was taken")
	}
}
