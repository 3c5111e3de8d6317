// Package specimens tells document by document what a desk makes of a folder of
// pictures, so that whoever runs one can try the documents that they will be shown.
//
// It looks at pictures of documents, at portrait records of chips, and, where an index
// says which photograph shows the holder, at that too. Each picture is wiped before the
// next is read.
//
// It never says what a document says: of its lines only whether they were read, of its
// portrait only where it is. It keeps nothing, and writes nothing.
package specimens

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/picture"
)

// Box is a part of a picture, in pixels: left, top, width and height.
type Box struct{ X, Y, W, H float64 }

// Entry is what an index says of a picture of a document.
type Entry struct {
	// Document and Live are paths below the root: the document, and a photograph of
	// its holder, "" if there is none.
	Document, Live string
	// Kind is what kind of document it is, in the index's own words.
	Kind string
	// Photo is where the holder's photograph is on it; the zero Box where nobody said.
	Photo Box
}

// Report is what was made of one file.
type Report struct {
	File string `json:"file"`
	// Kind is the index's word, or "" without one.
	Kind string `json:"kind,omitempty"`
	// Size is "TD1", "TD2" or "TD3" where lines were read, and Lines "read", "none
	// found", "not read for sure", or what of them is wrong.
	Size  string `json:"size,omitempty"`
	Lines string `json:"lines"`
	// Turn is by how many quarters, clockwise, the page is turned, -1 where that is
	// not known.
	Turn int `json:"turn"`
	// Portrait is "found", "none found" or "several", or for a chip's record its form.
	Portrait string `json:"portrait"`
	// Overlap is which part of the face found lies in the photograph that the index
	// marks, from 0 to 1, and nil where it marks none or nothing was found.
	Overlap *float64 `json:"face_in_photograph,omitempty"`
	// Right says that the face found is the one in that photograph: most of it lies in
	// there.
	Right bool `json:"right_portrait"`
	// Outcome is how a check ends by the document alone, and with faces compared where
	// the index has a photograph of the holder.
	Outcome idcheck.Outcome `json:"outcome"`
	Reason  idcheck.Reason  `json:"reason"`
	// Holder is the outcome of comparing the portrait with that photograph alone.
	Holder idcheck.Outcome `json:"holder,omitempty"`
	// Unreadable says why the file could not be read at all.
	Unreadable string `json:"unreadable,omitempty"`

	marked, found, held bool
}

// Survey is what to look at, and with what.
type Survey struct {
	Root   fs.FS
	Engine desk.Engine
	Lines  desk.Lines
	// Grant makes a grant for each document, which end soon.
	Grant     func() (consent.Grant, error)
	Threshold float64
	// JPEG2000 decodes the portraits of chips; nil leaves them undecoded.
	JPEG2000 func(context.Context, []byte) (*picture.Picture, error)
	Now      func() time.Time
}

// most is how large a file may be, and lies how much of a face has to be in the
// photograph that an index marks.
const (
	most = 32 << 20
	lies = 0.9
)

// Look reports on one file: a portrait record of a chip (.bin, .dat), or a picture. It
// fails where the engine does; what is wrong with the file is in the report.
func (s Survey) Look(ctx context.Context, e Entry) (Report, error) {
	r := Report{File: e.Document, Kind: e.Kind, Turn: desk.AnyTurn, marked: e.Photo != (Box{}), held: e.Live != ""}
	data, err := s.read(e.Document)
	if err != nil {
		r.Unreadable = err.Error()
		return r, nil
	}
	defer clear(data)
	if ext := path.Ext(e.Document); ext == ".bin" || ext == ".dat" {
		return r, s.chip(ctx, data, &r)
	}
	page, err := s.decode(ctx, data)
	if err != nil {
		r.Unreadable = err.Error()
		return r, nil
	}
	defer page.Wipe()
	return r, s.page(page, e, &r)
}

func (s Survey) read(name string) ([]byte, error) {
	info, err := fs.Stat(s.Root, name)
	if err == nil && info.Size() > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(s.Root, name)
}

// decode reads a picture, of the two forms that chips have or another.
func (s Survey) decode(ctx context.Context, data []byte) (*picture.Picture, error) {
	if s.JPEG2000 != nil && strings.HasPrefix(string(data), "\x00\x00\x00\x0cjP  ") {
		return s.JPEG2000(ctx, data)
	}
	return picture.Decode(data)
}

