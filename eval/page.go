package eval

import (
	"fmt"
	"math"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/report"
)

// percent says a share of one.
func percent(share float64) string {
	switch p := 100 * share; {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return fmt.Sprintf("%.4f %%", p)
	default:
		return fmt.Sprintf("%.2f %%", p)
	}
}

// rateCell says a rate with its interval.
func rateCell(r estimate.Rate) string {
	if r.Comparisons == 0 {
		return "no comparison"
	}
	return fmt.Sprintf("%s (%s to %s; %d of %d)", percent(r.Rate), percent(r.Low), percent(r.High), r.Errors, r.Comparisons)
}

// ratioCell says a ratio with its interval, or that it is too few to say.
func ratioCell(r estimate.Ratio, small bool) string {
	if r.Few || small {
		return "too few to say: " + r.String()
	}
	return r.String()
}

// mostListed is how many bad inputs a page lists; the JSON has all.
const mostListed = 200

// badSection lists what could not be used.
func badSection(all []Bad) report.Section {
	s := report.Section{Heading: "What could not be used"}
	if len(all) == 0 {
		s.Text = []string{"Everything that was given could be used."}
		return s
	}
	counts := map[string]int{}
	t := report.Table{Head: []string{"what", "why"}}
	for i, b := range all {
		counts[b.Why]++
		if i < mostListed {
			t.Rows = append(t.Rows, []string{b.What, b.Why})
		}
	}
	text := fmt.Sprintf("%d in all.", len(all))
	if len(all) > mostListed {
		text += fmt.Sprintf(" The first %d are listed here, all of them in report.json.", mostListed)
	}
	s.Text, s.Tables = []string{text}, []report.Table{t}
	return s
}

// det is FNMR over FMR for every threshold of a distribution.
func (d *Distribution) det() (line report.Line) {
	var genuine, impostor int
	for i := range Steps {
		genuine += d.Genuine[i]
		impostor += d.Impostor[i]
	}
	genuine, impostor = genuine+d.GenuineFailed, impostor+d.ImpostorFailed
	missed, matched := d.GenuineFailed, impostor-d.ImpostorFailed
	for i := range Steps {
		line.X = append(line.X, float64(matched)/math.Max(1, float64(impostor)))
		line.Y = append(line.Y, float64(missed)/math.Max(1, float64(genuine)))
		missed, matched = missed+d.Genuine[i], matched-d.Impostor[i]
	}
	return line
}

// coarse is how many of the steps make one bar of a histogram.
const coarse = 20

// histogram is the share of scores in each bar.
func (d *Distribution) histogram(genuine bool) (line report.Line) {
	steps, name := &d.Impostor, "two people"
	if genuine {
		steps, name = &d.Genuine, "one person"
	}
	total := 0
	for _, n := range steps {
		total += n
	}
	line.Name = name
	for i := 0; i < Steps; i += coarse {
		sum := 0
		for _, n := range steps[i : i+coarse] {
			sum += n
		}
		share := float64(sum) / math.Max(1, float64(total))
		line.X = append(line.X, Threshold(i), Threshold(i+coarse))
		line.Y = append(line.Y, share, share)
	}
	return line
}

// named gives a line a name.
func named(name string, l report.Line) report.Line {
	l.Name = name
	return l
}

// curves are the drawings of some distributions, by name.
func curves(names []string, all []*Distribution) []report.Plot {
	det := report.Plot{Caption: "Detection error trade-off: the false match rate goes across, the false non-match rate up, both in powers of ten. Lower and further left is better.", LogX: true, LogY: true}
	plots := []report.Plot{}
	for i, d := range all {
		det.Lines = append(det.Lines, named(names[i], d.det()))
		plots = append(plots, report.Plot{
			Caption: "Comparison scores, " + names[i] + ": the score goes across, the share of comparisons in each step of 0.02 up.",
			Lines:   []report.Line{d.histogram(false), d.histogram(true)},
		})
	}
	return append([]report.Plot{det}, plots...)
}
