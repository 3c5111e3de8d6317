package issue_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

var (
	noon  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	site  = pass.SiteID{1, 2, 3}
	model = pass.ModelID{7}
	day   = 24 * time.Hour
)

var (
	errFault = errors.New("fault")
	errCrash = errors.New("the power went") // thrown by panic
)

// fault is what goes wrong at one step.
type fault string

const (
	none      fault = ""
	failed    fault = "failed"
	persisted fault = "failed but persisted"
	crash     fault = "crashed before"
	crashDone fault = "crashed after"
)

// world is everything that outlives a crash, and the one place where faults
// come from: each transaction, each wait and each thing outside is a step.
type world struct {
	mu sync.Mutex // guards what follows
	shelf
	recorded int    // how many of the queue stand in the ledger
	paper    string // what the holder has
	key      *ecdsa.PrivateKey
	sealing  pass.SealingKey
	now      time.Time

	steps int // taken so far
	at    int // the step at which the fault is
	fault fault
	from  int    // the step from which on everything fails, if it is not 0
	check func() // called after each change
	mute  bool   // nothing can be recorded
}

// shelf is what a transaction changes.
type shelf struct {
	dockets map[pass.ID]issue.Docket
	status  map[uint32]statuslist.Status
	queue   [][32]byte
}

func (s shelf) copy() *shelf {
	return &shelf{maps.Clone(s.dockets), maps.Clone(s.status), slices.Clone(s.queue)}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealing, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		shelf: shelf{dockets: map[pass.ID]issue.Docket{}, status: map[uint32]statuslist.Status{}},
		key:   key, sealing: sealing, now: noon,
	}
}

// change makes a change, or what a fault makes of it.
func (w *world) change(do func()) error {
	w.steps++
	f := none
	switch {
	case w.steps == w.at:
		f = w.fault
	case w.from > 0 && w.steps >= w.from:
		f = failed
	}
	switch f {
	case failed:
		return errFault
	case crash:
		panic(errCrash)
	}
	do()
	if w.check != nil {
		w.check()
	}
	switch f {
	case persisted:
		return errFault
	case crashDone:
		panic(errCrash)
	}
	return nil
}

// Change is a method of issue.Books. f runs twice, as it may.
func (w *world) Change(ctx context.Context, f func(issue.Page) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f(w.copy()); err != nil {
		return err
	}
	again := w.copy()
	if err := f(again); err != nil {
		return err
	}
	return w.change(func() { w.shelf = *again })
}

// Read is a method of issue.Books.
func (w *world) Read(_ context.Context, f func(issue.Page) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f(w.copy())
}

// Recorded is a method of issue.Books.
func (w *world) Recorded(_ context.Context, entries []issue.EntryID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mute {
		return issue.ErrLedger
	}
	return w.change(func() {
		for _, e := range entries {
			w.recorded = max(w.recorded, int(e))
		}
	})
}

func (s *shelf) Put(d issue.Docket) error {
	s.dockets[d.ID] = copyOf(d)
	return nil
}

// copyOf is what is left of a docket once it was written and read.
func copyOf(d issue.Docket) issue.Docket {
	if d.Consent == nil {
		return d
	}
	data, err := d.Consent.Encode()
	if err != nil {
		panic(err)
	}
	if d.Consent, err = consent.Decode(data); err != nil {
		panic(err)
	}
	return d
}

func (s *shelf) Get(id pass.ID) (issue.Docket, error) {
	d, ok := s.dockets[id]
	if !ok {
		return issue.Docket{}, issue.ErrUnknown
	}
	return copyOf(d), nil
}

func (s *shelf) Overdue(at time.Time, most int) (late []issue.Docket, err error) {
	for _, d := range s.dockets {
		if !d.Until.IsZero() && !d.Until.After(at) && len(late) < most {
			late = append(late, copyOf(d))
		}
	}
	return late, nil
}

func (s *shelf) Reserve(time.Time) (ref pass.StatusRef, err error) {
	ref.Index = uint32(len(s.status)) + 100
	s.status[ref.Index] = statuslist.Invalid
	return ref, nil
}

func (s *shelf) Set(ref pass.StatusRef, status statuslist.Status) error {
	s.status[ref.Index] = status
	return nil
}

func (s *shelf) Holder(c [32]byte) (issue.EntryID, error) {
	s.queue = append(s.queue, c)
	return issue.EntryID(len(s.queue)), nil
}

func (w *world) HandOver(text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.change(func() { w.paper = text })
}

func (w *world) TakeBack() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.change(func() { w.paper = "" })
}

// Public and Sign make the world the key as well.
func (w *world) Public() crypto.PublicKey { return w.key.Public() }

func (w *world) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) (sig []byte, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.change(func() { sig, err = w.key.Sign(r, digest, o) }); err != nil {
		return nil, err
	}
	return sig, err
}

