package keeper

import "time"

// Status is how it stands with a ledger, for the operator.
type Status struct {
	// Holding is whether this process keeps the ledger.
	Holding bool
	// Err is why acts wait, or why nothing is published; nil where all is well.
	Err error
	// Size is how many entries there are, published or not; known while Holding.
	Size uint64
	// Published is how many entries the last checkpoint has, and At when it was
	// published; zero if this process has published none and has not seen one.
	Published uint64
	At        time.Time
	// Refused is how many rows of the queue are no entries of the ledger, and stay
	// where they are; a mistake in this program.
	Refused int
	// Witnesses are those that were asked at the last publication.
	Witnesses []WitnessStatus
}

// WitnessStatus is how it stands with a witness.
type WitnessStatus struct {
	Name string
	// Size is how many entries the last checkpoint had that it cosigned.
	Size uint64
	// Err is why it did not cosign the last one; nil if it did, or was not asked
	// yet.
	Err error
}

// Status returns how it stands now.
func (k *Keeper) Status() Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.status
	s.Witnesses = append([]WitnessStatus(nil), s.Witnesses...)
	return s
}

// update changes the status.
func (k *Keeper) update(change func(*Status)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change(&k.status)
}
