package eval

import (
	"fmt"
	"maps"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/report"
)

// Sections are the report for people.
func (r AttackReport) Sections() []report.Section {
	all := []report.Section{r.about()}
	if r.Still != nil {
		all = append(all, r.Still.sections("A single still")...)
	}
	if r.Sequence != nil {
		all = append(all, r.Sequence.sections("Whole sequences")...)
	}
	if r.Door != nil {
		all = append(all, r.Door.section())
	}
	return append(all, badSection(r.Bad))
}

func (r AttackReport) about() report.Section {
	s := report.Section{Heading: "What was measured", Text: []string{
		fmt.Sprintf("Presentations of %d people. APCER is the share of attacks of a species that are taken for bona fide, BPCER the share of bona fide presentations that are taken for attacks, each of those in which a face was found; the others are counted as without a response (ISO/IEC 30107-3). Rates are means over people, with intervals of 95 %% that allow for several presentations of one.", r.People),
	}}
	if r.Rendered {
		s.Text = append(s.Text, "RENDERED: nobody printed, bent, cut or filmed anything here. The attacks, and the frames of people themselves, were computed from photographs, before the same cameras and scenes. A detector that finds them need not find real ones; one that misses them will hardly find those.")
	}
	if r.Halves {
		s.Text = append(s.Text, "Thresholds for chosen BPCERs were found on one half of the people, those with odd numbers; all figures are of the other half.")
	} else {
		s.Text = append(s.Text, "Thresholds for chosen BPCERs were found on the same bona fide presentations that they are reported on, which flatters them a little.")
	}
	if r.Still == nil && r.Sequence == nil {
		s.Text = append(s.Text, "There were not both bona fide presentations and attacks, so there are no rates.")
	}
	return s
}

func (l *Level) sections(heading string) []report.Section {
	head := []string{"species", "presentations, people", "no response", "AUC", "wrong at the detector's own threshold"}
	for _, t := range l.Thresholds {
		head = append(head, fmt.Sprintf("wrong at BPCER %g %% (%.4g)", 100*t.BPCER, t.Bona))
	}
	t := report.Table{Head: head}
	plot := report.Plot{Caption: heading + ", detection error trade-off: BPCER goes across, APCER of each species up. Lower and further left is better."}
	for _, k := range append([]Kind{l.BonaFide}, l.Attacks...) {
		row := []string{k.Species, fmt.Sprintf("%d, %d", k.Count, k.People), fmt.Sprintf("%s (%d)", percent(k.NoResponse.Rate), k.NoResponse.Count), "", rateCell(k.Shipped)}
		if k.Curve != nil {
			row[3] = fmt.Sprintf("%.3f", k.AUC)
			line := report.Line{Name: k.Species}
			for _, p := range k.Curve {
				line.X, line.Y = append(line.X, p[0]), append(line.Y, p[1])
			}
			plot.Lines = append(plot.Lines, line)
		}
		for _, at := range k.At {
			row = append(row, rateCell(at))
		}
		t.Rows = append(t.Rows, row)
	}
	first := report.Section{
		Heading: heading,
		Text:    []string{"Wrong is BPCER for bona fide presentations, and APCER for attacks. The worst species at a BPCER of 5 %: " + l.Worst + "."},
		Tables:  []report.Table{t}, Plots: []report.Plot{plot},
	}
	if q := l.qualityTable(); q.Rows != nil {
		first.Tables = append(first.Tables, q)
	}
	return []report.Section{first, l.cueSection(heading)}
}

func (l *Level) qualityTable() (t report.Table) {
	names := map[string]bool{}
	for _, k := range l.Attacks {
		for q := range k.Qualities {
			names[q] = true
		}
	}
	order := slices.Sorted(maps.Keys(names))
	t.Head = append([]string{"APCER at BPCER 5 %, by the attack's quality"}, order...)
	for _, k := range l.Attacks {
		row := []string{k.Species}
		for _, q := range order {
			row = append(row, rateCell(k.Qualities[q]))
		}
		if len(order) > 0 {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func (l *Level) cueSection(heading string) report.Section {
	t := report.Table{Head: []string{"cue", "species", "says something of", "AUC alone", "APCER alone", "APCER of the others", "APCER of all"}}
	for _, c := range l.Cues {
		for _, g := range c.Species {
			t.Rows = append(t.Rows, []string{
				c.Cue, g.Species, fmt.Sprintf("%.0f %% of bona fide, %.0f %% of attacks", 100*c.Known, 100*g.Known), fmt.Sprintf("%.3f", g.AUC),
				short(g.Alone), short(g.Without), short(g.With),
			})
		}
	}
	return report.Section{
		Heading: heading + ": what each cue adds",
		Text:    []string{"At the threshold of BPCER 5 % of each combination: the cue alone, all others without it, and all together, by multiplying their odds. Where the detector puts its cues together otherwise, its own figures are those above."},
		Tables:  []report.Table{t},
	}
}

// short is a rate with its interval, without counts.
func short(r estimate.Rate) string {
	if r.Comparisons == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%s to %s)", percent(r.Rate), percent(r.Low), percent(r.High))
}

func (d *Door) section() report.Section {
	t := report.Table{Head: []string{"presented", "by", "comparison matches: opens where PAD only warns", "opens where PAD refuses", "opens at BPCER 5 %"}}
	for _, k := range d.Kinds {
		by := "still, up to three frames"
		if k.Sequence {
			by = "sequence, three frames compared"
		}
		t.Rows = append(t.Rows, []string{k.Species, by, rateCell(k.Matched), rateCell(k.Opened), rateCell(k.OpenedAt5)})
	}
	return report.Section{
		Heading: "The whole door, with a copied pass",
		Text: []string{
			fmt.Sprintf("A stranger shows a copy of somebody's pass and an attack of that person: how often one of at most %d comparisons reaches the threshold %.3f and nothing refuses. For attacks that is IAPAR (ISO/IEC 30107-3), for bona fide presentations how often holders get in.", Attempts, d.Threshold),
			"No attack was made of the photograph that the reference is of.",
		},
		Tables: []report.Table{t},
	}
}
