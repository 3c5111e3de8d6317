package acts

import (
	"time"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// PassInput is what is asked for with a plain pass.
type PassInput struct {
	// Zones are 1 to 8 of the site's.
	Zones []string
	// NotBefore and Expires are cut to whole seconds. A zero NotBefore is now; a
	// zero Expires is the longest life that the site gives.
	NotBefore, Expires time.Time
	// Hours are as in [pass.ParseSchedule]; "" is always.
	Hours string
	// Key is the key of the telephone that the pass is to belong to, as
	// [issue.EncodeHolder] writes it; nil for a pass that opens for whoever has it.
	Key []byte
}

// PassView is what is kept of a pass. The pass itself is not.
type PassView struct {
	ID    pass.ID
	Kind  pass.Kind
	State issue.State
	// Holder is whose it is, or "" where the holder was deleted or never named.
	Holder string
	// Guest is what the holder calls the guest to whom it belongs, or "".
	Guest              string
	Zones              []string
	NotBefore, Expires time.Time
	Hours              string
	// Phone says that it belongs to a telephone.
	Phone bool
	// Consent is that of a face pass.
	Consent pass.Hash16
	// Replaces is the pass in whose place it was made, or zero.
	Replaces pass.ID
	// Since is when it came to its state.
	Since time.Time
}

// Issued is a pass that was made. Its text is told once and kept nowhere.
type Issued struct {
	PassView
	// Text is the pass: "FL1:" and what follows.
	Text string
}

// BulkInput is one pass of many.
type BulkInput struct {
	// Holder is the id of a holder.
	Holder string
	PassInput
}

// BulkLine is what became of a [BulkInput]: a pass, or why there is none.
type BulkLine struct {
	Holder string
	Issued Issued
	Err    error
}

// MaxBulk is how many passes can be asked for at once.
const MaxBulk = 5000

// GuestInput is what a holder asks for, for a guest.
type GuestInput struct {
	// Label is what the holder calls the guest: up to [MaxLabel] characters.
	Label string
	// Zones are zones of which the holder has a good pass.
	Zones []string
	// NotBefore is now if zero. Expires is no later than the limits say.
	NotBefore, Expires time.Time
}

// GuestLimits are what holders may do for their guests.
type GuestLimits struct {
	// Most is how many passes of guests one holder can have at once that are good
	// or will be; 0 is none at all.
	Most int `json:"most"`
	// Hours is the longest life of one, from 1 to 744.
	Hours int `json:"hours"`
	// AheadDays is how many days ahead one may begin, 0 to 90.
	AheadDays int `json:"ahead_days"`
}
