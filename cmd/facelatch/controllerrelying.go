package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

const relyingHelp = `A relying party is an organisation, such as a bank or a hotel, that may ask the site's
desks for results. Desks are told of it by the controller. That it was added, changed
or removed is in the public record, with its id and what it may ask for.`

const relyingAddHelp = `Register who may ask desks for results. The client secret is made here, printed once, and
kept nowhere but as a hash.

A party that uses OpenID Connect has a --redirect for each address to which a browser may
be sent back, given exactly so. One that is told by itself has a --webhook. Results that
have to wait are encrypted to --key, a file with a public JSON Web Key on P-256; a party
with a webhook, or without a redirect, needs one. With no --claim it learns the outcome
alone. There are:

  %s`

const relyingAddExample = `  facelatch controller relying add --site court --id harbour-bank --name en="Harbour Bank" --name zh-CN=海港银行 \
      --redirect https://bank.example/back --claim over_18
  facelatch controller relying add --site court --id seaside-hotel --name en="Seaside Hotel" --webhook https://hotel.example/desk --key hotel.jwk`

const relyingChangeHelp = `Change a relying party. What no flag names stays; a flag that can be given several times
replaces all that there were, and the word none takes them away. --secret new makes another
client secret, printed once: the one before is good no longer.`

// controllerRelying is facelatch controller relying.
func controllerRelying() *cobra.Command {
	c := group("relying", "say who may ask desks for results", relyingHelp)
	c.AddCommand(relyingAdd(), relyingList(), relyingChange(), relyingRemove())
	return c
}

// partyFlags are the flags of relying add and relying change.
type partyFlags struct {
	site, id, webhook, key, secret    string
	names, redirects, claims, formats []string
	json                              bool
}

func (f *partyFlags) define(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringArrayVar(&f.names, "name", nil, "what people read, as LANGUAGE=NAME, such as en=\"Harbour Bank\"; may be given several times")
	flags.StringArrayVar(&f.redirects, "redirect", nil, "an https address to which OpenID sends a browser back; may be given several times")
	flags.StringVar(&f.webhook, "webhook", "", "an https address to which results are sent")
	flags.StringVar(&f.key, "key", "", "a file with the public JSON Web Key that waiting results are encrypted to")
	flags.StringArrayVar(&f.claims, "claim", nil, "what it may ask for; may be given several times")
	flags.StringArrayVar(&f.formats, "format", nil, "which results it takes: jwt or dc+sd-jwt, the first by default; may be given several times")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
}

// relyingAdd is facelatch controller relying add.
func relyingAdd() *cobra.Command {
	var f partyFlags
	c := &cobra.Command{
		Use: "add --site DIR --id ID --name LANGUAGE=NAME", Short: "register who may ask desks for results",
		Long: fmt.Sprintf(relyingAddHelp, wrapped(strings.Join(party.Claims(), ", "), "  ")), Example: relyingAddExample, Args: none,
	}
	f.define(c)
	c.Flags().StringVar(&f.id, "id", "", "its client id, such as harbour-bank")
	c.Flags().StringVar(&f.secret, "secret", "new", "new, or none for a party that proves itself by PKCE alone")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "id", f.id); err != nil {
			return err
		}
		p := party.Party{ID: f.id}
		s, err := f.apply(&p, func(string) bool { return true })
		if err != nil {
			return err
		}
		if s == site.KeepSecret {
			return usagef("--secret is new or none")
		}
		return withOffice(f.site, func(o *site.Office) error {
			r, secret, err := o.AddParty(context.Background(), site.Operator, p, s)
			if errors.Is(err, store.ErrConflict) {
				return usagef("there is a relying party %s already: use controller relying change", p.ID)
			}
			return f.say(c.OutOrStdout(), r, secret, err)
		})
	})
	return c
}

// relyingChange is facelatch controller relying change.
func relyingChange() *cobra.Command {
	var f partyFlags
	c := &cobra.Command{
		Use: "change ID --site DIR", Short: "change who may ask desks for results", Long: relyingChangeHelp, Args: exactly("ID (of the relying party)"),
	}
	f.define(c)
	c.Flags().StringVar(&f.secret, "secret", "keep", "keep, new or none")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", f.site); err != nil {
			return err
		}
		return withOffice(f.site, func(o *site.Office) error {
			old, err := o.Party(context.Background(), args[0])
			if err != nil {
				return err
			}
			s, err := f.apply(&old.Party, c.Flags().Changed)
			if err != nil {
				return err
			}
			r, secret, err := o.ChangeParty(context.Background(), site.Operator, old.Version, old.Party, s)
			return f.say(c.OutOrStdout(), r, secret, err)
		})
	})
	return c
}

