package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/backup"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

const restoreHelp = `Make a site of a backup again, in two steps. docs/backup.md says why.

First, with --in: the backup is read to its end and put into a folder beside --site, whose
name ends in ".restored". --site must be empty or not there. Nothing serves that folder. A
file that is damaged, cut off or for another recipient is refused, and nothing is left.

Then, with --reconcile: the ledger goes on where the published one ends (--ledger), passes
stay only if the newest bundle of a door says so as well (--door, a copy of its folder), and
the next bundle has a number above every one that a door shows (--bundle). Without a door's
bundle, and unless --bundle says that no door has a newer one than the backup, every pass
that could have been revoked since is revoked: all of them. Only then the site is in its
place and can be served.

--check reads a backup to its end, and changes nothing.`

const restoreExample = `  facelatch restore --in court.age --identity backup-key.txt --site court
  facelatch restore --reconcile --site court --ledger https://doors.example.org/ledger --ca ca.pem --door front-door --bundle 4711`

// sitePlace is where a site has what is not a file of its own. Its folder is filled
// in.
var sitePlace = backup.Place{Database: "controller/site.db", Ledger: "ledger"}

// restoreFlags are the flags of restore.
type restoreFlags struct {
	in, site, database, ledger, ca string
	identities, doors              []string
	bundle                         uint64
	check, reconcile, json         bool
}

// restoreCommand is facelatch restore.
func restoreCommand() *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use: "restore --in FILE --identity FILE --site DIR", Short: "make a site of a backup again", Long: restoreHelp,
		Example: restoreExample, Args: none,
	}
	c.Flags().StringVar(&f.in, "in", "", "the backup")
	c.Flags().StringArrayVar(&f.identities, "identity", nil, "a file with an age identity; may be given several times")
	c.Flags().StringVar(&f.site, "site", "", "the folder of the site")
	c.Flags().BoolVar(&f.check, "check", false, "read the backup to its end, and change nothing")
	c.Flags().BoolVar(&f.reconcile, "reconcile", false, "bring a restored site up to what others have seen since")
	c.Flags().StringVar(&f.ledger, "ledger", "", "the published ledger: a URL, or a folder with a copy of it")
	c.Flags().StringVar(&f.ca, "ca", "", "certificates in PEM that the ledger's server is trusted by, beside those of the system")
	c.Flags().StringArrayVar(&f.doors, "door", nil, "a copy of a door's folder; may be given several times")
	c.Flags().Uint64Var(&f.bundle, "bundle", 0, "the highest bundle number that any door shows")
	c.Flags().StringVar(&f.database, "database", "", "where the site is to have its database, as postgres://host/name, empty until now (default: a file)")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		if f.reconcile {
			return f.second(ctx, c)
		}
		return f.first(ctx, c)
	})
	return c
}

func (f *restoreFlags) place() backup.Place {
	p := sitePlace
	p.Folder = f.site
	return p
}

// first reads the backup.
func (f *restoreFlags) first(ctx context.Context, c *cobra.Command) error {
	if err := required("in", f.in); err != nil {
		return err
	}
	if len(f.doors) > 0 || f.ledger != "" || f.bundle > 0 || f.database != "" || f.ca != "" {
		return usagef("--ledger, --ca, --door, --bundle and --database belong to --reconcile, which comes after this")
	}
	with, err := f.keys()
	if err != nil {
		return err
	}
	in, err := os.Open(f.in)
	if err != nil {
		return err
	}
	defer in.Close()
	if f.check {
		m, err := backup.Check(ctx, in, with)
		if err != nil {
			return fmt.Errorf("%s: %w", f.in, advised(err))
		}
		return f.say(c.OutOrStdout(), m, "The backup is whole.")
	}
	if err := required("site", f.site); err != nil {
		return err
	}
	m, err := backup.Restore(ctx, in, with, f.place())
	if errors.Is(err, backup.ErrExists) {
		return usagef("--site: %v", err)
	}
	if err != nil {
		return fmt.Errorf("nothing was restored: %s: %w", f.in, advised(err))
	}
	return f.say(c.OutOrStdout(), m, fmt.Sprintf(
		"It waits in %s, and nothing serves it. Next: facelatch restore --reconcile --site %s --ledger ...", f.place().Staged(), f.site))
}

// advised says what can be done about a backup that is not to be read.
func advised(err error) error {
	switch {
	case errors.Is(err, backup.ErrDamaged):
		return fmt.Errorf("%w: take another copy of it, or an older backup", err)
	case errors.Is(err, backup.ErrFormat):
		return fmt.Errorf("%w: restore it with that version, or a later one", err)
	}
	return err
}

func (f *restoreFlags) say(w io.Writer, m backup.Manifest, next string) error {
	if f.json {
		return printJSON(w, m)
	}
	_, err := fmt.Fprintf(w, "A backup of the site %s, made %s by facelatch %s: bundle %d, %d entries of the ledger\n%s\n",
		m.Site, m.Made.Local().Format(time.RFC3339), m.Program, m.Bundle, m.Ledger.Size, next)
	return err
}

