package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/eval"
)

const evalVerificationHelp = `Measure how often verification is wrong on pairs of photographs.

Each line of the pairs file has two paths and 1 (the same person) or 0 (two
people). Paths contain no spaces and start from --root, by default the current
folder. Every photograph counts: one in which no face is found is a failure to
acquire, and its pairs count as not matching. Of several faces the large one
nearest the middle is taken, and quality refuses nothing.

Photographs may only be measured on if their terms or the people on them allow
it. Say which data set it is and why with --data-set and --basis; running this
command declares it. Nothing is kept of them, and what was extracted to measure
can neither be put into a pass nor open a door.

With --showing, whole showings of a pass are measured too, at each threshold of
the models: somebody holds up a pass and has up to three attempts, so the
photographs of one person are compared, three at a time, with one photograph of
another person, or with another one of the same. --showing=2 makes it two.

Who is on a photograph is told by its folder, or by --person: a regular
expression with one group, which holds the name in every path, such as
'/([0-9]+)_' for frll/neutral/001_03.jpg.

A figure at a false match rate of r is marked "few pairs" where there are fewer
than 10/r pairs of two people: it rests on too little then.`

// evalFlags are the flags of eval verification.
type evalFlags struct {
	pairs, root, dataSet, basis string
	json, cross, quality        bool
	showing                     int
	person                      string
}

// mostAttempts bounds --showing: nobody gets so many.
const mostAttempts = 100

// evalVerification is facelatch eval verification.
func evalVerification() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use: "verification --pairs FILE [--root DIR]", Short: "measure on pairs of photographs", Long: evalVerificationHelp,
		Example: `  facelatch eval verification --pairs faces/pairs/frll-neutral-smiling.txt --root faces --json`, Args: none,
	}
	flags := c.Flags()
	flags.StringVar(&f.pairs, "pairs", "", "the file with the pairs")
	flags.StringVar(&f.root, "root", ".", "the folder that their paths start from")
	flags.StringVar(&f.dataSet, "data-set", "", "the name of the data set (default: the name of the pairs file)")
	flags.StringVar(&f.basis, "basis", "declared by whoever runs this command", "why it may be measured on, such as a licence")
	flags.BoolVar(&f.cross, "cross", false, "also compare all photographs of different people, where each person has a folder or --person tells them apart")
	flags.BoolVar(&f.quality, "quality", false, "also tell how many misses the quality of the photographs explains")
	flags.IntVar(&f.showing, "showing", 0, "also measure showings of so many attempts each, 1 to 100")
	flags.Lookup("showing").NoOptDefVal = "3"
	flags.StringVar(&f.person, "person", "", "a regular expression whose group is the person's name in a path (default: the folder)")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("pairs", f.pairs); err != nil {
			return err
		}
		report, err := f.run(c.ErrOrStderr())
		if err != nil {
			return err
		}
		if f.json {
			return printJSON(c.OutOrStdout(), report)
		}
		printReport(c.OutOrStdout(), report)
		return nil
	})
	return c
}

func (f evalFlags) run(stderr io.Writer) (eval.Report, error) {
	if f.showing < 0 || f.showing > mostAttempts {
		return eval.Report{}, usagef("--showing: %d is not 1 to %d", f.showing, mostAttempts)
	}
	pairs, err := f.readPairs()
	if err != nil {
		return eval.Report{}, err
	}
	person, err := f.people(pairs)
	if err != nil {
		return eval.Report{}, err
	}
	if f.dataSet == "" {
		f.dataSet = filepath.Base(f.pairs)
	}
	grant, err := consent.ForDataSet(consent.Declaration{DataSet: f.dataSet, Basis: f.basis})
	if err != nil {
		return eval.Report{}, usageError{err}
	}
	engine, manifest, err := newEngine(time.Now)
	if err != nil {
		return eval.Report{}, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return eval.Verification{
		Engine: engine, Grant: grant, Root: os.DirFS(f.root), Pairs: pairs, Person: person, Cross: f.cross, Quality: f.quality,
		Showing: f.showing, Thresholds: manifest.Thresholds, Progress: progress(stderr),
	}.Run(ctx)
}

// people tells who is on a photograph; nil leaves it to the folders. Every path
// must name somebody, or strangers would be counted as one person.
func (f evalFlags) people(pairs []eval.Pair) (func(name string) string, error) {
	if f.person == "" {
		return nil, nil
	}
	form, err := regexp.Compile(f.person)
	if err != nil {
		return nil, usagef("--person: %w", err)
	}
	if form.NumSubexp() != 1 {
		return nil, usagef("--person: %q has %d groups, want one", f.person, form.NumSubexp())
	}
	for _, p := range pairs {
		for _, name := range []string{p.A, p.B} {
			if m := form.FindStringSubmatch(name); m == nil || m[1] == "" {
				return nil, usagef("--person: %q finds nobody in %s", f.person, name)
			}
		}
	}
	return func(name string) string { return form.FindStringSubmatch(name)[1] }, nil
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
