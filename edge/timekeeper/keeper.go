package timekeeper

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrNoMark is returned by a [Store] that has none.
var ErrNoMark = errors.New("there is no mark of time")

// Clock reads the machine's clocks.
type Clock interface {
	Read() (Reading, error)
}

// Store keeps the mark. SaveMark returns after it is on the disk: a power cut
// leaves the old one or the new one. LoadMark fails with [ErrNoMark] where
// there was never one, and with anything else for one that is damaged.
type Store interface {
	LoadMark() (Mark, error)
	SaveMark(m Mark) error
}

// Counter only ever counts up, whatever is done to the disk: a TPM's.
type Counter interface {
	Value() (uint64, error)
	// Increment adds one and returns the new value.
	Increment() (uint64, error)
}

// Keeper is a timekeeper on a real machine. It is safe for concurrent use.
type Keeper struct {
	clock Clock
	store Store

	mu    sync.Mutex
	core  Core
	saved time.Duration // Up when the mark was last saved; guarded by mu
}

// Open continues from the saved mark, pays for the boot, and saves that before
// anything can be decided. Where counter is not nil, a mark older than the last
// one ends the bundle's life until there is another; so does a damaged one. It
// fails if the clocks cannot be read or the mark cannot be saved.
func Open(clock Clock, store Store, counter Counter) (*Keeper, error) {
	r, err := clock.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read the clocks of this machine: %w", err)
	}
	m, err := store.LoadMark()
	damaged := err != nil && !errors.Is(err, ErrNoMark)
	k := &Keeper{clock: clock, store: store, core: Begin(m, r)}
	if damaged {
		k.core.Distrust()
	}
	if err := k.count(m, counter, err != nil); err != nil {
		return nil, err
	}
	return k, k.begin(counter)
}

// count compares the mark with the counter. A mark may be one ahead: the power
// was cut after it was saved and before it was counted.
func (k *Keeper) count(m Mark, counter Counter, first bool) error {
	if counter == nil {
		// Counted once, and no longer: the TPM was taken out, or turned off.
		if m.Counter != 0 {
			k.core.Distrust()
		}
		k.core.mark.Counter = 0
		return nil
	}
	n, err := counter.Value()
	if err != nil {
		return fmt.Errorf("cannot read the counter of the TPM: %w", err)
	}
	if !first && m.Counter != n && m.Counter != n+1 {
		k.core.Distrust()
	}
	k.core.mark.Counter = max(n, m.Counter) + 1
	return nil
}

// begin saves the mark, and then counts up to it.
func (k *Keeper) begin(counter Counter) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.save(); err != nil {
		return fmt.Errorf("cannot save the mark of time, without which a power cut would buy time: %w", err)
	}
	if counter == nil {
		return nil
	}
	for {
		n, err := counter.Increment()
		if err != nil {
			return fmt.Errorf("cannot count in the TPM: %w", err)
		}
		if n >= k.core.mark.Counter {
			return nil
		}
	}
}

// look advances to now. A clock that cannot be read any more leaves the time
// where it was. The caller holds mu.
func (k *Keeper) look() {
	if r, err := k.clock.Read(); err == nil {
		k.core.Advance(r)
	}
}

func (k *Keeper) save() error {
	m := k.core.Mark()
	if err := k.store.SaveMark(m); err != nil {
		return err
	}
	k.saved = m.Up
	return nil
}

// Now returns the time at which passes are judged. It never runs below the
// saved mark.
func (k *Keeper) Now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return k.core.Now()
}

// Left returns what is left of each of some lives that the bundle gives. All is
// 0 once the mark could not be saved for [MaxUnsaved].
func (k *Keeper) Left(lives ...time.Duration) []time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	left := make([]time.Duration, len(lives))
	if k.unsaved() {
		return left
	}
	for i, life := range lives {
		left[i] = k.core.Left(life)
	}
	return left
}

// unsaved is whether too much has gone by since the mark was saved. The caller
// holds mu.
func (k *Keeper) unsaved() bool { return k.core.last.Up-k.saved >= MaxUnsaved }

// Unsaved returns whether the mark could not be saved for [MaxUnsaved], so that
// nothing is decided.
func (k *Keeper) Unsaved() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return k.unsaved()
}

// Behind returns by how much the clock on the wall is behind the time that
// passes are judged at.
func (k *Keeper) Behind() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return max(0, k.core.Now().Sub(k.core.last.Wall))
}

// Save saves the mark; call it every [SaveEvery], and before stopping.
func (k *Keeper) Save() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return k.save()
}

// Accept begins the life of a bundle that was written to the disk, and saves
// that. After
// an error the bundle counts all the same; what was not saved is paid for at
// the next start.
func (k *Keeper) Accept(h Held) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	k.core.Accept(h)
	return k.save()
}

// AtLeast says that it is no earlier than a time that somebody vouches for, so
// that a machine without a clock of its own can tell that certificates have
// begun.
func (k *Keeper) AtLeast(t time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.core.AtLeast(t)
}

// Held returns the bundle whose life is counted.
func (k *Keeper) Held() Held {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.core.mark.Held
}

// Distrusted returns whether the disk was not as it was left: nothing is decided
// before a bundle was accepted that came from whoever makes them.
func (k *Keeper) Distrusted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.core.mark.Distrusted
}

// Distrust ends the life of the bundle that is held, for whoever finds that the
// disk is not as it was left.
func (k *Keeper) Distrust() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.core.Distrust()
}

// Jump returns by how much the clock has jumped since this was last asked.
func (k *Keeper) Jump() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return k.core.Jump()
}
