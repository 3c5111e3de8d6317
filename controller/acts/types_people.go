package acts

import (
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// Limits of what can be entered about a holder, in characters.
const (
	MaxLabel   = 80
	MaxContact = 120
)

// HolderInput is what is entered about a holder, and all that there is to enter.
type HolderInput struct {
	// Label is what the operator calls the holder: a flat, a badge number; 1 to
	// [MaxLabel] printable characters. Two holders may have one label.
	Label string
	// Contact is whatever the holder gave, or "": an address for mail, a telephone;
	// up to [MaxContact] printable characters.
	Contact string
	// Under14 says that a guardian consents for the holder.
	Under14 bool
	// GuardianLabel is what the operator calls the guardian: needed where Under14,
	// and "" elsewhere.
	GuardianLabel string
}

// Holder is a person with passes, or one who may get some.
type Holder struct {
	HolderInput
	// ID is random: 26 lower-case letters and digits.
	ID string
	// Version counts changes, from 1; [Acts.EditHolder] names the one it read.
	Version int64
	// Created is the day on which the holder was added: midnight UTC. The time of
	// day is not kept.
	Created time.Time
}

// Query finds holders.
type Query struct {
	// Text is found anywhere in label, contact or guardian's label, whatever the
	// case of ASCII letters; "" finds all. At most [MaxLabel] characters.
	Text string
	// After is the next of an earlier answer, or "".
	After string
	// Limit is the most to return: 1 to [MaxPage]; 0 is 50.
	Limit int
}

// MaxPage is the largest page of a list.
const MaxPage = 500

// HolderView is everything that is held about one holder, as a page shows it.
type HolderView struct {
	Holder   Holder
	Consents []ConsentView
	Passes   []PassView
	Links    []LinkView
	Passkeys []Passkey
	// Correction is what the holder says is wrong; its Version is 0 if nothing is.
	Correction Correction
}

// LinkView is a link that was made and can still be opened. It does not hold the
// token.
type LinkView struct {
	Made    time.Time // the day
	Expires time.Time
}

// Link is a link that opens a page once. It is told once; only a hash is kept.
type Link struct {
	// Token is the last part of the path, 26 letters and digits: the page is
	// /me/TOKEN for a holder, /join/TOKEN for an operator.
	Token   string
	Expires time.Time
}

// ImportReport says what became of each line of a CSV file.
type ImportReport struct {
	// Added and Refused count lines.
	Added, Refused int
	// Lines are those that were refused, in their order, at most [MaxReport].
	Lines []ImportLine
}

// ImportLine is a line of a CSV file that was not taken.
type ImportLine struct {
	// Number is that of the line in the file, from 1, the header being 1.
	Number int
	// Field is the column, or "" for the whole line; Why as in [Invalid].
	Field, Why string
}

// Limits of an import.
const (
	// MaxReport is how many refused lines a report lists.
	MaxReport = 200
	// MaxImport is how many lines a file may have.
	MaxImport = 20000
)

// ConsentView is a consent as pages show it.
type ConsentView struct {
	Hash pass.Hash16
	// Holder is "" where the holder was deleted, or a station named none.
	Holder  string
	Purpose pass.Purpose
	// Notice is the SHA-256 of the notice that was shown.
	Notice       [32]byte
	Given, Until time.Time
	// Withdrawn is zero for one that was not.
	Withdrawn time.Time
	// Signed says that the holder signed it with a key of their own; otherwise the
	// operator attests it.
	Signed bool
	// Guardian says that a guardian consented, for a child under 14.
	Guardian bool
	// Record is the consent as [consent.Record.Encode] writes it.
	Record []byte
	// Receipt is the signed receipt (ISO/IEC TS 27560, JSON-LD), or nil.
	Receipt []byte
}

// Good says that a consent holds at a time.
func (c ConsentView) Good(at time.Time) bool {
	return c.Withdrawn.IsZero() && !at.Before(c.Given) && at.Before(c.Until)
}

// ConsentInput is what a person agreed to.
type ConsentInput struct {
	// Agreed must be true. There is no act that fills it in for somebody.
	Agreed bool
	// Notice is the SHA-256 of the notice that was shown: the current one of its
	// rules, else [ErrConflict].
	Notice  [32]byte
	Purpose pass.Purpose
	// Until is when it ends by itself; zero is the longest that there is: 24
	// months, and a year for a child under 14.
	Until time.Time
	// Guardian says that it is a guardian who agrees: for a child under 14, and for
	// nobody else.
	Guardian bool
	// Language is that in which the notice was read: one of [consent.Langs].
	Language consent.Lang
	// Record is the record as a station made it ([consent.Record.Encode]): it has to
	// say the same as the other fields. A holder has none.
	Record []byte
	// Draft, Key and Signature are what a holder signs with a key of their own: see
	// [Acts.DraftConsent]. Without them the operator attests what the holder did.
	Draft, Key, Signature []byte
}

// Draft is a consent that waits for the holder's signature, for ten minutes.
type Draft struct {
	// Draft is given back with the signature.
	Draft []byte
	// Message is what the holder's key signs: ECDSA on P-256 with SHA-256; the
	// signature is r and s, 32 bytes each.
	Message []byte
}

// Withdrawal says what came of one.
type Withdrawal struct {
	Consent ConsentView
	// Revoked are the face passes that were good until then.
	Revoked []pass.ID
	// Offer is a face pass among them in whose place a plain pass can be had with
	// [Acts.ReplacePass], or zero if there was none.
	Offer pass.ID
}
