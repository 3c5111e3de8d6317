package controllertest

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// PairSize is how much two controllers are given to do.
type PairSize struct {
	// Stations issue, and every second pass of theirs they take back; Doors wait for
	// bundles.
	Stations, Doors int
	// Before and After are for how long, before and after the one is killed that
	// keeps the ledger.
	Before, After time.Duration
}

// PairOptions say how two controllers are tried.
type PairOptions struct {
	PairSize
	// Say, which may be nil, is told how far it has come.
	Say func(string)
}

// Pair is what came of two controllers behind one address, one of which was
// killed.
type Pair struct {
	// Issued and Revoked count what was acknowledged, and IssuedAfter the passes
	// that were asked for and acknowledged after the kill.
	Issued, Revoked, IssuedAfter int
	// Lost are requests of stations that were not answered, or with an error, and
	// Why what was said, each once.
	Lost int
	Why  []string
	// Moved is how long after the kill the other kept the ledger, Answered how long
	// until a pass was acknowledged that was asked for after it, and Heard until
	// every door had another bundle.
	Moved, Answered, Heard time.Duration
	// Bundles counts those that doors got.
	Bundles int
	// Judgement is what was there at the end.
	Judgement Judgement
}

// TwoControllers starts two controllers of the site, which has to be on
// PostgreSQL, behind one address, has stations and doors work with it, kills the
// controller that keeps the ledger, and in the end the other one.
func (s *Site) TwoControllers(ctx context.Context, o PairOptions) (Pair, error) {
	t := &pairTrial{Site: s, PairOptions: o, journal: NewJournal(), heard: make(map[pass.DoorID]bool), why: make(map[string]bool)}
	if t.Say == nil {
		t.Say = func(string) {}
	}
	err := t.start(ctx)
	if err == nil {
		t.Say("issuing with two controllers")
		err = t.run(ctx)
	}
	if err = errors.Join(err, t.stop()); err != nil {
		return Pair{}, err
	}
	t.Say("judging what is there")
	t.found.Why = slices.Sorted(maps.Keys(t.why))
	t.found.Judgement, err = s.Judge(ctx, t.journal)
	return t.found, err
}

// pairTrial is one such trial.
type pairTrial struct {
	*Site
	PairOptions
	journal   *Journal
	forwarder *Forwarder
	both      []*Process
	stations  []Member
	doors     []Member
	signers   map[pass.KeyID]*ecdsa.PublicKey

	mu     sync.Mutex // guards what follows
	found  Pair
	killed time.Time // zero before
	heard  map[pass.DoorID]bool
	why    map[string]bool
	failed error
}

func (t *pairTrial) start(ctx context.Context) (err error) {
	if t.stations, err = t.Members(ctx, site.KindStation, t.Stations); err != nil {
		return err
	}
	if t.doors, err = t.Members(ctx, site.KindDoor, t.Doors); err != nil {
		return err
	}
	if t.forwarder, err = NewForwarder(); err != nil {
		return err
	}
	var where []string
	for range 2 {
		p, err := t.Start("127.0.0.1:0", t.forwarder.Address, false, nil)
		if err != nil {
			return err
		}
		t.both = append(t.both, p)
		select {
		case <-p.Ready:
		case <-p.Gone:
			return errors.New("a controller did not start")
		}
		where = append(where, p.Address)
	}
	t.forwarder.To(where...)
	t.signers, err = t.Site.signers(ctx)
	return err
}

func (t *pairTrial) stop() (err error) {
	for _, p := range t.both {
		err = errors.Join(err, p.Kill())
	}
	if t.forwarder != nil {
		err = errors.Join(err, t.forwarder.Close())
	}
	return err
}

func (t *pairTrial) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var issuing, polling sync.WaitGroup
	enough := make(chan struct{})
	for _, m := range t.stations {
		issuing.Go(func() { t.issue(m, enough) })
	}
	for _, m := range t.doors {
		polling.Go(func() { t.poll(ctx, m) })
	}
	time.Sleep(t.Before)
	err := t.until("nothing is issued and revoked", func() bool { return t.found.Issued > 0 && t.found.Revoked > 0 && t.found.Bundles > 0 })
	if err == nil {
		err = t.kill()
	}
	if err == nil {
		time.Sleep(t.After)
		err = t.until("nothing is issued any more", func() bool { return t.found.IssuedAfter > 0 })
	}
	close(enough)
	issuing.Wait()
	if err == nil {
		err = t.until("a door gets no bundle any more", func() bool { return len(t.heard) == len(t.doors) })
	}
	stop()
	polling.Wait()
	return errors.Join(err, t.failed)
}

// kill kills the controller that keeps the ledger, and waits until the other does.
func (t *pairTrial) kill() error {
	pid, err := t.Keeper()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(t.both, func(p *Process) bool { return p.PID() == pid })
	if at < 0 {
		return fmt.Errorf("process %d keeps the ledger, which is neither controller", pid)
	}
	t.mu.Lock()
	t.killed = time.Now()
	t.mu.Unlock()
	t.Say("one of them is killed")
	if err := t.both[at].Kill(); err != nil {
		return err
	}
	for other := t.both[1-at].PID(); time.Since(t.killed) < patience; time.Sleep(5 * time.Millisecond) {
		if pid, err = t.Keeper(); err != nil {
			return err
		}
		if pid == other {
			t.mu.Lock()
			t.found.Moved = time.Since(t.killed)
			t.mu.Unlock()
			return nil
		}
	}
	return errors.New("the other controller does not take the ledger over")
}

// until waits until something is so, as those who work note it.
func (t *pairTrial) until(otherwise string, so func() bool) error {
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(5 * time.Millisecond) {
		t.mu.Lock()
		done := so()
		t.mu.Unlock()
		if done {
			return nil
		}
	}
	return errors.New(otherwise)
}

// since says how long ago the kill was, and whether there was one.
func (t *pairTrial) since() (time.Duration, bool) {
	return time.Since(t.killed), !t.killed.IsZero()
}

// lost notes a request that came to nothing.
func (t *pairTrial) lost(step string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found.Lost++
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 { // without ports, which differ
		text = text[i+2:]
	}
	t.why[step+": "+text] = true
}
