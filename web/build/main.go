// Command build bundles the pages of web/src into web/dist. It is what
// go generate runs; its output is the same on every machine, and committed, so
// that building the product needs no JavaScript tools.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// page is one folder of dist: what is bundled into it and what is copied.
type page struct {
	name    string
	scripts map[string]string // file in dist, without its ending, to file in src
	copied  map[string]string // file in dist to file in src
}

func pages() []page {
	return []page{
		{
			name:    "kiosk",
			scripts: map[string]string{"kiosk": "kiosk/main.ts", "reader": "shared/reader.ts", "style": "kiosk/style.css"},
			copied:  map[string]string{"index.html": "kiosk/index.html", "manifest.webmanifest": "kiosk/manifest.webmanifest", "icon.svg": "shared/icon.svg"},
		},
		{
			name:    "enrol",
			scripts: map[string]string{"enrol": "enrol/main.ts", "reader": "shared/reader.ts", "style": "enrol/style.css"},
			copied:  map[string]string{"index.html": "enrol/index.html", "icon.svg": "shared/icon.svg"},
		},
		{
			name:    "phone",
			scripts: map[string]string{"phone": "phone/main.ts", "sw": "phone/sw.ts", "reader": "shared/reader.ts", "style": "phone/style.css"},
			copied:  map[string]string{"index.html": "phone/index.html", "manifest.webmanifest": "phone/manifest.webmanifest", "icon.svg": "shared/icon.svg"},
		},
		{
			name:    "desk",
			scripts: map[string]string{"counter": "desk/counter.ts", "person": "desk/person.ts", "style": "desk/style.css"},
			copied:  map[string]string{"index.html": "desk/index.html", "person.html": "desk/person.html", "icon.svg": "shared/icon.svg"},
		},
		{
			name:    "help",
			scripts: map[string]string{"help": "help/help.css"},
			copied:  map[string]string{"index.html": "help/index.html"},
		},
		{
			name:    "holder",
			scripts: map[string]string{"passkey": "holder/passkey.ts", "style": "holder/style.css"},
			copied:  map[string]string{"icon.svg": "shared/icon.svg"},
		},
		{
			name:    "office",
			scripts: map[string]string{"office": "office/main.ts", "style": "office/style.css"},
			copied:  map[string]string{"icon.svg": "shared/icon.svg"},
		},
		{
			name:    "public",
			scripts: map[string]string{"style": "public/style.css"},
			copied:  map[string]string{"icon.svg": "shared/icon.svg"},
		},
	}
}

func main() {
	dist := "dist"
	if len(os.Args) == 2 {
		dist = os.Args[1] // for the test that compares
	}
	if err := run("src", dist); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// run makes dist anew from src.
func run(src, dist string) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	for _, p := range pages() {
		if err := p.bundle(src, filepath.Join(dist, p.name)); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := p.copy(src, filepath.Join(dist, p.name)); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (p page) bundle(src, dist string) error {
	var entries []api.EntryPoint
	for out, in := range p.scripts {
		entries = append(entries, api.EntryPoint{InputPath: filepath.Join(src, in), OutputPath: out})
	}
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: entries,
		Outdir:              dist,
		Bundle:              true,
		Format:              api.FormatIIFE,
		Target:              api.ES2022,
		Charset:             api.CharsetUTF8,
		LegalComments:       api.LegalCommentsNone,
		MinifySyntax:        true,
		MinifyWhitespace:    true, // names stay, so that a page can be read where it runs
		Write:               true,
		LogLevel:            api.LogLevelWarning,
	})
	var errs []error
	for _, m := range result.Errors {
		errs = append(errs, errors.New(m.Text))
	}
	return errors.Join(errs...)
}

func (p page) copy(src, dist string) error {
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for out, in := range p.copied {
		data, err := os.ReadFile(filepath.Join(src, in))
		if err != nil {
			return err
		}
		if !strings.HasSuffix(string(data), "\n") {
			return fmt.Errorf("%s does not end with a newline", in)
		}
		if err := os.WriteFile(filepath.Join(dist, out), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
