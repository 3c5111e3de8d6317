package e2e

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/facelatch/facelatch/device/latch"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// recovery is how soon a door has to work again after a part came back, on a
// machine with time for it; what a busy one takes longer is printed. forever is
// for what does not come.
const (
	recovery = 5 * time.Second
	forever  = 2 * time.Minute
)

// recoveries are how long it took each time.
type recoveries []time.Duration

func (r *recoveries) note(t *testing.T, took time.Duration) {
	t.Helper()
	*r = append(*r, took)
	switch {
	case took > forever:
		t.Errorf("it took %v until the door worked again", took)
	case took > recovery:
		t.Logf("it took %v until the door worked again, and should be %v", took, recovery)
	}
}

func (r recoveries) log(t *testing.T, what string) {
	t.Helper()
	t.Logf("%s killed and brought back %d times: it worked again after %v (median), %v at most", what, len(r),
		rigtest.Quantile(r, 0.5).Round(time.Millisecond), rigtest.Quantile(r, 1).Round(time.Millisecond))
}

// kills is how often each part is killed.
func kills() int { return testenv.Count(4, 100) }

// broker is an MQTT broker that notes what the relay is told.
type broker struct {
	address string

	mu     sync.Mutex
	server *mochi.Server // guarded by mu, as are those below
	orders int
}

func newBroker(t *testing.T) *broker {
	t.Helper()
	at, err := nettest.Address()
	if err != nil {
		t.Fatal(err)
	}
	b := &broker{address: at}
	t.Cleanup(b.kill)
	b.start(t)
	return b
}

// start starts it, anew if it was killed. It remembers nothing of before.
func (b *broker) start(t *testing.T) {
	t.Helper()
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), InlineClient: true})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	if err := server.AddListener(listeners.NewTCP(listeners.Config{ID: "t", Address: b.address})); err != nil {
		t.Fatal(err)
	}
	if err := server.Subscribe("relay/set", 1, func(_ *mochi.Client, _ packets.Subscription, _ packets.Packet) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.orders++
	}); err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.server = server
}

func (b *broker) kill() {
	b.mu.Lock()
	server := b.server
	b.mu.Unlock()
	server.Close() //nolint:errcheck // it is killed
}

func (b *broker) opened() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.orders
}

// TestKilledLatch kills the broker that the latch hangs on. While it is gone
// nobody is told that the door is open, and no order waits for it to come back.
func TestKilledLatch(t *testing.T) {
	t.Parallel()
	r, ctx := newStandingRig(t)
	b := newBroker(t)
	r.Options.Latch = nil
	r.Config.Latch.Config = latch.Config{Kind: latch.KindMQTT, URL: "mqtt://" + b.address, Topic: "relay/set", Payload: "on {ms}", ID: "front"}
	r.Config.Latch.Pulse = latch.MinPulse
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	c := newPlainCrowd(t, ctx, r)
	c.released = b.opened
	var took recoveries
	opened, failed := 0, 0
	start := time.Now()
	for range kills() {
		back := c.untilOpen(t, start)
		took.note(t, back.after)
		opened, failed = opened+1, failed+back.refused
		for range rand.N(3) {
			// On a busy machine the broker may not answer in a second, which
			// keeps the door locked for two.
			if c.anyone(t) == "opened" {
				opened++
			} else {
				failed++
			}
		}
		b.kill()
		for range 1 + rand.N(3) {
			before := b.opened()
			if c.anyone(t) == "opened" || b.opened() != before {
				t.Error("the door opened, and nothing holds its latch")
			}
			failed++
		}
		before := b.opened()
		b.start(t)
		start = time.Now()
		time.Sleep(200 * time.Millisecond)
		if b.opened() != before {
			t.Error("an order came late, for somebody who left")
		}
	}
	c.untilOpen(t, start)
	opened++
	time.Sleep(300 * time.Millisecond) // for orders that should not come
	if n := b.opened(); n != opened+c.unsure {
		t.Errorf("the relay was told to let go %d times; %d saw that it did, and %d were told that it may not have", n, opened, c.unsure)
	}
	t.Logf("%d opened, %d failed", opened, failed)
	took[1:].log(t, "the latch")
}

