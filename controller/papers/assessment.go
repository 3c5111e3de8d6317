package papers

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
)

//go:embed assessment.html assessment.css
var sources embed.FS

// Policy is the Content-Security-Policy with which an assessment is served: its own
// style, and nothing else from anywhere. It runs no script.
func Policy() string {
	style, err := sources.ReadFile("assessment.css")
	if err != nil {
		panic(err) // it is in the program
	}
	sum := sha256.Sum256(style)
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// Assessment writes the impact assessment of a site in a language, as one HTML
// page with nothing beside it, to be filled in, and printed or saved as a PDF. It
// answers what PIPL art. 55 and 56, the Measures of 2025 art. 9 and GDPR art. 35
// ask for, as far as the facts do; all else is an empty field for the operator.
// The same facts give the same bytes. It fails with public.ErrFacts and
// [ErrPaper].
func Assessment(w io.Writer, f public.Facts, tag words.Tag) error {
	if err := f.Valid(); err != nil {
		return err
	}
	if !f.Reads() {
		return missing("no zone of this site reads faces: there is nothing of that kind to assess")
	}
	book, err := openBook()
	if err != nil {
		return err
	}
	loc, err := time.LoadLocation(f.Timezone)
	if err != nil {
		return fmt.Errorf("%w: %w", public.ErrFacts, err)
	}
	a := assessor{f: f, tag: tag, book: book}
	page := sheet{Facts: f, Parts: a.parts(), At: words.Unbroken(f.At.In(loc).Format(time.DateOnly))}
	if a.err != nil {
		return a.err
	}
	for _, p := range page.Parts {
		page.Open += p.open()
	}
	return a.write(w, page)
}

// sheet is all that the page shows.
type sheet struct {
	public.Facts
	Parts []chapter
	At    string
	// Open is how many fields are empty.
	Open int
}

func (a *assessor) write(w io.Writer, page sheet) error {
	style, err := sources.ReadFile("assessment.css")
	if err != nil {
		return err
	}
	functions := template.FuncMap{
		"t":     func(key string, gaps ...any) (string, error) { return a.book.Say(a.tag, "a."+key, gaps...) },
		"tag":   func() words.Tag { return a.tag },
		"style": func() template.CSS { return template.CSS(style) },
	}
	parsed, err := template.New("").Funcs(functions).ParseFS(sources, "assessment.html")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := parsed.ExecuteTemplate(&out, "assessment", page); err != nil {
		return err
	}
	_, err = out.WriteTo(w)
	return err
}
