package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/door"
)

const passIssueHelp = `Issue a pass for some zones of a site: a plain pass, or with --face a face pass.

--holder says whose the pass is, by what you call the holder, such as a flat or a
badge number, or by the id of one. Somebody whom you call nothing gets a record
that is called after the pass. There they find what they agreed to, and take it
back.

A face pass is made only for somebody who has read the site's notice (facelatch
notice show), or had it read to them, and agreed. --consent yes says that you
saw them agree; that is kept in the folder of the site, and its hash is in the
pass. Whoever has a key of their own signs instead, with --consent-key on a
machine or a stick of theirs, and nobody needs to attest it. A photograph that
can hardly be compared later is refused, saying what to change. The photograph
is read once and neither copied nor kept; the reference is in the pass only.

--out says by its ending what is made: .png or .svg (the QR code), .pdf (a card
of 85.6 x 54 mm, front and back, or with --a4 on a sheet to cut and fold) or
.txt (the text). The file can be read by its owner only, is never put in the
place of another, and never in the folder of the site.

A plain pass opens for whoever has it, on paper too. With --holder-key it opens
only when the phone with that key shows it, with a proof that is fresh each time.

Times are RFC 3339, or 2026-11-21T08:30 as at the site; a date alone is its
first moment for --from, and for --until its last, or the last moment that is
allowed on that day. Hours are written as in
"Mon-Fri 07:00-19:00, Sat+Sun 22:00-02:00".`

const passIssueExample = `  facelatch pass issue --site court --zone front --holder "Flat 12" --face me.jpg --consent yes --out me.png
  facelatch pass issue --site court --zone front --zone garage --plain --hours "Mon-Fri 07:00-19:00" --out guest.pdf`

// whyConsent is said where --consent yes is missing.
const whyConsent = "a face is only read if its owner agrees: show them the notice (facelatch notice show), " +
	"then give --consent yes if they do, or --plain for a pass without a face"

// usualLife is how long a pass is good where --until is not given.
const usualLife = 365 * 24 * time.Hour

// issueFlags are the flags of pass issue.
type issueFlags struct {
	site, station, face, out  string
	consent, holder, key      string
	ownKey                    string
	from, until, hours        string
	zones                     []string
	plain, guardian, json, a4 bool
}

// passIssue is facelatch pass issue.
func passIssue() *cobra.Command {
	var f issueFlags
	c := &cobra.Command{
		Use: "issue --site DIR --zone ZONE (--face FILE --consent yes | --plain) --out FILE", Short: "issue a pass",
		Long: passIssueHelp, Example: passIssueExample, Args: none,
	}
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringArrayVar(&f.zones, "zone", nil, "a zone that the pass is for; may be given several times")
	flags.StringVar(&f.face, "face", "", "a photograph of the holder (JPEG, PNG or WebP), for a face pass")
	flags.StringVar(&f.consent, "consent", "", `"yes" if the holder read the notice and agreed`)
	flags.StringVar(&f.ownKey, "consent-key", "", "the holder's own private key (PEM, P-256), with which they sign the consent")
	flags.BoolVar(&f.plain, "plain", false, "make a plain pass, without a face")
	flags.StringVar(&f.station, "station", "", "the folder of a station that joined the site, in the place of --site")
	flags.StringVar(&f.holder, "holder", "", "whose it is: what you call the holder, such as a flat, or the id of one (default: a new holder, called after the pass)")
	flags.BoolVar(&f.guardian, "guardian", false, "a guardian agreed, for a child under 14")
	flags.StringVar(&f.key, "holder-key", "", "the key of the phone that a plain pass is for: a file (PEM or Base64), or Base64")
	flags.StringVar(&f.out, "out", "", "the file to make: .png, .svg, .pdf or .txt")
	flags.BoolVar(&f.a4, "a4", false, "make a .pdf a sheet of A4 with four of the card")
	flags.StringVar(&f.from, "from", "", "when the pass begins (default: now)")
	flags.StringVar(&f.until, "until", "", "when the pass ends, at most 24 months from now (default: after 365 days)")
	flags.StringVar(&f.hours, "hours", "", `the hours of the week in which it is good (default: all)`)
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := f.check(); err != nil {
			return err
		}
		err := f.at(c.Context(), func(from issuer) error { return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), from) })
		if r, ok := door.Refusal(err); ok && f.json {
			return errors.Join(errRefused, printJSON(c.OutOrStdout(), refusedVerdict(r)))
		}
		return err
	})
	return c
}

// check finds what can be told from the flags alone.
func (f issueFlags) check() error {
	dir := f.site
	if f.station != "" {
		dir = f.station
	}
	if err := required("site", dir, "zone", strings.Join(f.zones, ""), "out", f.out); err != nil {
		return err
	}
	switch {
	case f.site != "" && f.station != "":
		return usagef("give either --site or --station")
	case f.plain == (f.face != ""):
		return usagef("give either --face with a photograph, or --plain")
	case f.face != "" && f.consent != "yes":
		return usageError{errors.New(whyConsent)}
	case f.plain && f.consent != "":
		return usagef("--consent is for a face pass; a plain pass needs none")
	case f.plain && f.ownKey != "":
		return usagef("--consent-key is for a face pass; a plain pass needs no consent")
	case f.plain && f.guardian:
		return usagef("--guardian is for a face pass; a plain pass needs no consent")
	case f.key != "" && !f.plain:
		return usagef("--holder-key is for a plain pass: a face pass belongs to its holder's face")
	case f.a4 && ending(f.out) != ".pdf":
		return usagef("--a4 is for a card on paper: give --out a name that ends in .pdf")
	}
	if err := checkOut(f.out); err != nil {
		return err
	}
	if inside(f.out, dir) {
		return usagef("--out %s is in the folder of the site: the holder keeps the pass, and no copy of that folder may have it", f.out)
	}
	return nil
}

func (f issueFlags) layout() card.Layout {
	if f.a4 {
		return card.Sheet
	}
	return card.Single
}