// TestKilledController pulls the controller out and puts it back during traffic,
// once as a process that is killed. What was revoked meanwhile is refused soon
// after it is back, and the door opens for others all the while.
func TestKilledController(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t)
	c := newPlainCrowd(t, ctx, r)
	var took recoveries
	opened := 0
	kill := r.StopController
	for i := range kills() {
		if err := kill(); err != nil {
			t.Fatal(err)
		}
		opened += c.tally(t, "opened") + c.tally(t, "opened")
		c.revokeOne(t, r)
		time.Sleep(rand.N(time.Second))
		opened += c.tally(t, "opened")
		start := time.Now()
		if i == kills()/2 {
			killed, err := r.ServeApart()
			if err != nil {
				t.Fatal(err)
			}
			kill = killed
		} else {
			if err := r.Serve(); err != nil {
				t.Fatal(err)
			}
			kill = r.StopController
		}
		if err := r.UpToDate(ctx); err != nil {
			t.Fatal(err)
		}
		took.note(t, time.Since(start))
		c.refuses(t, ctx)
	}
	if n := r.Latch.Opened(); n != opened {
		t.Errorf("the latch was released %d times for %d", n, opened)
	}
	took.log(t, "the controller")
}

// revokeOne makes another revoked pass, of which the door hears when it can.
func (c *crowd) revokeOne(t *testing.T, r *rigtest.Rig) {
	t.Helper()
	text, err := r.PlainPass()
	if err != nil {
		t.Fatal(err)
	}
	c.gone = text
	if err := r.Revoke(text); err != nil {
		t.Fatal(err)
	}
}

// refuses shows the pass that was revoked.
func (c *crowd) refuses(t *testing.T, _ context.Context) {
	t.Helper()
	before := c.released()
	if got := c.show(t, c.gone, gone()); got == "opened" || c.released() != before {
		t.Errorf("a revoked pass: the screen says %q, and the latch was released %d times", got, c.released()-before)
	}
}

