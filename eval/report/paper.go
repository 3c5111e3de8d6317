package report

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"github.com/facelatch/facelatch/internal/typeset"
)

// paper lets the library draw on a page of a document. It knows lines,
// rectangles and upright texts, which is all that the plots here have.
type paper struct {
	doc        *typeset.Document
	x, y, mm   float64 // where the plot's upper left corner is, and millimetres a point
	height     float64 // of the plot, in points
	now        pen
	remembered []pen
}

// pen is how to draw.
type pen struct {
	width  vg.Length
	dash   []float64
	colour typeset.Colour
	moved  vg.Point
	sx, sy float64
	turned bool
}

func newPaper(doc *typeset.Document, x, y, width float64) *paper {
	return &paper{doc: doc, x: x, y: y, mm: width / float64(plotWidth), height: float64(plotHeight), now: pen{width: 1, sx: 1, sy: 1}}
}

// at is where a point is on the page, in millimetres.
func (p *paper) at(pt vg.Point) (x, y float64) {
	px := float64(p.now.moved.X) + float64(pt.X)*p.now.sx
	py := float64(p.now.moved.Y) + float64(pt.Y)*p.now.sy
	return p.x + px*p.mm, p.y + (p.height-py)*p.mm
}

// SetLineWidth and what follows are methods of [vg.Canvas].
func (p *paper) SetLineWidth(w vg.Length) { p.now.width = w }

// SetLineDash is a method of [vg.Canvas].
func (p *paper) SetLineDash(pattern []vg.Length, _ vg.Length) {
	p.now.dash = nil
	for _, l := range pattern {
		p.now.dash = append(p.now.dash, float64(l)*p.mm)
	}
}

// SetColor is a method of [vg.Canvas].
func (p *paper) SetColor(c color.Color) {
	p.now.colour = typeset.Colour{}
	if c != nil {
		r, g, b, _ := c.RGBA()
		p.now.colour = typeset.Colour{R: int(r >> 8), G: int(g >> 8), B: int(b >> 8)}
	}
}

// Rotate is a method of [vg.Canvas]: what is turned is left out, as no plot here
// has it.
func (p *paper) Rotate(float64) { p.now.turned = true }

// Translate is a method of [vg.Canvas].
func (p *paper) Translate(pt vg.Point) {
	p.now.moved.X += pt.X * vg.Length(p.now.sx)
	p.now.moved.Y += pt.Y * vg.Length(p.now.sy)
}

// Scale is a method of [vg.Canvas].
func (p *paper) Scale(x, y float64) { p.now.sx, p.now.sy = p.now.sx*x, p.now.sy*y }

// Push is a method of [vg.Canvas].
func (p *paper) Push() { p.remembered = append(p.remembered, p.now) }

// Pop is a method of [vg.Canvas].
func (p *paper) Pop() {
	p.now = p.remembered[len(p.remembered)-1]
	p.remembered = p.remembered[:len(p.remembered)-1]
}

// Stroke is a method of [vg.Canvas].
func (p *paper) Stroke(path vg.Path) {
	if p.now.width <= 0 || p.now.turned {
		return
	}
	var x, y float64
	for _, c := range path {
		nx, ny := p.at(c.Pos)
		if c.Type == vg.LineComp {
			p.doc.Rule(p.now.colour, float64(p.now.width)*p.mm, x, y, nx, ny, p.now.dash...)
		}
		x, y = nx, ny
	}
}

// Fill is a method of [vg.Canvas]: it fills the box around a path, which the
// paths to fill here are.
func (p *paper) Fill(path vg.Path) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range path {
		if c.Type != vg.MoveComp && c.Type != vg.LineComp {
			continue
		}
		x, y := p.at(c.Pos)
		left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
	}
	if right > left && bottom > top {
		p.doc.Fill(p.now.colour, left, top, right-left, bottom-top)
	}
}

// FillString is a method of [vg.Canvas].
func (p *paper) FillString(f font.Face, pt vg.Point, text string) {
	if p.now.turned {
		return
	}
	const ascent, pointsPerMillimetre = 0.88, 72 / 25.4
	x, y := p.at(pt)
	size := float64(f.Font.Size) * p.mm * pointsPerMillimetre
	s := typeset.Style{Size: size, Colour: p.now.colour}
	p.doc.Put([]string{text}, s, x, y-size*ascent/pointsPerMillimetre, 1000)
}

// DrawImage is a method of [vg.Canvas]; no plot here has an image.
func (p *paper) DrawImage(vg.Rectangle, image.Image) {}
