package peers

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Print writes the table, in Markdown: what is measured in rows, contenders in
// columns, Facelatch first.
func (r Results) Print(to io.Writer) {
	fmt.Fprintf(to, "%s; %s, Node.js %s; %s; load %s before, %s after\n\n", r.Machine, r.Go, r.Node, r.At.Format("2 January 2006 15:04 UTC"), r.Load[0], r.Load[1])
	fmt.Fprintf(to, "`%s`\n\n", r.Command)
	t := table{to: to, of: r.Contenders}
	t.head()
	for k, s := range r.Contenders[0].Sets {
		t.set(k, s)
	}
	for k, g := range r.Contenders[0].Growth {
		t.growth(k, g)
	}
	fmt.Fprintln(to)
	for _, c := range r.Contenders {
		fmt.Fprintf(to, "- **%s**: %s, %s. %s\n", c.Title, c.Package, c.Runtime, c.why())
	}
	r.printLosses(to)
}

// why says where the settings are from, and which they are.
func (c Contender) why() string {
	if settings := string(c.Settings); len(c.Settings) > 0 && settings != "{}" {
		return fmt.Sprintf("%s `%s`", c.Why, strings.Join(strings.Fields(settings), " "))
	}
	return c.Why
}

// table writes rows, with one cell for each contender.
type table struct {
	to io.Writer
	of []*Contested
}

func (t table) head() {
	t.row("", func(c *Contested) string { return c.Title })
	fmt.Fprintf(t.to, "|---|%s\n", strings.Repeat("---:|", len(t.of)))
}

func (t table) row(name string, cell func(*Contested) string) {
	fmt.Fprintf(t.to, "| %s |", name)
	for _, c := range t.of {
		fmt.Fprintf(t.to, " %s |", cell(c))
	}
	fmt.Fprintln(t.to)
}

func (t table) any(is func(*Contested) bool) bool { return slices.ContainsFunc(t.of, is) }

// set writes what was found in one set of photographs.
func (t table) set(k int, s InSet) {
	in := func(name string, cell func(InSet) string) {
		t.row(name, func(c *Contested) string { return cell(c.Sets[k]) })
	}
	a := s.Accuracy
	fmt.Fprintf(t.to, "| **%s, %d genuine and %d impostor pairs** |%s\n", s.Set, a.Genuine, a.Impostor, strings.Repeat(" |", len(t.of)))
	in(fmt.Sprintf("no face found, of %d", s.Photographs), func(s InSet) string { return fmt.Sprint(s.NotFound) })
	if t.any(func(c *Contested) bool { return c.Sets[k].Threw > 0 }) {
		in("something threw an error", func(s InSet) string { return fmt.Sprint(s.Threw) })
	}
	if t.any(func(c *Contested) bool { return c.Sets[k].Unsure > 0 }) {
		in("found, but not at its default confidence", func(s InSet) string { return fmt.Sprint(s.Unsure) })
	}
	if a.Best != nil {
		in("accuracy, cross-validated, %", func(s InSet) string {
			return fmt.Sprintf("%.1f ± %.1f", s.Accuracy.Best.Mean, s.Accuracy.Best.StandardError)
		})
	}
	in("accuracy at its own threshold, %", func(s InSet) string { return s.Accuracy.Stated.accuracy() })
	in("of it missed, and false matches", func(s InSet) string { return s.Accuracy.Stated.errors() })
	in(fmt.Sprintf("missed where %d impostors match", a.Allowed), func(s InSet) string { return fmt.Sprint(s.Accuracy.Missed) })
	in("CPU ms a photograph, median (least)", func(s InSet) string { return fmt.Sprintf("%.0f (%.0f)", s.Speed.MedianMS, s.Speed.LeastMS) })
	in("of it decoding", func(s InSet) string { return fmt.Sprintf("%.1f", s.Speed.DecodeMS) })
	in("times Facelatch, median (least)", func(s InSet) string { return fmt.Sprintf("%.1f (%.1f)", s.Speed.Ratio, s.Speed.LeastRatio) })
	in("the same without decoding", func(s InSet) string { return fmt.Sprintf("%.1f", s.Speed.PixelRatio) })
}

func (s *Stated) accuracy() string {
	if s == nil {
		return "none stated"
	}
	return fmt.Sprintf("%.1f", s.Percent)
}

func (s *Stated) errors() string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%d, %d", s.Missed, s.FalseMatches)
}

// growth writes what a check costs with so many people.
func (t table) growth(k int, g Growth) {
	with := func(name string, cell func(Growth) string) {
		t.row(name, func(c *Contested) string { return cell(c.Growth[k]) })
	}
	fmt.Fprintf(t.to, "| **%s enrolled** |%s\n", grouped(g.Enrolled), strings.Repeat(" |", len(t.of)))
	with("from start to first result, ms", func(g Growth) string { return fmt.Sprintf("%.0f", g.StartWallMS) })
	with("of that CPU ms", func(g Growth) string { return fmt.Sprintf("%.0f", g.StartCPUMS) })
	with("CPU ms a check", func(g Growth) string { return fmt.Sprintf("%.0f", g.CheckMS) })
	with("of it search", func(g Growth) string { return fmt.Sprintf("%.1f", g.SearchMS) })
	with("times Facelatch", func(g Growth) string { return fmt.Sprintf("%.1f", g.Ratio) })
	with("peak MB", func(g Growth) string { return fmt.Sprintf("%.0f", g.PeakMB) })
	with("KB kept about them", func(g Growth) string {
		if g.KeptBytes < 10*1024 {
			return fmt.Sprintf("%.1f", float64(g.KeptBytes)/1024)
		}
		return grouped(int((g.KeptBytes + 512) / 1024))
	})
}

// grouped writes a number with commas.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

// least is how much less processor time Facelatch is meant to need.
const least = 4

// Losses says in words where Facelatch is not so much better as it is meant to be.
func (r Results) Losses() (all []string) {
	ours := r.Contenders[0]
	for _, c := range r.Contenders[1:] {
		for k, s := range c.Sets {
			if s.Speed.Ratio < least {
				all = append(all, fmt.Sprintf("%s, photographs of %s: %.1f times the CPU of Facelatch, not %d", c.Title, s.Set, s.Speed.Ratio, least))
			}
			theirs, us := s.Accuracy, ours.Sets[k].Accuracy
			if theirs.Best != nil && theirs.Best.Mean >= us.Best.Mean {
				all = append(all, fmt.Sprintf("%s, pairs of %s: %.1f %% right, Facelatch %.1f %%", c.Title, s.Set, theirs.Best.Mean, us.Best.Mean))
			}
			if theirs.Missed < us.Missed {
				all = append(all, fmt.Sprintf("%s, pairs of %s: %d missed where %d impostors match, Facelatch %d", c.Title, s.Set, theirs.Missed, theirs.Allowed, us.Missed))
			}
		}
		for _, g := range c.Growth {
			if g.Ratio < least {
				all = append(all, fmt.Sprintf("%s, frames of a camera with %s enrolled: %.1f times the CPU of Facelatch, not %d", c.Title, grouped(g.Enrolled), g.Ratio, least))
			}
		}
	}
	return all
}

func (r Results) printLosses(to io.Writer) {
	if all := r.Losses(); len(all) > 0 {
		fmt.Fprintf(to, "\nWhere Facelatch does not need %d times less, or is not more accurate:\n\n", least)
		for _, line := range all {
			fmt.Fprintln(to, "- "+line)
		}
	}
}
