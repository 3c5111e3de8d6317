package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/ledger"
)

// maxLedgerTime is how long reading a ledger may take, unless more is asked for.
const maxLedgerTime = 15 * time.Minute

// ledgerCommand is facelatch ledger, with what is below it.
func ledgerCommand() *cobra.Command {
	c := group("ledger", "check what an operator has put on the record",
		"A site's ledger has every act of its operator: those about the site in clear, those about\n"+
			"persons behind commitments that only they and the auditor can open.")
	c.AddCommand(ledgerVerify(), ledgerShow())
	return c
}

// ledgerFlags are what every command needs to read a ledger.
type ledgerFlags struct {
	key, ca string
	timeout time.Duration
	json    bool
}

func (f *ledgerFlags) define(c *cobra.Command) {
	c.Flags().StringVar(&f.key, "key", "", "the file with the ledger's key (default: as the ledger itself says)")
	c.Flags().StringVar(&f.ca, "ca", "", "the file with the certificate of the site's authority, in PEM (default: those of this machine)")
	c.Flags().DurationVar(&f.timeout, "timeout", maxLedgerTime, "how long it may take")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
}

// open returns where to read a ledger, and a context that ends when it has taken
// too long.
func (f *ledgerFlags) open(address string) (ledger.Source, context.Context, context.CancelFunc, error) {
	if f.timeout <= 0 {
		return nil, nil, nil, usagef("--timeout %s is no time", f.timeout)
	}
	from, err := ledgerAt(address, f.ca)
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), f.timeout)
	return from, ctx, cancel, nil
}

// keyOf returns the key to verify with: the one in the file, else the one that
// was known before, else the one that the ledger names, which proves nothing
// about whose ledger it is.
func (f *ledgerFlags) keyOf(ctx context.Context, from ledger.Source, known string, stderr io.Writer) (ledger.Key, error) {
	if f.key != "" {
		data, err := readShort(f.key, ledger.MaxKey+2)
		if err != nil {
			return ledger.Key{}, err
		}
		k, err := ledger.ParseKey(string(data))
		return k, inFile(f.key, err)
	}
	if known != "" {
		return ledger.ParseKey(known)
	}
	data, err := from.Read(ctx, ledger.KeyFile, ledger.MaxKey+2)
	if errors.Is(err, ledger.ErrMissing) {
		return ledger.Key{}, usagef("the ledger does not name its key: give --key")
	}
	if err != nil {
		return ledger.Key{}, err
	}
	k, err := ledger.ParseKey(string(data))
	if err == nil {
		fmt.Fprintf(stderr, "facelatch: warning: the key was taken from the ledger itself, so that another could stand in its place: compare it with the one that the operator has put up: %s\n", k)
	}
	return k, inFile("the key that the ledger names", err)
}

// inFile says which file an error is about.
func inFile(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// readShort reads a file of at most limit bytes.
func readShort(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("%s is longer than %d bytes", path, limit)
	}
	return data, err
}
