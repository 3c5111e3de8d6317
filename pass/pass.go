// Package pass is the pass that a holder keeps: what it says, its one exact
// text, how its reference is sealed and opened, and whether it is good at a
// time and a zone. The format is specified in spec/pass.md; numbers such as
// [P-12] in this package name a requirement there.
//
// Two sides make a face pass. The station seals the reference and learns no
// signing key; the controller signs the claims and sees only the hash of what
// was sealed. [Join] puts the two together at the station.
//
// This package never finds a pass by its holder, never lists passes, never
// opens a reference before its pass has been verified, and never writes a
// reference anywhere. It reads no clock, no file and no network.
package pass

import (
	"crypto/ecdsa"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/statuslist"
)

// Prefix begins the text of every pass of this version.
const Prefix = "FL1:"

const (
	// MaxSize is the largest pass that is made or read, in bytes before Base45.
	MaxSize = 560
	// GoalSize is what a face pass with one zone and one reference of 128 bytes
	// stays within, so that its QR is of version 14 at level L.
	GoalSize = 440
)

// KeyID names an issuing or a sealing key: the first four bytes of the SHA-256
// thumbprint of the key as a COSE_Key (RFC 9679).
type KeyID = cose.KeyID

// KeyIDOf returns the id of an issuing key. It fails unless pub is on P-256.
func KeyIDOf(pub *ecdsa.PublicKey) (KeyID, error) { return cose.KeyIDOf(pub) }

// Statuses says whether passes are still valid. [statuslist.Set] is one.
type Statuses interface {
	// Status returns what the list named uri says about an index at a time. An
	// error means that it cannot be known; the pass is then refused.
	Status(uri string, index uint32, at time.Time) (statuslist.Status, error)
}

// Trust is what a door believes: enough to judge a pass with no network.
type Trust struct {
	// Site is the only issuer that is accepted.
	Site SiteID
	// Keys are the issuing keys, by their ids.
	Keys map[KeyID]*ecdsa.PublicKey
	// Status is asked once for each pass.
	Status Statuses
	// Location is the site's time zone, in which weekly schedules are read.
	Location *time.Location
}