// TestKilledTablet switches the tablet off, and on again, during traffic: while
// it is off the door is locked, and what was before the camera is not looked at.
func TestKilledTablet(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t)
	c := newPlainCrowd(t, ctx, r)
	face, err := r.FacePass(photograph(t, "frll", "neutral", "001_03.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	holder := filmOf(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "001_08.jpg")})
	var took recoveries
	opened := 0
	for i := range kills() {
		opened += c.tally(t, "opened")
		c.film.Point(holder)
		c.sayCode(t, face) // and gone before, or while, the camera looks
		time.Sleep(rand.N(1600 * time.Millisecond))
		c.film.Stop()
		c.page.Close()
		if err := r.Lost(ctx); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // what was decided before is done
		now := r.Latch.Opened()
		if now != opened && now != opened+1 {
			t.Fatalf("kill %d: the latch was released %d times for %d and a holder who left, or did not", i, now, opened)
		}
		opened = now
		time.Sleep(200 * time.Millisecond)
		if n := r.Latch.Opened(); n != opened {
			t.Fatalf("kill %d: the door opened without its tablet", i)
		}
		start := time.Now()
		c.reconnect(t, r)
		took.note(t, c.untilOpen(t, start).after)
		opened++
	}
	if n := r.Latch.Opened(); n != opened {
		t.Errorf("the latch was released %d times for %d", n, opened)
	}
	took.log(t, "the tablet with the camera")
}

// TestKilledDoor kills the door's process at any moment, and starts it again on
// the same folder. It never believes less than it did: what was revoked stays so,
// and the number of its bundle never falls.
func TestKilledDoor(t *testing.T) {
	t.Parallel()
	r, ctx := newStandingRig(t)
	apart, err := r.StartApart(ctx, rigtest.Own{})
	if err != nil {
		t.Fatal(err)
	}
	c := newPlainCrowd(t, ctx, r)
	var took recoveries
	last := uint64(0)
	for i := range kills() {
		c.released = apart.Opened
		c.tally(t, "opened")
		c.refuses(t, ctx)
		c.revokeOne(t, r) // whose bundle may come before the kill, or not
		time.Sleep(rand.N(1500 * time.Millisecond))
		c.film.Stop()
		c.page.Close()
		if err := apart.Kill(); err != nil {
			t.Fatal(err)
		}
		status, err := ground.Look(r.Config, machine(t))
		if err != nil {
			t.Fatal(err)
		}
		if status.Bundle < last {
			t.Fatalf("kill %d: bundle %d after %d", i, status.Bundle, last)
		}
		last = status.Bundle
		start := time.Now()
		if apart, err = r.StartApart(ctx, rigtest.Own{}); err != nil {
			t.Fatal(err)
		}
		c.released = apart.Opened
		c.connect(t, r)
		c.tally(t, "opened")
		took.note(t, time.Since(start))
		if err := r.UpToDate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	took.log(t, "the door's process")
}

func machine(t *testing.T) timekeeper.Machine {
	t.Helper()
	m, err := timekeeper.NewMachine()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// gone is what the screen says while a part that everything needs is broken.
func gone() map[string]string {
	return map[string]string{
		"opened": "opened", "latch-failed": "failed", "locked": "failed", "use-other-way": "failed", "try-again": "failed",
		"ask-for-help": "failed",
	}
}

// newPlainCrowd gives out plain passes, one of them revoked, and connects the
// tablet.
func newPlainCrowd(t *testing.T, ctx context.Context, r *rigtest.Rig) *crowd {
	t.Helper()
	c := &crowd{ctx: ctx, released: r.Latch.Opened}
	for range 5 {
		text, err := r.PlainPass()
		if err != nil {
			t.Fatal(err)
		}
		c.plain = append(c.plain, text)
	}
	var err error
	if c.gone, err = r.PlainPass(); err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(c.gone); err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	c.connect(t, r)
	return c
}

// anyone shows the next of the plain passes, and returns what the screen says in
// the end: that the door is open it says as soon as that is decided, and takes it
// back if the latch does not answer.
func (c *crowd) anyone(t *testing.T) string {
	t.Helper()
	c.turn++
	before, released := c.last(), c.released()
	outcome := c.show(t, c.plain[c.turn%len(c.plain)], gone())
	for end := time.Now().Add(time.Minute); outcome == "opened" && c.released() == released; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the screen says that the door is open, and nothing holds its latch")
		}
		if m, err := c.page.Wait(c.ctx, "screen", nil); err == nil && &m.Raw[0] != before && m.Key == "latch-failed" {
			outcome = "failed"
		}
	}
	if outcome == "opened" {
		return outcome
	}
	time.Sleep(500 * time.Millisecond) // for an order that was carried out although its answer was lost
	if c.released() != released {
		c.unsure++
	}
	return outcome
}

// tally is 1 if anyone sees what is wanted.
func (c *crowd) tally(t *testing.T, want string) int {
	t.Helper()
	if got := c.anyone(t); got != want {
		m, _ := c.page.Wait(c.ctx, "screen", nil)
		t.Errorf("a door at which nothing is broken says %q, not %q: %s", got, want, m.Raw)
		return 0
	}
	return 1
}

// back is how a door came back.
type back struct {
	after   time.Duration
	refused int // who came before it was
}

// untilOpen lets one after another come until the door opens.
func (c *crowd) untilOpen(t *testing.T, start time.Time) (b back) {
	t.Helper()
	for c.anyone(t) != "opened" {
		b.refused++
		if time.Since(start) > forever {
			t.Fatal("the door never worked again")
		}
	}
	b.after = time.Since(start)
	return b
}
