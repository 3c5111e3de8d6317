// Package handover gives the results of a desk to relying parties: at least once,
// under an event id that stays the same, and kept until a party acknowledges it or 24
// hours are over, whichever is first.
//
// An event is encrypted to its party's key before it touches a disk ([Outbox.Put]),
// and is durable before anybody is told of it. A party fetches it, or has it sent to
// its webhook by a [Sender]; both give the same JWE (RFC 7516), so nobody between the
// two learns anything, and both end with an acknowledgement that removes it.
//
// What is sent is signed by the desk's key as a detached JWS with an unencoded payload
// (RFC 7797), whose protected header names party, event and time. HTTP message
// signatures (RFC 9421) would do too, and would have to be put together again from
// parts of a request that proxies change; a relying party has a JOSE library and the
// desk's JWK set already, since it opens the result with them.
//
// It never writes a result that is not encrypted, never sends one to an address
// inside the operator's network that the operator did not name, and never keeps one
// that was acknowledged.
//
// What remains: a file of the outbox tells by its time that a check ended, until it
// is removed; and a desk that is switched off removes nothing until its next start.
package handover

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/durable"
)

var (
	// ErrNoKey is returned for an event of a party that has no key, or is not known:
	// nothing can be kept for it.
	ErrNoKey = errors.New("there is no key of this party to encrypt to")
	// ErrEvent is returned for an event that is none: an id of another form, no body,
	// one that is too large, or a time that is too long ago.
	ErrEvent = errors.New("this is not an event")
	// ErrTaken is returned for an id that another party's event has.
	ErrTaken = errors.New("another party's event has this id")
	// ErrFull is returned where as many events wait as may wait.
	ErrFull = errors.New("too many results wait for this relying party, or for all of them")
	// ErrMissing is returned for an event that is not there: it was acknowledged, its
	// time is over, it is another party's, or it never was. Nobody learns which.
	ErrMissing = errors.New("there is no such event")
)

const (
	// Keep is how long an event is kept that nobody acknowledges.
	Keep = 24 * time.Hour
	// MaxBody is the largest body, in bytes.
	MaxBody = 64 << 10
	// maxAll and maxEach are how many events may wait, of all parties and of one.
	maxAll, maxEach = 100_000, 20_000
	// tidyTime is how often events are removed whose time is over.
	tidyTime = time.Minute

	secret = 0o600
	format = 1
	suffix = ".json"
)

// Event is a result on its way.
type Event struct {
	// ID is its own, 1 to 64 of A-Z, a-z, 0-9, - and _. It tells nothing: parties get
	// to know it.
	ID string
	// Party is the id of the relying party.
	Party string
	// Body is the signed result, in clear. It is the caller's to clear.
	Body []byte
	// Type is its media type without "application/", for the JWE's cty; "" is "JWT".
	Type string
	// At is when the check ended; the zero value is now.
	At time.Time
}

// Sealed is an event as a party gets it.
type Sealed struct {
	ID, Party string
	At        time.Time
	// JWE is the body, encrypted to the party's key, in its compact form.
	JWE string
}

// Disk changes files durably; [durable.Disk] is one. After an error the change may
// have happened.
type Disk interface {
	// Write makes or replaces a file at once.
	Write(path string, data []byte, mode fs.FileMode) error
	// Remove removes a file. One that is not there is removed already.
	Remove(path string) error
}

// Options are what an [Outbox] is made from. Dir and Party are required.
type Options struct {
	// Dir is a folder that this outbox alone has, and that is there.
	Dir string
	// Party finds a relying party.
	Party func(id string) (party.Party, bool)
	// Disk is nil for [durable.Disk].
	Disk Disk
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Say is called with what the operator has to know, never with anything about a
	// person. It may be nil.
	Say func(string)
}

// stripes is how many files are changed at once at most.
const stripes = 64

// Outbox keeps events until they are acknowledged. It is safe for concurrent use.
type Outbox struct {
	with    Options
	changed chan struct{} // has something in it when there may be a new event

	seed maphash.Seed
	// writing is held, by the hash of its id, by whoever changes an event's file, so
	// that what mu guards is never ahead of the disk. Taken before mu.
	writing [stripes]sync.Mutex

	mu     sync.Mutex // guards what follows
	events map[string]*kept
	each   map[string]int  // how many of events a party has
	strays map[string]bool // files that a Put which failed may have left
	last   uint64          // the number of the newest
}

// kept is what is in memory of an event: its body is on the disk alone.
type kept struct {
	id, party string
	at        time.Time
	number    uint64 // in the order in which they came, since the start
}