// page reads lines, finds the portrait and compares the holder.
func (s Survey) page(page *picture.Picture, e Entry, r *Report) error {
	g, err := s.Grant()
	if err != nil {
		return err
	}
	var found iddoc.Evidence
	if r.Turn, err = desk.ReadLines(s.Lines, page, &found); err != nil {
		return err
	}
	r.Lines = lines(found)
	if found.MRZ != nil {
		r.Size = found.MRZ.Size.String()
		defer func() { *found.MRZ = iddoc.MRZ{} }()
	}
	portrait, err := desk.FindTurned(s.Engine, g, page, r.Turn, &found)
	if err != nil {
		return err
	}
	defer portrait.Wipe()
	r.Portrait, r.found = word(found), portrait != nil
	if b, at := portrait.Box(); at && e.Photo != (Box{}) {
		share := inside(b, e.Photo)
		r.Overlap, r.Right = &share, share >= lies
	}
	c := idcheck.Check{Way: idcheck.ByFace, Document: found}
	if portrait != nil && e.Live != "" {
		if c.Face, err = s.holder(g, e.Live, portrait, r); err != nil {
			return err
		}
	}
	return s.decide(c, r)
}

// holder compares the photograph of the holder.
func (s Survey) holder(g consent.Grant, name string, portrait *desk.Portrait, r *Report) (*idcheck.Face, error) {
	data, err := s.read(name)
	if err != nil {
		r.Unreadable = err.Error()
		return nil, nil //nolint:nilnil // nothing was compared
	}
	defer clear(data)
	live, err := picture.Decode(data)
	if err != nil {
		r.Unreadable = err.Error()
		return nil, nil //nolint:nilnil // nothing was compared
	}
	defer live.Wipe()
	return desk.Compare(s.Engine, g, live, portrait)
}

// decide says how a check ends: by everything, and by the faces alone.
func (s Survey) decide(c idcheck.Check, r *Report) error {
	face := c.Face
	if face != nil {
		alone, err := idcheck.Decide(idcheck.Policy{Threshold: s.Threshold, PortraitOnly: true}, c, s.Now())
		if err != nil {
			return err
		}
		r.Holder = alone.Outcome
	}
	c.Face = nil
	d, err := idcheck.Decide(idcheck.Policy{Threshold: s.Threshold}, c, s.Now())
	if err == nil && d.Open && face != nil {
		c.Face = face
		d, err = idcheck.Decide(idcheck.Policy{Threshold: s.Threshold}, c, s.Now())
	}
	r.Outcome, r.Reason = d.Outcome, d.Reason
	return err
}

// chip reads the portrait record of a chip, and looks for the face in it.
func (s Survey) chip(ctx context.Context, data []byte, r *Report) error {
	r.Kind, r.Lines = "chip", "not in this record"
	read := iddoc.ReadFaceRecord
	if len(data) > 0 && data[0] == 0x75 { // data group 2: ICAO Doc 9303-10, 4.7.2
		read = iddoc.ReadDG2
	}
	p, err := read(data)
	if err != nil {
		r.Unreadable = err.Error()
		return nil
	}
	r.Portrait = fmt.Sprintf("%s, %d bytes", p.Format, len(p.Image))
	if p.Format == iddoc.JPEG2000 && s.JPEG2000 == nil {
		return nil
	}
	shown, err := s.decode(ctx, p.Image)
	if err != nil {
		r.Unreadable = err.Error()
		return nil
	}
	defer shown.Wipe()
	g, err := s.Grant()
	if err != nil {
		return err
	}
	var found iddoc.Evidence
	portrait, err := desk.FindPortrait(s.Engine, g, shown, &found)
	defer portrait.Wipe()
	r.found = portrait != nil
	r.Portrait += fmt.Sprintf(", %d x %d, face %s", shown.W, shown.H, word(found))
	return err
}

// lines says what came of the lines, and nothing of what they say.
func lines(e iddoc.Evidence) string {
	var field *iddoc.FieldError
	switch {
	case e.MRZ != nil:
		return "read"
	case errors.As(e.LinesErr, &field):
		return field.Error()
	case e.Lines != iddoc.None:
		return "not read for sure"
	}
	return "none found"
}

func word(e iddoc.Evidence) string {
	switch {
	case e.Portrait != iddoc.None:
		return "found"
	case e.Documents > 1:
		return "several"
	}
	return "none found"
}

// inside is which part of a face's box lies in a photograph.
func inside(b face.Box, in Box) float64 {
	w := math.Min(b.X1, in.X+in.W) - math.Max(b.X0, in.X)
	h := math.Min(b.Y1, in.Y+in.H) - math.Max(b.Y0, in.Y)
	return max(0, w) * max(0, h) / (b.W() * b.H())
}

// Find returns the files below a root that can be looked at, in order.
func Find(root fs.FS) (all []Entry, err error) {
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.Contains(forms(), strings.ToLower(path.Ext(name))) {
			all = append(all, Entry{Document: name})
		}
		return err
	})
	return all, err
}

func forms() []string { return []string{".jpg", ".jpeg", ".png", ".webp", ".jp2", ".bin", ".dat"} }
