package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/desk/specimens"
	"github.com/facelatch/facelatch/internal/jp2"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/picture"
)

const deskDocumentsHelp = `Tell document by document what a desk makes of pictures in a folder: which lines were
read, which portrait was found, and how a check would end by the document alone. Try
the documents that you will be shown, before people stand there with them.

Below --root, pictures (JPEG, PNG, WebP) are taken for documents, and .bin and .dat files
for portrait records of chips. With --index, a table names the documents instead: the
column "captured" the picture, "live" a photograph of the holder, which is compared,
"template" the kind, and "photo_x", "photo_y", "photo_w" and "photo_h" where the holder's
photograph is in the picture.

Nothing that a document says is printed, and nothing is kept. --consent yes says that the
documents are specimens, or that those whose they are chose this.`

const deskDocumentsExample = `  facelatch desk documents --root specimens --consent yes
  facelatch desk documents --root pictures --index documents/index.csv --consent yes --json`

// deskDocumentsFlags are the flags of desk documents.
type deskDocumentsFlags struct {
	root, index, consent string
	json                 bool
}

// deskDocuments is facelatch desk documents.
func deskDocuments() *cobra.Command {
	var f deskDocumentsFlags
	c := &cobra.Command{
		Use: "documents --root DIR --consent yes", Short: "try pictures of documents", Long: deskDocumentsHelp, Example: deskDocumentsExample, Args: none,
	}
	flags := c.Flags()
	flags.StringVar(&f.root, "root", "", "the folder of pictures")
	flags.StringVar(&f.index, "index", "", "a table of the documents, below the folder (default: all files)")
	flags.StringVar(&f.consent, "consent", "", "yes, if the documents are specimens or their holders chose this")
	flags.BoolVar(&f.json, "json", false, "print one object for programs")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("root", f.root, "consent", f.consent); err != nil {
			return err
		}
		if f.consent != "yes" {
			return usagef("--consent %q: without a yes no document is looked at", f.consent)
		}
		ctx, stop := interruptible()
		defer stop()
		return f.run(ctx, c.OutOrStdout(), c.ErrOrStderr())
	})
	return c
}

// run looks at each document, and prints.
func (f deskDocumentsFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	all, err := f.entries()
	if err != nil {
		return err
	}
	survey, err := f.survey()
	if err != nil {
		return err
	}
	var reports []specimens.Report
	say := progress(stderr)
	for i, e := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r, err := survey.Look(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Document, err)
		}
		if reports = append(reports, r); say != nil {
			say(i+1, len(all))
		}
		if !f.json {
			printSpecimen(stdout, r)
		}
	}
	sum := specimens.Sum(reports)
	if f.json {
		return printJSON(stdout, struct {
			Documents []specimens.Report `json:"documents"`
			Summary   specimens.Summary  `json:"summary"`
		}{reports, sum})
	}
	_, err = fmt.Fprintln(stdout, sum)
	return err
}

// entries are the documents to look at.
func (f deskDocumentsFlags) entries() ([]specimens.Entry, error) {
	if info, err := os.Stat(f.root); err != nil || !info.IsDir() {
		return nil, usagef("--root %s is not a folder", f.root)
	}
	if f.index == "" {
		return specimens.Find(os.DirFS(f.root))
	}
	file, err := os.Open(filepath.Join(f.root, f.index))
	if err != nil {
		return nil, usagef("--index: %w", err)
	}
	defer file.Close()
	all, err := specimens.ReadIndex(file, path.Dir(filepath.ToSlash(f.index)))
	if err != nil {
		return nil, usagef("--index: %w", err)
	}
	return all, nil
}

func (f deskDocumentsFlags) survey() (s specimens.Survey, err error) {
	engine, manifest, err := newEngine(time.Now)
	if err != nil {
		return s, err
	}
	threshold, ok := manifest.Threshold(deskThreshold)
	if !ok {
		return s, fmt.Errorf("%w: %s", errNoThreshold, deskThreshold)
	}
	lines, err := mrzread.New()
	if err != nil {
		return s, err
	}
	program, err := os.Executable()
	if err != nil {
		return s, err
	}
	return specimens.Survey{
		Root: os.DirFS(f.root), Engine: engine, Lines: lines, Threshold: threshold.Score, Now: time.Now,
		Grant: func() (consent.Grant, error) {
			now := time.Now()
			return consent.ForDesk(consent.Choice{Agreed: true, Notice: desk.NoticeHash(), At: now}, now)
		},
		JPEG2000: func(ctx context.Context, data []byte) (*picture.Picture, error) {
			return jp2.Decode(ctx, program, []string{"desk", jpeg2000Command}, data)
		},
	}, nil
}

// jpeg2000Command is what this program is started with as a child that decodes one
// picture of a chip.
const jpeg2000Command = "decode-jpeg2000"

// decodeJPEG2000 is that child.
func decodeJPEG2000() *cobra.Command {
	return &cobra.Command{
		Use: jpeg2000Command, Short: "decode a picture of a chip, shut in", Args: none, Hidden: true,
		Run: func(*cobra.Command, []string) { os.Exit(jp2.Child(os.Stdin, os.Stdout)) },
	}
}

// printSpecimen prints a document in one line.
func printSpecimen(w io.Writer, r specimens.Report) {
	fmt.Fprintf(w, "%s", r.File)
	if r.Kind != "" {
		fmt.Fprintf(w, " (%s)", r.Kind)
	}
	if r.Unreadable != "" {
		fmt.Fprintf(w, ": %s\n", r.Unreadable)
		return
	}
	fmt.Fprintf(w, ": lines %s", r.Lines)
	if r.Size != "" {
		fmt.Fprintf(w, " (%s)", r.Size)
	}
	if r.Turn > 0 {
		fmt.Fprintf(w, ", turned %d degrees", 90*r.Turn)
	}
	fmt.Fprintf(w, "; portrait %s", r.Portrait)
	if r.Overlap != nil {
		fmt.Fprintf(w, ", %.0f %% of it in the photograph marked", 100**r.Overlap)
	}
	if r.Outcome != "" {
		fmt.Fprintf(w, "; %s (%s)", r.Outcome, r.Reason)
	}
	if r.Holder != "" {
		fmt.Fprintf(w, "; by the faces alone %s", r.Holder)
	}
	fmt.Fprintln(w)
}
