package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

const evalAttackHelp = `Measure presentation attacks: how often a print, a screen or a mask is taken for
a face, and a face for one of them (ISO/IEC 30107-3).

--bona-fide names a folder of genuine presentations, and --attack SPECIES=DIR one
of attacks; both may be repeated. Each photograph that lies directly in such a
folder is one presentation, a still; each folder below it with photographs is
one, a sequence of frames in the order of their names, five a second; and so is
each video (mp4, mov, mkv, webm, avi), which needs ffmpeg. With --stills every
photograph is a still, wherever it lies.

--render DIR renders attacks from the photographs of people instead, in memory:
prints, bent prints, cut-out eyes, screens and videos, and the people themselves
before the same cameras. The report calls them rendered. --render-sequences DIR
renders sequences, of people with several photographs: files called left or
right show a turned head, and a folder eyes_closed closed eyes.

With --references DIR, a folder with a photograph of each person, it also tells
how often the whole door opens: for a stranger with a copied pass and an attack
of its holder, and for holders. People are told apart by --person, in paths that
begin with the name of the folder given. Rendered presentations are compared
with the first photograph of each person.

With --halves, thresholds for chosen BPCERs are found on people with odd numbers
and everything is reported of the others.
` + measuringRules + `

With --out DIR the report is written there as report.html, report.pdf and
report.json. An interrupted run goes on where it was when the same command is
given again: the folder keeps beliefs and scores by number until the report is
there. What could not be used is counted and listed.`

// attackFlags are the flags of eval attack.
type attackFlags struct {
	measureFlags
	bonaFide, attacks       []string
	references              string
	render, renderSequences string
	stills, halves          bool
	takes, people, attempts int
	threshold               float64
}

// evalAttack is facelatch eval attack.
func evalAttack() *cobra.Command {
	var f attackFlags
	c := &cobra.Command{
		Use: "attack (--bona-fide DIR --attack SPECIES=DIR | --render DIR | --render-sequences DIR)", Short: "measure presentation attacks", Long: evalAttackHelp,
		Example: `  facelatch eval attack --bona-fide people --attack print=prints --attack screen=screens --references passes --person '/([a-z]+)' --out attack`, Args: none,
	}
	f.add(c, "the name of the first folder")
	_ = c.Flags().MarkHidden("root")
	flags := c.Flags()
	flags.StringArrayVar(&f.bonaFide, "bona-fide", nil, "a folder of genuine presentations; may be repeated")
	flags.StringArrayVar(&f.attacks, "attack", nil, "a folder of attacks, as SPECIES=DIR; may be repeated")
	flags.BoolVar(&f.stills, "stills", false, "every photograph is a still, wherever it lies")
	flags.StringVar(&f.references, "references", "", "a folder with a photograph of each person, for the whole door")
	flags.StringVar(&f.render, "render", "", "render stills from the photographs below a folder")
	flags.StringVar(&f.renderSequences, "render-sequences", "", "render sequences from the photographs below a folder")
	flags.IntVar(&f.takes, "takes", 3, "how many presentations of each species to render of each person")
	flags.IntVar(&f.people, "people", 0, "of how many people to render, spread over all of them, 0 for all")
	flags.IntVar(&f.attempts, "attempts", eval.Attempts, "how many frames of a rendered still to compare, 1 to 3")
	flags.BoolVar(&f.halves, "halves", false, "find thresholds on one half of the people, and report on the other")
	flags.Float64Var(&f.threshold, "threshold", 0, "the threshold of a comparison (default: the strictest of the models)")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := f.valid(); err != nil {
			return err
		}
		report, manifest, err := f.run(c.ErrOrStderr())
		if err != nil {
			return f.interrupted(err)
		}
		if err := f.write(made("Presentation attacks", report.Sections(), report), f.source(), manifest); err != nil {
			return err
		}
		if f.json {
			return printJSON(c.OutOrStdout(), report)
		}
		printAttacks(c.OutOrStdout(), report)
		return nil
	})
	return c
}

// source is what the data set is called where nobody says.
func (f attackFlags) source() string {
	for _, dir := range append([]string{f.render, f.renderSequences}, f.bonaFide...) {
		if dir != "" {
			return filepath.Base(dir)
		}
	}
	return ""
}

func (f attackFlags) valid() error {
	rendered, given := f.render != "" || f.renderSequences != "", len(f.bonaFide) > 0 || len(f.attacks) > 0
	switch {
	case rendered == given:
		return usagef("eval attack needs --bona-fide with --attack, or one of --render and --render-sequences")
	case given && (len(f.bonaFide) == 0 || len(f.attacks) == 0):
		return usagef("--bona-fide and --attack go together")
	case f.render != "" && f.renderSequences != "":
		return usagef("--render and --render-sequences are two measurements: give them one after the other")
	case rendered && f.references != "":
		return usagef("--references goes with --bona-fide: what is rendered is compared with the first photograph of each person")
	case f.takes < 1 || f.people < 0 || f.attempts < 1 || f.attempts > eval.Attempts || !(f.threshold >= 0 && f.threshold <= 1):
		return usagef("--takes has to be 1 or more, --people not under 0, --attempts from 1 to %d, --threshold from 0 to 1", eval.Attempts)
	}
	for _, dir := range append(slices.Clone(f.bonaFide), f.references, f.render, f.renderSequences) {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return usagef("%s is not a folder", dir)
		}
	}
	for _, a := range f.attacks {
		name, dir, ok := strings.Cut(a, "=")
		if info, err := os.Stat(dir); !ok || name == "" || err != nil || !info.IsDir() {
			return usagef("--attack %q is not SPECIES=DIR with a folder", a)
		}
	}
	return nil
}

