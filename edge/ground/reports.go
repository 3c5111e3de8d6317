package ground

import (
	"maps"
	"sync"
)

// Kind is what a machine can report of itself.
type Kind string

// What is reported, as [doorapi.ReportKinds] has it.
const (
	// ClockJump: the clock of the machine was set, by somebody or something.
	ClockJump Kind = "clock-jump"
	// BundleRejected: a bundle came, or was on the disk, that cannot be used.
	BundleRejected Kind = "bundle-rejected"
	// LedgerRefused: a bundle came whose ledger does not extend what the door has
	// seen of it.
	LedgerRefused Kind = "ledger-refused"
	// CannotAsk: the zone asks for movements, and the door's models cannot see them.
	CannotAsk Kind = "cannot-ask"
	// Camera: the camera did not work.
	Camera Kind = "camera"
	// Latch: the latch did not work.
	Latch Kind = "latch"
	// Restart: the door was started.
	Restart Kind = "restart"
)

// reports are what was not sent yet. They wait for the hour, because a latch
// that fails does so when somebody stands before it.
type reports struct {
	mu sync.Mutex
	n  map[Kind]int
}

func (r *reports) add(k Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		r.n = make(map[Kind]int)
	}
	r.n[k]++
}

// take empties them.
func (r *reports) take() map[Kind]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.n
	r.n = nil
	return n
}

// back puts back what could not be sent.
func (r *reports) back(n map[Kind]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := maps.Clone(n)
	if all == nil {
		all = make(map[Kind]int)
	}
	for k, times := range r.n {
		all[k] += times
	}
	r.n = all
}

// Report notes something about the machine, which is sent within the hour and
// says no more than how often it happened.
func (g *Ground) Report(k Kind) { g.reports.add(k) }

// ReportOnADay is Report for what happens because somebody is there, such as a
// hand before a tablet's camera: it is sent when the day is over, as counts are,
// and says that it happened on that day, however often.
func (g *Ground) ReportOnADay(k Kind) { g.today.add(k) }
