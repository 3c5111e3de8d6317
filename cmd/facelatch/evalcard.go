package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/eval/card"
	"github.com/facelatch/facelatch/internal/durable"
)

const evalCardHelp = `Put reports of measurements together for publishing.

--reports names a folder that another eval command wrote with --out; give it for
each report, in the order in which they are to stand. Three files are written
into the folder --out:

  accuracy.json  the figures of all, with what made them
  model-card.md  what the models are, for what they are and are not, and the
                 figures
  accuracy.md    tables of the figures; if the file is there, only what stands
                 between its marks is made again

Without --reports the two pages are made again from the accuracy.json that is
there. Nothing is measured and no photograph is needed.`

// evalCard is facelatch eval card.
func evalCard() *cobra.Command {
	var reports []string
	var out string
	c := &cobra.Command{
		Use: "card --reports DIR... --out DIR", Short: "make accuracy.json, tables and a model card of reports", Long: evalCardHelp,
		Example: `  facelatch eval card --reports verification --reports groups --out docs`, Args: none,
	}
	c.Flags().StringArrayVar(&reports, "reports", nil, "a folder with a report.json; may be repeated")
	c.Flags().StringVar(&out, "out", "", "the folder to write to")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("out", out); err != nil {
			return err
		}
		figures, err := cardFigures(reports, out)
		if err != nil {
			return err
		}
		return writeCard(c.OutOrStdout(), figures, out)
	})
	return c
}

// cardFigures reads the reports, or what was made of them before.
func cardFigures(reports []string, out string) (card.Accuracy, error) {
	if len(reports) == 0 {
		data, err := os.ReadFile(filepath.Join(out, "accuracy.json"))
		if err != nil {
			return card.Accuracy{}, err
		}
		return card.Decode(data)
	}
	var all []card.Report
	for _, dir := range reports {
		file := filepath.Join(dir, "report.json")
		data, err := os.ReadFile(file)
		if err != nil {
			return card.Accuracy{}, err
		}
		r, err := card.Read(data)
		if err != nil {
			return card.Accuracy{}, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, r)
	}
	return card.Join(all...), nil
}

// writeCard writes all three files, or none where one cannot be made.
func writeCard(w io.Writer, figures card.Accuracy, out string) error {
	data, err := figures.Encode()
	if err != nil {
		return err
	}
	name := filepath.Join(out, "accuracy.md")
	page := figures.NewPage()
	before, err := os.ReadFile(name)
	if err == nil {
		if page, err = figures.Fill(string(before)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{{"accuracy.json", string(data)}, {"model-card.md", figures.ModelCard()}, {"accuracy.md", page}} {
		if err := (durable.Disk{}).Write(filepath.Join(out, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "wrote accuracy.json, model-card.md and accuracy.md in %s, of %d reports\n", out, len(figures.Reports))
	return nil
}
