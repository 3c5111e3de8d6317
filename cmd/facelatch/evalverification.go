package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
)

const evalVerificationHelp = `Measure how often verification is wrong on pairs of photographs.

Each line of the pairs file has two paths and 1 (the same person) or 0 (two
people). Paths contain no spaces and start from --root, by default the current
folder. Every photograph counts: one in which no face is found is a failure to
acquire, and its pairs count as not matching. Of several faces the large one
nearest the middle is taken, and quality refuses nothing. With --folders in the
place of --pairs, all photographs below --root are compared with each other.
` + measuringRules + `

With --showing, whole showings of a pass are measured too, at each threshold of
the models: somebody holds up a pass and has up to three attempts, so the
photographs of one person are compared, three at a time, with one photograph of
another person, or with another one of the same. --showing=2 makes it two.

Who is on a photograph is told by its folder, or by --person: a regular
expression with one group, which holds the name in every path, such as
'/([0-9]+)_' for frll/neutral/001_03.jpg.

A figure at a false match rate of r is marked "few pairs" where there are fewer
than 10/r pairs of two people: it rests on too little then.

With --averaged, references are measured that are the mean of up to three
photographs, as a station makes them; --averaged=2 makes it two. It takes people
with more photographs than that, and compares the others with the reference.

With --models NAME=HOME, once or more often, other sets of models are measured
on the same pairs, side by side with those in use.
` + measuringFiles + `

--showing and --averaged need the features of all photographs in memory at once,
so they refuse more photographs than --hold; they begin anew.`

// evalFlags are the flags of eval verification.
type evalFlags struct {
	measureFlags
	pairs                    string
	cross, quality, folders  bool
	showing, averaged, folds int
	others                   []string
}

// mostAttempts bounds --showing: nobody gets so many.
const mostAttempts = 100

// mostAveraged bounds --averaged: nobody is photographed so often to enrol.
const mostAveraged = 10

// evalVerification is facelatch eval verification.
func evalVerification() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use: "verification --pairs FILE [--root DIR]", Short: "measure on pairs of photographs", Long: evalVerificationHelp,
		Example: `  facelatch eval verification --pairs faces/pairs/frll-neutral-smiling.txt --root faces --json`, Args: none,
	}
	f.add(c, "the name of the pairs file or folder")
	f.addHold(c)
	flags := c.Flags()
	flags.StringVar(&f.pairs, "pairs", "", "the file with the pairs")
	flags.BoolVar(&f.folders, "folders", false, "compare all photographs below --root where each person has a folder or --person tells them apart")
	flags.BoolVar(&f.cross, "cross", false, "also compare all photographs of different people, where each person has a folder or --person tells them apart")
	flags.BoolVar(&f.quality, "quality", false, "also tell how many misses the quality of the photographs explains")
	flags.IntVar(&f.folds, "folds", 10, "how many folds accuracy is cross-validated in, 0 for none")
	flags.IntVar(&f.showing, "showing", 0, "also measure showings of so many attempts each, 1 to 100")
	flags.Lookup("showing").NoOptDefVal = "3"
	flags.IntVar(&f.averaged, "averaged", 0, "also measure references that are the mean of up to so many photographs, 2 to 10")
	flags.Lookup("averaged").NoOptDefVal = "3"
	flags.StringArrayVar(&f.others, "models", nil, "another set of models, as NAME=HOME; may be repeated")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		sets, manifests, err := f.run(c.ErrOrStderr())
		if err != nil {
			return f.interrupted(err)
		}
		if err := f.write(made("How often verification is wrong", eval.Sections(sets), sets), f.source(), manifests...); err != nil {
			return err
		}
		return f.print(c.OutOrStdout(), sets)
	})
	return c
}

func (f evalFlags) print(w io.Writer, sets []eval.Named) error {
	if f.json {
		if len(sets) == 1 {
			return printJSON(w, sets[0].Report)
		}
		return printJSON(w, map[string]any{"sets": sets})
	}
	for _, s := range sets {
		if len(sets) > 1 {
			fmt.Fprintf(w, "with %s:\n", s.Models)
		}
		printReport(w, s.Report)
	}
	return nil
}

