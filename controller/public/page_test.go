package public_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// page renders facts.
func page(t testing.TB, f public.Facts, tag words.Tag) string {
	t.Helper()
	pages, err := public.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pages.Write(&out, f, tag); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), "\u2060", "")
}

// TestPageSays looks for what residents ask about, in each language.
func TestPageSays(t *testing.T) {
	f := publictest.Facts()
	for tag, has := range map[words.Tag][]string{
		words.English: {
			`<html lang="en">`, "Garden Court Property Services", "021-5555 0100", "Front door", "Looks at a face, after a face pass was shown",
			"Garage", "Looks at no face", "A number and a code, typed", "Mon-Fri 07:00-19:00 (time in Asia/Shanghai)", "at most 365 days", "3 years after it ended", "forgotten 30 days later",
			"1 in 13,000 to 1 in 8,700", "24 hours with faces, and 7 days", "about one stranger in 10,000", "101 of 1,071,999: about 1 in 11,000", "35 of 1,876: about 1 in 54", "it took 40 % for people",
			"Version 2027-1, in use since 2027-02-10", "Acts on the site in March 2027", "<strong>7</strong>", "facelatch ledger verify https://doors.garden-court.example/ledger/ --key ledger.vkey",
			"about 980 hours", "The residents&#39; committee", "2027-03-10 12:10", "not stated by the publisher",
		},
		words.Chinese: {
			`<html lang="zh-CN">`, "花园小区物业服务中心", "前门", "周一至周五 07:00-19:00（Asia/Shanghai 时间）", "出示人脸通行证之后，会看人脸", "不看人脸", "输入编号和密码",
			"最长 365 天", "再存 3 年", "大约每 10,000 人中有 1 人", "2027 年 3 月", "980 小时", "发布者未说明",
		},
	} {
		got := page(t, f, tag)
		for _, want := range has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: nothing of %q", tag, want)
			}
		}
		for _, model := range f.Engine.Models.Models {
			if !strings.Contains(got, model.SHA256) {
				t.Errorf("%s: no hash of %s", tag, model.ID)
			}
		}
		if !strings.Contains(got, f.Notice.Name()) || !strings.Contains(got, "— garden-court.example/doors TTwrG") {
			t.Errorf("%s: the hash of the notice or the checkpoint is missing", tag)
		}
		if got != page(t, f, tag) {
			t.Errorf("%s: the same facts make another page", tag)
		}
	}
}

// TestPageHasNoScript checks that nothing runs, and nothing is loaded from
// anywhere else.
func TestPageHasNoScript(t *testing.T) {
	got := page(t, publictest.Facts(), words.English)
	for _, never := range []string{"<script", "<form", "<iframe", "javascript:", " style=", "<style"} {
		if strings.Contains(got, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, found := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(found[1], "/") && !strings.HasPrefix(found[1], "#") {
			t.Errorf("the page names %s", found[1])
		}
	}
}

// TestHostileFacts writes markup wherever people can write.
func TestHostileFacts(t *testing.T) {
	const evil = `"><script>alert(1)</script>{{.}}` + "\u202e"
	f := publictest.Facts()
	spoil(reflect.ValueOf(&f).Elem(), evil)
	f.Timezone, f.Engine.Threshold = "Asia/Shanghai", "fmr-1e-4"
	for i := range f.Engine.Models.Models {
		f.Engine.Models.Models[i].Role = publictest.Facts().Engine.Models.Models[i].Role
	}
	for i := range f.Engine.Measured.Showings {
		f.Engine.Measured.Showings[i].Key = "room"
	}
	for _, tag := range words.Tags() {
		if got := page(t, f, tag); strings.Contains(got, "<script") || strings.Count(got, "alert(1)") < 20 {
			t.Errorf("%s: markup went through, or was dropped", tag)
		}
	}
}

// spoil sets every text in a value.
func spoil(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), text)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.String {
				v.SetMapIndex(key, reflect.ValueOf(text).Convert(v.Type().Elem()))
			}
		}
	}
}

// TestBare renders a site without faces, and one of which little is known: no
// row may say what is not so.
func TestBare(t *testing.T) {
	f := publictest.Facts()
	f.Zones = f.Zones[1:]
	f.Notice, f.Ledger, f.Thief, f.MyPage = public.Notice{}, public.Ledger{}, public.Thief{}, false
	f.Operator.Contact, f.Keep.FaceDays = nil, 0
	got := page(t, f, words.English)
	for _, want := range []string{"No door here looks at faces", "The operator has not said", "Nothing can be said of the record", "Nothing was measured for this site"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing of %q", want)
		}
	}
	for _, never := range []string{"face pass was shown", "Models", "numbers computed", "What people agree to", "your own page"} {
		if strings.Contains(got, never) {
			t.Errorf("it says %q", never)
		}
	}
	f = publictest.Facts()
	f.Notice, f.Engine, f.Why = public.Notice{}, public.Engine{}, nil
	got = page(t, f, words.English)
	for _, want := range []string{"There is no notice yet", "has not said at which rate", "Nobody has published measurements"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing of %q", want)
		}
	}
}

