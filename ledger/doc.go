// Package ledger is what an operator's public record is made of, and how
// anybody checks it: the form of an entry, the commitments behind which acts
// about a person stand and the openings that open them, signed checkpoints, the
// proof that a later one extends an earlier one, and the auditor's report. The
// formats are specified in spec/ledger.md; numbers such as [L-12] in this
// package name a requirement there.
//
// The log itself is one of C2SP tlog-tiles, kept by internal/keeper and read
// here through [Source]; hashes and proofs are those of RFC 6962, by
// golang.org/x/mod/sumdb/tlog, and checkpoints are C2SP signed notes.
//
// This package reads no clock, no file and no network, and never writes anything
// about a person in clear: what it is given to say about one becomes 32 bytes
// that tell nothing without their salt.
package ledger

import "errors"

var (
	// ErrEntry is returned for what cannot be an entry, and for bytes that are
	// not an entry in its one form.
	ErrEntry = errors.New("not an entry of the ledger")
	// ErrOpening is returned for what cannot open a commitment.
	ErrOpening = errors.New("not an opening of an entry")
	// ErrKey is returned for what is no key of a log or of a witness.
	ErrKey = errors.New("not a key of a ledger")
	// ErrCheckpoint is returned for what is no checkpoint of this ledger, signed
	// by its key.
	ErrCheckpoint = errors.New("not a checkpoint of this ledger")
	// ErrPath is returned for what is no path of a log.
	ErrPath = errors.New("not a path of a ledger")
)
