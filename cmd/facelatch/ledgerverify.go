package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

const ledgerVerifyHelp = `Check a site's ledger, and say in plain words what is in it. URL begins with
https://, or http:// for this machine itself, or file://; a folder will do as well.

What is checked: the checkpoint is signed by the ledger's key; it extends the one that was
seen last, so that nothing has been changed or taken out since (give --state FILE, and the
same file again next time); each entry is what the checkpoint says; and whatever you were
given is in it: receipts of consents (--receipt), passes (--pass, with what opens them),
and other openings, such as a holder's export or the operator's list for auditors
(--openings). With --valid, how many places of the status lists are valid is compared with
the passes that the openings say were issued and did not end.

Exit code 0: consistent, and all of it was found. 3: not, and the report says what is wrong.
1: the ledger could not be read, so that nothing is known.`

// verifyFlags are the flags of ledger verify.
type verifyFlags struct {
	ledgerFlags
	given
	state   string
	witness []string
	valid   int
}

// ledgerVerify is facelatch ledger verify.
func ledgerVerify() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use: "verify URL", Short: "check a ledger, and what you were given against it", Long: ledgerVerifyHelp, Args: exactly("URL"),
		Example: "  facelatch ledger verify https://doors.example.org/ledger --key ledger.vkey --ca ca.pem --state ledger.state --receipt mine.json",
	}
	f.define(c)
	c.Flags().StringVar(&f.state, "state", "", "the file that remembers what was seen last; it is made, and kept up")
	c.Flags().StringArrayVar(&f.receipts, "receipt", nil, "a receipt of a consent")
	c.Flags().StringArrayVar(&f.passes, "pass", nil, "a pass: a picture, its text, or its holder's export")
	c.Flags().StringArrayVar(&f.openings, "openings", nil, "a file with openings, in JSON")
	c.Flags().StringArrayVar(&f.witness, "witness", nil, "a file with the key of a witness, a line for each")
	c.Flags().IntVar(&f.valid, "valid", -1, "how many places of the status lists are valid")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		return f.run(args[0], c.OutOrStdout(), c.ErrOrStderr())
	})
	return c
}

func (f *verifyFlags) run(address string, stdout, stderr io.Writer) error {
	from, ctx, cancel, err := f.open(address)
	if err != nil {
		return err
	}
	defer cancel()
	audit, err := f.audit(ctx, from, stderr)
	if err != nil {
		return err
	}
	report, state, err := audit.Run(ctx, from)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the ledger could not be read within %s: %w", f.timeout, err)
	}
	if err != nil {
		return err
	}
	if f.json {
		err = printJSON(stdout, report)
	} else {
		_, err = io.WriteString(stdout, report.Plain())
	}
	if err != nil {
		return err
	}
	if !report.Consistent {
		return errRefused
	}
	return f.keep(state)
}

// audit reads all that is given before the ledger is.
func (f *verifyFlags) audit(ctx context.Context, from ledger.Source, stderr io.Writer) (a ledger.Audit, err error) {
	known := ""
	if a.Last, err = f.last(); err != nil {
		return a, err
	}
	if a.Last != nil {
		known = a.Last.Key
	}
	if a.Claims, err = f.claims(); err != nil {
		return a, err
	}
	if a.Witnesses, err = f.witnesses(); err != nil {
		return a, err
	}
	if f.valid >= 0 {
		a.Valid = &f.valid
	}
	a.Key, err = f.keyOf(ctx, from, known, stderr)
	return a, err
}

// last returns where the last audit ended, nil at the first.
func (f *verifyFlags) last() (*ledger.State, error) {
	if f.state == "" {
		return nil, nil
	}
	data, err := readShort(f.state, ledger.MaxState)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := ledger.ParseState(data)
	return s, inFile(f.state, err)
}

// keep remembers what was seen.
func (f *verifyFlags) keep(s ledger.State) error {
	if f.state == "" {
		return nil
	}
	data, err := s.Encode()
	if err != nil {
		return err
	}
	return durable.Disk{}.Write(f.state, data, 0o600)
}

func (f *verifyFlags) witnesses() (list []ledger.Witness, err error) {
	for _, path := range f.witness {
		some, err := readWitnesses(path)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}
