package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/timekeeper"
)

const edgeStatusHelp = `Show how a door is, from its folder, whether it runs or not: which site and zone it
belongs to, its fingerprint and that of the authority which its tablet has to
trust, its bundle, and for how long it can still decide
without its controller. There is nothing about passages to be shown.`

// edgeStatus is facelatch edge status.
func edgeStatus() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "status --config FILE [--json]", Short: "show how a door is", Long: edgeStatusHelp, Args: none}
	file := doorConfig(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object for programs")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		door, err := loadDoor(*file)
		if err != nil {
			return err
		}
		clock, err := timekeeper.NewMachine()
		if err != nil {
			return err
		}
		status, err := ground.Look(door, clock)
		if err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(c.OutOrStdout()).Encode(status)
		}
		return sayStatus(c.OutOrStdout(), status)
	})
	return c
}

func sayStatus(w io.Writer, s ground.Status) error {
	yes := map[bool]string{true: "yes", false: "no"}
	for _, line := range [][2]string{
		{"door", fmt.Sprintf("%s (%s), zone %s", s.Name, s.Door, s.Zone)},
		{"site", s.Site + map[bool]string{true: ", for trying out"}[s.Demo]},
		{"controller", s.Controller},
		{"fingerprint", s.Fingerprint},
		{"authority", s.Authority},
		{"certificate", "until " + s.Certificate.Format(time.RFC3339)},
		{"running", yes[s.Running]},
		{"approved", yes[s.Approved]},
		{"bundle", bundleLine(s)},
		{"passes", validLine(s)},
		{"ways in", cmp.Or(s.Methods, "none: "+s.Wrong)},
		{"asks for", asksLine(s)},
		{"opens", fmt.Sprintf("without a face %s, with a face %s", left(s, s.Plain), left(s, s.Face))},
	} {
		if _, err := fmt.Fprintf(w, "%-12s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// left says for how long something is still so without the controller.
func left(s ground.Status, seconds int64) string {
	switch {
	case s.Distrusted:
		return "not before the controller was heard"
	case seconds == 0:
		return "no more"
	}
	return "for " + (time.Duration(seconds) * time.Second).String()
}

func validLine(s ground.Status) string {
	if s.Valid == nil {
		return "unknown"
	}
	return fmt.Sprintf("%d not revoked, in the lists that it decides by", *s.Valid)
}

func asksLine(s ground.Status) string {
	switch {
	case s.Prompts == 0:
		return "no movements"
	case s.Light:
		return fmt.Sprintf("movements before the camera, %d, with a changing light", s.Prompts)
	}
	return fmt.Sprintf("movements before the camera, %d", s.Prompts)
}

func bundleLine(s ground.Status) string {
	if s.Issued == nil {
		return "none yet"
	}
	return fmt.Sprintf("%d, of %s", s.Bundle, s.Issued.Format(time.RFC3339))
}
