package eval

import (
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/report"
)

// Sections are the report for people.
func (r GroupsReport) Sections() []report.Section {
	all := []report.Section{r.sizes()}
	for _, at := range r.Points {
		all = append(all, groupsSection(at))
	}
	for _, c := range r.Calibrations {
		all = append(all, calibrationSection(c))
	}
	all = append(all, report.Section{Heading: "All groups together", Plots: curves([]string{"everybody"}, []*Distribution{&r.Scores})})
	return append(all, badSection(r.Bad))
}

func (r GroupsReport) sizes() report.Section {
	s := report.Section{
		Heading: "Who was measured",
		Text: []string{
			fmt.Sprintf("%d photographs, of which %d failed to acquire.", r.Images, r.FailuresToAcquire),
			"Who is in which group was supplied by whoever measured; nothing was inferred. " +
				fmt.Sprintf("Groups of fewer than %d people are shown and not compared: too few to say. ", r.Least) +
				"Rates are means over people, and over pairs of people: each counts the same, however many photographs there are. Intervals are of 95 % and allow for comparisons having people in common. A ratio whose interval neither shows a difference nor excludes a threefold one is too few to say, too.",
		},
	}
	t := report.Table{Head: []string{"group", "people", "photographs", "failed to acquire", ""}}
	for i, g := range r.Groups {
		row := []string{g.Group, fmt.Sprint(g.People), "", "", ""}
		if i < len(r.Acquired) {
			row[2], row[3] = fmt.Sprint(r.Acquired[i].Images), fmt.Sprint(r.Acquired[i].Failed)
		}
		if g.Small {
			row[4] = "too few to say"
		}
		t.Rows = append(t.Rows, row)
	}
	s.Tables = []report.Table{t}
	return s
}

func groupsSection(at estimate.At) report.Section {
	within := report.Table{Head: []string{"group", "FMR within it", "over everybody's", "FNMR", "over everybody's"}}
	within.Rows = append(within.Rows, []string{"everybody", rateCell(at.FMR), "", rateCell(at.FNMR), ""})
	for _, g := range at.Groups {
		within.Rows = append(within.Rows, []string{g.Group, rateCell(g.FMR), ratioCell(g.FMRRatio, g.Small), rateCell(g.FNMR), ratioCell(g.FNMRRatio, g.Small)})
	}
	across := report.Table{Head: []string{"between", "and", "FMR", "over everybody's"}}
	for _, a := range at.Across {
		across.Rows = append(across.Rows, []string{a.A, a.B, rateCell(a.FMR), ratioCell(a.FMRRatio, a.Small)})
	}
	return report.Section{
		Heading: fmt.Sprintf("At the threshold %.3f", at.Threshold),
		Text:    []string{spreadText("FMR", at.FMRSpread), spreadText("FNMR", at.FNMRSpread)},
		Tables:  []report.Table{within, across},
	}
}

// spreadText says how far the worst group is from the best.
func spreadText(what string, s *estimate.Spread) string {
	if s == nil {
		return what + ": fewer than two groups are large enough to compare the worst with the best."
	}
	return fmt.Sprintf("%s of the worst group (%s) over that of the best (%s): %s. The interval holds for whichever groups truly are the worst and the best.", what, s.Worst, s.Best, ratioCell(s.Ratio, false))
}

func calibrationSection(c estimate.Calibration) report.Section {
	s := report.Section{Heading: fmt.Sprintf("A threshold for an FMR of %g in the worst group", c.FMR)}
	if !c.Supported {
		s.Text = []string{fmt.Sprintf("Too few to say: these groups have too few people to tell that their FMR is at most %g times the stated one at any threshold: %s.", estimate.Margin, strings.Join(c.Lacking, ", "))}
		if len(c.Lacking) == 0 {
			s.Text = []string{"Too few to say: no group is large enough."}
		}
		return s
	}
	s.Text = []string{fmt.Sprintf("At %.4f no group's FMR lies above %g, nor the upper end of its interval above %g times that. The group that decided is %s.", c.Threshold, c.FMR, estimate.Margin, c.Worst)}
	t := report.Table{Head: []string{"threshold", "FMR of everybody", "FNMR of everybody"}}
	for _, at := range []estimate.At{c.AtEverybody, c.At} {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%.4f", at.Threshold), rateCell(at.FMR), rateCell(at.FNMR)})
	}
	t.Rows[0][0] += ", for everybody together"
	t.Rows[1][0] += ", for the worst group"
	byGroup := report.Table{Head: []string{"group", "FMR for everybody's", "FMR for the worst", "FNMR for everybody's", "FNMR for the worst"}}
	for i, g := range c.At.Groups {
		was := c.AtEverybody.Groups[i]
		byGroup.Rows = append(byGroup.Rows, []string{g.Group, rateCell(was.FMR), rateCell(g.FMR), rateCell(was.FNMR), rateCell(g.FNMR)})
	}
	s.Tables = []report.Table{t, byGroup}
	return s
}
