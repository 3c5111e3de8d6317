package controllertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// PollingOptions say how doors that wait for news are tried.
type PollingOptions struct {
	// Doors is how many there are, each with a connection of its own, and Changes how
	// many passes are revoked, one after another.
	Doors, Changes int
	// Idle is for how long nothing happens first.
	Idle time.Duration
	// Say, which may be nil, is told how far it has come.
	Say func(string)
}

// Polling is what doors that wait for news cost, and how soon they have it.
type Polling struct {
	Doors int
	// Connected is how long it took until all were connected and had their first
	// bundle and list, and ConnectCPU what that took of the controller's processor.
	Connected, ConnectCPU time.Duration
	// News are, for each door and change, how long it took from the station's asking
	// that a pass is revoked to the bundle, and Lists to the status list that says it.
	News, Lists []time.Duration
	// ChangeCPU is what one change took of the controller's processor, on average,
	// and IdleCPU what the waiting took in Idle.
	ChangeCPU, IdleCPU, Idle time.Duration
	// Resident is the controller's memory in bytes, in the end.
	Resident int64
	// BundleBytes and ListBytes are what a door fetches at a change.
	BundleBytes, ListBytes int
	// Errors counts requests of doors that failed, and were made again.
	Errors int
}

// Poll has doors wait for news of a controller in a process of its own, each over
// TLS as a door does, and revokes passes.
func (s *Site) Poll(ctx context.Context, o PollingOptions) (Polling, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := &choir{Site: s, PollingOptions: o, read: make(map[[sha256.Size]byte]*bundle.Bundle), ramp: make(chan struct{}, rampWidth), latest: make(map[pass.DoorID]uint64)}
	c.found = Polling{Doors: o.Doors, Idle: o.Idle}
	o.Say("making doors")
	if err := c.make(ctx); err != nil {
		return Polling{}, err
	}
	var singing sync.WaitGroup
	err := c.start(ctx, &singing)
	if err == nil {
		err = c.changes(ctx)
	}
	stop()
	if c.process != nil {
		err = errors.Join(err, c.process.Kill())
	}
	singing.Wait()
	return c.found, err
}

// rampWidth is how many doors connect at once: a controller takes a few strangers
// from one address, and these doors have one.
const rampWidth = 10

// choir is doors that wait.
type choir struct {
	*Site
	PollingOptions
	doors   []Member
	office  issue.Office
	signers map[pass.KeyID]*ecdsa.PublicKey
	process *Process
	passes  []pass.ID
	ramp    chan struct{}

	mu     sync.Mutex // guards what follows
	found  Polling
	read   map[[sha256.Size]byte]*bundle.Bundle // what was verified, once for all doors
	latest map[pass.DoorID]uint64               // the newest bundle of each, with its lists
	number uint64                               // the newest of all
	asked  time.Time                            // when the change was asked for that is on its way, zero for none
	before uint64                               // and the bundle that was the newest then
}

func (c *choir) make(ctx context.Context) (err error) {
	if c.doors, err = c.Members(ctx, site.KindDoor, c.Doors); err != nil {
		return err
	}
	stations, err := c.Members(ctx, site.KindStation, 1)
	if err != nil {
		return err
	}
	if c.process, err = c.Start("127.0.0.1:0", "", false, nil); err != nil {
		return err
	}
	select {
	case <-c.process.Ready:
	case <-c.process.Gone:
		return errors.New("the controller did not start")
	}
	c.office = stations[0].Station(c.process.Address)
	for range c.Changes {
		id, step, err := issueOne(c.office)
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		c.passes = append(c.passes, id)
	}
	c.signers, err = c.Site.signers(ctx)
	return err
}

// start connects the doors, and lets them wait for a while.
func (c *choir) start(ctx context.Context, singing *sync.WaitGroup) error {
	begun, cpu := time.Now(), c.cpu()
	for _, m := range c.doors {
		singing.Go(func() { c.sing(ctx, m) })
	}
	if err := c.await(ctx, "doors have connected", 1); err != nil {
		return err
	}
	c.found.Connected, c.found.ConnectCPU = time.Since(begun), c.cpu()-cpu
	c.Say("all wait")
	select {
	case <-time.After(2 * time.Second): // what changed a moment ago is told
	case <-ctx.Done():
	}
	cpu = c.cpu()
	select {
	case <-time.After(c.Idle):
	case <-ctx.Done():
	}
	c.found.IdleCPU = c.cpu() - cpu
	return ctx.Err()
}