// source is what the data set is called where nobody says.
func (f evalFlags) source() string {
	if f.folders {
		return filepath.Base(f.root)
	}
	return filepath.Base(f.pairs)
}

func (f evalFlags) valid() error {
	if f.showing < 0 || f.showing > mostAttempts {
		return usagef("--showing: %d is not 1 to %d", f.showing, mostAttempts)
	}
	if f.folds < 0 || f.folds == 1 || f.folds > mostAttempts {
		return usagef("--folds: %d is not 2 to %d, nor 0", f.folds, mostAttempts)
	}
	if f.averaged != 0 && (f.averaged < 2 || f.averaged > mostAveraged) {
		return usagef("--averaged: %d is not 2 to %d", f.averaged, mostAveraged)
	}
	if f.folders && (f.pairs != "" || f.cross || f.quality || f.showing > 0 || f.averaged > 0) {
		return usagef("--folders goes without --pairs, --cross, --quality, --showing and --averaged")
	}
	if f.folders {
		return nil
	}
	return required("pairs", f.pairs)
}

// run measures with every set of models in turn.
func (f *evalFlags) run(stderr io.Writer) (sets []eval.Named, manifests []models.Manifest, err error) {
	if err := f.valid(); err != nil {
		return nil, nil, err
	}
	setup, manifest, err := f.setup(stderr, f.source())
	if err != nil {
		return nil, nil, err
	}
	measure, err := f.measurement()
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := interruptible()
	defer stop()
	setup.Quality = f.quality
	for i := -1; ; {
		report, err := measure(ctx, setup, manifest)
		if errors.Is(err, eval.ErrHold) {
			return nil, nil, usagef("--hold: %w", err)
		}
		if err != nil {
			return nil, nil, err
		}
		name := manifest.Name
		if i >= 0 {
			name, _, _ = strings.Cut(f.others[i], "=")
		}
		sets, manifests = append(sets, eval.Named{Models: name, Report: report}), append(manifests, manifest)
		if i++; i == len(f.others) {
			return sets, manifests, nil
		}
		name, dir, ok := strings.Cut(f.others[i], "=")
		if !ok || name == "" || dir == "" {
			return nil, nil, usagef("--models %q is not NAME=HOME", f.others[i])
		}
		if manifest, err = f.models(&setup, home.Dir(dir)); err != nil {
			return nil, nil, err
		}
		setup.Progress = progress(stderr)
	}
}

// measurement reads what to compare, and returns what compares it.
func (f evalFlags) measurement() (func(context.Context, eval.Setup, models.Manifest) (eval.Report, error), error) {
	if f.folders {
		people, err := f.strangers()
		return func(ctx context.Context, s eval.Setup, m models.Manifest) (eval.Report, error) {
			return eval.Folders{Setup: s, People: people, Thresholds: m.Thresholds}.Run(ctx)
		}, err
	}
	pairs, err := f.readPairs()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range pairs {
		names = append(names, p.A, p.B)
	}
	person, err := f.who(names)
	return func(ctx context.Context, s eval.Setup, m models.Manifest) (eval.Report, error) {
		return eval.Verification{
			Setup: s, Pairs: pairs, Person: person, Folds: f.folds, Cross: f.cross, Showing: f.showing, Averaged: f.averaged, Thresholds: m.Thresholds,
		}.Run(ctx)
	}, err
}

// strangers finds all photographs below the root, by person, of at least two.
func (f evalFlags) strangers() ([]eval.Person, error) {
	people, _, err := f.everybody(os.DirFS(f.root), 0)
	if err != nil {
		return nil, err
	}
	if len(people) < 2 {
		return nil, usagef("--root %s has photographs of %d people, and two are needed", f.root, len(people))
	}
	return people, nil
}

func (f evalFlags) readPairs() ([]eval.Pair, error) {
	file, err := os.Open(f.pairs)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	pairs, err := eval.ReadPairs(file)
	if errors.Is(err, eval.ErrPairs) {
		return nil, usageError{fmt.Errorf("%s: %w", f.pairs, err)}
	}
	return pairs, err
}

// progress draws a bar, if there is a terminal to draw on.
func progress(stderr io.Writer) func(done, of int) {
	file, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, of int) {
		if bar == nil {
			bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription("photographs"),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}
