package holder

import (
	"bytes"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
)

//go:embed *.html
var sources embed.FS

//go:embed lang/*.json
var texts embed.FS

// pages are the page's parts in each language. They are safe for concurrent use.
type pages map[words.Tag]*template.Template

func newPages() (pages, error) {
	folder, err := fs.Sub(texts, "lang")
	if err != nil {
		return nil, err
	}
	book, err := words.Open(folder)
	if err != nil {
		return nil, err
	}
	all := make(pages)
	for _, tag := range words.Tags() {
		if all[tag], err = template.New("").Funcs(functions(book, tag)).ParseFS(sources, "*.html"); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// functions are what the page's HTML calls.
func functions(book words.Book, tag words.Tag) template.FuncMap {
	return template.FuncMap{
		"t":         func(key string, gaps ...any) (string, error) { return book.Say(tag, key, gaps...) },
		"tag":       func() words.Tag { return tag },
		"other":     func() words.Tag { return tag.Other() },
		"pictogram": public.Pictogram,
		"lines":     lines,
		"sections":  func(n public.Notice) []public.Section { return n.Sections(tag) },
		"days":      func(hours int) int { return hours / 24 },
		"hex":       func(id []byte) string { return hex.EncodeToString(id) },
	}
}

func lines(text string) []string { return strings.Split(text, "\n") }

// page is what every page is made from.
type page struct {
	// Title is the key of the page's title, Site the site's name, or "".
	Title, Site string
	Demo        bool
	// Signed says that somebody is signed in, Token that a link is on show.
	Signed  bool
	Token   string
	Contact words.Said
	Zone    *time.Location
	Now     time.Time
	Data    any
}

// Day writes a day in the site's time zone.
func (p page) Day(t time.Time) string { return words.Unbroken(t.In(p.Zone).Format(time.DateOnly)) }

// Clock writes a day, and the time of day where it is not midnight.
func (p page) Clock(t time.Time) string {
	if at := t.In(p.Zone); at.Hour() != 0 || at.Minute() != 0 {
		return words.Unbroken(at.Format("2006-01-02 15:04"))
	}
	return p.Day(t)
}

// Until writes the end of a span: midnight belongs to the day before.
func (p page) Until(t time.Time) string {
	if at := t.In(p.Zone); at.Hour() == 0 && at.Minute() == 0 {
		return p.Day(at.AddDate(0, 0, -1))
	}
	return p.Clock(t)
}

// Ended writes when a pass came to its end.
func (p page) Ended(row passRow) string {
	if row.Shown == "ended" {
		return p.Until(row.Expires)
	}
	return p.Day(row.Since)
}

// With is the page with other data, for a part of it.
func (p page) With(data any) page {
	p.Data = data
	return p
}

// show answers with a page.
func (s *server) show(v *visit, status int, name string, data any) error {
	p := page{Title: name, Signed: v.holder() != "", Contact: s.Contact().In(v.tag), Zone: time.UTC, Now: s.Now(), Data: data}
	// A page that says what went wrong must not fail for the same reason.
	if config, err := s.Site.SiteConfig(v.r.Context()); err == nil {
		p.Site, p.Demo, p.Zone = config.Site.Name, config.Site.Demo, config.Site.Location()
	}
	switch at := data.(type) {
	case landing:
		p.Token = at.Token
	case string:
		p.Title = "sorry." + at
	}
	if name == "deleted" || name == "goodbye" {
		p.Signed = false
	}
	var body bytes.Buffer
	if err := s.pages[v.tag].ExecuteTemplate(&body, name, p); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", string(v.tag))
	v.w.WriteHeader(status)
	_, _ = body.WriteTo(v.w)
	return nil
}
