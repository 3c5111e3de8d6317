package issue_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
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
// come from: each change that is asked for is a step.
type world struct {
	dockets map[pass.ID]issue.Docket
	open    map[pass.ID]bool
	status  map[uint32]statuslist.Status
	record  [][32]byte
	paper   string // what the holder has
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey

	steps int // taken so far
	at    int // the step at which the fault is
	fault fault
	check func() // called after each change
	mute  bool   // nothing can be recorded
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
		dockets: map[pass.ID]issue.Docket{}, open: map[pass.ID]bool{}, status: map[uint32]statuslist.Status{},
		key: key, sealing: sealing,
	}
}

// change makes a change, or what a fault makes of it.
func (w *world) change(do func()) error {
	w.steps++
	f := none
	if w.steps == w.at {
		f = w.fault
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

func (w *world) Put(d issue.Docket, open bool) error {
	return w.change(func() {
		w.dockets[d.ID] = copyOf(d)
		if delete(w.open, d.ID); open {
			w.open[d.ID] = true
		}
	})
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

func (w *world) Get(id pass.ID) (issue.Docket, error) {
	d, ok := w.dockets[id]
	if !ok {
		return issue.Docket{}, issue.ErrUnknown
	}
	return copyOf(d), nil
}

func (w *world) Open() (open []issue.Docket, err error) {
	for id := range maps.Keys(w.open) {
		open = append(open, copyOf(w.dockets[id]))
	}
	return open, nil
}

func (w *world) Reserve(time.Time) (pass.StatusRef, error) {
	var ref pass.StatusRef
	err := w.change(func() {
		ref.Index = uint32(len(w.status)) + 100
		w.status[ref.Index] = statuslist.Invalid
	})
	return ref, err
}

func (w *world) Set(ref pass.StatusRef, s statuslist.Status, _ time.Time) error {
	return w.change(func() { w.status[ref.Index] = s })
}

func (w *world) Holder(_ time.Time, c [32]byte) error {
	if w.mute {
		return errFault
	}
	return w.change(func() { w.record = append(w.record, c) })
}

func (w *world) HandOver(text string) error { return w.change(func() { w.paper = text }) }
func (w *world) TakeBack() error            { return w.change(func() { w.paper = "" }) }

// Public and Sign make the world the key as well.
func (w *world) Public() crypto.PublicKey { return w.key.Public() }

func (w *world) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) (sig []byte, err error) {
	if err := w.change(func() { sig, err = w.key.Sign(r, digest, o) }); err != nil {
		return nil, err
	}
	return sig, err
}

func policy() issue.Policy {
	return issue.Policy{Site: site, Zones: []string{"front", "garage"}, Plain: 365 * day, Face: 365 * day}
}

func clock() time.Time { return noon }

func (w *world) parts() issue.Parts {
	return issue.Parts{Policy: policy(), Key: w, Rand: rand.Reader, Now: clock, Dockets: w, Lists: w, Record: w}
}

// start is a start of the program after which nothing fails.
func (w *world) start(t *testing.T) *issue.Controller {
	t.Helper()
	w.at = 0
	c, err := issue.Start(w.parts())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) station(o issue.Office) issue.Station {
	return issue.Station{Office: o, Key: w.sealing, Rand: rand.Reader, Now: clock}
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
	if err := g.Check(consent.Enrol, noon); err != nil {
		return nil, err
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

// has returns whether the record says that a docket came to a state.
func (w *world) has(d issue.Docket, s issue.State) bool {
	for _, signed := range [][32]byte{{}, d.Signed} { // when the intent was recorded nothing was signed
		d.Signed = signed
		want := d.Commitment(s)
		for _, c := range w.record {
			if c == want {
				return true
			}
		}
	}
	return false
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
