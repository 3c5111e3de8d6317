package check

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/idcheck"
)

const (
	// Life is how long a check lasts at most.
	Life = 10 * time.Minute
	// StepTime is how long nothing may be done before it ends.
	StepTime = 3 * time.Minute
	// KeepTime is how long an ended check still says how it ended.
	KeepTime = 5 * time.Minute
	// Frames is how many frames of a face are compared in a check, each with the
	// threshold for that many: [models.Manifest.ForAttempts].
	Frames = 3
	// frameGap parts two comparisons, so that their frames differ.
	frameGap = 700 * time.Millisecond
	// sweepTime is how often what has lasted too long is looked for.
	sweepTime = time.Second
)

// Options is what a [Room] is made of. All but the last four is required.
type Options struct {
	// Engine has the same clock as the room.
	Engine desk.Engine
	Lines  desk.Lines
	// Policy is asked for at each decision. Its threshold is that for [Frames]
	// frames together.
	Policy func() idcheck.Policy
	// Notice returns what people are told, by language (BCP 47), and its SHA-256. A
	// check keeps to what it was begun with.
	Notice func() (map[string]string, [32]byte)
	// Done is called once for each check that was begun, however it ended, when
	// nothing is held of it any more. Nobody is told the result before it returns,
	// so it has to be safe by then; with an error there is none. It may be called by
	// several goroutines.
	Done func(Finished) error
	// Turns has people who are alone turn their heads before they are believed. The
	// engine needs models that see which way a head is turned.
	Turns bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Limit is how many checks run at once, and how many pictures wait, 256 if 0.
	Limit int
	// AtOnce is how many pictures are looked at at once, 2 if 0.
	AtOnce int
}

// Room is where the checks of one desk run. It is safe for concurrent use.
type Room struct {
	o       Options
	slots   chan struct{}
	waiting atomic.Int32   // for a slot
	work    sync.WaitGroup // pictures that are looked at, and results that are handed on
	holding func(any)      // tests are shown what is held

	mu     sync.Mutex // guards what follows
	closed bool
	all    map[string]*Check
}

// New returns an empty room. [Room.Run] has to run beside it.
func New(o Options) *Room {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit == 0 {
		o.Limit = 256
	}
	if o.AtOnce == 0 {
		o.AtOnce = 2
	}
	return &Room{o: o, slots: make(chan struct{}, o.AtOnce), all: make(map[string]*Check), holding: func(any) {}}
}

// Begin begins a check, and returns the secret that lets the person in. It fails
// with [ErrOrder] and [ErrFull], and with [ErrEnded] for a room that is closed.
func (r *Room) Begin(o Order) (c *Check, secret string, err error) {
	if err := o.valid(); err != nil {
		return nil, "", err
	}
	o.Claims, o.PartyName = slices.Clone(o.Claims), maps.Clone(o.PartyName)
	now := r.o.Now()
	secret = random()
	c = &Check{
		room: r, id: random(), secret: sha256.Sum256([]byte(secret)), order: o, until: now.Add(Life),
		version: 1, changed: make(chan struct{}), step: Reading, touched: now,
	}
	c.notice, c.hash = r.o.Notice()
	if !o.Due.IsZero() && o.Due.Before(c.until) {
		c.until = o.Due
	}
	if !now.Before(c.until) {
		return nil, "", fmt.Errorf("%w: it was due already", ErrOrder)
	}
	r.sweep()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, "", ErrEnded
	case r.full(o.Unattended):
		return nil, "", ErrFull
	}
	r.all[c.id] = c
	return c, secret, nil
}

func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// full is whether no other check may be begun. People who are alone, whom anybody can
// send here, leave a quarter to those at the counter. The caller holds mu.
func (r *Room) full(unattended bool) bool {
	all, alone := 0, 0
	for _, c := range r.all {
		if over, _ := c.isOver(); !over {
			all++
			if c.order.Unattended {
				alone++
			}
		}
	}
	return all >= r.o.Limit || unattended && alone >= max(1, r.o.Limit*3/4)
}

// Find returns a check for staff, who need no secret. It fails with [ErrNoCheck].
func (r *Room) Find(id string) (*Check, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.all[id]; c != nil {
		return c, nil
	}
	return nil, ErrNoCheck
}

// Enter returns a check for the person, who has its secret. It fails with
// [ErrNoCheck].
func (r *Room) Enter(id, secret string) (*Check, error) {
	c, err := r.Find(id)
	hash, want := sha256.Sum256([]byte(secret)), [32]byte{}
	if c != nil {
		want = c.secret
	}
	if subtle.ConstantTimeCompare(hash[:], want[:]) != 1 || err != nil {
		return nil, ErrNoCheck
	}
	return c, nil
}

// Attended returns the checks at which staff take part, oldest first.
func (r *Room) Attended() (all []*Check) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.all {
		if !c.order.Unattended {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *Check) int {
		if d := a.until.Compare(b.until); d != 0 {
			return d
		}
		return slices.Compare([]byte(a.id), []byte(b.id))
	})
	return all
}

// Run ends what has lasted too long, until ctx ends, and then closes the room.
func (r *Room) Run(ctx context.Context) {
	defer r.Close()
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.sweep()
		}
	}
}

// Close ends all checks as abandoned, and waits until nothing of them is held and
// what was found is handed on. It may be called more than once.
func (r *Room) Close() {
	r.mu.Lock()
	r.closed = true
	all := slices.Collect(maps.Values(r.all))
	r.mu.Unlock()
	for _, c := range all {
		_ = c.Cancel() // what has ended has ended
	}
	r.work.Wait()
}

// sweep ends what has lasted too long, and forgets what ended a while ago.
func (r *Room) sweep() {
	now := r.o.Now()
	r.mu.Lock()
	var late []*Check
	for id, c := range r.all {
		switch over, at := c.isOver(); {
		case over && now.Sub(at) >= KeepTime:
			delete(r.all, id)
		case !over:
			late = append(late, c)
		}
	}
	r.mu.Unlock()
	for _, c := range late {
		_ = c.look() // what has ended has ended
	}
}
