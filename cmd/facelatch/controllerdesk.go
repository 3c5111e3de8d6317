package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

const deskAddHelp = `Make a code with which a desk can join the site, as controller door add does for a
door. On the desk's machine: facelatch desk join --dir DIR CODE.

--origin is where browsers find the desk, such as https://desk.example:8443: https, in
small letters, with nothing after it. Operators who open its counter are sent there
with a ticket, and to no other address, so that it is said here and not by the desk. It
cannot be changed later: let the desk join again.

A desk gets its configuration from the controller, and nothing that doors and stations
get.`

// controllerDesks is facelatch controller desk.
func controllerDesks() *cobra.Command {
	c := group("desk", "add, list and remove desks", "At a desk, staff check whether somebody is the holder of a document. It joins with a code.")
	c.AddCommand(deskAdd(), deskList(), deskOpen(), deskNotice(), deskRemove())
	return c
}

// deskAdd is facelatch controller desk add.
func deskAdd() *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use: "add --site DIR --name NAME --origin URL", Short: "make a code with which a desk joins", Long: deskAddHelp, Args: none,
		Example: `  facelatch controller desk add --site court --name "Counter 1" --origin https://desk.example:8443`,
	}
	f.define(c)
	c.Flags().StringVar(&f.origin, "origin", "", "where browsers find the desk, such as https://desk.example:8443")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "name", f.name, "origin", f.origin); err != nil {
			return err
		}
		return f.run(c.OutOrStdout(), site.KindDesk)
	})
	return c
}

// deskList is facelatch controller desk list.
func deskList() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{
		Use: "list --site DIR", Short: "list desks", Args: none,
		Long: "List the desks of a site: id, where browsers find it, and name.",
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		all, err := listDoors(dir, site.KindDesk)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c.OutOrStdout(), all)
		}
		for _, d := range all {
			fmt.Fprintf(c.OutOrStdout(), "%s  %s  %s\n", d.ID, d.Origin, d.Name)
		}
		return nil
	})
	return c
}

const deskOpenHelp = `Make a ticket that opens the counter of a desk, once, within a minute, for whoever works
at this machine. A browser takes it to the desk as the operators' pages have it do: a
form that posts the field "ticket" to the address. It is no administrative act, and
nothing is recorded of it. Operators who have an account open counters from their pages.`

// ticketJSON is what desk open prints as JSON.
type ticketJSON struct {
	Address string `json:"address"`
	Field   string `json:"field"`
	Ticket  string `json:"ticket"`
}

// deskOpen is facelatch controller desk open.
func deskOpen() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{
		Use: "open DESK --site DIR", Short: "make a ticket that opens a desk's counter once", Long: deskOpenHelp, Args: exactly("DESK (its id or name)"),
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error {
			m, err := o.FindMember(context.Background(), args[0])
			if err != nil {
				return err
			}
			text, address, err := o.Ticket(context.Background(), m.ID, site.Operator, string(acts.Owner))
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), ticketJSON{address, doorapi.FieldTicket, text})
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", address, text)
			return err
		})
	})
	return c
}

const deskRemoveHelp = `Remove a desk by its id or name, or take back a code that nobody has used. It is refused
from then on, also over connections that are open. It cannot be undone: let it join
again. Tell the relying parties to trust its keys no longer.`

// deskRemove is facelatch controller desk remove.
func deskRemove() *cobra.Command {
	var dir string
	var stolen bool
	c := &cobra.Command{
		Use: "remove DESK --site DIR", Short: "remove a desk", Long: deskRemoveHelp, Args: exactly("DESK (its id or name)"),
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&stolen, "stolen", false, "it was taken away with its keys: the record says so")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error { return removeDoor(o, args[0], true, stolen, c.OutOrStdout()) })
	})
	return c
}
