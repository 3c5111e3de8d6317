package pages

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// FuzzDifference: the pieces of a difference are the two texts, whatever they are.
func FuzzDifference(f *testing.F) {
	f.Fuzz(func(t *testing.T, before, after string) {
		before, after = strings.ToValidUTF8(before, "?"), strings.ToValidUTF8(after, "?")
		all := difference(before, after)
		if (all == nil) != (before == after) {
			t.Fatalf("%q to %q is %v", before, after, all)
		}
		var old, fresh strings.Builder
		for _, c := range all {
			if c.Kind != "new" {
				old.WriteString(c.Text)
			}
			if c.Kind != "old" {
				fresh.WriteString(c.Text)
			}
		}
		if all != nil && (old.String() != before || fresh.String() != after) {
			t.Fatalf("%q to %q is %v", before, after, all)
		}
	})
}

// plainVisit is a visit to pages without acts.
func plainVisit(t testing.TB, values url.Values) *visit {
	t.Helper()
	book, err := openBook()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "https://house.example/office/", nil)
	r.Form = values
	return &visit{Office: &Office{book: book}, r: r, tag: words.English}
}

// FuzzHours: hours that a form takes can be read, and fill the form with
// themselves.
func FuzzHours(f *testing.F) {
	v := plainVisit(f, nil)
	f.Fuzz(func(t *testing.T, kind, one, two, three, four, own string) {
		form := filled("hours", kind, "week-from", one, "week-to", two, "end-from", three, "end-to", four, "own", own)
		text := v.hours(form)
		if !form.ok() {
			if text != "" {
				t.Fatalf("%q although it is wrong", text)
			}
			return
		}
		if _, err := pass.ParseSchedule(text); err != nil {
			t.Fatal(err)
		}
		again := filled()
		again.setHours(text)
		if back := v.hours(again); !again.ok() || back != text {
			t.Fatalf("%q becomes %q, %v", text, back, again.wrong)
		}
	})
}

// FuzzZoneName: whatever a zone is called, its name can stand in a pass.
func FuzzZoneName(f *testing.F) {
	f.Fuzz(func(t *testing.T, title string) {
		form := filled("title-en", title)
		if name := plainVisit(t, nil).newZone(form); pass.CheckZone(name) != nil {
			t.Fatalf("%q is named %q", title, name)
		}
	})
}

// FuzzNotice: a notice that a form makes fills the form with itself, and one that
// has no fault can be written down.
func FuzzNotice(f *testing.F) {
	f.Fuzz(func(t *testing.T, version, rules, country, zone, en, zh string) {
		values := url.Values{"version": {version}, "rules": {rules}, "jurisdiction": {country}, "zone": {zone}}
		for _, a := range consent.Fields() {
			values.Set(textName(consent.English, a.Field), en)
			values.Set(textName(consent.Chinese, a.Field), zh)
		}
		v := plainVisit(t, values)
		form := v.entered()
		n := v.readNotice(form)
		v.lint(form, n)
		if _, err := n.Encode(); err != nil && form.ok() {
			t.Fatal(err)
		}
		again := v.readNotice(noticeValues(n))
		if one, err := n.Encode(); err == nil {
			if two, err := again.Encode(); err != nil || string(one) != string(two) {
				t.Fatalf("%s becomes %s, %v", one, two, err)
			}
		}
	})
}

func TestCorpus(t *testing.T) {
	for _, target := range []string{"FuzzDifference", "FuzzHours", "FuzzZoneName", "FuzzNotice"} {
		testenv.Corpus(t, target)
	}
}
