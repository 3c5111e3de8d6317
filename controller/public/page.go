package public

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/facelatch/facelatch/controller/public/words"
)

//go:embed page.html parts.html
var pages embed.FS

// Pages turns facts into pages. It is safe for concurrent use.
type Pages struct {
	in map[words.Tag]*template.Template
}

// NewPages reads the page's parts, which are in the program.
func NewPages() (*Pages, error) {
	book, err := openBook()
	if err != nil {
		return nil, err
	}
	p := &Pages{make(map[words.Tag]*template.Template)}
	for _, tag := range words.Tags() {
		own := template.New("").Funcs(speaker{book, tag}.functions())
		if p.in[tag], err = own.ParseFS(pages, "*.html"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Write writes the page in a language. The same facts give the same bytes. It
// fails with [ErrFacts] before anything is written.
func (p *Pages) Write(w io.Writer, f Facts, tag words.Tag) error {
	if err := f.Valid(); err != nil {
		return err
	}
	loc, err := time.LoadLocation(f.Timezone)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFacts, err)
	}
	for _, at := range []*time.Time{&f.At, &f.Notice.Since, &f.Acts.Month, &f.Ledger.At} {
		*at = at.In(loc)
	}
	return p.write(w, tag, "page", f)
}

// sorry writes a page that says what is wrong: "sorry" or "lost".
func (p *Pages) sorry(w io.Writer, tag words.Tag, what string) error {
	return p.write(w, tag, "sorry", what)
}

func (p *Pages) write(w io.Writer, tag words.Tag, name string, data any) error {
	var page bytes.Buffer
	if err := p.in[tag].ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	_, err := page.WriteTo(w)
	return err
}
