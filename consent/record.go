package consent

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// Method is how a consent was given.
type Method uint8

const (
	// Attested: a member of staff records that the person agreed.
	Attested Method = 1
	// Signed: the person signed with a key of their own.
	Signed Method = 2
)

// String returns "attested" or "signed".
func (m Method) String() string {
	switch m {
	case Attested:
		return "attested"
	case Signed:
		return "signed"
	}
	return "unknown"
}

// Party is who acted when a consent was given.
type Party uint8

const (
	// ByHolder: the person whose face it is, of 14 or older.
	ByHolder Party = 1
	// ByGuardian: a parent or another guardian, for a child under 14. Who that is
	// is not recorded. Nobody acts for another adult.
	ByGuardian Party = 2
)

// String returns "holder" or "guardian".
func (p Party) String() string {
	switch p {
	case ByHolder:
		return "holder"
	case ByGuardian:
		return "guardian"
	}
	return "unknown"
}

// Rules is whom a notice must be for that this party agrees to.
func (p Party) Rules() Rules {
	if p == ByGuardian {
		return Children
	}
	return Everybody
}

// AgreesFor is who agrees for somebody: a guardian for a child under 14, and nobody
// but the holder for anybody else.
func AgreesFor(child bool) Party {
	if child {
		return ByGuardian
	}
	return ByHolder
}

// Terms is what a person agrees to. A record whose terms have neither By, Lang
// nor Attester is of version 1 and stays valid; with one of them, it is of
// version 2 and needs all that it should have.
type Terms struct {
	// Site is with whom.
	Site pass.SiteID
	// Purpose is what for: [pass.PurposeAccess], since what is agreed to at a
	// desk is a [Choice], and measuring is a [Declaration].
	Purpose pass.Purpose
	// Notice is the SHA-256 of the text that the person was shown.
	Notice [32]byte
	// Given is when the person agreed; whole seconds.
	Given time.Time
	// Until is when the agreement ends by itself; whole seconds, and at most
	// [MaxTime] after Given, or for a child a year.
	Until time.Time
	// By is who acted.
	By Party
	// Lang is the language in which the notice was read.
	Lang Lang
	// Attester is the pseudonym of the operator who saw it given, or the name of
	// the station at which it was: 1 to 40 of a-z, A-Z, 0-9, dot and hyphen. It may
	// be empty only for a consent that was signed.
	Attester string
}

const (
	// MaxTime is the longest time for which one can agree ahead: that of a pass.
	MaxTime = pass.MaxLifetime
	// childYears is for how long a guardian can agree ahead.
	childYears  = 1
	maxAttester = 40
)

// first says whether the terms are of version 1.
func (t Terms) first() bool { return t.By == 0 && t.Lang == "" && t.Attester == "" }

// Record is an agreement and its withdrawal. It is made by [Attest] or [Sign]
// and read by [Decode]; the zero value grants nothing. It is not safe for
// concurrent use with [Record.Withdraw].
//
// A record holds no name, no picture and nothing taken from a face. Its salt
// makes the hash in a pass say nothing to who does not hold the record, and
// deleting the record leaves a hash of nothing.
type Record struct {
	terms     Terms
	method    Method
	salt      [saltSize]byte
	holder    *ecdsa.PublicKey // of whoever acted; method Signed only
	encoded   []byte           // the terms as hashed and signed; nil in the zero value
	signature []byte           // method Signed only
	withdrawn int64            // seconds; 0 is not
}

const saltSize = 16

// ErrRecord is returned for terms that nobody can agree to and for bytes that
// are not a record in its one form.
var ErrRecord = errors.New("not a consent record")

// Attest makes a record of a consent that a member of staff saw given. Its salt
// is read from rand. It fails with [ErrRecord] for terms that nobody can agree
// to.
func Attest(rand io.Reader, t Terms) (*Record, error) {
	r := &Record{terms: t.wholeSeconds(), method: Attested}
	if _, err := io.ReadFull(rand, r.salt[:]); err != nil {
		return nil, err
	}
	if err := r.encodeTerms(); err != nil {
		return nil, err
	}
	return r, nil
}

