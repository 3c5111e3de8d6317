package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/desk/link"
	"github.com/facelatch/facelatch/desk/result"
	deskserver "github.com/facelatch/facelatch/desk/server"
	deskstate "github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/durable"
)

const deskRevokeHelp = `Revoke a result that this desk has signed: from then on its status list says that it is not
good any more, and whoever asks is told. It cannot be undone.

FILE holds the result, as it was handed over; - is the standard input. Which result stands
where in a status list is kept nowhere, so the result has to be shown. For about half an
hour after a check the desk that runs still knows: then --check ID, the check's id, will
do. It works while the desk runs, and while it does not.`

// deskRevoke is facelatch desk revoke.
func deskRevoke() *cobra.Command {
	var dir, check string
	var asJSON bool
	c := &cobra.Command{
		Use: "revoke FILE --dir DIR", Short: "revoke a result", Long: deskRevokeHelp, Args: cobra.MaximumNArgs(1),
		Example: "  facelatch desk revoke result.jwt --dir counter\n  facelatch desk revoke --check 4GQ... --dir counter",
	}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the desk")
	c.Flags().StringVar(&check, "check", "", "the id of a check that ended a moment ago, in place of FILE")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("dir", dir); err != nil {
			return err
		}
		if (check == "") != (len(args) == 1) {
			return usagef("give either FILE or --check")
		}
		shown := check
		if len(args) == 1 {
			var err error
			if shown, err = readResult(c.InOrStdin(), args[0]); err != nil {
				return err
			}
		}
		return commanding(dir, func(desk deskserver.Commands) error {
			done, err := desk.Revoke(c.Context(), shown)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), done)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "the result of check %s is revoked\n", done.ID)
			return err
		})
	})
	return c
}

// readResult reads a result from a file, or from the standard input.
func readResult(stdin io.Reader, path string) (string, error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		stdin = file
	}
	data, err := io.ReadAll(io.LimitReader(stdin, result.MaxToken+1))
	return strings.TrimSpace(string(data)), err
}

const deskRotateHelp = `Exchange the key that results are signed with, for instance when somebody who could read
the desk's folder leaves. New results are signed with the new key at once. The private half
of the old one is removed; its public half stays published until the last result that it
signed has expired, a day later. Relying parties that fetch the desk's keys when they meet
one that they do not know, as OpenID Connect has them do, need do nothing.

If the old key was stolen, tell the relying parties not to wait: whoever has it can sign
results until its public half is gone. It works while the desk runs, and while it does not.`

// deskRotate is facelatch desk rotate.
func deskRotate() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{Use: "rotate --dir DIR", Short: "exchange the key that results are signed with", Long: deskRotateHelp, Args: none}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the desk")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("dir", dir); err != nil {
			return err
		}
		return commanding(dir, func(desk deskserver.Commands) error {
			done, err := desk.Rotate(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), done)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "results are signed with %s; %s stays published until %s\n", done.Key, done.Before, done.Until.Format(time.RFC3339))
			return err
		})
	})
	return c
}

// commanding gives a command to the desk of a folder, whether it runs or not.
func commanding(dir string, do func(deskserver.Commands) error) error {
	desk, err := deskserver.Running(dir)
	if err == nil {
		return do(desk)
	}
	if !errors.Is(err, deskserver.ErrNotRunning) {
		return err
	}
	folder, err := deskstate.Open(dir, durable.Disk{})
	if err != nil {
		return err
	}
	defer folder.Close()
	l, err := link.Open(folder, time.Now)
	if err != nil {
		return err
	}
	defer l.Close()
	about, _ := l.Config()
	if about == nil {
		return deskserver.ErrNoConfig
	}
	if desk, err = deskserver.Stopped(folder, about.Origin, time.Now); err != nil {
		return err
	}
	return do(desk)
}