// wireEvent is an event in its file.
type wireEvent struct {
	Format int       `json:"format"`
	ID     string    `json:"id"`
	Party  string    `json:"party"`
	At     time.Time `json:"at"`
	JWE    string    `json:"jwe"`
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Open reads what waits in a folder, and removes what has waited long enough. A file
// that is damaged is removed, and said: nobody can read it.
func Open(o Options) (*Outbox, error) {
	if o.Disk == nil {
		o.Disk = durable.Disk{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	b := &Outbox{with: o, changed: make(chan struct{}, 1), seed: maphash.MakeSeed(), events: make(map[string]*kept), each: make(map[string]int), strays: make(map[string]bool)}
	if err := durable.Sweep(o.Dir); err != nil {
		return nil, err
	}
	found, err := b.read()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(x, y *kept) int { return x.at.Compare(y.at) })
	for _, k := range found {
		b.enter(k)
	}
	return b, b.Tidy()
}

// hold takes the right to change an event's file.
func (b *Outbox) hold(id string) *sync.Mutex {
	m := &b.writing[maphash.String(b.seed, id)%stripes]
	m.Lock()
	return m
}

// Put keeps an event. When it returns nil the event is on the disk, encrypted; after
// an error it may be there or not, so call it again with the same event. An event
// that waits already stays as it is. It fails with [ErrEvent], [ErrNoKey], [ErrTaken]
// and [ErrFull], and with what the disk says.
func (b *Outbox) Put(ctx context.Context, e Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := b.with.Now()
	if e.At.IsZero() || e.At.After(now) {
		e.At = now
	}
	if !idForm.MatchString(e.ID) || len(e.Body) == 0 || len(e.Body) > MaxBody || now.Sub(e.At) >= Keep {
		return ErrEvent
	}
	to, ok := b.with.Party(e.Party)
	if !ok || !to.HasKey() {
		return fmt.Errorf("%w: %s", ErrNoKey, e.Party)
	}
	defer b.hold(e.ID).Unlock()
	if waits, err := b.room(e); waits || err != nil {
		return err
	}
	jwe, err := seal(to.Key, e)
	if err != nil {
		return err
	}
	data, err := json.Marshal(wireEvent{Format: format, ID: e.ID, Party: e.Party, At: e.At.UTC().Truncate(time.Second), JWE: jwe})
	if err != nil {
		return err
	}
	if err := b.with.Disk.Write(b.path(e.ID), append(data, '\n'), secret); err != nil {
		return errors.Join(err, b.stray(e.ID))
	}
	b.enter(&kept{id: e.ID, party: e.Party, at: e.At})
	return nil
}

// stray removes what a write that failed may have left: nobody waits for it. The
// caller holds the file.
func (b *Outbox) stray(id string) error {
	err := b.with.Disk.Remove(b.path(id))
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		delete(b.strays, id)
	} else {
		b.strays[id] = true // Tidy tries again
	}
	return err
}

// room says whether an event waits already, and if not, whether there is room.
func (b *Outbox) room(e Event) (waits bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch k := b.events[e.ID]; {
	case k != nil && k.party != e.Party:
		return false, ErrTaken
	case k != nil:
		return true, nil
	case len(b.events) >= maxAll, b.each[e.Party] >= maxEach:
		return false, ErrFull
	}
	return false, nil
}

// enter notes an event that is on the disk.
func (b *Outbox) enter(k *kept) {
	b.mu.Lock()
	b.last++
	k.number = b.last
	b.events[k.id] = k
	b.each[k.party]++
	delete(b.strays, k.id)
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// since returns the events after a number, in order.
func (b *Outbox) since(number uint64) (all []*kept) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if number == b.last {
		return nil
	}
	for _, k := range b.events {
		if k.number > number {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(x, y *kept) int { return cmp.Compare(x.number, y.number) })
	return all
}

// find returns an event of a party that has not waited too long, or nil.
func (b *Outbox) find(of, id string) *kept {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.events[id]
	if k == nil || k.party != of || b.over(k) {
		return nil
	}
	return k
}

func (b *Outbox) over(k *kept) bool { return b.with.Now().Sub(k.at) >= Keep }

// Ack removes an event that its party has. When it returns nil the event is gone from
// the disk; after an error it may come again. What is not there, or is another
// party's, is acknowledged already: an acknowledgement may be repeated.
func (b *Outbox) Ack(of, id string) error {
	if !idForm.MatchString(id) {
		return nil
	}
	defer b.hold(id).Unlock()
	b.mu.Lock()
	k := b.events[id]
	b.mu.Unlock()
	if k == nil || k.party != of {
		return nil
	}
	return b.remove(k)
}
