package consent_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/facelatch/facelatch/consent"
)

// written is a notice in which the operator has written everything.
func written(t testing.TB, rules consent.Rules) consent.Notice {
	t.Helper()
	own := func(lang string) consent.Text {
		return consent.Text{
			consent.Operator: "Operator " + lang, consent.Address: "Address " + lang,
			consent.Contact: "Contact " + lang, consent.Complaint: "Authority " + lang,
		}
	}
	n, err := consent.Draft(rules, consent.DraftFor{
		Site: "Garden Court", Zones: []string{"garage", "front"}, Days: 365, Jurisdiction: "CN", Version: "2027-03-10",
		Titles:  map[string]map[consent.Lang]string{"front": {consent.English: "Front door", consent.Chinese: "前门"}},
		Written: map[consent.Lang]consent.Text{consent.English: own("en"), consent.Chinese: own("zh")},
	})
	must(t, err)
	return n
}

// change returns a copy of a notice with one text changed.
func change(n consent.Notice, lang consent.Lang, f consent.Field, words string) consent.Notice {
	n.Text = maps.Clone(n.Text)
	n.Text[lang] = maps.Clone(n.Text[lang])
	n.Text[lang][f] = words
	return n
}

// TestDraftSaysWhatIsAskedFor: where doors ask people to move, the short text at the
// door says so, that it takes longer, and that there is another way; where they do
// not, nothing of it.
func TestDraftSaysWhatIsAskedFor(t *testing.T) {
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		plain, err := consent.Draft(rules, consent.DraftFor{})
		must(t, err)
		asks, err := consent.Draft(rules, consent.DraftFor{Asks: true})
		must(t, err)
		for lang, want := range map[consent.Lang][]string{
			consent.English: {"turning the head", "some seconds longer", "another way in"}, consent.Chinese: {"转头", "多看几秒", "其他方式"},
		} {
			for _, w := range want {
				if with, without := asks.AtDoor()[string(lang)], plain.AtDoor()[string(lang)]; !strings.Contains(with, w) || strings.Contains(without, w) || strings.ContainsAny(with+without, "{}") {
					t.Errorf("%s, %s: %q in %q, %q", rules, lang, w, with, without)
				}
			}
		}
	}
}

// TestDrafts: a draft says everything but who the operator is, and is no more
// than a draft until that is written, in both languages.
func TestDrafts(t *testing.T) {
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		draft, err := consent.Draft(rules, consent.DraftFor{})
		must(t, err)
		fields := make(map[consent.Field]int)
		for _, f := range draft.Lint() {
			if f.Fault != consent.Unwritten {
				t.Errorf("%s: %s", rules, f)
			}
			fields[f.Field]++
		}
		want := map[consent.Field]int{"jurisdiction": 1, consent.Operator: 2, consent.Address: 2, consent.Contact: 2, consent.Complaint: 2}
		if !maps.Equal(fields, want) {
			t.Errorf("%s: to be written is %v", rules, fields)
		}
		if !draft.Draft() || !errors.Is(draft.Publishable(false), consent.ErrDraft) || draft.Publishable(true) != nil {
			t.Errorf("%s: a draft: %v, %v", rules, draft.Publishable(false), draft.Publishable(true))
		}
		n := written(t, rules)
		if found := n.Lint(); found != nil || n.Draft() || n.Publishable(false) != nil {
			t.Errorf("%s: written, and still %v", rules, found)
		}
		if text := n.Plain(consent.English, 80); strings.ContainsAny(text, "{}[]") || !strings.Contains(text, "Front door, garage") {
			t.Errorf("%s: something is not filled in: %s", rules, text)
		}
	}
	if _, err := consent.Draft("dogs", consent.DraftFor{}); !errors.Is(err, consent.ErrNotice) {
		t.Error(err)
	}
}

