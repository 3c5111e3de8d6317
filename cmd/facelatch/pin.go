package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
)

const pinIssueHelp = `Make a PIN for some zones of a site: a number of 8 digits, which is typed first,
and a code of 8 digits. Both are drawn, never chosen. They are printed once: the
code is kept nowhere, and what is kept can be checked only with a secret that
stations and the doors of the zone have.

A PIN is a way in for whoever has no pass at hand, or wants none. Times and hours
are as for pass issue. Doors take it after their next bundle, within seconds where
they are connected.`

const pinRevokeHelp = `Revoke a PIN by its number. Doors that are connected refuse it within seconds. It
cannot be undone: make another instead.`

// pinCommand is facelatch pin.
func pinCommand() *cobra.Command {
	c := group("pin", "issue and revoke PINs", "A PIN is a number and a code that open the doors of some zones, typed at the door.")
	c.AddCommand(pinIssue(), pinRevoke())
	return c
}

// pinJSON is what pin issue prints as JSON.
type pinJSON struct {
	Number    string    `json:"number"`
	Code      string    `json:"code"`
	Zones     []string  `json:"zones"`
	NotBefore time.Time `json:"not_before"`
	Expires   time.Time `json:"expires"`
	Hours     string    `json:"hours,omitempty"`
}

// pinIssue is facelatch pin issue.
func pinIssue() *cobra.Command {
	f := issueFlags{plain: true} // what holds for plain passes holds for PINs
	c := &cobra.Command{
		Use: "issue --site DIR --zone ZONE", Short: "make a PIN", Long: pinIssueHelp, Args: none,
		Example: `  facelatch pin issue --site court --zone front --until 2026-12-31`,
	}
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringArrayVar(&f.zones, "zone", nil, "a zone that the PIN is for; may be given several times")
	flags.StringVar(&f.from, "from", "", "when the PIN begins (default: now)")
	flags.StringVar(&f.until, "until", "", "when the PIN ends, at most 24 months from now (default: after 365 days)")
	flags.StringVar(&f.hours, "hours", "", `the hours of the week in which it is good (default: all)`)
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "zone", strings.Join(f.zones, "")); err != nil {
			return err
		}
		return f.pin(c.OutOrStdout())
	})
	return c
}

// pin makes a PIN and prints it. If it cannot be printed nobody has it, and it is
// taken away again.
func (f issueFlags) pin(stdout io.Writer) error {
	config, err := site.Read(f.site)
	if err != nil {
		return err
	}
	r, err := f.request(config, time.Now())
	if err != nil {
		return err
	}
	return withOffice(f.site, func(o *site.Office) error {
		p, code, err := drawPIN(o, r)
		if err != nil {
			return err
		}
		if err := f.printPIN(stdout, p, code, config); err != nil {
			_, taken := o.RevokePIN(context.Background(), p.Number)
			return errors.Join(fmt.Errorf("the PIN could not be printed, and was taken back: %w", err), taken)
		}
		return nil
	})
}

// numberTries is how many numbers are drawn before a site with that many PINs is
// given up.
const numberTries = 20

func drawPIN(o *site.Office, r issue.Request) (p site.PIN, code string, err error) {
	vault, err := o.Vault()
	if err != nil {
		return p, "", err
	}
	defer vault.Close()
	for range numberTries {
		if p, code, err = vault.MakePIN(r.Zones, r.NotBefore, r.Expires, r.Schedule); err != nil {
			return p, "", err
		}
		if err := o.RelayAll(context.Background(), vault); err != nil { // a pepper may be new
			return p, "", err
		}
		if err = o.AddPIN(context.Background(), p); !errors.Is(err, site.ErrNumber) {
			break
		}
	}
	return p, code, err
}

func (f issueFlags) printPIN(stdout io.Writer, p site.PIN, code string, config site.Config) error {
	var zones []string
	for _, z := range p.Zones {
		zones = append(zones, z.Zone)
	}
	loc := config.Location()
	if f.json {
		return printJSON(stdout, pinJSON{p.Number, code, zones, p.NotBefore.In(loc), p.Expires.In(loc), p.Schedule.String()})
	}
	_, err := fmt.Fprintf(stdout, "PIN for %s, good until %s\n  number  %s\n  code    %s\n"+
		"Hand both over now: the code is kept nowhere and cannot be shown again\n",
		strings.Join(zones, ", "), localTime(p.Expires, loc), halves(p.Number), halves(code))
	return err
}

// halves makes 8 digits easier to read.
func halves(s string) string { return s[:len(s)/2] + " " + s[len(s)/2:] }

// pinRevoke is facelatch pin revoke.
func pinRevoke() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "revoke NUMBER --site DIR", Short: "revoke a PIN", Long: pinRevokeHelp, Args: exactly("NUMBER")}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		number := strings.ReplaceAll(args[0], " ", "")
		if len(number) != bundle.PINDigits || strings.Trim(number, "0123456789") != "" {
			return usagef("%q is not the number of a PIN: it has %d digits", args[0], bundle.PINDigits)
		}
		var before bool
		err := withOffice(dir, func(o *site.Office) (err error) {
			before, err = o.RevokePIN(context.Background(), number)
			return err
		})
		if err != nil {
			return err
		}
		if before {
			fmt.Fprintf(c.OutOrStdout(), "PIN %s was revoked before, and is\n", halves(number))
		} else {
			fmt.Fprintf(c.OutOrStdout(), "PIN %s is revoked\n", halves(number))
		}
		return nil
	})
	return c
}