// clock is asked inside of transactions too, and set while nobody is at work.
func (w *world) clock() time.Time { return w.now }

func policy() issue.Policy {
	return issue.Policy{Site: site, Zones: []string{"front", "garage"}, Plain: 365 * day, Face: 365 * day}
}

func (w *world) parts() issue.Parts {
	return issue.Parts{Policy: policy(), Key: w, Rand: rand.Reader, Now: w.clock, Books: w}
}

// controller is one at work; there may be several.
func (w *world) controller(t *testing.T) *issue.Controller {
	t.Helper()
	c, err := issue.New(w.parts())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// office is that of a station which does the controller's work itself.
func (w *world) office(t *testing.T) issue.Office {
	return w.controller(t).For(context.Background(), "")
}

// start is a start of the program some time after a crash. Nothing fails any
// more.
func (w *world) start(t *testing.T) *issue.Controller {
	t.Helper()
	w.at, w.from = 0, 0
	w.now = w.now.Add(issue.OpenTime)
	c := w.controller(t)
	if _, err := c.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) station(o issue.Office) issue.Station {
	return issue.Station{Office: o, Key: w.sealing, Rand: rand.Reader, Now: w.clock}
}

// attempt runs f, and returns what a crash in it throws as an error.
func attempt(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != any(errCrash) {
				panic(r)
			}
			err = errCrash
		}
	}()
	return f()
}

// enroller makes one reference, of bytes that are found again anywhere.
type enroller struct {
	calls int
	err   error
	made  []byte // what it gave away, to see that it was cleared
}

var reference = bytes.Repeat([]byte("a reference that nobody may see."), 4)

func (e *enroller) Models() []pass.ModelID { return []pass.ModelID{model} }

func (e *enroller) Size() int { return len(reference) }

func (e *enroller) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	e.calls++
	if err := g.Check(consent.Enrol, noon); err != nil && g.Check(consent.Enrol, noon.Add(issue.OpenTime)) != nil {
		return nil, err // neither before a crash nor after it
	}
	e.made = bytes.Clone(reference)
	return map[pass.ModelID][]byte{model: e.made}, e.err
}

func agreed(t *testing.T) *consent.Record {
	t.Helper()
	r, err := consent.Attest(rand.Reader, consent.Terms{
		Site: site, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon, Until: noon.Add(365 * day),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func plainRequest() issue.Request {
	return issue.Request{Zones: []string{"front"}, NotBefore: noon, Expires: noon.Add(30 * day)}
}

func faceRequest(t *testing.T) issue.Request {
	r := plainRequest()
	r.Consent = agreed(t)
	return r
}

// valid returns the places that read valid.
func (w *world) valid() (n int) {
	for _, s := range w.status {
		if s == statuslist.Valid {
			n++
		}
	}
	return n
}

// has returns whether the ledger says that a docket came to a state, and queued
// whether it does or is going to.
func (w *world) has(d issue.Docket, s issue.State) bool {
	return slices.Contains(w.queue[:w.recorded], d.Commitment(s))
}

func (w *world) queued(d issue.Docket, s issue.State) bool {
	return slices.Contains(w.queue, d.Commitment(s))
}

// open counts the dockets that are.
func (w *world) open() (n int) {
	for _, d := range w.dockets {
		if !d.Until.IsZero() {
			n++
		}
	}
	return n
}

// any returns a docket, or none.
func (w *world) any() (d issue.Docket) {
	for _, d = range w.dockets {
	}
	return d
}

func (w *world) only(t *testing.T) issue.Docket {
	t.Helper()
	if len(w.dockets) != 1 {
		t.Fatalf("%d dockets", len(w.dockets))
	}
	for _, d := range w.dockets {
		return d
	}
	panic("unreachable")
}

// audit is the independent checker: it knows only what has to be true of what
// outlives a crash, whatever happened.
func (w *world) audit() error {
	byPlace := map[uint32]issue.Docket{}
	for _, d := range w.dockets {
		if other, ok := byPlace[d.Status.Index]; ok {
			return fmt.Errorf("%s and %s have one place", d.ID, other.ID)
		}
		byPlace[d.Status.Index] = d
	}
	for place, s := range w.status {
		if s != statuslist.Valid {
			continue
		}
		d, ok := byPlace[place]
		if !ok {
			return fmt.Errorf("place %d is valid and nobody knows of a pass", place)
		}
		if !w.has(d, issue.Intended) || !w.has(d, issue.Signed) {
			return fmt.Errorf("pass %s is valid and was not recorded", d.ID)
		}
	}
	return nil
}

// looking calls look when a face is looked at.
type looking struct {
	*enroller
	look func()
}

func (l looking) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	l.look()
	return l.enroller.References(g)
}
