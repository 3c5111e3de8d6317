package typeset

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// pen draws elements of an SVG: rect, circle, path and g, which is what our own
// pictograms are made of.
type pen struct {
	d            *Document
	x, y, scale  float64 // of the drawing on the page
	stroke, fill Colour
	line         float64
	groups       []frame // the last is the innermost
}

// frame moves and scales what is in a group.
type frame struct{ dx, dy, scale float64 }

// Drawing draws the inside of an SVG of 200 by 200 units with strokes of 7 units,
// round at their ends, in one colour, and surfaces of the class "fill" in another.
// x, y and side are in millimetres. Elements and attributes other than those of
// the pictograms are an [ErrDrawing].
func (d *Document) Drawing(inside string, stroke, fill Colour, x, y, side float64) {
	const units, line = 200, 7
	p := &pen{d: d, x: x, y: y, scale: side / units, stroke: stroke, fill: fill, line: line, groups: []frame{{scale: 1}}}
	d.pdf.SetLineCapStyle("round")
	d.pdf.SetLineJoinStyle("round")
	decoder := xml.NewDecoder(strings.NewReader("<svg>" + inside + "</svg>"))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = p.element(token)
		}
		if err != nil {
			d.fail(fmt.Errorf("%w: %w", ErrDrawing, err))
			return
		}
	}
}

// element draws what begins, and leaves groups that end.
func (p *pen) element(token xml.Token) error {
	switch e := token.(type) {
	case xml.EndElement:
		if e.Name.Local == "g" {
			p.groups = p.groups[:len(p.groups)-1]
		}
	case xml.StartElement:
		attributes := make(map[string]string)
		for _, a := range e.Attr {
			attributes[a.Name.Local] = a.Value
		}
		switch e.Name.Local {
		case "svg":
			return nil
		case "g":
			return p.group(attributes["transform"])
		}
		o, err := shape(e.Name.Local, attributes)
		if err != nil {
			return err
		}
		return p.draw(o, attributes)
	}
	return nil
}

// group enters a group: translate(x y), and then perhaps scale(s).
func (p *pen) group(transform string) error {
	outer := p.groups[len(p.groups)-1]
	inner := outer
	for part := range strings.SplitSeq(strings.ReplaceAll(transform, ") ", ")|"), "|") {
		name, rest, _ := strings.Cut(part, "(")
		numbers, err := readNumbers(strings.TrimSuffix(rest, ")"))
		switch {
		case err != nil:
			return err
		case name == "translate" && len(numbers) == 2:
			inner.dx += inner.scale * numbers[0]
			inner.dy += inner.scale * numbers[1]
		case name == "scale" && len(numbers) == 1:
			inner.scale *= numbers[0]
		default:
			return fmt.Errorf("the transform %q", part)
		}
	}
	p.groups = append(p.groups, inner)
	return nil
}

// shape is the outline of an element.
func shape(name string, attributes map[string]string) (outline, error) {
	number := func(key string) float64 {
		n, _ := strconv.ParseFloat(attributes[key], 64) // missing is 0
		return n
	}
	switch name {
	case "path":
		return readPath(attributes["d"])
	case "circle":
		return circle(number("cx"), number("cy"), number("r")), nil
	case "rect":
		return rectangle(number("x"), number("y"), number("width"), number("height"), number("rx")), nil
	}
	return nil, fmt.Errorf("the element %s", name)
}

// draw puts an outline on the page.
func (p *pen) draw(o outline, attributes map[string]string) error {
	g := p.groups[len(p.groups)-1]
	at := func(q point) (float64, float64) {
		return p.x + (g.dx+g.scale*q.x)*p.scale, p.y + (g.dy+g.scale*q.y)*p.scale
	}
	style, line := "D", p.line
	fill := p.fill
	if width, ok := attributes["stroke-width"]; ok {
		n, err := strconv.ParseFloat(width, 64)
		if err != nil {
			return err
		}
		line = n
	}
	switch {
	case attributes["fill"] == "currentColor" && attributes["stroke"] == "none":
		style, fill = "F", p.stroke
	case attributes["class"] == "fill" && attributes["stroke"] == "none":
		style = "F"
	case attributes["class"] == "fill":
		style = "DF"
	}
	pdf := p.d.pdf
	pdf.SetDrawColor(p.stroke.R, p.stroke.G, p.stroke.B)
	pdf.SetFillColor(fill.R, fill.G, fill.B)
	pdf.SetLineWidth(line * g.scale * p.scale)
	for _, s := range o {
		s.onto(pdf, at)
	}
	pdf.DrawPath(style)
	return nil
}
