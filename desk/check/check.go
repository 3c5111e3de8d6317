// Package check runs checks at a desk: each from the order of a relying party to a
// result that has been handed on, with everything of the person wiped.
//
// A check goes forward only: the person reads and chooses a way, the document is
// had, then either a few frames of the face are compared with its portrait or
// members of staff look, and it ends. It also ends when it lasts too long, when
// somebody leaves, and when the [Room] closes. Package idcheck decides; this
// package only says what may be done when, and lets go of what is no longer needed.
//
// It never takes a picture in before the person has chosen, never looks at a face
// by the way of staff, never keeps a picture longer than it takes to read it, never
// holds anything of a person after the end, and never writes anything anywhere.
//
// BUG(memory): pictures, probes and portraits are zeroed. What the lines say is text,
// which Go cannot zero: it is let go of at the end, and stays in memory until that is
// used again. The claims that are handed on are texts too.
package check

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

var (
	// ErrNoCheck is returned for a check that is not there, or no more, and for a
	// secret that is not its own: nobody learns which.
	ErrNoCheck = errors.New("there is no such check here")
	// ErrFull is returned where as many checks run as may run at once.
	ErrFull = errors.New("too many checks run at once")
	// ErrBusy is returned for a picture that comes while another of the same check
	// is looked at, and where too many wait for the engine: send the next one later.
	ErrBusy = errors.New("the desk is busy with other pictures")
	// ErrEnded is returned for what comes after the end.
	ErrEnded = errors.New("the check has ended")
	// ErrStep is returned for what may not be done at this step.
	ErrStep = errors.New("this may not be done at this step of the check")
	// ErrNotice is returned for a choice that was made under another notice, or with
	// other claims shown, than those of the check.
	ErrNotice = errors.New("the choice was made under another notice, or with other claims shown")
	// ErrOrder is returned for an order that cannot be run.
	ErrOrder = errors.New("the check cannot be begun like this")
	// ErrLook is returned for a look that does not count: by nobody, by somebody who
	// has looked already, or with an outcome that looking cannot have.
	ErrLook = errors.New("this look does not count")
)

// Order is what a check is begun with.
type Order struct {
	// Party is the relying party's id, and PartyName what people are told that it is
	// called, by language (BCP 47).
	Party     string
	PartyName map[string]string
	// Claims are what is handed on if it is the same person; see [Known].
	Claims []string
	// Nonce is the relying party's, for the result.
	Nonce string
	// Unattended says that the person is alone, on a phone. Nobody of staff can look.
	Unattended bool
	// Staff is the pseudonym of who began it, "" if unattended.
	Staff string
	// Due is when it has to be over at the latest; the zero time for [Life].
	Due time.Time
	// TwoPeople asks for two members of staff where staff look.
	TwoPeople bool
}

// valid says what is wrong with an order.
func (o Order) valid() error {
	switch {
	case o.Party == "", o.Unattended != (o.Staff == ""), o.Unattended && o.TwoPeople:
		return ErrOrder
	}
	for i, c := range o.Claims {
		if !Known(c) || slices.Contains(o.Claims[:i], c) {
			return ErrOrder
		}
	}
	return nil
}

// Finished is a check that has ended, as it is handed on. Beside its claims it
// holds nothing of a person.
type Finished struct {
	ID    string
	Order Order
	// Result has Outcome [idcheck.Abandoned] and no reason where nobody finished it.
	Result idcheck.Result
	// Claims are those of the order that the document's verified lines give; empty
	// unless the outcome is [idcheck.SamePerson]. Values are as in OpenID Connect
	// Core 5.1 and OpenID Connect for Identity Assurance: texts, a list of texts for
	// nationalities, and true or false for over_18.
	Claims map[string]any
	// Lines and Portrait are how those were come by.
	Lines, Portrait iddoc.Origin
	At              time.Time
	// Notice is the SHA-256 of the notice that was shown.
	Notice [32]byte
}

// Check is one check. It is safe for concurrent use.
type Check struct {
	room   *Room
	id     string
	secret [32]byte // SHA-256 of the secret
	order  Order
	notice map[string]string
	hash   [32]byte // of the notice
	until  time.Time

	mu      sync.Mutex // guards what follows
	version uint64
	changed chan struct{} // closed at the next change

	step    Step
	touched time.Time // when something was last done
	way     idcheck.Way
	again   bool // the choice has lapsed
	choice  int  // how often the way was chosen, or lapsed
	working bool // a picture is looked at
	grant   consent.Grant
	// standing is where the check stands by what was had so far.
	standing idcheck.Result
	hint     door.Hint

	found    iddoc.Evidence
	portrait *desk.Portrait // nil while a picture is looked at
	best     *idcheck.Face
	compared int // frames
	poor     int // frames with a problem
	next     time.Time
	turn     turn
	looks    []idcheck.Look

	over     *Finished // ended, and still to be handed on by whoever ended it
	ended    time.Time // zero until then
	finished *Summary  // handed on, or known not to be
}

// ID returns what a check is called. It is random and no secret.
func (c *Check) ID() string { return c.id }

// Order returns what it was begun with.
func (c *Check) Order() Order { return c.order }

// Notice returns the notice of the check by language, and its SHA-256.
func (c *Check) Notice() (map[string]string, [32]byte) { return c.notice, c.hash }