// changes revokes one pass after another, and waits each time until all know it.
func (c *choir) changes(ctx context.Context) error {
	var used time.Duration
	for i, id := range c.passes {
		c.Say(fmt.Sprintf("revoking pass %d of %d", i+1, len(c.passes)))
		cpu := c.cpu()
		c.mu.Lock()
		c.asked, c.before = time.Now(), c.number
		want := c.number + 1
		c.mu.Unlock()
		if err := c.office.Abandon(id); err != nil {
			return err
		}
		if err := c.await(ctx, "doors know it", want); err != nil {
			return err
		}
		used += c.cpu() - cpu
		c.mu.Lock()
		c.asked = time.Time{}
		c.mu.Unlock()
		select {
		case <-time.After(2 * time.Second): // until all wait again
		case <-ctx.Done():
		}
	}
	c.found.ChangeCPU = used / time.Duration(max(1, len(c.passes)))
	c.found.Resident = resident(c.process.PID())
	return nil
}

// everyone is how long all doors may take.
const everyone = 10 * time.Minute

// await waits until all doors have a bundle from a number on, and its lists.
func (c *choir) await(ctx context.Context, what string, number uint64) error {
	for begun := time.Now(); time.Since(begun) < everyone; {
		n := 0
		c.mu.Lock()
		for _, has := range c.latest {
			if has >= number {
				n++
			}
		}
		c.mu.Unlock()
		c.Say(fmt.Sprintf("%d of %d %s", n, len(c.doors), what))
		if n == len(c.doors) {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("some doors never hear of it")
}

// sing is one door.
func (c *choir) sing(ctx context.Context, m Member) {
	door := m.Door(c.process.Address)
	defer door.Close()
	lists := make(map[[32]byte]bool)
	var last uint64
	select {
	case c.ramp <- struct{}{}:
	case <-ctx.Done():
		return
	}
	for first := true; ctx.Err() == nil; {
		number, err := c.verse(ctx, m, door, last, lists)
		switch {
		case err == nil:
			last = number
			c.mu.Lock()
			c.latest[m.ID] = last
			c.mu.Unlock()
			if first {
				<-c.ramp
				first = false
			}
		case errors.Is(err, link.ErrNothingNew) || ctx.Err() != nil:
		default:
			c.mu.Lock()
			c.found.Errors++
			c.mu.Unlock()
			time.Sleep(time.Second)
		}
	}
}

// verse waits for a bundle, and fetches the lists in it that are new.
func (c *choir) verse(ctx context.Context, m Member, door *link.Client, last uint64, lists map[[32]byte]bool) (uint64, error) {
	data, err := door.Bundle(ctx, last)
	if err != nil {
		return 0, err
	}
	got := time.Now()
	b, err := c.understand(data)
	if err != nil {
		return 0, err
	}
	for _, l := range b.Lists {
		if lists[l.SHA256] {
			continue
		}
		if _, err := door.Object(ctx, l.Object); err != nil {
			return 0, err
		}
		lists[l.SHA256] = true
		c.mu.Lock()
		c.found.ListBytes = int(l.Size)
		c.mu.Unlock()
	}
	c.note(m, got, b.Number)
	return b.Number, nil
}

// note notes how long news took, if it is a door's first of a change.
func (c *choir) note(m Member, got time.Time, number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.number = max(c.number, number)
	if !c.asked.IsZero() && c.latest[m.ID] <= c.before && number > c.before {
		c.found.News = append(c.found.News, got.Sub(c.asked))
		c.found.Lists = append(c.found.Lists, time.Since(c.asked))
	}
}

// understand verifies a bundle, once for all doors: each has a processor of its own
// for that.
func (c *choir) understand(data []byte) (*bundle.Bundle, error) {
	hash := sha256.Sum256(data)
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.read[hash]; ok {
		return b, nil
	}
	b, err := bundle.Verify(data, c.signers, c.Config.ID)
	if err == nil {
		c.read[hash], c.found.BundleBytes = b, len(data)
	}
	return b, err
}

func (c *choir) cpu() time.Duration { return Processor(c.process.PID()) }

// PollTime is how long a door waits at most, before it asks again.
const PollTime = doorapi.PollTime
