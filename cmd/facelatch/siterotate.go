package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

const siteRotateHelp = `Replace a key that a site signs with: "issuing", for passes and status lists, or
"bundle", for what doors are told. That it is replaced is recorded first, and doors go
on meanwhile. Without a key to replace, the keys that there are are shown.

A new issuing key signs at once; what the old one has signed stays good until it
expires. A new key for bundles takes over after 90 days, by itself: until then doors
learn it. Make a backup afterwards, and copy the keys to other controllers of the site
that have folders of their own: docs/operators.md.`

// keysShown is what site rotate prints as JSON.
type keysShown struct {
	Issuing  string       `json:"issuing"`
	Older    []olderShown `json:"older,omitempty"`
	Bundle   string       `json:"bundle,omitempty"`
	Next     string       `json:"next,omitempty"`
	Takeover *time.Time   `json:"takeover,omitempty"`
}

type olderShown struct {
	ID    string    `json:"id"`
	Until time.Time `json:"until"`
}

// siteRotate is facelatch site rotate.
func siteRotate() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{
		Use: "rotate [issuing|bundle] --site DIR", Short: "replace a key, or show which there are", Long: siteRotateHelp,
		Args: cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"issuing", "bundle"},
		Example: `  facelatch site rotate issuing --site court`,
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error {
			keys, err := rotate(c.Context(), o, args)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), showKeys(keys))
			}
			return showKeys(keys).print(c.OutOrStdout())
		})
	})
	return c
}

// rotate replaces the key that is named, if one is.
func rotate(ctx context.Context, o *site.Office, args []string) (site.Keys, error) {
	if len(args) == 0 {
		return o.Keys(ctx)
	}
	does := o.RotateIssuing
	if args[0] == "bundle" {
		does = o.RotateBundle
	}
	keys, err := does(ctx, site.Operator)
	switch {
	case errors.Is(err, site.ErrRotation):
		err = fmt.Errorf("%w: another is on its way, or there are as many as doors keep", err)
	case errors.Is(err, site.ErrNoKey) && args[0] == "bundle":
		err = fmt.Errorf("%w: nobody has served this site yet, so that there is nothing to replace", err)
	}
	return keys, err
}

func showKeys(k site.Keys) keysShown {
	shown := keysShown{Issuing: k.Issuing.String()}
	for _, older := range k.Older {
		shown.Older = append(shown.Older, olderShown{older.ID.String(), older.Until})
	}
	if k.Bundle != (pass.KeyID{}) {
		shown.Bundle = k.Bundle.String()
	}
	if k.Next != (pass.KeyID{}) {
		shown.Next, shown.Takeover = k.Next.String(), &k.Takeover
	}
	return shown
}

func (k keysShown) print(w io.Writer) (err error) {
	say := func(form string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, form+"\n", args...)
		}
	}
	say("issuing: %s", k.Issuing)
	for _, older := range k.Older {
		say("  before: %s, good until %s", older.ID, older.Until.Format(time.DateOnly))
	}
	if k.Bundle != "" {
		say("bundle: %s", k.Bundle)
	}
	if k.Next != "" {
		say("  next: %s, from %s on", k.Next, k.Takeover.Format(time.DateOnly))
	}
	return err
}
