package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

const checkHelp = `Decide whether a pass opens the doors of a zone, as a door does with no network,
and say why.

--pass is a picture with the QR code of the pass (made by pass issue, or a
photograph of a printed card), or a text file that begins with FL1:. A QR code
that holds something else is "malformed"; a picture without one is "no-pass".

The pass is judged first. Only if it is a good face pass, the photograph in
--probe is read, compared with the one reference in the pass, and forgotten. A
plain pass needs no --probe, and one that is given is not read. A face pass
without --probe is a mistake in the command (exit code 2).

A single photograph tells little about whether a person was there or a picture
of one, so a suspicion is a warning; --require-live, or require_live in the
site's policy, makes it a refusal.

Nothing is written anywhere: that a pass was checked leaves no trace.

Exit codes: 0 opened; 3 refused, whatever the pass or the photograph contains;
2 usage; 1 failure (a file that cannot be read, a key or a model that is missing).
docs/cli.md lists the reasons.`

const checkExample = `  facelatch check --site court --zone front --pass me.png --probe live.jpg
  facelatch check --site court --zone front --pass plain.png --at 2026-12-24T22:00 --json`

// checkFlags are the flags of check.
type checkFlags struct {
	site, zone, pass, probe, at string
	json, explain, requireLive  bool
}

// checkCommand is facelatch check.
func checkCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use: "check --site DIR --zone ZONE --pass FILE [--probe FILE]", Short: "decide whether a pass opens a door",
		Long: checkHelp, Example: checkExample, Args: none,
	}
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringVar(&f.zone, "zone", "", "the zone of the door")
	flags.StringVar(&f.pass, "pass", "", "the pass: a picture with its QR code, or a text file")
	flags.StringVar(&f.probe, "probe", "", "a photograph of the person at the door, for a face pass")
	flags.StringVar(&f.at, "at", "", "decide as at this time: RFC 3339, or 2026-11-21T08:30 as at the site (default: now)")
	flags.BoolVar(&f.json, "json", false, "print one JSON object, with decision and reason")
	flags.BoolVar(&f.explain, "explain", false, "print the comparison score as well; do not keep it")
	flags.BoolVar(&f.requireLive, "require-live", false, "refuse a face that looks like a picture of one")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "zone", f.zone, "pass", f.pass); err != nil {
			return err
		}
		return f.run(c.OutOrStdout(), c.ErrOrStderr())
	})
	return c
}

// run decides and prints.
func (f checkFlags) run(stdout, stderr io.Writer) error {
	d, err := site.OpenDoor(f.site)
	if err != nil {
		return err
	}
	decision, eyes, err := f.decide(d)
	if errors.Is(err, door.ErrNoEyes) {
		return usagef("this is a face pass: give the photograph of the person at the door with --probe FILE")
	}
	if err != nil {
		return err
	}
	v := verdictOf(decision)
	if f.explain {
		v.explain(decision, eyes)
	}
	v.Warnings = append(v.Warnings, f.notes(d.Config, decision)...)
	if f.json {
		err = printJSON(stdout, v)
	} else {
		v.print(stdout)
		warn(stderr, v.Warnings)
	}
	if err == nil && !decision.Open {
		err = errRefused
	}
	return err
}

// decide reads the pass and judges it.
func (f checkFlags) decide(s *site.Door) (door.Decision, *photograph, error) {
	at := time.Now()
	if f.at != "" {
		var err error
		if at, err = parseTime("at", f.at, s.Config.Location(), false); err != nil {
			return door.Decision{}, nil, err
		}
	}
	if err := pass.CheckZone(f.zone); err != nil {
		return door.Decision{}, nil, usageError{err}
	}
	p, err := readPass(f.pass)
	if r, refused := door.Refusal(err); refused {
		return door.Decision{Reason: r.Reason, Detail: r.Detail}, nil, nil
	}
	if err != nil {
		return door.Decision{}, nil, err
	}
	d := door.Door{
		Zone: f.zone, Trust: s.Trust(), Seals: s, Now: clockFrom(at),
		Policy: door.Policy{RequireLive: f.requireLive || s.Config.Policy.RequireLive},
	}
	var eyes *photograph
	if f.probe != "" && p.Claims().Kind() == pass.Face {
		if eyes, err = newPhotograph(f.probe, s.Config.Policy.Threshold, d); err != nil {
			return door.Decision{}, nil, err
		}
		d.Eyes = eyes
	}
	decision, err := d.Judge(p)
	return decision, eyes, err
}

// notes are sentences about how the command was given.
func (f checkFlags) notes(c site.Config, d door.Decision) (notes []string) {
	if !slices.Contains(c.Zones, f.zone) {
		notes = append(notes, fmt.Sprintf("this site has no zone %q; it has %s", f.zone, strings.Join(c.Zones, ", ")))
	}
	if f.probe != "" && d.Open && d.Look == nil {
		notes = append(notes, "a plain pass needs no face: the photograph was not read")
	}
	return notes
}
