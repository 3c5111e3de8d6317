package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/desk/link"
	deskstate "github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
)

const deskJoinHelp = `Join a site with the code that facelatch controller desk add printed. The desk
makes its own keys in DIR, which only its owner can read: one to show who it is, and
one that it signs results with. From then on it fetches what it needs to know, and
goes on with that while the controller is away.`

const deskJoinExample = `  facelatch desk join FLJ1:... --dir counter --host desk.example`

// deskJoin is facelatch desk join.
func deskJoin() *cobra.Command {
	var dir, host string
	c := &cobra.Command{Use: "join CODE --dir DIR", Short: "join a site", Long: deskJoinHelp, Example: deskJoinExample, Args: exactly("CODE")}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the desk, which is made")
	c.Flags().StringVar(&host, "host", "", "the host of the address that it was added with, for a certificate of the site's own; none behind a proxy that has another")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("dir", dir); err != nil {
			return err
		}
		code, err := doorapi.ParseCode(args[0])
		if err != nil {
			return usageError{err}
		}
		folder, err := deskstate.Open(dir, durable.Disk{})
		if err != nil {
			return err
		}
		defer folder.Close()
		var hosts []string
		if host != "" {
			hosts = []string{host}
		}
		i, err := link.Join(c.Context(), code, folder, hosts)
		if errors.Is(err, deskstate.ErrJoined) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s (%s) is a desk of the site %s\n", i.Name, i.Desk, i.Site)
		return err
	})
	return c
}
