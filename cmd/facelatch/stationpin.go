package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/station"
)

const stationPINHelp = `Make a PIN as pin issue does, at a station with a folder of its own: the code and
the secret that it can be checked with never reach the controller.`

// stationPIN is facelatch station pin.
func stationPIN() *cobra.Command {
	f := issueFlags{plain: true} // what holds for plain passes holds for PINs
	var dir string
	c := &cobra.Command{
		Use: "pin --dir DIR --zone ZONE", Short: "make a PIN", Long: stationPINHelp, Args: none,
		Example: `  facelatch station pin --dir station --zone front --until 2026-12-31`,
	}
	flags := c.Flags()
	flags.StringVar(&dir, "dir", "", "the folder of the station")
	flags.StringArrayVar(&f.zones, "zone", nil, "a zone that the PIN is for; may be given several times")
	flags.StringVar(&f.from, "from", "", "when the PIN begins (default: now)")
	flags.StringVar(&f.until, "until", "", "when the PIN ends, at most 24 months from now (default: after 365 days)")
	flags.StringVar(&f.hours, "hours", "", `the hours of the week in which it is good (default: all)`)
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("zone", strings.Join(f.zones, "")); err != nil {
			return err
		}
		return withStation(c.Context(), dir, func(s *station.Station) error { return f.stationPIN(c, s) })
	})
	return c
}

func (f issueFlags) stationPIN(c *cobra.Command, s *station.Station) error {
	config, err := s.Config(c.Context())
	if err != nil {
		return err
	}
	r, err := f.request(config, time.Now())
	if err != nil {
		return err
	}
	vault, err := s.Vault(c.Context())
	if err != nil {
		return err
	}
	defer vault.Close()
	number, code, err := s.IssuePIN(c.Context(), vault, r.Zones, r.NotBefore, r.Expires, r.Schedule)
	if err != nil {
		return err
	}
	p := site.PIN{Number: number, NotBefore: r.NotBefore, Expires: r.Expires, Schedule: r.Schedule}
	for _, zone := range r.Zones {
		p.Zones = append(p.Zones, site.PINZone{Zone: zone})
	}
	if err := f.printPIN(c.OutOrStdout(), p, code, config); err != nil {
		return errors.Join(fmt.Errorf("the PIN could not be printed, and was taken back: %w", err), s.RevokePIN(c.Context(), number))
	}
	return nil
}
