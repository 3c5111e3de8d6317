package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/models"
)

const evalGroupsHelp = `Measure how often verification is wrong for groups of people.

Who is in which group is supplied, never inferred: --table names a file of
comma-separated values whose first line names its columns, among them one for
the person and one for the group (--person-column, --group-column). Every
photograph below --root of somebody in the table is compared with all others.

It reports FMR and FNMR within each group and across groups at the thresholds
of the models, or at --threshold, as means over people and over pairs of people,
with 95 % intervals that allow for people in common; their ratios to everybody's, and of the worst group to
the best. Groups of fewer than --least people, and ratios that neither show
a difference nor exclude a threefold one, are marked as too few to say.

With --fmr RATE it finds the threshold at which the worst group of at least that
size meets the rate, and says what that costs in FNMR.
` + measuringRules + measuringFiles

// groupsFlags are the flags of eval groups.
type groupsFlags struct {
	measureFlags
	table, personColumn, groupColumn string
	least, most                      int
	thresholds, fmrs                 []float64
}

// evalGroups is facelatch eval groups.
func evalGroups() *cobra.Command {
	var f groupsFlags
	c := &cobra.Command{
		Use: "groups --table FILE [--root DIR]", Short: "measure groups of people, and calibrate for the worst", Long: evalGroupsHelp,
		Example: `  facelatch eval groups --table faces/frll/people.csv --person-column face_id --group-column face_eth --root faces/frll --person '/([0-9]+)_' --fmr 1e-3 --out groups`, Args: none,
	}
	f.add(c, "the name of the table")
	f.addHold(c)
	flags := c.Flags()
	flags.StringVar(&f.table, "table", "", "the file that says who is in which group")
	flags.StringVar(&f.personColumn, "person-column", "person", "the column with the name that stands in the paths")
	flags.StringVar(&f.groupColumn, "group-column", "group", "the column with the group")
	flags.IntVar(&f.least, "least", 30, "how many people a group needs to be compared with others")
	flags.IntVar(&f.most, "most", 0, "how many photographs of a person to take, 0 for all")
	flags.Float64SliceVar(&f.thresholds, "threshold", nil, "thresholds to report at (default: those of the models)")
	flags.Float64SliceVar(&f.fmrs, "fmr", nil, "false match rates to calibrate for")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := f.valid(); err != nil {
			return err
		}
		report, manifest, err := f.run(c.ErrOrStderr())
		if err != nil {
			return f.interrupted(err)
		}
		page := report.Sections()
		if err := f.write(made("Groups of people", page, report), filepath.Base(f.table), manifest); err != nil {
			return err
		}
		if f.json {
			return printJSON(c.OutOrStdout(), report)
		}
		printGroups(c.OutOrStdout(), report)
		return nil
	})
	return c
}

func (f groupsFlags) valid() error {
	if err := required("table", f.table); err != nil {
		return err
	}
	if f.least < 2 {
		return usagef("--least: %d is under 2", f.least)
	}
	for _, r := range f.fmrs {
		if !(r > 0 && r < 1) {
			return usagef("--fmr: %v does not lie between 0 and 1", r)
		}
	}
	for _, t := range f.thresholds {
		if !(t >= -1 && t <= 1) {
			return usagef("--threshold: %v does not lie between -1 and 1", t)
		}
	}
	return nil
}

func (f *groupsFlags) run(stderr io.Writer) (eval.GroupsReport, models.Manifest, error) {
	setup, manifest, err := f.setup(stderr, filepath.Base(f.table))
	if err != nil {
		return eval.GroupsReport{}, manifest, err
	}
	people, left, err := f.people()
	if err != nil {
		return eval.GroupsReport{}, manifest, err
	}
	if len(f.thresholds) == 0 {
		for _, t := range manifest.Thresholds {
			f.thresholds = append(f.thresholds, t.Score)
		}
	}
	ctx, stop := interruptible()
	defer stop()
	g := eval.Groups{Setup: setup, People: people, Thresholds: f.thresholds, FMRs: f.fmrs, Least: f.least, Left: left}
	report, err := g.Run(ctx)
	return report, manifest, err
}

