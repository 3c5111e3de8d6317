package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/site"
)

const noticeHelp = `A notice is the text that people agree to before a reference of their face is
made: who runs this, what for, on what basis, for how long, what else can be used,
how to withdraw. It is a file of JSON in English and Chinese, which spec/consent.md
describes; docs/consent.md says what each field has to say.

Start from the draft, write into it who you are, check it, and publish it:

  facelatch notice draft --site court --country CN > notice.json
  facelatch notice check notice.json
  facelatch notice publish notice.json --site court

At a site that is not for trying out, nobody can agree to a draft. A notice that was
published never changes: another text is another notice, and who agreed to the
one before agreed to that.`

const noticeDraftHelp = `Print the draft of a notice, filled in with what the site says and with what the
flags say. What the flags say stands in both languages; edit the file where they
differ. With --children it is the one for children under 14, to which a guardian
agrees.`

const noticeCheckHelp = `Check a notice: that it is one, that each field is there in each language and not
too long, that nothing is left to be written, and that it has no phrase that takes
the choice away. What it cannot find is whether the text is true, clear and lawful:
that is for a person, and for some of it a lawyer (docs/consent.md).

Exit codes: 0 it can be published; 3 not yet, and why.`

const noticeShowHelp = `Show a notice as people read it: one from a file, or the one of a site.`

const noticePublishHelp = `Have people agree to another notice from now on. It is recorded first, with its
hash and its version. Doors show its text within seconds, stations when the next
person comes. Consents to the notice before stay what they are.`

// noticeCommand is facelatch notice.
func noticeCommand() *cobra.Command {
	c := group("notice", "write, check and publish what people agree to", noticeHelp)
	c.AddCommand(noticeDraft(), noticeCheck(), noticeShow(), noticePublish())
	return c
}

// draftFlags are the flags of notice draft.
type draftFlags struct {
	site, operator, address, contact, complaint, country, number string
	children                                                     bool
}

// noticeDraft is facelatch notice draft.
func noticeDraft() *cobra.Command {
	var f draftFlags
	c := &cobra.Command{
		Use: "draft [--site DIR]", Short: "print a draft to start from", Long: noticeDraftHelp, Args: none,
		Example: `  facelatch notice draft --site court --country CN --operator "Garden Court Property Co." > notice.json`,
	}
	flags := c.Flags()
	flags.StringVar(&f.site, "site", "", "the folder of the site")
	flags.StringVar(&f.operator, "operator", "", "the full name of whoever runs the doors")
	flags.StringVar(&f.address, "address", "", "their address")
	flags.StringVar(&f.contact, "contact", "", "how to reach them, and who answers for personal data")
	flags.StringVar(&f.complaint, "complaint", "", "whom to complain to")
	flags.StringVar(&f.country, "country", "", "the country whose law holds, such as CN")
	flags.StringVar(&f.number, "number", "", "what this version is called, such as 2026-11-21")
	flags.BoolVar(&f.children, "children", false, "the notice for children under 14")
	c.RunE = action(func(c *cobra.Command, _ []string) error { return f.print(c.OutOrStdout()) })
	return c
}

func (f draftFlags) print(w io.Writer) error {
	var with consent.DraftFor
	if f.site != "" {
		config, err := site.Read(f.site)
		if err != nil {
			return err
		}
		with = config.Draft()
	}
	own := consent.Text{consent.Operator: f.operator, consent.Address: f.address, consent.Contact: f.contact, consent.Complaint: f.complaint}
	with.Written = map[consent.Lang]consent.Text{consent.English: own, consent.Chinese: own}
	with.Jurisdiction, with.Version = f.country, f.number
	rules := consent.Everybody
	if f.children {
		rules = consent.Children
	}
	n, err := consent.Draft(rules, with)
	if err != nil {
		return usageError{err}
	}
	data, err := n.Encode()
	if err != nil {
		return err
	}
	out, err := json.MarshalIndent(json.RawMessage(data), "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", out)
	}
	return err
}

// noticeFound is what notice check prints as JSON.
type noticeFound struct {
	Publishable bool     `json:"publishable"`
	Hash        string   `json:"hash"`
	Version     string   `json:"version"`
	Rules       string   `json:"rules"`
	Found       []string `json:"found"`
}

// noticeCheck is facelatch notice check.
func noticeCheck() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "check FILE", Short: "check a notice", Long: noticeCheckHelp, Args: exactly("FILE")}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		n, err := readNotice(args[0])
		if err != nil {
			return err
		}
		hash, err := n.Hash()
		if err != nil {
			return err
		}
		found := noticeFound{Hash: hex.EncodeToString(hash[:]), Version: n.Version, Rules: string(n.Rules), Found: []string{}}
		for _, f := range n.Lint() {
			found.Found = append(found.Found, f.String())
		}
		found.Publishable = len(found.Found) == 0
		if err := found.print(c.OutOrStdout(), asJSON); err != nil || found.Publishable {
			return err
		}
		return errRefused
	})
	return c
}

func (f noticeFound) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, f)
	}
	for _, line := range f.Found {
		fmt.Fprintln(w, line)
	}
	said := "it cannot be published yet"
	if f.Publishable {
		said = "it can be published, if a person finds it true, clear and lawful"
	}
	_, err := fmt.Fprintf(w, "notice %s for %s: %s\nSHA-256 %s\n", f.Version, f.Rules, said, f.Hash)
	return err
}

// noticeShow is facelatch notice show.
func noticeShow() *cobra.Command {
	var dir, lang string
	var children bool
	c := &cobra.Command{Use: "show [FILE] [--site DIR]", Short: "show a notice as people read it", Long: noticeShowHelp, Args: cobra.MaximumNArgs(1)}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site whose notice is shown")
	c.Flags().StringVar(&lang, "lang", "en", "the language: en or zh-CN")
	c.Flags().BoolVar(&children, "children", false, "the site's notice for children under 14")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if (len(args) == 1) == (dir != "") {
			return usagef("give either a FILE or --site")
		}
		if lang != string(consent.English) && lang != string(consent.Chinese) {
			return usagef("--lang: en or zh-CN")
		}
		var n consent.Notice
		var err error
		switch rules := map[bool]consent.Rules{true: consent.Children, false: consent.Everybody}[children]; {
		case dir != "":
			n, err = site.CurrentNotice(dir, rules)
		default:
			n, err = readNotice(args[0])
		}
		if err != nil {
			return err
		}
		_, err = io.WriteString(c.OutOrStdout(), n.Plain(consent.Lang(lang), 80))
		return err
	})
	return c
}

// noticePublish is facelatch notice publish.
func noticePublish() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "publish FILE --site DIR", Short: "have people agree to another notice", Long: noticePublishHelp, Args: exactly("FILE")}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		n, err := readNotice(args[0])
		if err != nil {
			return err
		}
		office, err := openOffice(dir)
		if err != nil {
			return err
		}
		defer office.Close()
		err = office.PublishNotice(c.Context(), site.Operator, n)
		if errors.Is(err, consent.ErrDraft) || errors.Is(err, consent.ErrNoticeFaults) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "Notice %s for %s is published\n", n.Version, n.Rules)
		return err
	})
	return c
}
