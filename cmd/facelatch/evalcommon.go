package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
)

const measuringRules = `
Photographs may only be measured on if their terms or the people on them allow
it. Say which data set it is and why with --data-set and --basis; running this
command declares it. Nothing is kept of them, and what was extracted to measure
can neither be put into a pass nor open a door.`

const measuringFiles = `
With --out DIR the report is written there as report.html, report.pdf and
report.json. An interrupted run goes on where it was when the same command is
given again: the folder keeps comparison scores until the report is there, and
never what was extracted from a photograph.

What could not be used, such as missing and damaged files, is counted and listed.`

// measureFlags are those that all measurements have.
type measureFlags struct {
	root, dataSet, basis, person, out string
	json                              bool
	hold                              int
	// finished are files of scores that are of no use when the report is there.
	finished []string
}

func (f *measureFlags) add(c *cobra.Command, dataSet string) {
	flags := c.Flags()
	flags.StringVar(&f.root, "root", ".", "the folder that the paths of photographs start from")
	flags.StringVar(&f.dataSet, "data-set", "", "the name of the data set (default: "+dataSet+")")
	flags.StringVar(&f.basis, "basis", "declared by whoever runs this command", "why it may be measured on, such as a licence")
	flags.StringVar(&f.person, "person", "", "a regular expression whose group is the person's name in a path (default: the folder)")
	flags.StringVar(&f.out, "out", "", "a folder for report.html, report.pdf and report.json")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	f.hold = eval.DefaultHold
}

// addHold is for measurements that compare many photographs with each other.
func (f *measureFlags) addHold(c *cobra.Command) {
	c.Flags().IntVar(&f.hold, "hold", eval.DefaultHold, "how many photographs to hold in memory at once, at about 2 kB each")
}

// setup declares the data set, and readies the models and the folder.
func (f *measureFlags) setup(stderr io.Writer, dataSet string) (eval.Setup, models.Manifest, error) {
	none := func(err error) (eval.Setup, models.Manifest, error) { return eval.Setup{}, models.Manifest{}, err }
	if f.dataSet != "" {
		dataSet = f.dataSet
	}
	if f.hold < 100 {
		return none(usagef("--hold: %d is under 100", f.hold))
	}
	if info, err := os.Stat(f.root); err != nil || !info.IsDir() {
		return none(usagef("--root %s is not a folder", f.root))
	}
	grant, err := consent.ForDataSet(consent.Declaration{DataSet: dataSet, Basis: f.basis})
	if err != nil {
		return none(usageError{err})
	}
	if f.out != "" {
		if err := os.MkdirAll(f.out, 0o755); err != nil {
			return none(err)
		}
	}
	s := eval.Setup{Grant: grant, Root: os.DirFS(f.root), Hold: f.hold, Work: f.out, Progress: progress(stderr)}
	s.Finished = func(path string) { f.finished = append(f.finished, path) }
	dir, err := home.Find()
	if err != nil {
		return none(err)
	}
	manifest, err := f.models(&s, dir)
	return s, manifest, err
}

// models gives a set-up the models of a home.
func (f measureFlags) models(s *eval.Setup, dir home.Dir) (models.Manifest, error) {
	e, manifest, err := engine.New(dir, time.Now)
	if err != nil {
		return models.Manifest{}, err
	}
	s.Engine, s.Models = e, fingerprint(manifest)
	return manifest, nil
}

// fingerprint names what scores depend on: every model, and the encoding.
func fingerprint(m models.Manifest) string {
	all := []string{m.Name, fmt.Sprint(face.ReferenceModel(m))}
	for _, model := range m.Models {
		all = append(all, string(model.Role)+" "+model.SHA256)
	}
	return strings.Join(all, "; ")
}

// who tells who is on a photograph by its path; nil leaves it to the folders.
// Every path must name somebody, or strangers would be counted as one person.
func (f measureFlags) who(names []string) (func(name string) string, error) {
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
	for _, name := range names {
		if m := form.FindStringSubmatch(name); m == nil || m[1] == "" {
			return nil, usagef("--person: %q finds nobody in %s", f.person, name)
		}
	}
	return func(name string) string { return form.FindStringSubmatch(name)[1] }, nil
}

// photographs are those below a folder, and whose each is: as --person says, or
// otherwise as the caller does.
func (f measureFlags) photographs(root fs.FS, otherwise func(name string) string) (names []string, person func(name string) string, err error) {
	if names, err = eval.Walk(root); err != nil {
		return nil, nil, err
	}
	if person, err = f.who(names); err != nil {
		return nil, nil, err
	}
	if person == nil {
		person = otherwise
	}
	return names, person, nil
}

// everybody finds the people below a folder, with at most so many photographs of
// each; 0 is all of them.
func (f measureFlags) everybody(root fs.FS, most int) ([]eval.Person, []eval.Bad, error) {
	names, person, err := f.photographs(root, path.Dir)
	if err != nil {
		return nil, nil, err
	}
	groups := map[string]string{}
	for _, n := range names {
		groups[person(n)] = "all"
	}
	people, left := eval.Arrange(names, person, groups, most)
	return people, left, nil
}

// spreadOver takes at most n people, spread evenly over all of them.
func spreadOver(people []eval.Person, n int) (some []eval.Person) {
	n = min(n, len(people))
	for i := range n {
		some = append(some, people[i*len(people)/n])
	}
	return some
}

// interruptible ends when somebody presses Ctrl-C.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt)
}

// interrupted says how to go on, where something was kept.
func (f measureFlags) interrupted(err error) error {
	if errors.Is(err, context.Canceled) && f.out != "" {
		return fmt.Errorf("interrupted: give the same command again to go on; what is finished is in %s", f.out)
	}
	return err
}
