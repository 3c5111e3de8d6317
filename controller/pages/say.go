package pages

import (
	"html/template"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/device/qr"
)

// speaker is what a page says its words with, in one language.
type speaker struct {
	book words.Book
	tag  words.Tag
}

func (s speaker) functions() template.FuncMap {
	return template.FuncMap{
		"t":     func(key string, pairs ...any) (string, error) { return s.book.Say(s.tag, key, pairs...) },
		"tag":   func() words.Tag { return s.tag },
		"other": func() words.Tag { return s.tag.Other() },
		"has": func(key string) bool {
			_, err := s.book.Say(s.tag, key)
			return err == nil
		},
		"field":  func(f *form, name, key string) entry { return f.entry(s, name, key) },
		"choose": func(f *form, name, value, key string) choice { return f.choice(name, value, key) },
		"code":   drawing,
		"roles":  acts.Roles,
	}
}

// drawing is a QR code as a drawing in the page, "" for a text that is too long
// for one. It holds nothing but numbers of ours.
func drawing(text string) template.HTML {
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return ""
	}
	return template.HTML(code.SVG(90)) //nolint:gosec // made of numbers
}

// day writes a day as people read it.
func (v *visit) day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return v.dayIn(t, v.location())
}

func (v *visit) dayIn(t time.Time, where *time.Location) string {
	if v.tag == words.Chinese {
		return t.In(where).Format("2006年1月2日")
	}
	return t.In(where).Format("2 January 2006")
}

// lastDay is day for the end of a span: midnight belongs to the day before.
func (v *visit) lastDay(t time.Time) string {
	at := t.In(v.location())
	if at.Hour() == 0 && at.Minute() == 0 {
		return v.day(at.Add(-time.Minute))
	}
	return v.moment(t)
}

// moment writes a moment as people read it.
func (v *visit) moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return v.day(t) + t.In(v.location()).Format(" 15:04")
}
