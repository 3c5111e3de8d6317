package ledger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Limits of an opening.
const (
	// SaltSize is the length of a salt in bytes.
	SaltSize = 32
	// MaxBody is the longest text that a commitment is made to, in bytes.
	MaxBody = 4096
)

// Commitment is what the ledger says about an act about a person, or padding:
// 32 bytes that tell nothing to who does not hold the salt ([L-20]).
type Commitment [sha256.Size]byte

// Commit is HMAC-SHA-256 of a body under a salt. Who has both can make it again;
// who has no salt cannot even try what the body might have been.
func Commit(salt [SaltSize]byte, body []byte) Commitment {
	mac := hmac.New(sha256.New, salt[:])
	mac.Write(body)
	return Commitment(mac.Sum(nil))
}

// Pad returns a commitment to nothing, read from rand, for padding ([L-21]).
func Pad(rand io.Reader) (c Commitment, err error) {
	_, err = io.ReadFull(rand, c[:])
	return c, err
}

// PersonAct is an act about a person, as a commitment's body says it. Another
// JSON object with a member "act" will do as well; this is the usual one.
type PersonAct struct {
	// Name is what was done, as in "consent.give", written like [Act.Name].
	Name string
	// At is when, in whole seconds.
	At time.Time
	// By is who did it, written like Name: an operator's pseudonym, "holder", or
	// what did it by itself.
	By string
	// Details say more, as in an [Act]: in openings of passes "pass" is the pass's
	// id, and "signed" the SHA-256 of its signed part.
	Details map[string]string
}

type wirePersonAct struct {
	Act     string            `json:"act"`
	At      time.Time         `json:"at"`
	By      string            `json:"by"`
	Details map[string]string `json:"details,omitempty"`
	V       int               `json:"v"`
}

// Body returns the act as a body to commit to, in one form. It fails with
// [ErrEntry].
func (a PersonAct) Body() ([]byte, error) {
	if !isName(a.Name) || !isName(a.By) || len(a.Details) > MaxDetails {
		return nil, fmt.Errorf("%w: act %q by %q with %d details", ErrEntry, a.Name, a.By, len(a.Details))
	}
	if err := checkDetails(a.Details); err != nil {
		return nil, err
	}
	body, err := canonical(wirePersonAct{a.Name, a.At.UTC().Truncate(time.Second), a.By, a.Details, version})
	if err != nil || len(body) > MaxBody {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrEntry, MaxBody)
	}
	return body, nil
}

// Opening opens one commitment. It belongs to the person it is about and to the
// auditor; once every copy of the salt is erased, nobody can tell what the entry
// said, nor that it said anything.
type Opening struct {
	Salt [SaltSize]byte
	// Body is what was committed to; 1 to [MaxBody] bytes of UTF-8.
	Body []byte
	// Index is where it stands in the log, if Known. It saves a search.
	Index uint64
	Known bool
}

// NewOpening returns an opening of a body with a salt read from rand.
func NewOpening(rand io.Reader, body []byte) (o Opening, err error) {
	o.Body = bytes.Clone(body)
	_, err = io.ReadFull(rand, o.Salt[:])
	return o, err
}

// Commitment returns what stands in the log.
func (o Opening) Commitment() Commitment { return Commit(o.Salt, o.Body) }

// Says returns what the body says was done, and about which pass, as far as it
// says so: members "act", "pass" and "signed", on top or among "details".
func (o Opening) Says() (s Said) {
	if json.Unmarshal(o.Body, &s) != nil {
		return Said{}
	}
	if s.Details != nil {
		s.Pass, s.Signed = first(s.Pass, s.Details.Pass), first(s.Signed, s.Details.Signed)
		s.Details = nil
	}
	return s
}

// Said is what can be read from a body.
type Said struct {
	// Act is what was done.
	Act string `json:"act"`
	// Pass is a pass's id in hexadecimal, or empty.
	Pass string `json:"pass"`
	// Signed is the SHA-256 of its signed part, in hexadecimal, or empty.
	Signed string `json:"signed"`
	// Details is where [PersonAct] has them; always nil in what Says returns.
	Details *Said `json:"details,omitempty"`
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

type wireOpening struct {
	Salt  string  `json:"salt"`
	Body  string  `json:"body"`
	Index *uint64 `json:"index,omitempty"`
}

// MarshalJSON writes an opening for a receipt or an export: members salt (in
// hexadecimal), body (as a text, so that no reader changes a byte of it) and
// index ([L-24]).
func (o Opening) MarshalJSON() ([]byte, error) {
	w := wireOpening{Salt: hex.EncodeToString(o.Salt[:]), Body: string(o.Body)}
	if o.Known {
		w.Index = &o.Index
	}
	return canonical(w)
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails with [ErrOpening].
func (o *Opening) UnmarshalJSON(data []byte) error {
	var w wireOpening
	if err := strict(data, &w); err != nil {
		return fmt.Errorf("%w: %w", ErrOpening, err)
	}
	if len(w.Body) == 0 || len(w.Body) > MaxBody {
		return fmt.Errorf("%w: no body of 1 to %d bytes", ErrOpening, MaxBody)
	}
	next := Opening{Body: []byte(w.Body), Known: w.Index != nil}
	if err := unhex(next.Salt[:], w.Salt); err != nil {
		return fmt.Errorf("%w: %w", ErrOpening, err)
	}
	if w.Index != nil {
		next.Index = *w.Index
	}
	*o = next
	return nil
}
