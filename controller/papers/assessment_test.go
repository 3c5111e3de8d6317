package papers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
)

func assessment(t testing.TB, f public.Facts, tag words.Tag) string {
	t.Helper()
	var out bytes.Buffer
	if err := Assessment(&out, f, tag); err != nil {
		t.Fatal(err)
	}
	kept(t, "assessment-"+string(tag)+".html", out.Bytes())
	return strings.ReplaceAll(out.String(), "\u2060", "")
}

// TestAssessmentSays looks for each duty, for what the configuration says, and for
// what is left open.
func TestAssessmentSays(t *testing.T) {
	f := publictest.Facts()
	for tag, has := range map[words.Tag][]string{
		words.English: {
			"PIPL art. 56 (1)", "PIPL art. 56 (2)", "PIPL art. 56 (3)", "art. 9, first point", "second point", "third point", "fourth point", "GDPR art. 35 (7) (a)", "35 (7) (d)",
			"at least three years", "Garden Court Property Services", "Front door: reads faces after a face pass was shown. Without a face: plain pass, number and code, pass bound to a phone. Hours: always",
			"Garage: reads no faces", "Mon-Fri 07:00-19:00", "with a face 365 days", "3 years after their end", "reference of 128 bytes", "8 s.", "threshold fmr-1e-4",
			"one stranger in 10000", "101 / 1071999 (LFW View 1, training)", "5 / 610", "980 hours", "40 % were taken for people", "refuses nobody",
			"To be written by the operator", "[check with counsel]", "30 working days", "2027-03-10",
		},
		words.Chinese: {
			"《个人信息保护法》第五十六条第（一）项", "2025 年《办法》第九条第四点", "至少保存三年", "前门：出示人脸通行证之后看人脸", "普通通行证、编号和密码", "128 字节", "由运营者填写", "[请律师核对]",
		},
	} {
		got := assessment(t, f, tag)
		for _, want := range has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: nothing of %q", tag, want)
			}
		}
		fields := strings.Count(got, "<textarea")
		if !regexp.MustCompile(fmt.Sprintf(`\b%d\b`, fields)).MatchString(got) || fields < 20 || strings.Count(got, "></textarea>") != fields {
			t.Errorf("%s: %d fields, or one that is not empty", tag, fields)
		}
		for _, never := range []string{"<script", " style=", "http://", "src="} {
			if strings.Contains(got, never) {
				t.Errorf("%s: it has %q", tag, never)
			}
		}
	}
}

// TestAssessmentMarksWhatIsSecondHand: only what was read in its official text
// goes without a mark.
func TestAssessmentMarksWhatIsSecondHand(t *testing.T) {
	got := assessment(t, publictest.Facts(), words.English)
	for _, line := range regexp.MustCompile(`<li>([^<]*)(<strong class="counsel">)?`).FindAllStringSubmatch(strings.ReplaceAll(got, "</strong>", ""), -1) {
		marked := strings.Contains(got, line[1]+` <strong class="counsel">`) || line[2] != ""
		if first := strings.HasPrefix(line[1], "PIPL"); first == marked {
			t.Errorf("%q: marked: %t", line[1], marked)
		}
	}
}

// TestAssessmentNamesTests finds each test that the assessment names as a proof.
func TestAssessmentNamesTests(t *testing.T) {
	a := assessor{f: publictest.Facts(), tag: words.English}
	var err error
	if a.book, err = openBook(); err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, part := range a.parts() {
		for _, i := range part.Items {
			for _, test := range i.Tests {
				named++
				dot := strings.LastIndexByte(test, '.')
				if !declared(t, test[:dot], test[dot+1:]) {
					t.Errorf("there is no test %s", test)
				}
			}
		}
	}
	if a.err != nil || named < 15 {
		t.Errorf("%d tests named, %v", named, a.err)
	}
}

// declared says whether a package has a test.
func declared(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(t), folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("\nfunc "+name+"(")) {
			return true
		}
	}
	return false
}

// TestAssessmentOfLittle: where nothing is known, nothing is claimed.
func TestAssessmentOfLittle(t *testing.T) {
	f := publictest.Facts()
	f.Notice, f.Engine, f.Why, f.Need = public.Notice{}, public.Engine{}, nil, nil
	got := assessment(t, f, words.English)
	for _, want := range []string{"none has been published", "The notice does not say", "No rate is stated"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing of %q", want)
		}
	}
	f = publictest.Facts()
	f.Zones = f.Zones[1:]
	if err := Assessment(&bytes.Buffer{}, f, words.English); !errors.Is(err, ErrPaper) {
		t.Errorf("without faces: %v", err)
	}
	f = publictest.Facts()
	f.Operator.Name = nil
	if err := Assessment(&bytes.Buffer{}, f, words.English); !errors.Is(err, public.ErrFacts) {
		t.Errorf("without an operator: %v", err)
	}
}

// TestHostileAssessment writes markup where people can write.
func TestHostileAssessment(t *testing.T) {
	const evil = `</textarea><script>alert(1)</script>`
	f := publictest.Facts()
	f.Name, f.Software.Version, f.Zones[0].Doors[0] = evil, evil, evil
	f.Operator.Name, f.Why, f.Zones[0].Title = words.Both(evil, evil), words.Both(evil, evil), words.Both(evil, evil)
	if got := assessment(t, f, words.English); strings.Contains(got, "<script") || strings.Count(got, "alert(1)") < 5 {
		t.Error("markup went through, or was dropped")
	}
	if policy := Policy(); !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
}

// TestTextsAreUsed finds texts that no paper says any more.
func TestTextsAreUsed(t *testing.T) {
	var sources strings.Builder
	for _, name := range []string{"signwords.go", "chapters.go", "findings.go", "assessment.html"} {
		data, err := os.ReadFile(filepath.Join(testenv.Root(t), "controller", "papers", name))
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(data)
	}
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "controller", "papers", "lang", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`^(a\.law\.|a\.risk\.[a-z]+$|a\.what\.way\.|sign\.(plain|phone|pin)$)`) // put together from two parts
	for key := range texts {
		_, name, _ := strings.Cut(key, ".")
		if !made.MatchString(key) && !strings.Contains(sources.String(), `"`+name+`"`) {
			t.Errorf("nothing says %s", key)
		}
	}
}
