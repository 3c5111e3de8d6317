package issue_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// TestMany makes many passes with one transaction and one wait for each step.
func TestMany(t *testing.T) {
	const n = 100
	w := newWorld(t)
	c := w.controller(t)
	requests := make([]issue.Request, n)
	for i := range requests {
		requests[i] = plainRequest()
	}
	bindings, err := c.Prepare(t.Context(), "me", requests...)
	if err != nil || len(bindings) != n || w.steps != 2 {
		t.Fatalf("%d prepared in %d steps, error %v", len(bindings), w.steps, err)
	}
	var passes []issue.ToSign
	var ids []pass.ID
	for _, b := range bindings {
		passes, ids = append(passes, issue.ToSign{ID: b.ID}), append(ids, b.ID)
	}
	signed, err := c.Sign(t.Context(), "me", passes...)
	if err != nil || w.steps != 2+n+2 { // each is signed by the key
		t.Fatalf("%d signed in %d steps, error %v", len(signed), w.steps, err)
	}
	for i, s := range signed {
		text, err := pass.Join(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := pass.Parse(text); err != nil || p.Claims().ID != ids[i] {
			t.Fatalf("pass %d: %v", i, err)
		}
	}
	if err := c.Complete(t.Context(), "me", ids...); err != nil || w.valid() != n || w.open() != 0 {
		t.Fatalf("%d are good, %d open, error %v", w.valid(), w.open(), err)
	}
	if err := w.audit(); err != nil {
		t.Error(err)
	}
}

// TestManyOrNone: one that cannot be keeps all of them from being made.
func TestManyOrNone(t *testing.T) {
	w := newWorld(t)
	c := w.controller(t)
	bad := plainRequest()
	bad.Zones = []string{"cellar"}
	if _, err := c.Prepare(t.Context(), "", plainRequest(), bad); !errors.Is(err, issue.ErrPolicy) || len(w.dockets) != 0 {
		t.Errorf("error %v, %d dockets", err, len(w.dockets))
	}
	good, err := c.Prepare(t.Context(), "", plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign(t.Context(), "", issue.ToSign{ID: good[0].ID}, issue.ToSign{ID: pass.ID{9}}); !errors.Is(err, issue.ErrState) {
		t.Errorf("error %v", err)
	}
	if d := w.only(t); d.State != issue.Intended {
		t.Errorf("the docket is %s", d.State)
	}
	w.mute = true
	if _, err := c.Prepare(t.Context(), "", plainRequest(), plainRequest()); !errors.Is(err, issue.ErrLedger) {
		t.Errorf("error %v", err)
	}
	for id, d := range w.dockets {
		if id != good[0].ID && d.State != issue.Abandoned {
			t.Errorf("without a ledger the docket is %s", d.State)
		}
	}
}

// TestAtOnce has several controllers make and revoke passes for many callers,
// while others sweep.
func TestAtOnce(t *testing.T) {
	w := newWorld(t)
	var all sync.WaitGroup
	for range 4 {
		c := w.controller(t)
		all.Go(func() {
			for i := range 10 {
				claims, err := w.station(c.For(t.Context(), "s")).Issue(plainRequest(), nil, nowhere{})
				if err != nil {
					t.Error(err)
					return
				}
				if i%2 == 0 {
					if _, err := c.Revoke(t.Context(), claims.ID); err != nil {
						t.Error(err)
					}
				}
				if _, err := c.Sweep(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if w.valid() != 20 || w.open() != 0 {
		t.Errorf("%d are good, %d open", w.valid(), w.open())
	}
	if err := w.audit(); err != nil {
		t.Error(err)
	}
}

// nowhere is an outlet of passes that nobody wants to see.
type nowhere struct{}

func (nowhere) HandOver(string) error { return nil }
func (nowhere) TakeBack() error       { return nil }

// TestSignAtOnce: of several who have the same pass signed, one gets it.
func TestSignAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.controller(t)
	b, err := c.Prepare(t.Context(), "", plainRequest())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	got := make(chan error, 8)
	for range cap(got) {
		all.Go(func() {
			_, err := c.Sign(t.Context(), "", issue.ToSign{ID: b[0].ID})
			got <- err
		})
	}
	all.Wait()
	close(got)
	n := 0
	for err := range got {
		if err == nil {
			n++
		} else if !errors.Is(err, issue.ErrState) {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d got it", n)
	}
}