// apply puts what flags say into a party, and returns what becomes of its secret.
func (f partyFlags) apply(p *party.Party, given func(flag string) bool) (s site.Secret, err error) {
	if given("name") {
		p.Name = make(map[string]string)
		for _, text := range f.names {
			tag, name, found := strings.Cut(text, "=")
			if !found {
				return s, usagef("--name %q is not like en=\"Harbour Bank\"", text)
			}
			p.Name[tag] = name
		}
	}
	if given("redirect") {
		p.Redirects = said(f.redirects)
	}
	if given("webhook") {
		p.Webhook = strings.Join(said([]string{f.webhook}), "")
	}
	if given("claim") {
		p.Claims = said(f.claims)
	}
	if given("format") {
		p.Formats = nil
		for _, format := range said(f.formats) {
			p.Formats = append(p.Formats, party.Format(format))
		}
	}
	if given("key") {
		if p.Key, err = readPartyKey(f.key); err != nil {
			return s, err
		}
	}
	s, known := site.ParseSecret(f.secret)
	if !known {
		return s, usagef("--secret %q is none of keep, new and none", f.secret)
	}
	return s, nil
}

// said leaves out the word none, with which something is taken away.
func said(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "none" })
}

// readPartyKey reads the public key of a relying party; there may be none.
func readPartyKey(path string) (key jose.JSONWebKey, err error) {
	if path == "" || path == "none" {
		return key, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return key, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, party.MaxSize))
	if err != nil {
		return key, err
	}
	if key, err = acts.PartyKey(string(data)); err != nil {
		return key, usagef("--key %s: %w", path, err)
	}
	return key, nil
}

// relyingJSON is a relying party as add, change and list print it as JSON.
type relyingJSON struct {
	Party   json.RawMessage `json:"party"`
	Version int64           `json:"version"`
	Secret  string          `json:"secret,omitempty"`
}

func (f partyFlags) say(stdout io.Writer, r site.Relying, secret string, err error) error {
	if err != nil {
		return err
	}
	if f.json {
		data, err := r.Party.Encode()
		if err != nil {
			return err
		}
		return printJSON(stdout, relyingJSON{data, r.Version, secret})
	}
	fmt.Fprintf(stdout, "%s may ask desks for results: %s\n", r.Party.ID, asksFor(r.Party))
	if secret != "" {
		_, err = fmt.Fprintf(stdout, "%s\nThis is its client secret. It is shown once.\n", secret)
	}
	return err
}

// asksFor says what a party may ask for.
func asksFor(p party.Party) string {
	if len(p.Claims) == 0 {
		return "the outcome alone"
	}
	return strings.Join(p.Claims, ", ")
}

// relyingList is facelatch controller relying list.
func relyingList() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{
		Use: "list --site DIR", Short: "list who may ask desks for results", Args: none,
		Long: "List the relying parties of a site: id, name, and what each may ask for. Of their secrets there are hashes only.",
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error { return listParties(o, asJSON, c.OutOrStdout()) })
	})
	return c
}

func listParties(o *site.Office, asJSON bool, stdout io.Writer) error {
	all, err := o.Parties(context.Background())
	if err != nil {
		return err
	}
	shown := []relyingJSON{}
	for _, r := range all {
		data, err := r.Party.Encode()
		if err != nil {
			return err
		}
		shown = append(shown, relyingJSON{Party: data, Version: r.Version})
		if !asJSON {
			fmt.Fprintf(stdout, "%s  %s  %s\n", r.Party.ID, r.Party.NameIn("en"), asksFor(r.Party))
		}
	}
	if asJSON {
		return printJSON(stdout, shown)
	}
	return nil
}

// relyingRemove is facelatch controller relying remove.
func relyingRemove() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "remove ID --site DIR", Short: "take a relying party away", Args: exactly("ID (of the relying party)"),
		Long: "Take a relying party away: its secret is good no longer, and connected desks hear of it within seconds.",
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error {
			if err := o.RemoveParty(context.Background(), site.Operator, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s may ask for nothing any more\n", args[0])
			return err
		})
	})
	return c
}
