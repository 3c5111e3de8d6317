package eval

import (
	"fmt"

	"github.com/facelatch/facelatch/eval/report"
)

// Named is what was measured with one set of models.
type Named struct {
	Models string `json:"models"`
	Report
}

// Sections are the report of one or more sets of models, side by side.
func Sections(sets []Named) []report.Section {
	overview := report.Section{
		Heading: "At a glance",
		Text:    []string{"FMR is the rate at which two people match, FNMR that at which one person does not. A photograph without a face that could be found is a failure to acquire, and its pairs do not match. Nothing was left out for its quality."},
		Tables:  []report.Table{overviewTable(sets)},
	}
	var names []string
	var scores []*Distribution
	all := []report.Section{overview}
	for i := range sets {
		names, scores = append(names, sets[i].Models), append(scores, &sets[i].Scores)
		if c := sets[i].CrossScores; c != nil {
			names, scores = append(names, sets[i].Models+", all photographs"), append(scores, c)
		}
		all = append(all, sets[i].section())
	}
	all = append(all, report.Section{Heading: "Curves", Plots: curves(names, scores)})
	for _, s := range sets {
		if s.Quality != nil {
			all = append(all, s.qualitySection())
		}
	}
	if len(sets) > 0 {
		all = append(all, badSection(sets[0].Bad))
	}
	return all
}

func overviewTable(sets []Named) report.Table {
	t := report.Table{Head: []string{"models", "photographs", "people", "failures to acquire", "pairs", "left out", "accuracy, cross-validated"}}
	for _, s := range sets {
		accuracy := "not measured"
		if c := s.CrossValidated; c != nil {
			accuracy = fmt.Sprintf("%.2f %%, standard error %.2f, %d folds", 100*c.Mean, 100*c.StandardError, len(c.Folds))
		}
		t.Rows = append(t.Rows, []string{
			s.Models, fmt.Sprint(s.Images), fmt.Sprint(s.People), fmt.Sprint(s.FailuresToAcquire),
			fmt.Sprintf("%d of one person, %d of two", s.Genuine, s.Impostor), fmt.Sprint(s.PairsLeftOut), accuracy,
		})
	}
	return t
}

// section has the rates of one set.
func (n Named) section() report.Section {
	s := report.Section{Heading: "Rates, " + n.Models}
	s.Text = append(s.Text, "Rates are means over people, and over pairs of people: each counts the same, however many photographs there are. Intervals are of 95 % and allow for pairs having people in common; where no error was seen they are those of the rule of three. The tables further down count every comparison, and take each as a draw of its own.")
	s.Tables = append(s.Tables, pointsTable("threshold", n.ByPerson))
	if n.CrossByPerson != nil {
		s.Tables = append(s.Tables, pointsTable("threshold, all photographs of different people", n.CrossByPerson))
	}
	for _, of := range []struct {
		what string
		*Figures
	}{{"FMR among the listed pairs", &n.Figures}, {"FMR among all photographs of different people", n.Cross}} {
		if of.Figures != nil {
			s.Tables = append(s.Tables, operatingTable(of.what, *of.Figures))
		}
	}
	if n.Showings != nil {
		s.Tables = append(s.Tables, n.Showings.table())
	}
	if n.Averaged != nil {
		s.Tables = append(s.Tables, n.Averaged.table())
	}
	return s
}

func pointsTable(what string, points []Point) report.Table {
	t := report.Table{Head: []string{what, "", "FMR", "FNMR"}}
	for _, p := range points {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%.4f", p.Threshold), p.Name, rateCell(p.FMR), rateCell(p.FNMR)})
	}
	return t
}

func operatingTable(what string, f Figures) report.Table {
	t := report.Table{Head: []string{what, "threshold", "FNMR, with the interval of Clopper and Pearson", "impostor pairs"}}
	for _, p := range f.OperatingPoints {
		few := ""
		if !p.Supported {
			few = ": few"
		}
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("%.2e", p.FMR), fmt.Sprintf("%.4f", p.Threshold),
			fmt.Sprintf("%s (%s to %s)", percent(p.FNMR), percent(p.FNMRLow), percent(p.FNMRHigh)), fmt.Sprint(f.Impostor) + few,
		})
	}
	return t
}

func (s Showings) table() report.Table {
	t := report.Table{Head: []string{fmt.Sprintf("showings of %d attempts at", s.Attempts), "FMR of one attempt", "FMR of a showing", "FNMR of the first", "FNMR of a showing"}}
	cell := func(r Rate) string {
		return fmt.Sprintf("%s (%s to %s; %d of %d)", percent(r.Rate), percent(r.Low), percent(r.High), r.Count, r.Of)
	}
	for _, p := range s.Points {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%s, %.3f", p.Name, p.Threshold), cell(p.AttemptFMR), cell(p.ShowingFMR), cell(p.FirstFNMR), cell(p.ShowingFNMR)})
	}
	return t
}

func (a Averaged) table() report.Table {
	t := report.Table{Head: []string{fmt.Sprintf("references of, with %d people", a.People), "threshold", "", "FMR", "FNMR"}}
	for _, m := range a.Means {
		for i, p := range m.ByPerson {
			what := ""
			if i == 0 {
				what = fmt.Sprintf("the mean of %d", m.Photographs)
			}
			t.Rows = append(t.Rows, []string{what, fmt.Sprintf("%.4f", p.Threshold), p.Name, rateCell(p.FMR), rateCell(p.FNMR)})
		}
	}
	return t
}

// qualitySection says how error goes with quality.
func (n Named) qualitySection() report.Section {
	q := n.Quality
	s := report.Section{Heading: "Quality against error, " + n.Models}
	s.Text = []string{
		fmt.Sprintf("At the threshold %.4f, %d of %d genuine pairs that miss show a problem in either photograph, and %d of %d that match.", q.Threshold, q.MissesExplained, q.Misses, q.MatchesWithReason, q.Matches),
		"The table says how FNMR changes when the genuine pairs of the least quality are refused. A figure whose FNMR does not fall says nothing about errors here.",
	}
	t := report.Table{Head: []string{"refused by"}}
	lines := []report.Line{}
	for _, d := range q.Discards {
		row, line := []string{d.Measure}, report.Line{Name: d.Measure}
		for _, p := range d.Points {
			if len(t.Head) <= len(d.Points) {
				t.Head = append(t.Head, fmt.Sprintf("%g %%", 100*p.Share))
			}
			row = append(row, fmt.Sprintf("%s (%d of %d)", percent(p.FNMR.Rate), p.FNMR.Count, p.FNMR.Of))
			line.X, line.Y = append(line.X, p.Share), append(line.Y, p.FNMR.Rate)
		}
		t.Rows, lines = append(t.Rows, row), append(lines, line)
	}
	s.Tables = []report.Table{t}
	s.Plots = []report.Plot{{Caption: "Error against refusal: the share of genuine pairs refused goes across, FNMR of those left up.", Lines: lines}}
	return s
}
