package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/pass"
)

const passShowHelp = `Show what a pass says. FILE is a picture with its QR code, or a text file.

Nothing is checked but the form: anybody can make a QR code that says something
else. facelatch check tells whether a pass is good. The reference in a face pass
is sealed and is never shown.`

// shown is what pass show prints as JSON. Times are in UTC.
type shown struct {
	ID         pass.ID        `json:"id"`
	Kind       string         `json:"kind"`
	Site       pass.SiteID    `json:"site"`
	Zones      []string       `json:"zones"`
	NotBefore  time.Time      `json:"not_before"`
	Expires    time.Time      `json:"expires"`
	Hours      string         `json:"hours,omitempty"`
	Status     string         `json:"status"` // list and index
	IssuingKey pass.KeyID     `json:"issuing_key"`
	SealingKey *pass.KeyID    `json:"sealing_key,omitempty"`
	Purpose    string         `json:"purpose,omitempty"`
	Consent    *pass.Hash16   `json:"consent,omitempty"`
	Models     []pass.ModelID `json:"models,omitempty"`
	Size       int            `json:"size"` // bytes before Base45
	Verified   bool           `json:"verified"`
}

// passShow is facelatch pass show.
func passShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "show FILE", Short: "show what a pass says", Long: passShowHelp, Args: exactly("FILE")}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		p, err := readPass(args[0])
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c.OutOrStdout(), show(p))
		}
		printShown(c.OutOrStdout(), show(p))
		return nil
	})
	return c
}

func show(p *pass.Pass) shown {
	claims := p.Claims()
	s := shown{
		ID: claims.ID, Kind: claims.Kind().String(), Site: claims.Site, Zones: claims.Zones,
		NotBefore: claims.NotBefore.UTC(), Expires: claims.Expires.UTC(), Hours: claims.Schedule.String(),
		Status: fmt.Sprintf("%s#%d", claims.Status.URI(), claims.Status.Index), IssuingKey: p.KeyID(), Size: p.Size(),
	}
	if f := claims.Face; f != nil {
		s.Purpose, s.Consent, s.Models = f.Purpose.String(), &f.Consent, f.Models
		if id, ok := p.SealID(); ok {
			s.SealingKey = &id
		}
	}
	return s
}

func printShown(w io.Writer, s shown) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-12s "+format+"\n", append([]any{name}, args...)...)
	}
	line("id", "%s", s.ID)
	line("kind", "%s", s.Kind)
	line("site", "%s", s.Site)
	line("zones", "%s", strings.Join(s.Zones, ", "))
	line("not before", "%s", s.NotBefore.Format(time.RFC3339))
	line("expires", "%s", s.Expires.Format(time.RFC3339))
	if s.Hours != "" {
		line("hours", "%s", s.Hours)
	}
	line("status", "%s", s.Status)
	line("signed by", "%s", s.IssuingKey)
	if s.Consent != nil {
		line("purpose", "%s", s.Purpose)
		line("consent", "%s", s.Consent)
		for _, m := range s.Models {
			line("model", "%s", m)
		}
	}
	line("size", "%d bytes", s.Size)
	fmt.Fprintln(w, "This is what the pass says; nothing of it was checked.")
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
