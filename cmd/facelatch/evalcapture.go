package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/degrade"
	"github.com/facelatch/facelatch/models"
)

const evalCaptureHelp = `Make photographs worse in steps, and show where each stage gives up.

Of each person with two photographs below --root, the first stays as it is and
the second is made smaller, blurred, noisy, dark, lit from behind, tilted,
turned, nodded, covered, masked and compressed, step by step. For each step it
reports how often the face is found, what quality says, how often an attack is
suspected, and how often the two still match, beside how often strangers do.

The steps are rendered, and a real camera will differ. Heads are turned by
laying the photograph on a round one, which does not show what a photograph of
the other side would: measure that on photographs of turned heads, too.

The threshold is that of one attempt at a door, or --threshold.
` + measuringRules + measuringFiles

// captureFlags are the flags of eval capture.
type captureFlags struct {
	measureFlags
	people    int
	threshold float64
	ways      []string
}

// evalCapture is facelatch eval capture.
func evalCapture() *cobra.Command {
	var f captureFlags
	c := &cobra.Command{
		Use: "capture [--root DIR]", Short: "degrade photographs step by step", Long: evalCaptureHelp,
		Example: `  facelatch eval capture --root faces/frll --person '/([0-9]+)_' --people 50 --out capture`, Args: none,
	}
	f.add(c, "the name of the folder")
	flags := c.Flags()
	flags.IntVar(&f.people, "people", 100, "of how many people to take photographs, spread over all of them")
	flags.Float64Var(&f.threshold, "threshold", 0, "the threshold (default: the strictest of the models)")
	flags.StringSliceVar(&f.ways, "by", nil, "what to do to photographs: "+strings.Join(wayNames(), ", ")+" (default: all)")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		report, manifest, err := f.run(c.ErrOrStderr())
		if err != nil {
			return f.interrupted(err)
		}
		if err := f.write(made("Photographs made worse", report.Sections(), report), filepath.Base(f.root), manifest); err != nil {
			return err
		}
		if f.json {
			return printJSON(c.OutOrStdout(), report)
		}
		printCapture(c.OutOrStdout(), report)
		return nil
	})
	return c
}

func wayNames() (names []string) {
	for _, w := range degrade.Ways() {
		names = append(names, w.Name)
	}
	return names
}

func (f *captureFlags) run(stderr io.Writer) (eval.CaptureReport, models.Manifest, error) {
	fail := func(err error) (eval.CaptureReport, models.Manifest, error) {
		return eval.CaptureReport{}, models.Manifest{}, err
	}
	for _, w := range f.ways {
		if !slices.Contains(wayNames(), w) {
			return fail(usagef("--by: there is no %q; there are %s", w, strings.Join(wayNames(), ", ")))
		}
	}
	if f.people < 1 || !(f.threshold >= 0 && f.threshold <= 1) {
		return fail(usagef("--people has to be 1 or more, and --threshold from 0 to 1"))
	}
	setup, manifest, err := f.setup(stderr, filepath.Base(f.root))
	if err != nil {
		return fail(err)
	}
	if f.threshold == 0 {
		for _, t := range manifest.Thresholds {
			f.threshold = max(f.threshold, t.Score)
		}
	}
	people, left, err := f.choose()
	if err != nil {
		return fail(err)
	}
	ctx, stop := interruptible()
	defer stop()
	r, err := eval.Capture{Setup: setup, People: people, Left: left, Threshold: f.threshold, Ways: f.ways}.Run(ctx)
	return r, manifest, err
}

// choose takes people with two photographs, spread over all of them.
func (f captureFlags) choose() (chosen []eval.Person, left []eval.Bad, err error) {
	people, left, err := f.everybody(os.DirFS(f.root), 2)
	if err != nil {
		return nil, nil, err
	}
	people = slices.DeleteFunc(people, func(p eval.Person) bool { return len(p.Photographs) < 2 })
	if len(people) == 0 {
		return nil, nil, usagef("--root %s has nobody with two photographs", f.root)
	}
	return spreadOver(people, f.people), left, nil
}

func printCapture(w io.Writer, r eval.CaptureReport) {
	fmt.Fprintf(w, "photographs of %d people at the threshold %.3f; shares of photographs, at each level\n", r.People, r.Threshold)
	row := func(level string, s eval.Step) {
		fmt.Fprintf(w, "  %-9s found %5.1f %%  a problem said %5.1f %%  attack suspected %5.1f %%  not matched %5.1f %%  strangers matched %d of %d\n",
			level, 100*s.Found.Rate, 100*s.Refused.Rate, 100*s.Suspected.Rate, 100*s.Missed.Rate, s.Matched.Count, s.Matched.Of)
	}
	row("as it is", r.Before)
	for _, d := range r.Ways {
		fmt.Fprintf(w, "%s, %s\n", d.Way, d.Unit)
		for _, s := range d.Steps {
			if s.Found.Of > 0 {
				row(fmt.Sprintf("%g", s.Level), s)
			}
		}
	}
	if len(r.Bad) > 0 {
		fmt.Fprintf(w, "could not be used: %d photographs or people, listed in the report\n", len(r.Bad))
	}
}
