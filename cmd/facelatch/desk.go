package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/picture"
)

const deskCheckHelp = `Compare the person in one photograph with the portrait in a picture of an identity
document, and forget both. Nothing is written anywhere.

--consent yes says that the person in --probe chose this, after reading:

  %s

The document's machine-readable lines are read from the picture, in whichever of the
four turns it shows them, and verified with every check digit. Where they cannot be
read for sure the outcome is inconclusive: take a sharper picture, or type them with
--mrz, once for each line. --portrait-only compares the faces alone, and says
"document": "not-checked".

What is printed on a document does not prove that it is genuine, and neither do check
digits, which anybody can work out. A single photograph tells little about whether a
person was there: a suspicion is a warning, and --require-live makes it an outcome.

Exit codes: 0 same-person; 3 not-same-person; 4 every other outcome; 2 usage;
1 failure (a file that cannot be read, a model that is missing).`

const deskCheckExample = `  facelatch desk check --document passport.jpg --probe live.jpg --consent yes --portrait-only
  facelatch desk check --document card.jpg --probe live.jpg --consent yes --json \
      --mrz 'I<UTOD231458907<<<<<<<<<<<<<<<' --mrz '7408122F1204159UTO<<<<<<<<<<<6' --mrz 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<'`

// deskThreshold is the false match rate that a desk decides by.
const deskThreshold = "fmr-1e-4"

// deskCommand is facelatch desk.
func deskCommand() *cobra.Command {
	c := group("desk", "is this person the holder of this document?", "A desk compares a person with the document on the table, and keeps neither.")
	c.AddCommand(deskCheck(), deskDocuments(), deskJoin(), deskServe(), deskRevoke(), deskRotate(), decodeJPEG2000())
	return c
}

// deskFlags are the flags of desk check.
type deskFlags struct {
	document, probe, consent        string
	mrz                             []string
	portraitOnly, requireLive, json bool
}

// deskCheck is facelatch desk check.
func deskCheck() *cobra.Command {
	var f deskFlags
	c := &cobra.Command{
		Use: "check --document FILE --probe FILE --consent yes", Short: "compare a person with a document",
		Long: fmt.Sprintf(deskCheckHelp, wrapped(desk.Notice()["en"], "  ")), Example: deskCheckExample, Args: none,
	}
	flags := c.Flags()
	flags.StringVar(&f.document, "document", "", "a picture of the document")
	flags.StringVar(&f.probe, "probe", "", "a photograph of the person at the desk")
	flags.StringVar(&f.consent, "consent", "", "yes, if the person chose to have their face compared")
	flags.StringArrayVar(&f.mrz, "mrz", nil, "a machine-readable line of the document, typed, in place of reading it; once for each line")
	flags.BoolVar(&f.portraitOnly, "portrait-only", false, "compare the faces alone, and do not check the document")
	flags.BoolVar(&f.requireLive, "require-live", false, "let a suspicion that the face is a picture of one decide")
	flags.BoolVar(&f.json, "json", false, "print an object for programs")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("document", f.document, "probe", f.probe, "consent", f.consent); err != nil {
			return err
		}
		if f.consent != "yes" {
			return usagef("--consent %q: without a yes no face is looked at; let a member of staff look instead", f.consent)
		}
		if f.portraitOnly && len(f.mrz) > 0 {
			return usagef("--mrz and --portrait-only exclude each other")
		}
		return f.run(c.OutOrStdout(), c.ErrOrStderr())
	})
	return c
}

// run checks and prints.
func (f deskFlags) run(stdout, stderr io.Writer) error {
	r, err := f.check()
	if err != nil {
		return err
	}
	if f.json {
		err = printJSON(stdout, deskJSON(r))
	} else {
		err = sayDesk(stdout, r)
	}
	if r.Suspected && r.Outcome != idcheck.AttackSuspected {
		warn(stderr, []string{"the face looks like a picture of one; one still tells little, so this alone does not decide"})
	}
	switch {
	case err != nil || r.Outcome == idcheck.SamePerson:
		return err
	case r.Outcome == idcheck.NotSamePerson:
		return errRefused
	}
	return errUndecided
}

// check reads both pictures, as far as it comes to that.
func (f deskFlags) check() (idcheck.Result, error) {
	now := time.Now()
	engine, manifest, err := newEngine(time.Now)
	if err != nil {
		return idcheck.Result{}, err
	}
	threshold, ok := manifest.Threshold(deskThreshold)
	if !ok {
		return idcheck.Result{}, fmt.Errorf("%w: %s", errNoThreshold, deskThreshold)
	}
	policy := idcheck.Policy{Threshold: threshold.Score, PortraitOnly: f.portraitOnly, RequireLive: f.requireLive}
	if same := manifest.SamePicture; same != nil {
		policy.SamePicture = same.Score
	}
	grant, err := consent.ForDesk(consent.Choice{Agreed: true, Notice: desk.NoticeHash(), At: now}, now)
	if err != nil {
		return idcheck.Result{}, err
	}
	document, err := readPicture(f.document)
	if err != nil {
		return idcheck.Result{}, fmt.Errorf("--document: %w", err)
	}
	defer document.Wipe()
	c := idcheck.Check{Way: idcheck.ByFace, Document: f.lines()}
	turn, err := f.read(document, &c.Document)
	if err != nil {
		return idcheck.Result{}, err
	}
	portrait, err := desk.FindTurned(engine, grant, document, turn, &c.Document)
	if err != nil {
		return idcheck.Result{}, err
	}
	defer portrait.Wipe()
	r, err := idcheck.Decide(policy, c, now)
	if err != nil || !r.Open {
		return r, err
	}
	live, err := readPicture(f.probe)
	if err != nil {
		return idcheck.Result{}, fmt.Errorf("--probe: %w", err)
	}
	defer live.Wipe()
	if c.Face, err = desk.Compare(engine, grant, live, portrait); err != nil {
		return idcheck.Result{}, err
	}
	return idcheck.Decide(policy, c, now)
}

// read reads the lines, unless they were typed or are not asked for.
func (f deskFlags) read(document *picture.Picture, found *iddoc.Evidence) (turn int, err error) {
	if len(f.mrz) > 0 || f.portraitOnly {
		return desk.AnyTurn, nil
	}
	reader, err := mrzread.New()
	if err != nil {
		return desk.AnyTurn, err
	}
	return desk.ReadLines(reader, document, found)
}

// lines are what was typed of the document.
func (f deskFlags) lines() (e iddoc.Evidence) {
	if len(f.mrz) == 0 {
		return e
	}
	e.Lines = iddoc.Typed
	lines := make([]string, len(f.mrz))
	for i, line := range f.mrz {
		lines[i] = strings.ToUpper(strings.ReplaceAll(line, " ", ""))
	}
	e.MRZ, e.LinesErr = iddoc.ParseMRZ(lines)
	return e
}

// wrapped breaks a text into lines of about eighty characters, all but the first
// of them indented.
func wrapped(text, indent string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case width+1+len(word) > 80:
			b.WriteString("\n" + indent)
			width = 0
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