func (f *attackFlags) run(stderr io.Writer) (r eval.AttackReport, manifest models.Manifest, err error) {
	setup, manifest, err := f.setup(stderr, f.source())
	if err != nil {
		return r, manifest, err
	}
	if f.threshold == 0 {
		for _, t := range manifest.Thresholds {
			f.threshold = max(f.threshold, t.Score)
		}
	}
	ctx, stop := interruptible()
	defer stop()
	a := eval.Attacks{Setup: setup, Threshold: f.threshold, Halves: f.halves}
	var people []eval.Person
	references := setup
	if dir := f.render + f.renderSequences; dir != "" {
		references.Root = os.DirFS(dir)
		people, a.Presentations, err = f.rendered(references, dir)
		a.Rendered = true
	} else {
		people, err = f.given(&a)
		references.Root = os.DirFS(filepath.Dir(filepath.Clean(f.references)))
	}
	if err != nil {
		return r, manifest, err
	}
	var left []eval.Bad
	if len(people) > 0 {
		a.References, left, err = references.References(ctx, people)
		defer wipeReferences(a.References)
		a.Left = append(a.Left, left...)
	}
	if err != nil {
		return r, manifest, err
	}
	r, err = a.Run(ctx)
	return r, manifest, err
}

func wipeReferences(all map[string]*face.Probe) {
	for _, p := range all {
		p.Wipe()
	}
}

// rendered finds the people of whom presentations are rendered.
func (f attackFlags) rendered(setup eval.Setup, dir string) ([]eval.Person, []eval.Presentation, error) {
	f.root = dir
	people, _, err := f.everybody(setup.Root, 0)
	if err != nil {
		return nil, nil, err
	}
	if len(people) < 2 {
		return nil, nil, usagef("%s has photographs of %d people, and two are needed", dir, len(people))
	}
	if f.people > 0 {
		people = spreadOver(people, f.people)
	}
	render := eval.Render{Setup: setup, People: people, Takes: f.takes, Frames: f.attempts}
	if f.renderSequences != "" {
		return people, render.Sequences(), nil
	}
	return people, render.Stills(), nil
}

// given finds presentations in folders, and the photographs for references.
func (f attackFlags) given(a *eval.Attacks) (people []eval.Person, err error) {
	add := func(species, dir string) {
		if err != nil {
			return
		}
		var found []eval.Presentation
		found, err = eval.Presentations(dir, species, f.stills)
		a.Presentations = append(a.Presentations, found...)
	}
	for _, dir := range f.bonaFide {
		add("", dir)
	}
	for _, attack := range f.attacks {
		species, dir, _ := strings.Cut(attack, "=")
		add(species, dir)
	}
	if err != nil {
		return nil, err
	}
	a.Presentations, a.Left = eval.Twins(a.Presentations)
	if len(a.Presentations) == 0 {
		return nil, usagef("there is no photograph and no video in these folders")
	}
	var names []string
	for _, p := range a.Presentations {
		names = append(names, p.Name)
	}
	person, err := f.who(names)
	if err != nil || person == nil {
		return nil, err
	}
	for i := range a.Presentations {
		a.Presentations[i].Person = person(a.Presentations[i].Name)
	}
	return f.passes(a, person)
}

// passes finds the photographs that references are made of, the first of each
// person.
func (f attackFlags) passes(a *eval.Attacks, person func(string) string) ([]eval.Person, error) {
	if f.references == "" {
		return nil, nil
	}
	names, err := eval.Walk(os.DirFS(f.references))
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	for i, n := range names {
		names[i] = path.Join(filepath.Base(f.references), n)
	}
	if _, err := f.who(names); err != nil {
		return nil, err
	}
	for _, n := range names {
		groups[person(n)] = "all"
	}
	people, _ := eval.Arrange(names, person, groups, 1)
	return people, nil
}

func printAttacks(w io.Writer, r eval.AttackReport) {
	if r.Rendered {
		fmt.Fprintln(w, "RENDERED attacks: nobody printed or filmed anything")
	}
	fmt.Fprintf(w, "people  %d\n", r.People)
	printLevel(w, "a single still", r.Still)
	printLevel(w, "whole sequences", r.Sequence)
	if r.Door != nil {
		fmt.Fprintf(w, "the whole door, with a copied pass, at the threshold %.3f\n", r.Door.Threshold)
		for _, k := range r.Door.Kinds {
			by := "still"
			if k.Sequence {
				by = "sequence"
			}
			fmt.Fprintf(w, "  %-16s %-8s PAD warns %s  refuses %s\n", k.Species, by, shareOf(k.Matched), shareOf(k.Opened))
		}
	}
	if len(r.Bad) > 0 {
		fmt.Fprintf(w, "could not be used: %d, listed in the report\n", len(r.Bad))
	}
}

func printLevel(w io.Writer, name string, l *eval.Level) {
	if l == nil {
		return
	}
	fmt.Fprintf(w, "%s: errors at the detector's own threshold, and at a BPCER of 5 %%\n", name)
	for _, k := range append([]eval.Kind{l.BonaFide}, l.Attacks...) {
		fmt.Fprintf(w, "  %-16s %4d, no response %d  AUC %.3f  own %s  at 5 %% %s\n", k.Species, k.Count, k.NoResponse.Count, k.AUC, shareOf(k.Shipped), shareOf(k.At[1]))
		for _, q := range slices.Sorted(maps.Keys(k.Qualities)) {
			fmt.Fprintf(w, "    %-14s %s\n", q, shareOf(k.Qualities[q]))
		}
	}
}

func shareOf(r estimate.Rate) string {
	return fmt.Sprintf("%5.1f %% (%.1f to %.1f; %d of %d)", 100*r.Rate, 100*r.Low, 100*r.High, r.Errors, r.Comparisons)
}