// TestPromise2ADraftIsNotPublished: nobody agrees to a notice that does not say
// who asks, at a site that is not for trying out.
func TestPromise2ADraftIsNotPublished(t *testing.T) {
	n := written(t, consent.Everybody)
	for _, f := range []consent.Field{consent.Operator, consent.Address, consent.Contact, consent.Complaint} {
		for _, lang := range consent.Langs() {
			draft, err := consent.Draft(consent.Everybody, consent.DraftFor{})
			must(t, err)
			half := change(n, lang, f, draft.Text[lang][f])
			if err := half.Publishable(false); !errors.Is(err, consent.ErrDraft) || !strings.Contains(err.Error(), string(f)) {
				t.Errorf("%s (%s): %v", f, lang, err)
			}
		}
	}
	n.Jurisdiction = ""
	if err := n.Publishable(false); !errors.Is(err, consent.ErrDraft) {
		t.Error(err)
	}
}

// TestLintNamesEveryField: a field that is missing or too long is named, in the
// language it is missing in, and nothing else is.
func TestLintNamesEveryField(t *testing.T) {
	n := written(t, consent.Everybody)
	for _, a := range consent.Fields() {
		for _, lang := range consent.Langs() {
			for words, fault := range map[string]consent.Fault{
				"": consent.Missing, strings.Repeat("长", a.Max+1): consent.TooLong,
			} {
				found := change(n, lang, a.Field, words).Lint()
				if len(found) != 1 || found[0].Fault != fault || found[0].Lang != lang || found[0].Field != a.Field {
					t.Errorf("%s (%s): %v", a.Field, lang, found)
				}
				for _, demo := range []bool{true, false} {
					if err := change(n, lang, a.Field, words).Publishable(demo); !errors.Is(err, consent.ErrNoticeFaults) {
						t.Errorf("%s (%s): published: %v", a.Field, lang, err)
					}
				}
			}
			if found := change(n, lang, a.Field, strings.Repeat("长", a.Max)).Lint(); found != nil {
				t.Errorf("%s (%s): as long as it may be: %v", a.Field, lang, found)
			}
			if a.Heading(lang) == "" || a.Max < 1 {
				t.Errorf("%s has no heading in %s", a.Field, lang)
			}
		}
	}
	delete(n.Text, consent.Chinese)
	if found := n.Lint(); len(found) != len(consent.Fields()) {
		t.Errorf("a language is missing: %v", found)
	}
}

// TestCoercion: phrases that take the choice away are found, and not where they
// are turned round.
func TestCoercion(t *testing.T) {
	n := written(t, consent.Everybody)
	for words, bad := range map[string]bool{
		"You must agree to this.":                              true,
		"By entering you agree.":                               true,
		"Silence: you are deemed to have agreed.":              true,
		"The face is the ONLY WAY IN at night.":                true,
		"It is never the only way in, and nobody asks.":        false,
		"You will not be denied entry.":                        false,
		"Without another reason you will be denied entry.":     true,
		"Not for long. A face pass is mandatory.":              true,
		"A face pass is not mandatory.":                        false,
		"You can agree or not.":                                false,
		"Consent is given irrevocably. It isn't irrevocable.":  true,
		"It isn't irrevocable.":                                false,
		"What you must have with you: nothing. Agree or don't": false,
	} {
		checkCoercion(t, n, consent.English, words, bad)
	}
	for words, bad := range map[string]bool{
		"进入本楼即视为同意。":     true,
		"沉默不视为同意。":       false,
		"业主必须同意。":        true,
		"您不是必须同意。":       false,
		"不同意的，请离开，必须同意。": true,
		"授权永久有效、不可撤回。":   true,
		"人脸不是唯一的进门方式。":   false,
		"请慢慢看。":          false,
	} {
		checkCoercion(t, n, consent.Chinese, words, bad)
	}
}

func checkCoercion(t *testing.T, n consent.Notice, lang consent.Lang, words string, bad bool) {
	t.Helper()
	found := change(n, lang, consent.Basis, words).Lint()
	if got := len(found) == 1 && found[0].Fault == consent.Coercive; got != bad || !bad && found != nil {
		t.Errorf("%q: %v", words, found)
	}
}

