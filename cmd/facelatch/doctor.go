package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/doctor"
	"github.com/facelatch/facelatch/internal/home"
)

const doctorHelp = `Look over the controller of the site in a folder: its keys and who can read them, the
authority's certificate, the clock, free space, models by hash, the database, the ledger
and what waits for it, doors that are silent, and backups. One line for each, with what to
do. Nothing is changed, and the site may be served meanwhile.

Exit codes: 0 nothing is wrong (what is to be looked at soon is said); 3 something is.`

// doctorCommand is facelatch doctor.
func doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor DIR", Short: "look over a site's controller, and say what is wrong", Long: doctorHelp, Args: exactly("DIR"),
		Example: "  facelatch doctor court",
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		dir, err := home.Find()
		if err != nil {
			return err
		}
		found, err := doctor.Patient{Dir: args[0], Home: dir, Now: time.Now()}.Examine(c.Context())
		if err != nil {
			return err
		}
		if asJSON {
			err = printJSON(c.OutOrStdout(), struct {
				Findings []doctor.Finding `json:"findings"`
				Healthy  bool             `json:"healthy"`
			}{found, !ill(found)})
		} else {
			err = sayFindings(c.OutOrStdout(), found)
		}
		if err == nil && ill(found) {
			err = errRefused
		}
		return err
	})
	return c
}

func ill(found []doctor.Finding) bool {
	return slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.State == doctor.Wrong })
}

func sayFindings(w io.Writer, found []doctor.Finding) error {
	for _, f := range found {
		line := fmt.Sprintf("%-6s %-13s %s", f.State, f.What, f.Says)
		if f.Do != "" {
			line += ". To do: " + f.Do
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
