package ledger

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of an entry.
const (
	// MaxEntry is the longest entry, in bytes.
	MaxEntry = 4096
	// CommitmentSize is the size of every entry about a person, in bytes, and of
	// padding.
	CommitmentSize = 87
	// MaxDetails is the largest number of details of an act.
	MaxDetails = 16
	// MaxDetail is the longest detail, in bytes.
	MaxDetail = 512
	// IDSize is the length of an act's id in bytes.
	IDSize = 16
)

// version stands in every entry.
const version = 1

// dayForm is that of a day in an entry.
const dayForm = time.DateOnly

var (
	actName    = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	detailName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
)

// Act is an entry in clear: something that was done to the site. Nothing in it
// may be about a person other than the operator, who stands in it under a
// pseudonym.
type Act struct {
	// Name is what was done, as in "notice.publish": lower-case words and digits
	// with dots and hyphens between them, up to 64 bytes.
	Name string
	// Day is when, UTC, at 00:00. A finer time would be a timesheet of whoever
	// works at the desk, and would date the commitments around it; in which order
	// things were done, the log says.
	Day time.Time
	// By is the operator's pseudonym, or what did it by itself, such as
	// "controller"; written like Name.
	By string
	// Details say more, up to [MaxDetails] of them: names as in "sha256", lower
	// case with digits, hyphens and underscores, up to 32 bytes; texts of up to
	// [MaxDetail] bytes that only show what they say.
	Details map[string]string
	// ID is random, so that no two entries are the same.
	ID [IDSize]byte
}

// NewAct returns an act of the day of a time, with an id read from rand. It
// fails with [ErrEntry], or what rand says.
func NewAct(rand io.Reader, at time.Time, by, name string, details map[string]string) (Act, error) {
	a := Act{Name: name, Day: at.UTC().Truncate(24 * time.Hour), By: by, Details: details}
	if _, err := io.ReadFull(rand, a.ID[:]); err != nil {
		return Act{}, err
	}
	return a, a.check()
}

// Entry is what stands at one index of the log: an act in clear, or a
// commitment to an act about a person, or padding, which looks the same.
type Entry struct {
	// Act is nil for a commitment.
	Act *Act
	// Commitment is zero for an act in clear.
	Commitment Commitment
}

// wireAct is an act as it is written; its members are sorted by name, as RFC
// 8785 has it.
type wireAct struct {
	Act     string            `json:"act"`
	At      string            `json:"at"`
	By      string            `json:"by"`
	Details map[string]string `json:"details,omitempty"`
	ID      string            `json:"id"`
	V       int               `json:"v"`
}

type wireCommitment struct {
	Commitment string `json:"commitment"`
	V          int    `json:"v"`
}

// Encode returns the entry of an act: JSON in the one form of RFC 8785 ([L-10]).
// It fails with [ErrEntry].
func (a Act) Encode() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	data, err := canonical(wireAct{
		Act: a.Name, At: a.Day.Format(dayForm), By: a.By, Details: a.Details, ID: hex.EncodeToString(a.ID[:]), V: version,
	})
	if err != nil || len(data) > MaxEntry {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrEntry, MaxEntry)
	}
	return data, nil
}

// Encode returns the entry of a commitment, [CommitmentSize] bytes.
func (c Commitment) Encode() []byte {
	data, err := canonical(wireCommitment{hex.EncodeToString(c[:]), version})
	if err != nil {
		panic("ledger: a commitment that JSON cannot write: " + err.Error()) // digits only
	}
	return data
}

// Decode reads an entry, which must be in its one form. It fails with
// [ErrEntry], and then the entry is zero.
func Decode(data []byte) (Entry, error) {
	if len(data) > MaxEntry {
		return Entry{}, fmt.Errorf("%w: longer than %d bytes", ErrEntry, MaxEntry)
	}
	e, err := decode(data)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	again := e.Commitment.Encode()
	if e.Act != nil {
		if again, err = e.Act.Encode(); err != nil {
			return Entry{}, err
		}
	}
	if !bytes.Equal(again, data) {
		return Entry{}, fmt.Errorf("%w: not in its one form", ErrEntry)
	}
	return e, nil
}

func decode(data []byte) (e Entry, err error) {
	if len(data) == CommitmentSize && bytes.HasPrefix(data, []byte(`{"commitment":`)) {
		var w wireCommitment
		if err := strict(data, &w); err != nil {
			return Entry{}, err
		}
		return e, unhex(e.Commitment[:], w.Commitment)
	}
	var w wireAct
	if err := strict(data, &w); err != nil {
		return Entry{}, err
	}
	a := Act{Name: w.Act, By: w.By, Details: w.Details}
	if a.Day, err = time.Parse(dayForm, w.At); err != nil {
		return Entry{}, err
	}
	return Entry{Act: &a}, unhex(a.ID[:], w.ID)
}

func (a Act) check() error {
	switch {
	case !isName(a.Name):
		return fmt.Errorf("%w: act %q", ErrEntry, a.Name)
	case !isName(a.By):
		return fmt.Errorf("%w: by %q", ErrEntry, a.By)
	case a.Day.Location() != time.UTC || !a.Day.Equal(a.Day.Truncate(24*time.Hour)) || a.Day.Year() < 1970 || a.Day.Year() > 9999:
		return fmt.Errorf("%w: %s is not a day", ErrEntry, a.Day)
	case len(a.Details) > MaxDetails:
		return fmt.Errorf("%w: %d details, more than %d", ErrEntry, len(a.Details), MaxDetails)
	}
	return checkDetails(a.Details)
}

func isName(s string) bool { return len(s) <= 64 && actName.MatchString(s) }

func checkDetails(details map[string]string) error {
	for name, text := range details {
		if !detailName.MatchString(name) {
			return fmt.Errorf("%w: detail %q", ErrEntry, name)
		}
		if len(text) > MaxDetail || !utf8.ValidString(text) {
			return fmt.Errorf("%w: detail %s: not a text of up to %d bytes", ErrEntry, name, MaxDetail)
		}
		for _, r := range text {
			if deceives(r) {
				return fmt.Errorf("%w: detail %s: the character %U cannot be shown", ErrEntry, name, r)
			}
		}
	}
	return nil
}

// deceives returns whether a character steers what is shown instead of being
// shown.
func deceives(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

// canonical writes JSON as RFC 8785 has it, for values whose members are sorted
// and whose texts have no character that would have to be escaped but the
// quotation mark and the backslash.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// strict reads one JSON value with known members only.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// unhex reads exactly as many lower-case hexadecimal digits as dst takes.
func unhex(dst []byte, text string) error {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(dst) || hex.EncodeToString(b) != text {
		return fmt.Errorf("%q is not %d bytes in lower-case hexadecimal", text, len(dst))
	}
	copy(dst, b)
	return nil
}