// TestNoticeForm: a notice has one form, that of RFC 8785, whatever it was read
// from.
func TestNoticeForm(t *testing.T) {
	n := written(t, consent.Everybody)
	data, err := n.Encode()
	must(t, err)
	hash, err := n.Hash()
	must(t, err)
	if hash != sha256.Sum256(data) {
		t.Error("the hash is of something else")
	}
	var pretty bytes.Buffer
	must(t, json.Indent(&pretty, data, "", "\t"))
	for _, again := range [][]byte{data, pretty.Bytes(), bytes.ReplaceAll(data, []byte("前"), []byte(`\u524d`))} {
		back, err := consent.DecodeNotice(again)
		must(t, err)
		if got, err := back.Hash(); err != nil || got != hash {
			t.Errorf("another hash, %v", err)
		}
	}
	if other, err := change(n, consent.Chinese, consent.Basis, "您的同意").Hash(); err != nil || other == hash {
		t.Error("another text has the same hash")
	}
	if bytes.ContainsAny(data, "\n\t\r") || !bytes.HasPrefix(data, []byte(`{"format":1,"jurisdiction":"CN","rules":"everybody","text":{"en":{"accessibility":`)) {
		t.Errorf("%.120s", data)
	}
}

// TestDraftHash: the drafts do not change unseen, because sites for trying out
// have consents to them.
func TestDraftHash(t *testing.T) {
	for rules, want := range map[consent.Rules]string{
		consent.Everybody: "0b03719305e25dc75d214d47c726b14b9aa3d5075e4f39f133b7f5ad74e7d9aa",
		consent.Children:  "0d4b3fd342c09f21a170ad5fcaa65e8e235253a7672b1c3e0d216fb54a23ac2f",
	} {
		n, err := consent.Draft(rules, consent.DraftFor{})
		must(t, err)
		hash, err := n.Hash()
		must(t, err)
		if got := hex.EncodeToString(hash[:]); got != want {
			t.Errorf("%s is now %s: give it another version if it was released", rules, got)
		}
	}
}

