package pages

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

// toldAtDesks is what people read at desks, by language.
func toldAtDesks(n site.PublishedNotice) map[string]string {
	if len(n.Text) == 0 {
		return doorapi.OwnNotice()
	}
	return n.Text
}

// deskNoticeFields are the fields of the form, by language.
func deskNoticeFields() map[string]string {
	return map[string]string{"zh-CN": "text-zh", "en": "text-en"}
}

// toldView is one text that somebody else published meanwhile.
type toldView struct{ Lang, Text string }

func (v *visit) deskNoticeForm() error {
	n, err := v.c.Acts.DeskNotice(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	f := filled("number", strconv.FormatInt(n.Number, 10))
	for lang, field := range deskNoticeFields() {
		f.values.Set(field, toldAtDesks(n)[lang])
	}
	return v.showDeskNotice(0, f, n, false)
}

func (v *visit) showDeskNotice(status int, f *form, n site.PublishedNotice, meanwhile bool) error {
	var now []toldView
	for _, lang := range []string{"zh-CN", "en"} {
		if meanwhile {
			now = append(now, toldView{lang, toldAtDesks(n)[lang]})
		}
	}
	return v.show(page{name: "desknotice", title: "desknotice.title", status: status, data: struct {
		Form      *form
		Theirs    bool // the operator has a text of their own
		Meanwhile []toldView
	}{f, len(n.Text) > 0, now}})
}

// longText reads a field of several lines: a browser ends them in its own way.
func (v *visit) longText(f *form, name string, most int) string {
	value := strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n"))
	switch {
	case value == "":
		f.wrong[name] = v.say("wrong.empty")
	case utf8.RuneCountInString(value) > most:
		f.wrong[name] = v.say("wrong.long", "most", most)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }):
		f.wrong[name] = v.say("wrong.characters")
	}
	return value
}

// publishDeskNotice publishes what was entered, or goes back to the program's own.
func (v *visit) publishDeskNotice() error {
	f := v.entered()
	number, err := strconv.ParseInt(f.Get("number"), 10, 64)
	if err != nil {
		return errForm
	}
	now, err := v.c.Acts.DeskNotice(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	text := map[string]string{}
	if f.Get("what") != "own" {
		maps.Copy(text, now.Text) // a language that this page does not ask for
		for lang, field := range deskNoticeFields() {
			text[lang] = v.longText(f, field, doorapi.MaxNoticeText)
		}
		if !f.ok() {
			return v.showDeskNotice(http.StatusUnprocessableEntity, f, now, false)
		}
	}
	if maps.Equal(text, now.Text) && number == now.Number {
		return v.to(Path+"desks", "")
	}
	_, err = v.c.Acts.PublishDeskNotice(v.r.Context(), v.actor, number, text)
	switch {
	case errors.Is(err, acts.ErrConflict):
		if now, err = v.c.Acts.DeskNotice(v.r.Context(), v.actor); err != nil {
			return err
		}
		f.values.Set("number", strconv.FormatInt(now.Number, 10))
		return v.showDeskNotice(http.StatusConflict, f, now, true)
	case err != nil:
		if err := v.take(f, err, map[string]string{"text": deskNoticeFields()[string(v.tag)]}); err != nil {
			return err
		}
		return v.showDeskNotice(http.StatusUnprocessableEntity, f, now, false)
	}
	return v.to(Path+"desks", "desk-notice")
}
