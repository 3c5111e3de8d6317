package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

const passRevokeHelp = `Revoke a pass by its id, as pass issue and pass show print it, or by the first 8
characters of it, which stand on the back of a printed card. From then on doors
that read this folder refuse it, and the consent that a face pass was made under
is ended. It cannot be undone: issue another pass instead.

The pass is refused first and that is recorded then, so that a ledger that
cannot be written never keeps a pass good. Revoking again changes nothing.`

// passRevoke is facelatch pass revoke.
func passRevoke() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "revoke ID --site DIR", Short: "revoke a pass", Long: passRevokeHelp, Args: exactly("ID")}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		id, before, err := revoke(dir, args[0])
		if err != nil {
			return err
		}
		if before {
			fmt.Fprintf(c.OutOrStdout(), "%s was revoked before, and is\n", id)
		} else {
			fmt.Fprintf(c.OutOrStdout(), "%s is revoked\n", id)
		}
		return nil
	})
	return c
}

func revoke(dir, name string) (id pass.ID, before bool, err error) {
	office, err := openOffice(dir)
	if err != nil {
		return id, false, err
	}
	defer office.Close()
	if id, err = office.Find(context.Background(), name); errors.Is(err, site.ErrName) {
		err = usageError{err}
	}
	if err != nil {
		return id, false, err
	}
	passes, err := office.Controller(context.Background())
	if err != nil {
		return id, false, err
	}
	before, err = passes.Revoke(context.Background(), id)
	return id, before, err
}