// TestNoticeRefused: what is not strictly a notice is refused, and named.
func TestNoticeRefused(t *testing.T) {
	n := written(t, consent.Everybody)
	data, err := n.Encode()
	must(t, err)
	good := string(data)
	for name, c := range map[string]struct{ from, to, want string }{
		"not JSON":          {`{"format"`, `{format`, "no JSON"},
		"something after":   {good, good + "1", "after"},
		"a list":            {good, "[]", "not an object"},
		"a null":            {`"CN"`, "null", "null"},
		"a fraction":        {`"format":1`, `"format":1.0`, "1.0"},
		"another format":    {`"format":1`, `"format":2`, "format"},
		"a large number":    {`"format":1`, `"format":9007199254740993`, "integer"},
		"twice":             {`"format":1`, `"format":1,"format":1`, "twice"},
		"another case":      {`"format":1`, `"Format":1`, "format"},
		"missing":           {`"format":1,`, ``, "format"},
		"a strange member":  {`"format":1`, `"format":1,"colour":"red"`, "colour"},
		"a strange field":   {`"accessibility":`, `"advertising":"Buy!","accessibility":`, "advertising"},
		"a field, no text":  {`"accessibility":"`, `"door":["a"],"accessibility":"`, "twice"},
		"a strange tongue":  {`"text":{`, `"text":{"fr":{},`, "fr"},
		"strange rules":     {`"everybody"`, `"dogs"`, "rules"},
		"no country":        {`"CN"`, `"China"`, "jurisdiction"},
		"a version":         {`"2027-03-10"`, `"10/3/2027"`, "version"},
		"no version":        {`"2027-03-10"`, `""`, "version"},
		"zones upside down": {`["front","garage"]`, `["garage","front"]`, "zones"},
		"a zone twice":      {`["front","garage"]`, `["front","front"]`, "zones"},
		"a strange zone":    {`["front","garage"]`, `["Front Door"]`, "zones"},
		"a zone, no text":   {`["front","garage"]`, `[1]`, "zones"},
		"turned writing":    {`Operator en`, "Operator \u202een", "U+202E"},
		"hidden writing":    {`Operator en`, "Oper\u200bator en", "U+200B"},
		"a bell":            {`Operator en`, `Operator\u0007 en`, "U+0007"},
		"half a character":  {`Operator en`, `Operator \ud800 en`, "U+FFFD"},
		"no UTF-8":          {`Operator en`, "Operator \xff en", "U+FFFD"},
		"space at the end":  {`Operator en`, `Operator en `, "space"},
		"very deep":         {`["front","garage"]`, strings.Repeat("[", 20) + strings.Repeat("]", 20), "deep"},
		"very long":         {`Operator en`, strings.Repeat("x", consent.MaxNotice), "bytes"},
		"far too long":      {`Operator en`, strings.Repeat("x", 3*consent.MaxNotice), "bytes"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("%s: %q is not there", name, c.from)
		}
		n, err := consent.DecodeNotice([]byte(strings.Replace(good, c.from, c.to, 1)))
		if !errors.Is(err, consent.ErrNotice) || n.Text != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoticeAsText: people get every section, in both languages, in lines that
// fit.
func TestNoticeAsText(t *testing.T) {
	n := written(t, consent.Children)
	for _, lang := range consent.Langs() {
		sections := n.Sections(lang)
		if len(sections) != len(consent.Fields()) || n.Title(lang) == "" {
			t.Fatalf("%d sections", len(sections))
		}
		text := n.Plain(lang, 72)
		for _, s := range sections {
			if !strings.Contains(text, "\n"+s.Heading+"\n") || len(s.Paragraphs) == 0 {
				t.Errorf("%s (%s) is missing", s.Field, lang)
			}
		}
		flat := strings.NewReplacer("\n", "", " ", "").Replace(text)
		for line := range strings.Lines(text) {
			if columns(strings.TrimRight(line, "\n")) > 74 {
				t.Errorf("a line of %d columns: %s", columns(line), line)
			}
			if strings.HasPrefix(strings.TrimSpace(line), "，") || strings.HasPrefix(strings.TrimSpace(line), "。") {
				t.Errorf("a line begins with a mark: %s", line)
			}
		}
		for _, s := range sections {
			for _, p := range s.Paragraphs {
				if !strings.Contains(flat, strings.ReplaceAll(p, " ", "")) {
					t.Errorf("%s (%s) lost something", s.Field, lang)
				}
			}
		}
		if n.AtDoor()[string(lang)] != n.Text[lang][consent.Door] {
			t.Error("the door says something else")
		}
	}
}

func columns(line string) (n int) {
	for _, c := range line {
		if n++; utf8.RuneLen(c) > 2 {
			n++
		}
	}
	return n
}

// TestSectionsWithoutText: a draft that misses a field is still shown.
func TestSectionsWithoutText(t *testing.T) {
	n := change(written(t, consent.Everybody), consent.English, consent.Basis, "")
	if slices.ContainsFunc(n.Sections(consent.English), func(s consent.Section) bool { return s.Field == consent.Basis }) {
		t.Error("an empty section")
	}
}

func FuzzDecodeNotice(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := consent.DecodeNotice(data)
		if err != nil {
			if n.Text != nil || !errors.Is(err, consent.ErrNotice) {
				t.Fatalf("a notice and %v", err)
			}
			return
		}
		one, err := n.Encode()
		must(t, err)
		again, err := consent.DecodeNotice(one)
		must(t, err)
		two, err := again.Encode()
		must(t, err)
		if !bytes.Equal(one, two) {
			t.Fatalf("%s is then %s", one, two)
		}
		n.Lint()
		n.Plain(consent.Chinese, 40)
	})
}
