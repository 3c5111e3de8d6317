package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/ledger"
)

const ledgerShowHelp = `Show the acts that a site's ledger has in clear, the newest first: its number, the
day, who did it under their pseudonym, and what. Acts about persons are not among them:
those are commitments, which only the person and the auditor can open.

Each is proved by the checkpoint, as ledger verify does it; whether the checkpoint extends
the one that you saw last, only ledger verify with --state says.`

// actJSON is an act as ledger show prints it as JSON.
type actJSON struct {
	Index   uint64            `json:"index"`
	Day     string            `json:"day"`
	Act     string            `json:"act"`
	By      string            `json:"by"`
	Details map[string]string `json:"details,omitempty"`
}

// ledgerShow is facelatch ledger show.
func ledgerShow() *cobra.Command {
	var f ledgerFlags
	var limit int
	c := &cobra.Command{Use: "show URL", Short: "show what a ledger says in clear", Long: ledgerShowHelp, Args: exactly("URL")}
	f.define(c)
	c.Flags().IntVar(&limit, "limit", 50, "how many acts; 0 is all")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if limit < 0 {
			return usagef("--limit %d is no number of acts", limit)
		}
		return f.show(args[0], limit, c.OutOrStdout(), c.ErrOrStderr())
	})
	return c
}

func (f *ledgerFlags) show(address string, limit int, stdout, stderr io.Writer) error {
	from, ctx, cancel, err := f.open(address)
	if err != nil {
		return err
	}
	defer cancel()
	key, err := f.keyOf(ctx, from, "", stderr)
	if err != nil {
		return err
	}
	data, err := from.Read(ctx, ledger.CheckpointFile, ledger.MaxCheckpoint)
	if err != nil {
		return inFile("the checkpoint of the ledger", err)
	}
	now, err := ledger.ParseCheckpoint(data, key)
	if err == nil {
		n := 0
		var failed error
		err = ledger.Newest(ctx, from, now.Checkpoint, func(a ledger.ActAt) bool {
			n++
			failed = f.printAct(stdout, a)
			return failed == nil && n != limit
		})
		err = errors.Join(failed, err)
	}
	for _, wrong := range []error{ledger.ErrChanged, ledger.ErrEntry, ledger.ErrCheckpoint} {
		if errors.Is(err, wrong) {
			report(stderr, err)
			return errRefused
		}
	}
	return err
}

func (f *ledgerFlags) printAct(w io.Writer, a ledger.ActAt) error {
	day := a.Day.Format("2006-01-02")
	if f.json {
		return printJSON(w, actJSON{a.Index, day, a.Name, a.By, a.Details})
	}
	_, err := fmt.Fprintf(w, "%8d  %s  %-12s  %s", a.Index, day, a.By, a.Name)
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		if err == nil {
			_, err = fmt.Fprintf(w, "  %s=%q", name, a.Details[name])
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(w)
	}
	return err
}
