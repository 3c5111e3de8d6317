package typeset

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// point is a place in a drawing.
type point struct{ x, y float64 }

func (a point) plus(b point) point { return point{a.x + b.x, a.y + b.y} }

// segment is a step along an outline: a move, a line, a cubic curve or the end.
type segment struct {
	kind   byte  // 'M', 'L', 'C' or 'Z'
	c1, c2 point // of a curve
	to     point // not of an end
}

// outline is a path in absolute coordinates.
type outline []segment

// onto draws a segment, with its points put on the page.
func (s segment) onto(pdf *fpdf.Fpdf, at func(point) (float64, float64)) {
	x, y := at(s.to)
	switch s.kind {
	case 'M':
		pdf.MoveTo(x, y)
	case 'L':
		pdf.LineTo(x, y)
	case 'C':
		x1, y1 := at(s.c1)
		x2, y2 := at(s.c2)
		pdf.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
	case 'Z':
		pdf.ClosePath()
	}
}

// round is how far the handles of a quarter of a circle are from its ends, by the
// radius.
const round = 0.5522847498

// circle is four curves.
func circle(cx, cy, r float64) outline { return rectangle(cx-r, cy-r, 2*r, 2*r, r) }

// rectangle has corners of a radius.
func rectangle(x, y, w, h, r float64) outline {
	right, bottom, k := x+w, y+h, r*(1-round)
	if r == 0 {
		return outline{
			{kind: 'M', to: point{x, y}},
			{kind: 'L', to: point{right, y}},
			{kind: 'L', to: point{right, bottom}},
			{kind: 'L', to: point{x, bottom}},
			{kind: 'Z'},
		}
	}
	return outline{
		{kind: 'M', to: point{x + r, y}},
		{kind: 'L', to: point{right - r, y}},
		{'C', point{right - k, y}, point{right, y + k}, point{right, y + r}},
		{kind: 'L', to: point{right, bottom - r}},
		{'C', point{right, bottom - k}, point{right - k, bottom}, point{right - r, bottom}},
		{kind: 'L', to: point{x + r, bottom}},
		{'C', point{x + k, bottom}, point{x, bottom - k}, point{x, bottom - r}},
		{kind: 'L', to: point{x, y + r}},
		{'C', point{x, y + k}, point{x + k, y}, point{x + r, y}},
		{kind: 'Z'},
	}
}

