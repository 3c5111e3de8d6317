package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

const passIssueHelp = `Issue a pass for some zones of a site: a plain pass, or with --face a face pass.

A face pass is made only for somebody who has read the notice below, or had it
read to them, and agreed. --consent yes says that you saw them agree; that is
kept in the folder of the site, and its hash is in the pass. A photograph that
can hardly be compared later is refused, saying what to change. The photograph
is read once and neither copied nor kept; the reference is in the pass only.

--out says by its ending what is made: .png or .svg (the QR code), .pdf (a card
of 85.6 x 54 mm, front and back, or with --a4 on a sheet to cut and fold) or
.txt (the text). The file can be read by its owner only, is never put in the
place of another, and never in the folder of the site.

Times are RFC 3339, or 2026-11-21T08:30 as at the site; a date alone is its
first moment for --from, and for --until its last, or the last moment that is
allowed on that day. Hours are written as in
"Mon-Fri 07:00-19:00, Sat+Sun 22:00-02:00".`

const passIssueExample = `  facelatch pass issue --site court --zone front --face me.jpg --consent yes --out me.png
  facelatch pass issue --site court --zone front --zone garage --plain --hours "Mon-Fri 07:00-19:00" --out guest.pdf`

// whyConsent is said where --consent yes is missing.
const whyConsent = "a face is only read if its owner agrees: show them the notice (facelatch pass issue --help), " +
	"then give --consent yes if they do, or --plain for a pass without a face"

// usualLife is how long a pass is good where --until is not given.
const usualLife = 365 * 24 * time.Hour

// issueFlags are the flags of pass issue.
type issueFlags struct {
	site, face, consent, out string
	from, until, hours       string
	zones                    []string
	plain, json, a4          bool
}

// passIssue is facelatch pass issue.
func passIssue() *cobra.Command {
	var f issueFlags
	c := &cobra.Command{
		Use: "issue --site DIR --zone ZONE (--face FILE --consent yes | --plain) --out FILE", Short: "issue a pass",
		Long: passIssueHelp, Example: passIssueExample, Args: none,
	}
	c.SetHelpTemplate(c.HelpTemplate() + "\n" + notice) // the flags come first, for who looks for them
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringArrayVar(&f.zones, "zone", nil, "a zone that the pass is for; may be given several times")
	flags.StringVar(&f.face, "face", "", "a photograph of the holder (JPEG, PNG or WebP), for a face pass")
	flags.StringVar(&f.consent, "consent", "", `"yes" if the holder read the notice and agreed`)
	flags.BoolVar(&f.plain, "plain", false, "make a plain pass, without a face")
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
		err := f.run(c.OutOrStdout(), c.ErrOrStderr())
		if r, ok := door.Refusal(err); ok && f.json {
			return errors.Join(errRefused, printJSON(c.OutOrStdout(), refusedVerdict(r)))
		}
		return err
	})
	return c
}

// check finds what can be told from the flags alone.
func (f issueFlags) check() error {
	if err := required("site", f.site, "zone", strings.Join(f.zones, ""), "out", f.out); err != nil {
		return err
	}
	switch {
	case f.plain == (f.face != ""):
		return usagef("give either --face with a photograph, or --plain")
	case f.face != "" && f.consent != "yes":
		return usageError{errors.New(whyConsent)}
	case f.plain && f.consent != "":
		return usagef("--consent is for a face pass; a plain pass needs none")
	case f.a4 && ending(f.out) != ".pdf":
		return usagef("--a4 is for a card on paper: give --out a name that ends in .pdf")
	}
	if err := checkOut(f.out); err != nil {
		return err
	}
	if inside(f.out, f.site) {
		return usagef("--out %s is in the folder of the site: the holder keeps the pass, and no copy of that folder may have it", f.out)
	}
	return nil
}

// request reads the times and hours as at the site.
func (f issueFlags) request(c site.Config, now time.Time) (r issue.Request, err error) {
	loc := c.Location()
	r = issue.Request{Zones: slices.Compact(slices.Sorted(slices.Values(f.zones))), NotBefore: now.Truncate(time.Second)}
	if r.Schedule, err = pass.ParseSchedule(f.hours); err != nil {
		return r, usageError{err}
	}
	if f.from != "" {
		if r.NotBefore, err = parseTime("from", f.from, loc, false); err != nil {
			return r, err
		}
	}
	r.Expires = r.NotBefore.Add(min(usualLife, f.longest(c)))
	limit := f.limit(r.NotBefore, now, c)
	if f.until != "" {
		if r.Expires, err = f.end(limit, loc); err != nil {
			return r, err
		}
	}
	// What no pass can have is said before there is a consent to it.
	err = c.Issuing().Allow(r, now)
	if errors.Is(err, issue.ErrPolicy) && r.Expires.After(limit) && limit.After(r.NotBefore) {
		err = fmt.Errorf("%w; the last date for --until is %s", err, limit.In(loc).Format(dateOnly))
	}
	if err != nil || f.face == "" {
		return r, err
	}
	r.Consent, err = agree(c.ID, now, r.Expires)
	return r, err
}

// limit is when a pass that begins at from has to end.
func (f issueFlags) limit(from, now time.Time, c site.Config) time.Time {
	limit, latest := from.Add(f.longest(c)), now.Truncate(time.Second).Add(pass.MaxLifetime)
	if latest.Before(limit) {
		return latest
	}
	return limit
}

// end reads --until. A date alone that begins before the limit and ends after it
// is the limit: "in two years" is a date, and a pass may end on it.
func (f issueFlags) end(limit time.Time, loc *time.Location) (time.Time, error) {
	last, err := parseTime("until", f.until, loc, true)
	if err != nil {
		return last, err
	}
	first, err := parseTime("until", f.until, loc, false)
	if first.Before(limit) && limit.Before(last) {
		return limit, err
	}
	return last, err
}

// clipped says that a pass ends before the end of the day that was asked for.
func (f issueFlags) clipped(expires time.Time, loc *time.Location) []string {
	if f.until == "" {
		return nil
	}
	if asked, err := parseTime("until", f.until, loc, true); err != nil || !expires.Before(asked) {
		return nil
	}
	return []string{fmt.Sprintf("--until %s: no pass may last to the end of that day; this one ends at %s", f.until, localTime(expires, loc))}
}

func (f issueFlags) layout() card.Layout {
	if f.a4 {
		return card.Sheet
	}
	return card.Single
}

func (f issueFlags) longest(c site.Config) time.Duration {
	if f.plain {
		return c.Issuing().Plain
	}
	return c.Issuing().Face
}