// keys reads the identities.
func (f *restoreFlags) keys() (all []age.Identity, err error) {
	if len(f.identities) == 0 {
		return nil, usagef("--identity is missing: the file that age-keygen made")
	}
	for _, path := range f.identities {
		data, err := readShort(path, 1<<20)
		if err != nil {
			return nil, err
		}
		some, err := backup.ParseIdentities(bytes.NewReader(data))
		clear(data)
		if err != nil {
			return nil, usagef("--identity %s: %v", path, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// second reconciles.
func (f *restoreFlags) second(ctx context.Context, c *cobra.Command) error {
	if f.in != "" || f.check || len(f.identities) > 0 {
		return usagef("--in, --identity and --check belong to the first step, without --reconcile")
	}
	if err := required("site", f.site, "ledger", f.ledger); err != nil {
		return err
	}
	from, err := ledgerAt(f.ledger, f.ca)
	if err != nil {
		return err
	}
	report, err := backup.Reconcile(ctx, backup.Reconciling{
		Place: f.place(), Ledger: from, Doors: f.doors, Bundle: f.bundle, Database: f.database, Now: time.Now,
	})
	if err != nil {
		return fmt.Errorf("%s is not in its place yet: %w", f.site, explained(err))
	}
	if f.json {
		return printJSON(c.OutOrStdout(), reconciledOf(report))
	}
	return sayReconciled(c.OutOrStdout(), f.site, report)
}

// explained adds what can be done.
func explained(err error) error {
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("--database: %w", err)
	case errors.Is(err, ledger.ErrMissing):
		return fmt.Errorf("%w: give the address or the folder in which the checkpoint stands", err)
	}
	return err
}

// reconciled is what restore --reconcile prints as JSON.
type reconciled struct {
	Made    time.Time `json:"made"`
	Before  uint64    `json:"ledger_before"`
	Ledger  uint64    `json:"ledger"`
	Why     string    `json:"why"`
	Kept    int       `json:"passes_kept"`
	Revoked int       `json:"passes_revoked"`
	PINs    int       `json:"pins_revoked"`
	Removed []string  `json:"removed"`
	Bundle  uint64    `json:"bundle"`
	Hidden  uint64    `json:"hidden_acts"`
	Again   []again   `json:"do_again"`
}

// again is an act in clear that was done after the backup.
type again struct {
	Index   uint64            `json:"index"`
	Day     string            `json:"day"`
	Act     string            `json:"act"`
	By      string            `json:"by"`
	Details map[string]string `json:"details,omitempty"`
}

func reconciledOf(r backup.Report) reconciled {
	made := reconciled{
		Made: r.Made, Before: r.Before, Ledger: r.Ledger, Why: string(r.Why), Kept: r.Kept, Revoked: r.Revoked, PINs: r.PINs,
		Removed: append([]string{}, r.Removed...), Bundle: r.Bundle, Hidden: r.Hidden, Again: []again{},
	}
	for _, act := range r.Since {
		if !redone(act) {
			made.Again = append(made.Again, again{act.Index, act.Day.Format(time.DateOnly), act.Name, act.By, act.Details})
		}
	}
	return made
}

func sayReconciled(w io.Writer, dir string, r backup.Report) error {
	fmt.Fprintf(w, "The site is in %s again, as of its backup of %s, and can be served.\n", dir, r.Made.Local().Format(time.RFC3339))
	fmt.Fprintf(w, "ledger   goes on at %d entries; the backup had %d\n", r.Ledger, r.Before)
	fmt.Fprintf(w, "passes   %d stay, %d were revoked, and %d PINs: %s\n", r.Kept, r.Revoked, r.PINs, r.Why)
	fmt.Fprintf(w, "bundles  go on above %d\n", r.Bundle)
	for _, name := range r.Removed {
		fmt.Fprintf(w, "removed  %s, as it was since the backup\n", name)
	}
	fmt.Fprintln(w, "\nTo be done by you:")
	if r.Revoked+r.PINs > 0 {
		fmt.Fprintln(w, "- Give new passes to whom they were revoked; for a face pass, people enrol again.")
	}
	for _, act := range r.Since {
		if !redone(act) {
			fmt.Fprintf(w, "- %s %s, by %s, was done after the backup: do it again, if it is to be so.%s\n", act.Day.Format(time.DateOnly), act.Name, act.By, detailsOf(act))
		}
	}
	fmt.Fprintf(w, "- Up to %d acts about people were recorded since. Among them may be deletions, which nobody can read there: ask, and delete again.\n", r.Hidden)
	_, err := fmt.Fprintln(w, "- Sessions, links, recovery codes, API tokens and join codes are gone. Make new ones.")
	return err
}

// redone says whether reconciling has done an act again, or it has no effect by
// itself.
func redone(act ledger.ActAt) bool {
	switch act.Name {
	case "door-removed", "station-removed", "desk-removed", site.ActPartyRemove, "operator.remove", "token.make", "token.revoke",
		"join-code-made", "join-code-removed", "ticket-key-made", "site-restored":
		return true
	}
	return false
}

func detailsOf(act ledger.ActAt) string {
	if name := cmp.Or(act.Details["name"], act.Details["party"]); name != "" {
		return " (" + name + ")"
	}
	return ""
}

// restoredFirst says of a site that is not there that it waits to be reconciled.
func restoredFirst(dir string, err error) error {
	if errors.Is(err, site.ErrNotASite) && backup.Waits(dir) {
		return fmt.Errorf("%s was restored from a backup and serves nothing yet: facelatch restore --reconcile --site %s --ledger ... (docs/backup.md)", dir, dir)
	}
	return err
}