var (
	commands = regexp.MustCompile(`[MmLlHhVvCcSsQqTtAaZz][^MmLlHhVvCcSsQqTtAaZz]*`)
	numbers  = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)`)
)

func readNumbers(text string) (all []float64, err error) {
	for _, found := range numbers.FindAllString(text, -1) {
		n, err := strconv.ParseFloat(found, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// hand follows a path's data (SVG 2, 9.3).
type hand struct {
	o       outline
	at      point // where it is
	start   point // of this part of the path
	control point // the last curve's, for those that go on smoothly
	last    byte  // the last command, in capitals
}

// readPath reads the data of a path. It fails for commands without their numbers.
func readPath(data string) (outline, error) {
	var h hand
	for _, found := range commands.FindAllString(data, -1) {
		given, err := readNumbers(found[1:])
		if err != nil {
			return nil, err
		}
		letter := found[0]
		upper := strings.ToUpper(found[:1])[0]
		if upper == 'Z' {
			h.o, h.at, h.last = append(h.o, segment{kind: 'Z'}), h.start, 'Z'
			continue
		}
		each := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'T': 2, 'A': 7}[upper]
		if len(given) == 0 || len(given)%each != 0 {
			return nil, fmt.Errorf("the path %q", found)
		}
		for ; len(given) > 0; given = given[each:] {
			var base point
			if letter != upper {
				base = h.at
			}
			h.step(upper, base, given[:each])
			if upper == 'M' {
				letter, upper = letter-'M'+'L', 'L' // more pairs are lines
			}
		}
	}
	return h.o, nil
}

// step follows one command; base is what its coordinates are counted from.
func (h *hand) step(command byte, base point, n []float64) {
	at := func(i int) point { return base.plus(point{n[i], n[i+1]}) }
	switch command {
	case 'M':
		h.start = at(0)
		h.add(segment{kind: 'M', to: at(0)})
	case 'L':
		h.add(segment{kind: 'L', to: at(0)})
	case 'H':
		h.add(segment{kind: 'L', to: point{base.x + n[0], h.at.y}})
	case 'V':
		h.add(segment{kind: 'L', to: point{h.at.x, base.y + n[0]}})
	case 'C':
		h.curve(at(0), at(2), at(4))
	case 'S':
		h.curve(h.mirrored('C', 'S'), at(0), at(2))
	case 'Q':
		h.quadratic(at(0), at(2))
	case 'T':
		h.quadratic(h.mirrored('Q', 'T'), at(0))
	case 'A':
		h.arc(math.Abs(n[0]), math.Abs(n[1]), n[3] != 0, n[4] != 0, at(5))
	}
	h.last = command
}

func (h *hand) add(s segment) {
	h.o, h.at = append(h.o, s), s.to
}

func (h *hand) curve(c1, c2, to point) {
	h.control = c2
	h.add(segment{'C', c1, c2, to})
}

// quadratic is drawn as the cubic curve that it is.
func (h *hand) quadratic(c, to point) {
	third := func(a point) point { return point{a.x + (c.x-a.x)*2/3, a.y + (c.y-a.y)*2/3} }
	h.add(segment{'C', third(h.at), third(to), to})
	h.control = c
}

// mirrored is the handle of a curve that goes on smoothly from one of a kind.
func (h *hand) mirrored(kinds ...byte) point {
	for _, k := range kinds {
		if h.last == k {
			return point{2*h.at.x - h.control.x, 2*h.at.y - h.control.y}
		}
	}
	return h.at
}

// arc draws an elliptical arc whose axes are not turned, in curves of at most a
// quarter (SVG 2, B.2.4).
func (h *hand) arc(rx, ry float64, large, sweep bool, to point) {
	if rx == 0 || ry == 0 || to == h.at {
		h.add(segment{kind: 'L', to: to})
		return
	}
	x, y := (h.at.x-to.x)/2, (h.at.y-to.y)/2
	if grow := math.Sqrt(x*x/(rx*rx) + y*y/(ry*ry)); grow > 1 {
		rx, ry = rx*grow, ry*grow
	}
	d := rx*rx*y*y + ry*ry*x*x
	f := math.Sqrt(max(0, (rx*rx*ry*ry-d)/d))
	if large == sweep {
		f = -f
	}
	centre := point{f*rx*y/ry + (h.at.x+to.x)/2, -f*ry*x/rx + (h.at.y+to.y)/2}
	angle := func(p point) float64 { return math.Atan2((p.y-centre.y)/ry, (p.x-centre.x)/rx) }
	from, turn := angle(h.at), angle(to)-angle(h.at)
	if sweep && turn < 0 {
		turn += 2 * math.Pi
	} else if !sweep && turn > 0 {
		turn -= 2 * math.Pi
	}
	pieces := math.Ceil(math.Abs(turn)/(math.Pi/2) - 1e-9)
	for i := range int(pieces) {
		h.piece(centre, rx, ry, from+turn*float64(i)/pieces, turn/pieces)
	}
	h.at = to
}

// piece is a part of an arc, from an angle on, as one curve.
func (h *hand) piece(centre point, rx, ry, from, turn float64) {
	k := 4.0 / 3 * math.Tan(turn/4)
	on := func(a float64) (point, point) {
		sin, cos := math.Sincos(a)
		return point{centre.x + rx*cos, centre.y + ry*sin}, point{-rx * sin * k, ry * cos * k}
	}
	start, out := on(from)
	end, in := on(from + turn)
	h.add(segment{'C', start.plus(out), point{end.x - in.x, end.y - in.y}, end})
}