// TestFaceOnlySiteHasNoPage: a page that would show a door with
// a face as the only way in is not made.
func TestFaceOnlySiteHasNoPage(t *testing.T) {
	pages, err := public.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*public.Facts){
		"face only":   func(f *public.Facts) { f.Zones[0].Methods = bundle.Face },
		"no way in":   func(f *public.Facts) { f.Zones[0].Methods = 0 },
		"no operator": func(f *public.Facts) { f.Operator.Name = nil },
		"no zones":    func(f *public.Facts) { f.Zones = nil },
		"no name":     func(f *public.Facts) { f.Name = "" },
		"no zone":     func(f *public.Facts) { f.Timezone = "nowhere" },
	} {
		f := publictest.Facts()
		spoil(&f)
		var out bytes.Buffer
		if err := pages.Write(&out, f, words.English); !errors.Is(err, public.ErrFacts) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, out.Len())
		}
	}
	f := publictest.Facts()
	f.Zones[0].Methods = bundle.Face
	if err := pages.Write(&bytes.Buffer{}, f, words.Chinese); !errors.Is(err, bundle.ErrOnlyWay) {
		t.Error(err)
	}
}

// TestTextsAreUsed finds texts that nothing says any more.
func TestTextsAreUsed(t *testing.T) {
	folder := filepath.Join(testenv.Root(t), "controller", "public")
	var sources strings.Builder
	for _, name := range []string{"page.html", "parts.html", "speaker.go", "keeping.go", "handler.go"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(data)
	}
	data, err := os.ReadFile(filepath.Join(folder, "lang", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	// Put together from two parts.
	made := regexp.MustCompile(`^(keep|role|list|method|sorry|lost|doors\.asks)\.`)
	for key := range texts {
		if !made.MatchString(key) && !strings.Contains(sources.String(), `"`+key+`"`) {
			t.Errorf("nothing says %s", key)
		}
	}
}

// TestThief holds the text about thieves to docs/design/threats.md.
func TestThief(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "design", "threats.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`needs about ([0-9,]+) core-hours for half of all codes`).FindSubmatch(data)
	if found == nil || strings.ReplaceAll(string(found[1]), ",", "") != jsonNumber(public.Stolen().PINCoreHours) {
		t.Errorf("the document says %q core-hours, the page %d", found, public.Stolen().PINCoreHours)
	}
	thief := public.Stolen()
	for _, loot := range [][]words.Text{thief.Controller.Got, thief.Controller.Not, thief.Door.Got, thief.Door.Not} {
		for _, text := range loot {
			if text["en"] == "" || text["zh-CN"] == "" || strings.Contains(text["en"], "{hours}") != strings.Contains(text["zh-CN"], "{hours}") {
				t.Errorf("%v", text)
			}
		}
	}
}

func jsonNumber(n int) string {
	data, _ := json.Marshal(n)
	return string(data)
}

func TestHours(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                                     {"", ""},
		"Mon-Fri 07:00-19:00":                  {"Mon-Fri 07:00-19:00", "周一至周五 07:00-19:00"},
		"daily 06:00-24:00":                    {"daily 06:00-24:00", "每天 06:00-24:00"},
		"Mon+Wed 08:00-09:00, Sat 22:00-02:00": {"Mon+Wed 08:00-09:00, Sat 22:00-02:00", "周一、周三 08:00-09:00；周六 22:00-02:00"},
	} {
		h, err := pass.ParseSchedule(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{public.Hours(h, words.English), public.Hours(h, words.Chinese)}; got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestPictograms: every drawing that a page can ask for is there.
func TestPictograms(t *testing.T) {
	for _, name := range append(public.Drawings(), (bundle.Plain | bundle.Face | bundle.PIN | bundle.Phone).Names()...) {
		if _, err := public.Pictogram(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := public.Pictogram("nobody"); !errors.Is(err, public.ErrPictogram) {
		t.Error(err)
	}
}

// TestNoticeFields: the operator is whom the notice names.
func TestNoticeFields(t *testing.T) {
	n := public.Notice{Notice: publictest.Notice()}
	if got := n.Operator().Contact.In(words.Chinese).Text; !strings.Contains(got, "电话") {
		t.Errorf("%q", got)
	}
	if !n.There() || len(n.Name()) != 64 || (public.Notice{}).There() || (public.Notice{}).Name() != "" {
		t.Error("a notice that is there, or is not")
	}
	if got := n.Field(consent.Field("nothing")); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
