package papers

import (
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/typeset"
)

// Signs makes a PDF with a sign for each of some zones, one to a page of a size:
// what the camera does, that a face is never the only way and what the others are,
// who runs it, and a code that leads to the site's public page. Chinese and English
// stand on the same sheet.
//
// A sign says all of it or is not made: it fails with [ErrPaper] for a zone that
// there is not, and where the operator, the contact or the page's address is
// missing; with public.ErrFacts; and with the errors of typeset.
func Signs(f public.Facts, zones []string, size typeset.Size, fonts typeset.Fonts) ([]byte, error) {
	book, err := openBook()
	if err != nil {
		return nil, err
	}
	if err := signable(f); err != nil {
		return nil, err
	}
	code, err := qr.Encode(f.Address, qr.LevelM)
	if err != nil {
		return nil, fmt.Errorf("%w: the page's address: %w", ErrPaper, err)
	}
	d, err := typeset.New(fonts, f.Name, f.At)
	if err != nil {
		return nil, err
	}
	s := signer{d: d, book: book, facts: f, code: code, u: size.Width / typeset.A4().Width, size: size}
	for _, name := range zones {
		i := slices.IndexFunc(f.Zones, func(z public.Zone) bool { return z.Name == name })
		if i < 0 {
			return nil, missing(fmt.Sprintf("there is no zone %q", name))
		}
		if err := s.sign(f.Zones[i]); err != nil {
			return nil, err
		}
	}
	if len(zones) == 0 {
		return nil, missing("no zone is named")
	}
	return d.Bytes()
}

// signable names what a sign cannot do without.
func signable(f public.Facts) error {
	if err := f.Valid(); err != nil {
		return err
	}
	switch {
	case f.Address == "":
		return missing("nobody has said where the public page is found")
	case f.Operator.Contact.In(words.Chinese).Text == "":
		return missing("nobody has said how the operator is reached")
	}
	return nil
}

// Colours. The contrast of each text against what it stands on is at least 7:1.
var (
	ink   = typeset.Colour{R: 17, G: 17, B: 17}
	dim   = typeset.Colour{R: 60, G: 66, B: 70}
	deep  = typeset.Colour{R: 11, G: 74, B: 111}
	tint  = typeset.Colour{R: 217, G: 231, B: 238}
	white = typeset.Colour{R: 255, G: 255, B: 255}
)

// signer draws signs. u is the size of the page by that of A4: what is 10 mm there
// is 10*u here.
type signer struct {
	d     *typeset.Document
	book  words.Book
	facts public.Facts
	code  *qr.Code
	u     float64
	size  typeset.Size
}

const (
	margin = 14.0
	// leastPoints is the smallest type on any sign, whatever its size.
	leastPoints = 9.0
)

// style is a style of points on A4.
func (s signer) style(points float64, bold bool, c typeset.Colour) typeset.Style {
	size := max(leastPoints, points*s.u)
	return typeset.Style{Size: size, Least: max(leastPoints, size*0.6), Bold: bold, Colour: c}
}

func (s signer) width() float64 { return s.size.Width - 2*margin*s.u }

// sign draws the sign of a zone on a page of its own: a band with its name, what
// the camera does, the other ways in, and at the foot who runs it.
func (s signer) sign(z public.Zone) error {
	said, err := s.said(z)
	if err != nil {
		return err
	}
	s.d.AddPage(s.size)
	s.head(said)
	foot := s.size.Height - 62*s.u
	s.choice(said, s.camera(z, said, 54*s.u), foot)
	return s.foot(said, foot)
}
