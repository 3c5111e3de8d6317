package card

import (
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
)

// groups has a table for each report, at the strictest threshold that it has.
func (a Accuracy) groups() string {
	var parts []string
	for _, r := range a.Reports {
		if r.Groups == nil || len(r.Groups.Points) == 0 {
			continue
		}
		strictest := r.Groups.Points[0]
		for _, p := range r.Groups.Points {
			if p.Threshold > strictest.Threshold {
				strictest = p
			}
		}
		parts = append(parts, fmt.Sprintf("%s, %s photographs, at the threshold %.3f:\n\n%s", cell(r.Made.DataSet), number(r.Groups.Images), strictest.Threshold, groupTable(*r.Groups, strictest))+calibrated(*r.Groups))
	}
	if len(parts) == 0 {
		return "Not measured.\n"
	}
	return strings.Join(parts, "\n")
}

func groupTable(g Groups, at estimate.At) string {
	rows := [][]string{{"everybody", "", byPerson(at.FMR), "", byPerson(at.FNMR), ""}}
	for i, group := range at.Groups {
		people := ""
		if i < len(g.Groups) {
			people = number(g.Groups[i].People)
		}
		rows = append(rows, []string{cell(group.Group), people, byPerson(group.FMR), ratio(group.FMRRatio, group.Small), byPerson(group.FNMR), ratio(group.FNMRRatio, group.Small)})
	}
	return table([]string{"group", "people", "FMR within it", "over everybody's", "FNMR", "over everybody's"}, rows)
}

// ratio says a ratio with its interval, or that it is too few to say.
func ratio(r estimate.Ratio, small bool) string {
	if r.Few || small {
		return "**too few to say**: " + r.String()
	}
	return r.String()
}

// calibrated says which thresholds would do for the worst group.
func calibrated(g Groups) string {
	var b strings.Builder
	for _, c := range g.Calibrations {
		if !c.Supported {
			fmt.Fprintf(&b, "\nA threshold at which every group meets FMR %g: too few to say", c.FMR)
			if len(c.Lacking) > 0 {
				fmt.Fprintf(&b, ", for %s", cell(strings.Join(c.Lacking, ", ")))
			}
			b.WriteString(".\n")
			continue
		}
		fmt.Fprintf(&b, "\nAt %.3f every group of %d people or more meets FMR %g, as far as these photographs tell; %s decides. For everybody together it would be %.3f. FNMR is then %s in the place of %s.\n",
			c.Threshold, g.Least, c.FMR, cell(c.Worst), c.Everybody, share(c.At.FNMR.Rate), share(c.AtEverybody.FNMR.Rate))
	}
	return b.String()
}

// capture says for each stage the first level at which it fails or objects for
// half of the photographs.
func (a Accuracy) capture() string {
	var parts []string
	for _, r := range a.Reports {
		if r.Capture == nil {
			continue
		}
		var rows [][]string
		for _, w := range r.Capture.Ways {
			rows = append(rows, []string{
				cell(w.Way), cell(w.Unit),
				first(w, func(s eval.Step) int { return s.Found.Of - s.Found.Count }),
				first(w, func(s eval.Step) int { return s.Refused.Count + s.Found.Of - s.Found.Count }),
				first(w, func(s eval.Step) int { return s.Suspected.Count }), first(w, func(s eval.Step) int { return s.Missed.Count }),
			})
		}
		parts = append(parts, fmt.Sprintf("%s, %d people, at the threshold %.3f:\n\n%s", cell(r.Made.DataSet), r.Capture.People, r.Capture.Threshold,
			table([]string{"degraded by", "levels are", "face not found from", "a problem said, or not found, from", "attack suspected from", "not matched from"}, rows)))
	}
	if len(parts) == 0 {
		return "Not measured.\n"
	}
	return strings.Join(parts, "\n")
}

func first(w eval.Degraded, count func(eval.Step) int) string {
	for _, s := range w.Steps {
		if s.Found.Of > 0 && 2*count(s) >= s.Found.Of {
			return fmt.Sprintf("%g", s.Level)
		}
	}
	return "none of these"
}

// made lists what made the figures.
func (a Accuracy) made() string {
	var b strings.Builder
	var rows [][]string
	for _, r := range a.Reports {
		rows = append(rows, []string{cell(r.Made.DataSet), r.Made.Date.UTC().Format("2006-01-02"), "`" + r.Made.Command + "`"})
	}
	b.WriteString(table([]string{"data set", "date", "command"}, rows))
	var programs, machines []string
	for _, r := range a.Reports {
		programs, machines = once(programs, r.Made.Program), once(machines, r.Made.Machine)
	}
	fmt.Fprintf(&b, "\nMade with %s; on %s.\n", cell(strings.Join(programs, "; ")), cell(strings.Join(machines, "; ")))
	return b.String()
}

func once(all []string, s string) []string {
	for _, a := range all {
		if a == s {
			return all
		}
	}
	return append(all, s)
}
