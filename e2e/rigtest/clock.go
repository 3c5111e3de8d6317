package rigtest

import (
	"sync"
	"time"

	"github.com/facelatch/facelatch/edge/timekeeper"
)

// Clock is the machine's clock, which can be sent ahead: by as much on the wall
// as in the seconds that the machine was up, as if that time had gone by.
type Clock struct {
	machine timekeeper.Machine

	mu      sync.Mutex
	ahead   time.Duration // guarded by mu
	waiting []*waiter     // guarded by mu
	begun   int           // guarded by mu: how many have begun to wait
}

var _ timekeeper.Pacer = (*Clock)(nil)

// waiter is one who waits for a time by this clock.
type waiter struct {
	until time.Time
	tell  chan time.Time
	timer *time.Timer
}

// NewClock returns a clock that is not ahead.
func NewClock() (*Clock, error) {
	m, err := timekeeper.NewMachine()
	return &Clock{machine: m}, err
}

// Now is the time on the wall.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Read is a method of [timekeeper.Clock].
func (c *Clock) Read() (timekeeper.Reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, err := c.machine.Read()
	r.Wall, r.Up = r.Wall.Add(c.ahead), r.Up+c.ahead
	return r, err
}

// After is a method of [timekeeper.Pacer].
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &waiter{until: time.Now().Add(c.ahead + d), tell: make(chan time.Time, 1)}
	w.timer = time.AfterFunc(d, func() { c.wake(time.Now()) })
	c.waiting = append(c.waiting, w)
	c.begun++
	return w.tell
}

// wake tells those whose time has come, and returns how many they are.
func (c *Clock) wake(real time.Time) (woken int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := real.Add(c.ahead)
	var still []*waiter
	for _, w := range c.waiting {
		if now.Before(w.until) {
			still = append(still, w)
			continue
		}
		w.timer.Stop()
		w.tell <- now
		woken++
	}
	c.waiting = still
	return woken
}

// stride is the longest that Advance goes at once: less than the time for which
// a door decides without saving its marks.
const stride = timekeeper.MaxUnsaved - time.Minute

// regulars is how many goroutines of a door wait by its clock again and again:
// the one that saves its marks, and the one for errands.
const regulars = 2

// Advance lets time go by, in strides after each of which whoever waited does
// what they waited for, and waits again. It gives them a moment only: some have
// stopped waiting since.
func (c *Clock) Advance(d time.Duration) {
	for ; d > 0; d -= stride {
		c.mu.Lock()
		c.ahead += min(d, stride)
		before := c.begun
		c.mu.Unlock()
		again := min(c.wake(time.Now()), regulars)
		for end := time.Now().Add(300 * time.Millisecond); c.since(before) < again && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
}

// since is how many have begun to wait after so many.
func (c *Clock) since(before int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun - before
}
