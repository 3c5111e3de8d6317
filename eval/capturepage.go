package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/eval/report"
	"github.com/facelatch/facelatch/face"
)

// Sections are the report for people.
func (r CaptureReport) Sections() []report.Section {
	all := []report.Section{r.overview()}
	for _, w := range r.Ways {
		all = append(all, w.section(r.Before))
	}
	return append(all, badSection(r.Bad))
}

func (r CaptureReport) overview() report.Section {
	t := report.Table{Head: []string{"degraded by", "levels are", "face not found from", "a problem said, or not found, from", "attack suspected from", "not matched from"}}
	for _, w := range r.Ways {
		t.Rows = append(t.Rows, []string{
			w.Way, w.Unit,
			w.from(func(s Step) Rate { return inverse(s.Found) }), w.from(stopped),
			w.from(func(s Step) Rate { return s.Suspected }), w.from(func(s Step) Rate { return s.Missed }),
		})
	}
	return report.Section{
		Heading: "Where each stage gives up",
		Text: []string{
			fmt.Sprintf("One photograph of each of %d people was degraded step by step and compared, at the threshold %.3f, with another that was not, and with those of up to %d others. Before that, photographs were made small enough for the eyes to be at most %d pixels apart.", r.People, r.Threshold, strangers, CaptureEyes),
			"The table names the first level at which a stage fails, or objects, for half of the photographs. Quality that objects before the comparison fails is what one hopes for: people are told what to mend.",
			"The degradations are rendered. A camera at night, a real mask or a scarf differ from them. Heads were turned by laying the photograph on a round head of about the usual size, half of the people to each side: the side of a nose and of a cheek is stretched there from what the photograph shows of it, and ears, hair and light do not turn with it. A head that really turns may be harder or easier, and is to be measured on photographs that show it.",
		},
		Tables: []report.Table{t},
	}
}

// from is the first level at which a rate is a half or more.
func (d Degraded) from(rate func(Step) Rate) string {
	for _, s := range d.Steps {
		if s.Found.Of > 0 && rate(s).Rate >= 0.5 {
			return fmt.Sprintf("%g", s.Level)
		}
	}
	return "none of these"
}

// stopped counts photographs that are refused, or in which no face is found:
// nobody is then told that they do not match.
func stopped(s Step) Rate {
	r := Rate{Count: s.Refused.Count + s.Found.Of - s.Found.Count, Of: s.Found.Of}
	r.finish()
	return r
}

func inverse(r Rate) Rate {
	i := Rate{Count: r.Of - r.Count, Of: r.Of}
	i.finish()
	return i
}

func (d Degraded) section(before Step) report.Section {
	t := report.Table{Head: []string{d.Unit, "face found", "quality says a problem", "attack suspected", "FNMR", "median score", "FMR", "problems said"}}
	row := func(level string, s Step) {
		cell := func(r Rate) string { return fmt.Sprintf("%s (%d of %d)", percent(r.Rate), r.Count, r.Of) }
		missed := fmt.Sprintf("%s (%s to %s)", percent(s.Missed.Rate), percent(s.Missed.Low), percent(s.Missed.High))
		t.Rows = append(t.Rows, []string{level, cell(s.Found), cell(s.Refused), cell(s.Suspected), missed, fmt.Sprintf("%.3f", s.Median), cell(s.Matched), problemWords(s.Problems)})
	}
	row("as it is", before)
	lines := []report.Line{{Name: "face not found"}, {Name: "quality says a problem"}, {Name: "attack suspected"}, {Name: "FNMR"}}
	for _, s := range d.Steps {
		if s.Found.Of == 0 {
			continue
		}
		row(fmt.Sprintf("%g", s.Level), s)
		for i, r := range []Rate{inverse(s.Found), s.Refused, s.Suspected, s.Missed} {
			lines[i].X, lines[i].Y = append(lines[i].X, s.Level), append(lines[i].Y, r.Rate)
		}
	}
	return report.Section{
		Heading: strings.ToUpper(d.Way[:1]) + d.Way[1:],
		Tables:  []report.Table{t},
		Plots:   []report.Plot{{Caption: d.Unit + " go across, the share of photographs at which each stage fails or objects up.", Lines: lines}},
	}
}

// problemWords lists problems, the most frequent first.
func problemWords(all map[face.Problem]int) string {
	names := slices.SortedFunc(maps.Keys(all), func(a, b face.Problem) int {
		if all[a] != all[b] {
			return all[b] - all[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var words []string
	for _, n := range names {
		words = append(words, fmt.Sprintf("%s %d", n, all[n]))
	}
	return strings.Join(words, ", ")
}
