package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

const siteChangeHelp = `Give a site another configuration: FILE is a copy of DIR/site.json that was
edited. That it was changed is recorded first; doors have it with their next
bundle. Its id, its format and whether it is a demonstration stay what they are.

DIR/site.json itself is written from the site's database, and editing it changes
nothing.`

// siteChange is facelatch site change.
func siteChange() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "change FILE --site DIR", Short: "change what is configured", Long: siteChangeHelp, Args: exactly("FILE"),
		Example: `  facelatch site change new.json --site court`,
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		data, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		wanted, err := site.Decode(data)
		if err != nil {
			return usageError{err}
		}
		return withOffice(dir, func(o *site.Office) error {
			_, version, err := o.Configuration(c.Context())
			if err != nil {
				return err
			}
			err = o.SetConfig(c.Context(), site.Operator, version, wanted)
			if errors.Is(err, store.ErrConflict) {
				return fmt.Errorf("somebody else has changed the site at the same time: look at site.json, and try again")
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%q is changed\n", wanted.Name)
			return err
		})
	})
	return c
}
