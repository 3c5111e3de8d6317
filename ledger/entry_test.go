package ledger_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
)

var noon = time.Date(2026, 11, 21, 12, 30, 15, 7, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// act returns an act whose id is one byte.
func act(t testing.TB, id byte, name string, details map[string]string) ledger.Act {
	t.Helper()
	a, err := ledger.NewAct(bytes.NewReader(append(make([]byte, 15), id)), noon, "op-7k2m", name, details)
	must(t, err)
	return a
}

func TestAct(t *testing.T) {
	a := act(t, 1, "notice.publish", map[string]string{"version": "3", "sha256": "ab", "title": `"正门" <&> \`})
	data, err := a.Encode()
	must(t, err)
	want := `{"act":"notice.publish","at":"2026-11-21","by":"op-7k2m","details":{"sha256":"ab","title":"\"正门\" <&> \\","version":"3"},` +
		`"id":"00000000000000000000000000000001","v":1}`
	if string(data) != want {
		t.Errorf("%s\nwant\n%s", data, want)
	}
	e, err := ledger.Decode(data)
	must(t, err)
	if e.Act == nil || !reflect.DeepEqual(*e.Act, a) || e.Commitment != (ledger.Commitment{}) {
		t.Errorf("%+v", e)
	}
}

// TestPromise6OneSize: acts about persons cannot be told apart from each other,
// nor from padding, by anything but their digits.
func TestPromise6OneSize(t *testing.T) {
	form := func(entry []byte) string {
		var w map[string]any
		must(t, json.Unmarshal(entry, &w))
		digits, _ := w["commitment"].(string)
		return strings.Replace(string(entry), digits, strings.Repeat("x", len(digits)), 1)
	}
	pad, err := ledger.Pad(rand.Reader)
	must(t, err)
	want := form(pad.Encode())
	for _, name := range []string{"x", "consent.give", strings.Repeat("very.long.", 6) + "end"} {
		for _, details := range []map[string]string{nil, {"pass": strings.Repeat("0", 512), "more": "more"}} {
			body, err := ledger.PersonAct{Name: name, At: noon, By: "holder", Details: details}.Body()
			must(t, err)
			o, err := ledger.NewOpening(rand.Reader, body)
			must(t, err)
			if entry := o.Commitment().Encode(); form(entry) != want || len(entry) != ledger.CommitmentSize {
				t.Errorf("%s: %s", name, entry)
			}
		}
	}
}

func TestWhatCannotBeAnAct(t *testing.T) {
	for name, change := range map[string]func(*ledger.Act){
		"no name":       func(a *ledger.Act) { a.Name = "" },
		"capitals":      func(a *ledger.Act) { a.Name = "Notice" },
		"long name":     func(a *ledger.Act) { a.Name = strings.Repeat("a", 65) },
		"nobody":        func(a *ledger.Act) { a.By = "" },
		"a name":        func(a *ledger.Act) { a.By = "Wang Wei" },
		"a time":        func(a *ledger.Act) { a.Day = noon },
		"another zone":  func(a *ledger.Act) { a.Day = a.Day.In(time.FixedZone("x", 3600)) },
		"long ago":      func(a *ledger.Act) { a.Day = time.Time{} },
		"detail's name": func(a *ledger.Act) { a.Details = map[string]string{"A b": ""} },
		"control":       func(a *ledger.Act) { a.Details = map[string]string{"a": "\x1b[2J"} },
		"bidi":          func(a *ledger.Act) { a.Details = map[string]string{"a": "\u202e"} },
		"bad UTF-8":     func(a *ledger.Act) { a.Details = map[string]string{"a": "\xff"} },
		"long detail":   func(a *ledger.Act) { a.Details = map[string]string{"a": strings.Repeat("x", 513)} },
		"many details": func(a *ledger.Act) {
			a.Details = map[string]string{}
			for i := range ledger.MaxDetails + 1 {
				a.Details["x"+string(rune('a'+i))] = ""
			}
		},
		"too long": func(a *ledger.Act) {
			a.Details = map[string]string{}
			for i := range ledger.MaxDetails {
				a.Details["x"+string(rune('a'+i))] = strings.Repeat(`"`, 512)
			}
		},
	} {
		a := act(t, 1, "notice.publish", nil)
		change(&a)
		if data, err := a.Encode(); !errors.Is(err, ledger.ErrEntry) || data != nil {
			t.Errorf("%s: %s, %v", name, data, err)
		}
	}
}

func TestOneForm(t *testing.T) {
	good, err := act(t, 1, "door.add", map[string]string{"a": "1", "b": "2"}).Encode()
	must(t, err)
	pad := ledger.Commitment{1, 2}.Encode()
	for name, data := range map[string][]byte{
		"empty":        nil,
		"space":        bytes.Replace(good, []byte(`,"b`), []byte(`, "b`), 1),
		"line end":     append(bytes.Clone(good), '\n'),
		"other order":  bytes.Replace(good, []byte(`"a":"1","b":"2"`), []byte(`"b":"2","a":"1"`), 1),
		"twice":        bytes.Replace(good, []byte(`"a":"1"`), []byte(`"a":"0","a":"1"`), 1),
		"unknown":      bytes.Replace(good, []byte(`"v":1`), []byte(`"v":1,"w":1`), 1),
		"version 2":    bytes.Replace(good, []byte(`"v":1`), []byte(`"v":2`), 1),
		"escaped":      bytes.Replace(good, []byte(`"1"`), []byte(`"\u0031"`), 1),
		"null":         bytes.Replace(good, []byte(`{"a":"1","b":"2"}`), []byte(`null`), 1),
		"empty detail": bytes.Replace(good, []byte(`{"a":"1","b":"2"}`), []byte(`{}`), 1),
		"capital hex":  bytes.Replace(pad, []byte("0102"), []byte("0A02"), 1),
		"both":         append(bytes.Clone(pad), good...),
		"long":         bytes.Repeat([]byte(" "), ledger.MaxEntry+1),
	} {
		if e, err := ledger.Decode(data); !errors.Is(err, ledger.ErrEntry) || e != (ledger.Entry{}) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestCorpus(t *testing.T) {
	testenv.Corpus(t, "FuzzDecode")
	testenv.Corpus(t, "FuzzOpening")
	testenv.Corpus(t, "FuzzTile")
	testenv.Corpus(t, "FuzzCheckpoint")
	testenv.Corpus(t, "FuzzStatement")
	testenv.Corpus(t, "FuzzSplitEntries")
}

// An error means no entry; else the entry written again is the same bytes.
func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ledger.Decode(data)
		if err != nil {
			if e != (ledger.Entry{}) {
				t.Fatal("an entry beside an error")
			}
			return
		}
		again := e.Commitment.Encode()
		if e.Act != nil {
			again, err = e.Act.Encode()
			must(t, err)
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("%s\nis written as\n%s", data, again)
		}
	})
}
