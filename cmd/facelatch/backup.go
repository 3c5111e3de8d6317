package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/backup"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

const backupHelp = `Copy what the controller of a site knows into one encrypted file, while it runs: the
database as of one moment, the ledger, and the site's keys. docs/backup.md says what
is in it, and what a restored site goes through before it may serve.

The file is encrypted to age recipients, and whoever has their identity has the keys of
the site and the labels and contacts of everybody in it. Make one on another machine and
keep it there: age-keygen -o backup-key.txt prints the recipient.

--out is a file, which must not be there, or a folder, in which a name is made of the site
and the time. The file is whole and on the disk, or it is not there. A station is not in
it, even if it has its folder beside the controller's: a second station is its backup.`

const backupExample = `  facelatch backup --site court --to age1... --out /backups --keep 30`

// backupFlags are the flags of backup.
type backupFlags struct {
	site, toFile, out string
	to                []string
	keep              int
	json              bool
}

// backupCommand is facelatch backup.
func backupCommand() *cobra.Command {
	var f backupFlags
	c := &cobra.Command{
		Use: "backup --site DIR --to RECIPIENT --out FILE", Short: "copy a controller into one encrypted file", Long: backupHelp,
		Example: backupExample, Args: none,
	}
	c.Flags().StringVar(&f.site, "site", "", "the folder of the site")
	c.Flags().StringArrayVar(&f.to, "to", nil, "an age recipient, which begins with age1; may be given several times")
	c.Flags().StringVar(&f.toFile, "to-file", "", "a file with age recipients, one a line")
	c.Flags().StringVar(&f.out, "out", "", "the file to make, or a folder to make it in")
	c.Flags().IntVar(&f.keep, "keep", 0, "remove all but so many of this site's backups from the folder of --out (default: none)")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error { return f.run(c) })
	return c
}

// backedUp is what backup prints.
type backedUp struct {
	File    string          `json:"file"`
	Bytes   int64           `json:"bytes"`
	Made    backup.Manifest `json:"manifest"`
	Removed []string        `json:"removed,omitempty"`
}

func (f *backupFlags) run(c *cobra.Command) error {
	if err := required("site", f.site, "out", f.out); err != nil {
		return err
	}
	if f.keep < 0 {
		return usagef("--keep is a number of files")
	}
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	to, err := f.recipients()
	if err != nil {
		return err
	}
	source, err := backupSource(c, f.site)
	if err != nil {
		return err
	}
	defer source.Store.Close()
	prefix := "facelatch-" + source.Site + "-"
	file, folder := f.out, ""
	if info, err := os.Stat(f.out); err == nil && info.IsDir() {
		folder = f.out
		file = filepath.Join(f.out, prefix+time.Now().UTC().Format("20060102T150405Z")+".age")
	}
	if f.keep > 0 && folder == "" {
		return usagef("--keep is for a folder as --out")
	}
	if inside(file, f.site) {
		return usagef("--out %s: a backup does not belong into the folder that it is of", f.out)
	}
	m, err := backup.Create(ctx, source, file, to)
	if err != nil {
		return cannotBackUp(err)
	}
	if err := backup.Remember(f.site, backup.Note{Made: m.Made, File: file}); err != nil {
		return fmt.Errorf("the backup %s is made, and that could not be noted: %w", file, err)
	}
	done := backedUp{File: file, Made: m}
	if info, err := os.Stat(file); err == nil {
		done.Bytes = info.Size()
	}
	if f.keep > 0 && folder != "" {
		if done.Removed, err = removeOld(folder, prefix, f.keep); err != nil {
			return fmt.Errorf("the backup %s is made, and older ones could not be removed: %w", file, err)
		}
	}
	return done.say(c.OutOrStdout(), f.json)
}

func (d backedUp) say(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, d)
	}
	_, err := fmt.Fprintf(w, "%s: %d bytes, bundle %d, %d entries of the ledger\n", d.File, d.Bytes, d.Made.Bundle, d.Made.Ledger.Size)
	for _, name := range d.Removed {
		fmt.Fprintf(w, "removed %s\n", name)
	}
	return err
}

// cannotBackUp says what the person at the keyboard can do.
func cannotBackUp(err error) error {
	if errors.Is(err, backup.ErrExists) {
		return usagef("--out: %v, and is not replaced", err)
	}
	return fmt.Errorf("no backup was made: %w", err)
}

// recipients reads --to and --to-file.
func (f *backupFlags) recipients() ([]age.Recipient, error) {
	text := strings.Join(f.to, "\n")
	if f.toFile != "" {
		data, err := readShort(f.toFile, 1<<20)
		if err != nil {
			return nil, err
		}
		text += "\n" + string(data)
	}
	if strings.TrimSpace(text) == "" {
		return nil, usagef("--to is missing: an age recipient")
	}
	list, err := backup.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, usagef("--to: %v", err)
	}
	return list, nil
}

// backupSource opens a site to be copied, and changes nothing at it.
func backupSource(c *cobra.Command, dir string) (backup.Source, error) {
	config, err := site.Read(dir)
	if err != nil {
		return backup.Source{}, restoredFirst(dir, err)
	}
	url, err := site.Database(dir)
	if err != nil {
		return backup.Source{}, err
	}
	db, err := store.OpenAsIs(c.Context(), url)
	if err != nil {
		return backup.Source{}, err
	}
	return backup.Source{
		Store: db, Folder: dir, Except: []string{sitePlace.Database, sitePlace.Ledger}, Ledger: filepath.Join(dir, sitePlace.Ledger),
		Site: config.ID.String(), Program: version, Now: time.Now,
	}, nil
}

// removeOld removes all but the newest backups of a site from a folder.
func removeOld(folder, prefix string, keep int) (removed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), ".age") && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names) // by time
	for _, name := range names[:max(0, len(names)-keep)] {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, nil
}
