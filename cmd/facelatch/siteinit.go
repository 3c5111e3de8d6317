package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/site"
)

const siteInitHelp = `Make a site in the folder DIR, which must be empty or not there yet.

DIR/controller gets the key that passes are signed with and the list of passes
that are good; DIR/station gets the key that references are sealed with. Both
keys can be read by their owner only: keep them apart from each other where you
can, and keep copies where nobody else gets at them. DIR/site.json shows the
site's policy (site change changes it), and DIR/ledger everything that was done
here as the operator.

What the controller has to remember is in a database: DIR/controller/site.db, or
with --database one of PostgreSQL, which several controllers can share.

With --no-station there is no DIR/station: stations join from machines, or at
least folders, of their own (facelatch controller station add). --demo marks the
site as one for trying out, for good: its doors say so on the screen.

Zones are sets of doors, named with a-z, 0-9 and hyphen.`

// siteInit is facelatch site init.
func siteInit() *cobra.Command {
	config := site.Config{Policy: site.DefaultPolicy()}
	var noStation bool
	var database string
	c := &cobra.Command{
		Use: "init DIR --name NAME --zone ZONE", Short: "make a site in a folder", Long: siteInitHelp,
		Example: `  facelatch site init court --name "Garden Court" --zone front --zone garage --timezone Asia/Shanghai`,
		Args:    exactly("DIR"),
	}
	f := c.Flags()
	f.StringVar(&config.Name, "name", "", "what people call the site")
	f.StringArrayVar(&config.Zones, "zone", nil, "a set of doors; may be given several times")
	f.StringVar(&config.Timezone, "timezone", "", "the time zone in which hours are read, such as Asia/Shanghai (default: that of this machine)")
	f.BoolVar(&config.Policy.RequireLive, "require-live", false, "refuse a face that looks like a picture of one, instead of warning")
	f.BoolVar(&config.Demo, "demo", false, "a site for trying out, which can never become a real one")
	f.StringVar(&database, "database", "", "where the database is, such as postgres://facelatch@db/court (default: a file in the folder)")
	f.BoolVar(&noStation, "no-station", false, "leave the station's keys to a folder of their own")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if len(config.Zones) == 0 {
			return usagef("--zone is missing")
		}
		if err := required("name", config.Name); err != nil {
			return err
		}
		if config.Timezone == "" {
			config.Timezone = machineZone()
		}
		made, err := site.CreateIn(args[0], database, config, time.Now(), !noStation)
		if err != nil {
			return cannotMake(err)
		}
		fmt.Fprintf(c.OutOrStdout(), "Made the site %q (%s) in %s\n", made.Name, made.ID, args[0])
		fmt.Fprintf(c.OutOrStdout(), "zones %s, time zone %s\n", strings.Join(made.Zones, ", "), made.Timezone)
		return nil
	})
	return c
}

// cannotMake says what is wrong with the flags in their words, not in those of
// a site.json that nobody has seen yet.
func cannotMake(err error) error {
	const why = "cannot make this site: "
	if !errors.Is(err, site.ErrConfig) {
		return fmt.Errorf(why+"%w", err)
	}
	text := strings.TrimPrefix(err.Error(), site.ErrConfig.Error()+": ")
	for field, flag := range map[string]string{"name": "--name", "zones": "--zone", "timezone": "--timezone"} {
		if rest, ok := strings.CutPrefix(text, field+": "); ok {
			text = flag + ": " + rest
			break
		}
	}
	return usagef(why+"%s", text)
}
