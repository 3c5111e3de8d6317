package words

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/facelatch/facelatch/internal/testenv"
)

func book(en, zh string) (Book, error) {
	return Open(fstest.MapFS{"en.json": {Data: []byte(en)}, "zh-CN.json": {Data: []byte(zh)}})
}

// TestOpenRefuses checks that the two languages say the same things.
func TestOpenRefuses(t *testing.T) {
	for name, files := range map[string][2]string{
		"missing":   {`{"a":"x"}`, `{}`},
		"more":      {`{"a":"x"}`, `{"a":"x","b":"y"}`},
		"empty":     {`{"a":""}`, `{"a":"x"}`},
		"other gap": {`{"a":"{n} doors"}`, `{"a":"{m} 扇门"}`},
		"no gap":    {`{"a":"{n} doors"}`, `{"a":"门"}`},
	} {
		if _, err := book(files[0], files[1]); !errors.Is(err, ErrTexts) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := book(`{"a":1}`, `{}`); err == nil {
		t.Error("a number is a text")
	}
	if _, err := Open(fstest.MapFS{}); err == nil {
		t.Error("no files are a book")
	}
}

// TestSay fills gaps, and leaves none open.
func TestSay(t *testing.T) {
	b, err := book(`{"a":"{n} of {of}, {n}","b":"none"}`, `{"a":"{of} 之 {n}","b":"无"}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Say(English, "a", "n", 3, "of", "{n}"); got != "3 of {n}, 3" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for name, try := range map[string]func() (string, error){
		"unknown":  func() (string, error) { return b.Say(English, "c") },
		"language": func() (string, error) { return b.Say("fr", "b") },
		"open":     func() (string, error) { return b.Say(Chinese, "a", "n", 1) },
		"too many": func() (string, error) { return b.Say(Chinese, "b", "n", 1) },
		"odd":      func() (string, error) { return b.Say(Chinese, "b", "n") },
	} {
		if got, err := try(); !errors.Is(err, ErrText) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if keys := b.Keys(); strings.Join(keys, " ") != "a b" {
		t.Errorf("%q", keys)
	}
}

func TestChoose(t *testing.T) {
	for header, want := range map[string]Tag{
		"":                        Chinese,
		"zh-CN,zh;q=0.9,en;q=0.8": Chinese,
		"en-GB,en;q=0.9,zh;q=0.8": English,
		"de,zh-Hant;q=0.5":        Chinese,
		"de":                      English,
		"en;q=0.2, zh;q=0.7":      Chinese,
		"zh;q=0, en;q=0.1":        English,
		"en;q=2, zh":              Chinese,
		"en;q=NaN, zh;q=0.1":      Chinese,
		"*":                       English,
		"zh":                      Chinese,
	} {
		if got := Choose(header); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestUnbroken(t *testing.T) {
	if got := Unbroken("2027-03-10"); got != "2027-\u206003-\u206010" {
		t.Errorf("%q", got)
	}
}

func TestIn(t *testing.T) {
	for _, test := range []struct {
		text Text
		tag  Tag
		want Said
	}{
		{Both("前门", "Front"), Chinese, Said{Chinese, "前门"}},
		{Text{"zh": "前门"}, Chinese, Said{Chinese, "前门"}},
		{Text{"zh": "前门"}, English, Said{"zh", "前门"}},
		{Text{"en": " "}, Chinese, Said{}},
		{nil, English, Said{}},
	} {
		if got := test.text.In(test.tag); got != test.want {
			t.Errorf("%v in %s: %v", test.text, test.tag, got)
		}
	}
	if _, ok := Parse("fr"); ok || English.Other() != Chinese || Chinese.Other().Name() != "English" || English.Other().Name() != "中文" {
		t.Error("other languages")
	}
}

// FuzzChoose: whatever a browser sends, one of the two languages is the answer,
// and repeating the header changes nothing.
func FuzzChoose(f *testing.F) {
	f.Fuzz(func(t *testing.T, header string) {
		got := Choose(header)
		if _, ok := Parse(string(got)); !ok {
			t.Fatalf("%q", got)
		}
		if n := strings.Count(header, ",") + 1; n <= maxRanges/2 && strings.TrimSpace(header) != "" && Choose(header+","+header) != got {
			t.Fatal("saying it twice changes the answer")
		}
	})
}

func TestCorpora(t *testing.T) { testenv.Corpus(t, "FuzzChoose") }
