// Package issue is how a pass comes to be and is taken away, so that no pass is
// good that nobody knows of, whatever fails and whenever the power goes.
//
// Two sides make a pass. The [Controller] decides whether there may be one,
// records that there will be, signs it, and makes it valid. The [Station] looks
// at a face, seals the reference and hands the pass over. They meet in [Office],
// through which nothing of a face goes but the hash of what was sealed.
//
// The steps, in order; each line of the controller's is one transaction:
//
//  1. policy: what is asked for is allowed, and a consent covers it
//  2. a place in a status list is taken, at random, which reads invalid; the
//     docket is kept, open; the intent is queued for the ledger
//  3. the intent stands in the ledger
//  4. only now the station makes a reference, under the consent, and seals it
//  5. lint: the claims about to be signed are checked anew, by themselves
//  6. the docket says that the pass is signed, and the result is queued; once it
//     stands in the ledger, the signed part is given away
//  7. the pass is handed over; a door would still refuse it
//  8. its place becomes valid, and the docket is closed
//
// An open docket says until when: what has not come to its end by then did not
// happen. Whoever sweeps makes it invalid, queues for the ledger that it was
// abandoned, and closes it, in one transaction. Taking a pass away is one
// transaction too, and waits for nothing.
//
// Any number of controllers may be at work at a site, each for any number of
// callers: what counts is in the transactions, and a controller remembers nothing.
//
// This package never sees a photograph, keeps no name of anybody, and opens no
// file: what it needs is behind small interfaces.
package issue

import (
	"crypto/ecdsa"
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

var (
	// ErrPolicy is returned for a request that the site's policy does not allow.
	ErrPolicy = errors.New("this pass cannot be issued")
	// ErrOnlyWay is returned for a policy under which a face would be the only
	// way in, or the better one.
	ErrOnlyWay = errors.New("a face may never be the only way in, or the better one")
	// ErrLint is returned when the claims about to be signed are not what they
	// have to be. It says that there is a mistake in this program.
	ErrLint = errors.New("the pass was not signed because it is not what was asked for")
	// ErrUnknown is returned for a pass that was not issued here.
	ErrUnknown = errors.New("no pass with this id was issued here")
	// ErrState is returned for a step that does not follow from the one before.
	ErrState = errors.New("this step of issuing does not follow from the one before")
	// ErrLedger is returned when the ledger cannot be written, for whatever would
	// have given a right: nothing was done.
	ErrLedger = errors.New("the ledger cannot be written at present, and without it nothing is issued")
)

// Request is what is asked for.
type Request struct {
	// Zones as in [pass.Claims]: sorted, each once.
	Zones []string
	// NotBefore and Expires are in whole seconds.
	NotBefore, Expires time.Time
	// Schedule is nil for always.
	Schedule pass.Schedule
	// Consent is what the holder of a face pass agreed to; nil for a plain pass.
	Consent *consent.Record
	// Models are those that will make the references of a face pass.
	Models []pass.ModelID
	// Holder is the key, on P-256, of the telephone that a plain pass is to
	// belong to; nil for a pass that opens for whoever has it.
	Holder *ecdsa.PublicKey
}

// Kind returns what kind of pass is asked for.
func (r Request) Kind() pass.Kind {
	if r.Consent != nil {
		return pass.Face
	}
	return pass.Plain
}

// Office is the controller as a station sees it. Of all that a station learns
// about a face, only the hash of the sealed reference goes through it.
type Office interface {
	// Prepare takes a place for a pass, records the intent, and returns what a
	// reference is to be sealed to. When it has returned nil the caller must
	// come to Complete or Abandon.
	Prepare(Request) (pass.Binding, error)
	// Sign returns the signed part. sealed is the SHA-256 of the sealed
	// reference, and zero for a plain pass. It can be called once for an id.
	Sign(id pass.ID, sealed [32]byte) (signed []byte, err error)
	// Complete makes the pass valid, after it was handed over.
	Complete(id pass.ID) error
	// Abandon ends an issuing that did not come to its end, and takes back a pass
	// that was completed a moment ago. If it fails, whoever sweeps does it.
	Abandon(id pass.ID) error
}
