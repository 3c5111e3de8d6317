// Package card lays a pass out for printing: a card of 85.6 by 54 mm that an
// eighty-year-old can read and a cheap camera can scan, as a PDF.
//
// It prints what it is given. It never signs, issues or reads a pass, never sees
// a face, and never adds a picture of one: a card shows no portrait.
//
// The card has two sides. The front has the code, as large as fits, and what the
// holder must find at a glance: whose doors, which pass, until when. The back says
// in English and Chinese what the pass holds, what to do when it is lost, and that
// there is always a way without a face.
package card

import (
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/pass"
)

// Size of a card in millimetres (ISO/IEC 7810, ID-1, to a tenth).
const (
	Width  = 85.6
	Height = 54.0
)

// CodeSide is the length of a code's side in millimetres, its quiet zone not
// counted. With the 73 modules of the intended pass, each is 0.6 mm.
const CodeSide = 45.0

// ErrCard means that a card lacks what it cannot do without.
var ErrCard = errors.New("the card is incomplete")

// Kind is what a pass opens with.
type Kind int

// A face pass opens with its holder's face, a plain pass with itself.
const (
	FacePass Kind = iota + 1
	PlainPass
)

// Card is what is printed for one pass. Texts that are too long for their place
// are set smaller, and cut with an ellipsis when that is not enough.
type Card struct {
	Site  string   // Its name, such as "Garden Court".
	Kind  Kind     // FacePass or PlainPass.
	Zones []string // What the pass opens.
	// From and Until are when it opens, shown in their own time zone, which should
	// be the site's. The zero From is not shown. An Until at midnight is shown as
	// the day before: the last whole day.
	From, Until time.Time
	Hours       []string // Such as "Mon-Fri 07:00-19:00"; none means at all hours.
	ID          string   // A short form of the pass's id, to tell it by when it is lost.
	Contact     string   // Where to say that it is lost; empty means the site.
	Code        *qr.Code // The pass itself.
}

// Of is the card of a pass with these claims, as it is at a time in the site's time
// zone: what its site and its zones are called is the caller's to say, and the code
// the caller's to add.
func Of(site string, zones []string, c pass.Claims, now time.Time) Card {
	out := Card{Site: site, Kind: PlainPass, Zones: zones, Until: c.Expires.In(now.Location()), ID: c.ID.Short()}
	if c.Kind() == pass.Face {
		out.Kind = FacePass
	}
	if c.NotBefore.After(now) {
		out.From = c.NotBefore.In(now.Location())
	}
	for _, window := range c.Schedule {
		out.Hours = append(out.Hours, pass.Schedule{window}.String())
	}
	return out
}

// valid names what is missing.
func (c *Card) valid() error {
	switch {
	case c.Site == "":
		return fmt.Errorf("%w: it names no site", ErrCard)
	case c.Kind != FacePass && c.Kind != PlainPass:
		return fmt.Errorf("%w: it is neither a face pass nor a plain pass", ErrCard)
	case len(c.Zones) == 0:
		return fmt.Errorf("%w: it names no zone", ErrCard)
	case c.Until.IsZero():
		return fmt.Errorf("%w: it has no end", ErrCard)
	case c.Code == nil:
		return fmt.Errorf("%w: it has no code", ErrCard)
	}
	return nil
}

// day writes a time as a date, with the hour when it is not midnight.
func day(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04")
}

// lastDay is day for the end of a span: midnight belongs to the day before.
func lastDay(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 {
		return t.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return day(t)
}
