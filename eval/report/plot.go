package report

import (
	"bytes"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Plot is some lines over an axis.
type Plot struct {
	// Caption says what goes across and what goes up, in words: it is what
	// somebody has who does not see the drawing.
	Caption string
	Lines   []Line
	// LogX and LogY make axes of powers of ten; points at 0 or below are left out.
	LogX, LogY bool
}

// Line is one line.
type Line struct {
	Name string
	X, Y []float64
}

// The size of a plot.
const (
	plotWidth  = 480 * vg.Length(1)
	plotHeight = 270 * vg.Length(1)
)

// colours can be told apart by those who see few (Okabe and Ito 2008); lines
// differ in their strokes, too.
func colours() []color.RGBA {
	return []color.RGBA{{0, 0, 0, 255}, {0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {86, 180, 233, 255}}
}

func strokes() [][]vg.Length { return [][]vg.Length{nil, {6, 2}, {2, 2}, {8, 2, 2, 2}} }

// make turns the plot into one of the library's.
func (p Plot) make() (*plot.Plot, error) {
	out := plot.New()
	out.Legend.Top = true
	out.X.Tick.Label.Font.Variant, out.Y.Tick.Label.Font.Variant, out.Title.TextStyle.Font.Variant = "Sans", "Sans", "Sans"
	out.Legend.TextStyle.Font.Variant, out.Legend.TextStyle.Font.Size = "Sans", 9
	out.Legend.Padding, out.Legend.ThumbnailWidth = 4, 24
	if p.LogX {
		out.X.Scale, out.X.Tick.Marker = plot.LogScale{}, powers{}
	}
	if p.LogY {
		out.Y.Scale, out.Y.Tick.Marker = plot.LogScale{}, powers{}
	}
	drawn := 0
	for i, l := range p.Lines {
		points := p.points(l)
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colours()[i%len(colours())], 1.2
		line.Dashes = strokes()[i%len(strokes())]
		out.Add(line)
		out.Legend.Add(l.Name, line)
		drawn++
	}
	if drawn == 0 {
		out.X.Scale, out.Y.Scale = plot.LinearScale{}, plot.LinearScale{}
		out.X.Tick.Marker, out.Y.Tick.Marker = plot.DefaultTicks{}, plot.DefaultTicks{}
		out.Title.Text = "nothing to draw here"
		out.X.Min, out.X.Max, out.Y.Min, out.Y.Max = 0, 1, 0, 1
	}
	widen(&out.X, p.LogX && drawn > 0)
	widen(&out.Y, p.LogY && drawn > 0)
	headroom(&out.Y, p.LogY && drawn > 0, drawn)
	return out, nil
}

// powers are the library's marks on an axis of powers of ten, which it makes by
// multiplying: 0.0001 is shown as such, not as what rounding left of it.
type powers struct{}

// Ticks is a method of [plot.Ticker].
func (powers) Ticks(low, high float64) []plot.Tick {
	ticks := plot.LogTicks{Prec: -1}.Ticks(low, high)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = strconv.FormatFloat(t.Value, 'g', 3, 64)
		}
	}
	return ticks
}

// widen gives an axis a range where all points are the same.
func widen(a *plot.Axis, log bool) {
	switch {
	case log && a.Max < a.Min*10:
		a.Min, a.Max = a.Min/3, a.Max*3
	case !log && a.Max <= a.Min:
		a.Min, a.Max = a.Min-0.5, a.Max+0.5
	}
}

// inset leaves room for the last number of the axis across.
func inset(c draw.Canvas) draw.Canvas { return draw.Crop(c, 0, -14, 0, -6) }

// headroom leaves the top to the names of the lines.
func headroom(a *plot.Axis, log bool, lines int) {
	share := 0.06 * float64(lines)
	if log {
		a.Max *= math.Pow(a.Max/a.Min, share)
	} else {
		a.Max += share * (a.Max - a.Min)
	}
}

// points are those of a line that can be drawn.
func (p Plot) points(l Line) (all plotter.XYs) {
	for i := range min(len(l.X), len(l.Y)) {
		x, y := l.X[i], l.Y[i]
		if math.IsNaN(x+y) || math.IsInf(x+y, 0) || p.LogX && x <= 0 || p.LogY && y <= 0 {
			continue
		}
		all = append(all, plotter.XY{X: x, Y: y})
	}
	return all
}

// fallback are fonts as wide as the one that texts were measured in, and then any.
const fallback = "Liberation Sans,Arial,Helvetica,sans-serif"

// svg draws the plot for a page.
func (p Plot) svg() (string, error) {
	made, err := p.make()
	if err != nil {
		return "", err
	}
	c := vgsvg.New(plotWidth, plotHeight)
	made.Draw(inset(draw.New(c)))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return "", err
	}
	text := out.String()
	text = text[strings.Index(text, "<svg"):]
	text = strings.Replace(text, "<svg", `<svg role="img"`, 1)
	return strings.NewReplacer("Liberation Serif", fallback, "Liberation Sans", fallback).Replace(text), nil
}