// Sign makes a record that the holder signs with a key of their own, on P-256.
// rand is read for the salt and handed to the key. It fails with [ErrRecord]
// for terms that nobody can agree to.
func Sign(rand io.Reader, key crypto.Signer, t Terms) (*Record, error) {
	holder, _, err := cose.SignerID(key)
	if err != nil {
		return nil, err
	}
	r := &Record{terms: t.wholeSeconds(), method: Signed, holder: holder}
	if _, err := io.ReadFull(rand, r.salt[:]); err != nil {
		return nil, err
	}
	if err := r.encodeTerms(); err != nil {
		return nil, err
	}
	m, err := cose.NewSign1(rand, key, signHeader{cose.AlgES256}, r.encoded, []byte(signContext))
	if err != nil {
		return nil, err
	}
	r.signature = m.Signature
	return r, nil
}

func (t Terms) wholeSeconds() Terms {
	t.Given, t.Until = time.Unix(t.Given.Unix(), 0).UTC(), time.Unix(t.Until.Unix(), 0).UTC()
	return t
}

func (t Terms) check() error {
	switch {
	case t.Site == pass.SiteID{}:
		return fmt.Errorf("%w: no site", ErrRecord)
	case t.Purpose != pass.PurposeAccess:
		return fmt.Errorf("%w: there are no records for the purpose %s", ErrRecord, t.Purpose)
	case t.Notice == [32]byte{}:
		return fmt.Errorf("%w: no notice was shown", ErrRecord)
	case t.Given.Unix() <= 0 || !t.Given.Before(t.Until):
		return fmt.Errorf("%w: it ends before it begins", ErrRecord)
	case t.Until.Unix()-t.Given.Unix() > int64(MaxTime/time.Second):
		return fmt.Errorf("%w: it lasts longer than 24 months", ErrRecord)
	case t.first():
		return nil
	}
	return t.checkActor()
}

// checkActor is check for what came with version 2, but for what depends on the
// method.
func (t Terms) checkActor() error {
	switch {
	case t.By != ByHolder && t.By != ByGuardian:
		return fmt.Errorf("%w: nobody acted", ErrRecord)
	case t.By == ByGuardian && t.Until.After(t.Given.AddDate(childYears, 0, 0)):
		return fmt.Errorf("%w: a guardian agrees for one year at most", ErrRecord)
	case !slices.Contains(Langs(), t.Lang):
		return fmt.Errorf("%w: the notice was read in no language that it has", ErrRecord)
	case t.Attester != "" && !isName(t.Attester, maxAttester):
		return fmt.Errorf("%w: the attester's pseudonym is 1 to %d of a-z, A-Z, 0-9, dot and hyphen", ErrRecord, maxAttester)
	}
	return nil
}

// checkMethod holds the terms to how they were agreed to.
func (t Terms) checkMethod(m Method) error {
	if m == Attested && !t.first() && t.Attester == "" {
		return fmt.Errorf("%w: nobody attests it", ErrRecord)
	}
	return nil
}

// Terms returns what was agreed to.
func (r *Record) Terms() Terms { return r.terms }

// Method returns how it was agreed to.
func (r *Record) Method() Method { return r.method }

// Withdraw ends the consent for good. Withdrawing again changes nothing; a time
// before 1970 counts as its first second, so that withdrawing never fails.
func (r *Record) Withdraw(at time.Time) {
	if r.withdrawn == 0 {
		r.withdrawn = min(max(at.Unix(), 1), maxTime)
	}
}

// Withdrawn returns when the consent was withdrawn, and whether it was.
func (r *Record) Withdrawn() (time.Time, bool) {
	if r.withdrawn == 0 {
		return time.Time{}, false
	}
	return time.Unix(r.withdrawn, 0).UTC(), true
}
