package public

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/pass"
)

//go:embed lang/*.json
var texts embed.FS

// openBook reads the texts of the page.
func openBook() (words.Book, error) {
	folder, err := fs.Sub(texts, "lang")
	if err != nil {
		return words.Book{}, err
	}
	return words.Open(folder)
}

// speaker says things in one language, as the page's HTML calls for them.
type speaker struct {
	book words.Book
	tag  words.Tag
}

func (s speaker) say(key string, gaps ...any) (string, error) { return s.book.Say(s.tag, key, gaps...) }

// functions are what the page's HTML calls.
func (s speaker) functions() template.FuncMap {
	return template.FuncMap{
		"t":         s.say,
		"tag":       func() words.Tag { return s.tag },
		"other":     func() words.Tag { return s.tag.Other() },
		"told":      s.told,
		"lines":     paragraphs,
		"keeping":   s.keeping,
		"seconds":   s.seconds,
		"notme":     func() time.Duration { return door.NotMeTime },
		"spell":     s.spell,
		"loot":      s.loot,
		"sections":  func(n Notice) []Section { return n.Sections(s.tag) },
		"chapters":  chapters,
		"pictogram": Pictogram,
		"zones":     zones,
		"join":      s.join,
		"count":     count,
		"percent":   func(f float64) string { return strconv.FormatFloat(100*f, 'f', 0, 64) },
		"onein":     oneIn,
		"hours":     func(h pass.Schedule) string { return Hours(h, s.tag) },
		"clock":     func(t time.Time) string { return words.Unbroken(t.Format("2006-01-02 15:04")) },
		"day":       func(t time.Time) string { return words.Unbroken(t.Format(time.DateOnly)) },
		"month":     s.month,
		"training":  s.training,
	}
}

// told is a row of what the operator said.
type told struct {
	Key  string
	Said words.Said
}

func (s speaker) told(key string, t words.Text) told { return told{key, t.In(s.tag)} }

// chapters are the parts of the page for these facts, by their ids.
func chapters(f Facts) []string {
	if !f.Reads() {
		return []string{"who", "doors", "keep", "software", "record", "thief", "rights"}
	}
	return []string{"who", "why", "doors", "keep", "wrong", "software", "notice", "record", "thief", "rights"}
}

// statements says what a thief obtains.
func (s speaker) statements(all []words.Text, hours int) (said []words.Said) {
	for _, text := range all {
		one := text.In(s.tag)
		one.Text = strings.ReplaceAll(one.Text, "{hours}", count(hours))
		said = append(said, one)
	}
	return said
}

// zoned is a zone, and where its hours are read.
type zoned struct {
	Zone
	Timezone string
}

func zones(f Facts) (all []zoned) {
	for _, z := range f.Zones {
		all = append(all, zoned{z, f.Timezone})
	}
	return all
}

func (s speaker) join(all []string) string {
	if s.tag == words.Chinese {
		return strings.Join(all, "、")
	}
	return strings.Join(all, ", ")
}

func (s speaker) month(t time.Time) string {
	if s.tag == words.Chinese {
		return t.Format("2006 年 1 月")
	}
	return t.Format("January 2006")
}

// training says what is known of a model's training data. Manifests are in
// English; the sentence that all of ours have is said in Chinese, too.
func (s speaker) training(text string) (string, error) {
	if text == "Not stated by the publisher." {
		return s.say("software.nobody")
	}
	return strings.TrimSuffix(text, "."), nil
}

// count writes a whole number with its thousands apart.
func count(n any) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// span is a range of days in Chinese.
var span = regexp.MustCompile(`(周.)-(周.)`)

// Hours writes a schedule in a language: as [pass.ParseSchedule] reads it in
// English, and with Chinese days in Chinese. It is empty for always.
func Hours(h pass.Schedule, tag words.Tag) string {
	if len(h) == 0 {
		return ""
	}
	text := h.String()
	if tag != words.Chinese {
		return text
	}
	text = strings.NewReplacer("Mon", "周一", "Tue", "周二", "Wed", "周三", "Thu", "周四", "Fri", "周五", "Sat", "周六", "Sun", "周日",
		"daily", "每天", "+", "、", ", ", "；").Replace(text)
	return span.ReplaceAllString(text, "${1}至${2}")
}