// people finds the photographs of those in the table.
func (f groupsFlags) people() (people []eval.Person, left []eval.Bad, err error) {
	file, err := os.Open(f.table)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	groups, err := eval.ReadGroups(file, f.personColumn, f.groupColumn)
	if errors.Is(err, eval.ErrTable) {
		return nil, nil, usageError{fmt.Errorf("%s: %w", f.table, err)}
	}
	if err != nil {
		return nil, nil, err
	}
	names, person, err := f.photographs(os.DirFS(f.root), func(name string) string { return path.Base(path.Dir(name)) })
	if err != nil {
		return nil, nil, err
	}
	people, left = eval.Arrange(names, person, groups, f.most)
	if len(people) == 0 {
		return nil, nil, usagef("--root %s has no photograph of anybody in %s", f.root, f.table)
	}
	return people, left, nil
}

// printGroups prints what was measured for a person.
func printGroups(w io.Writer, r eval.GroupsReport) {
	fmt.Fprintf(w, "images               %d\n", r.Images)
	fmt.Fprintf(w, "failures to acquire  %d (%.2f %%)\n", r.FailuresToAcquire, percentOf(r.FailuresToAcquire, r.Images))
	fmt.Fprintf(w, "could not be used    %d photographs or people, listed in the report\n", len(r.Bad))
	for _, s := range r.Groups {
		few := ""
		if s.Small {
			few = fmt.Sprintf(", fewer than %d: too few to say", r.Least)
		}
		fmt.Fprintf(w, "group %-14s %d people%s\n", s.Group, s.People, few)
	}
	for _, at := range r.Points {
		printGroupsAt(w, at)
	}
	for _, c := range r.Calibrations {
		printCalibration(w, c)
	}
}

func printGroupsAt(w io.Writer, at estimate.At) {
	fmt.Fprintf(w, "at the threshold %.3f\n", at.Threshold)
	line := func(what string, r estimate.Rate, ratio string) {
		fmt.Fprintf(w, "  %-34s %.4f %% (95 %%: %.4f to %.4f; %d of %d)%s\n", what, 100*r.Rate, 100*r.Low, 100*r.High, r.Errors, r.Comparisons, ratio)
	}
	line("FMR of everybody", at.FMR, "")
	line("FNMR of everybody", at.FNMR, "")
	for _, g := range at.Groups {
		line("FMR within "+g.Group, g.FMR, ratioWords(g.FMRRatio, g.Small))
		line("FNMR of "+g.Group, g.FNMR, ratioWords(g.FNMRRatio, g.Small))
	}
	for _, a := range at.Across {
		if a.Small {
			continue // the report has it
		}
		line("FMR between "+a.A+" and "+a.B, a.FMR, ratioWords(a.FMRRatio, a.Small))
	}
	spread := func(what string, s *estimate.Spread) {
		if s == nil {
			fmt.Fprintf(w, "  %s, worst over best: too few to say\n", what)
			return
		}
		fmt.Fprintf(w, "  %s, worst over best: %s over %s,%s\n", what, s.Worst, s.Best, ratioWords(s.Ratio, false))
	}
	spread("FMR", at.FMRSpread)
	spread("FNMR", at.FNMRSpread)
}

// ratioWords says a ratio with its interval.
func ratioWords(r estimate.Ratio, small bool) string {
	words := " ratio " + r.String()
	if r.Few || small {
		words += ", too few to say"
	}
	return words
}

func printCalibration(w io.Writer, c estimate.Calibration) {
	if !c.Supported {
		fmt.Fprintf(w, "calibrated for FMR %g: too few people to say, in %q\n", c.FMR, c.Lacking)
		return
	}
	fmt.Fprintf(w, "calibrated for FMR %g: threshold %.3f, decided by %s, FNMR %.2f %% (95 %%: %.2f to %.2f)\n",
		c.FMR, c.Threshold, c.Worst, 100*c.At.FNMR.Rate, 100*c.At.FNMR.Low, 100*c.At.FNMR.High)
	fmt.Fprintf(w, "  for everybody together it would be %.3f, with FNMR %.2f %%\n", c.Everybody, 100*c.AtEverybody.FNMR.Rate)
}
