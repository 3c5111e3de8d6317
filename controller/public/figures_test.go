package public

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestFiguresAreThoseOfTheDocuments reads docs/accuracy.json, which docs/accuracy.md
// is made of: nothing on the page was measured elsewhere, or rounded in its favour.
func TestFiguresAreThoseOfTheDocuments(t *testing.T) {
	got := Measured()
	for i := range got.Showings {
		got.Showings[i].Key = ""
	}
	if documented := documented(t); len(documented) < 4 || !reflect.DeepEqual(got.Showings, documented) {
		t.Errorf("figures.json has\n%s\nthe document\n%s", show(got.Showings), show(documented))
	}
	a := got.Attack
	said := fmt.Sprintf("On %d real photographs (%d attacks)", a.Photographs, a.Attacks)
	rates := fmt.Sprintf("an APCER of %.0f %% at a BPCER of %.0f %%", 100*a.Missed, 100*a.Suspected)
	if text := string(document(t, "models.md")); !strings.Contains(text, said) || !strings.Contains(text, rates) {
		t.Errorf("docs/models.md does not say: %s, %s", said, rates)
	}
}

func document(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// documented are the showings that were published, at the threshold that each of
// three attempts has.
func documented(t *testing.T) (all []Showing) {
	type rate struct {
		Count, Of int
		Low, High float64
	}
	var published struct {
		Reports []struct {
			Made struct {
				DataSet string `json:"data_set"`
			}
			Verification []struct {
				Showings *struct {
					Points []struct {
						Name        string
						ShowingFMR  rate `json:"showing_fmr"`
						ShowingFNMR rate `json:"showing_fnmr"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal(document(t, "accuracy.json"), &published); err != nil {
		t.Fatal(err)
	}
	rounded := func(r rate) Rate { return Rate{r.Count, r.Of, figures(t, r.Low), figures(t, r.High)} }
	for _, r := range published.Reports {
		for _, v := range r.Verification {
			if v.Showings == nil {
				continue
			}
			for _, p := range v.Showings.Points {
				if p.Name != "fmr-3e-5" {
					continue
				}
				s := Showing{List: r.Made.DataSet, Strangers: rounded(p.ShowingFMR)}
				if p.ShowingFNMR.Of > 0 {
					holders := rounded(p.ShowingFNMR)
					s.Holders = &holders
				}
				all = append(all, s)
			}
		}
	}
	return all
}

// figures rounds to the four that the page's copy has.
func figures(t *testing.T, v float64) float64 {
	t.Helper()
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 3, 64), 64)
	if err != nil {
		t.Fatal(err)
	}
	return short
}

func show(all []Showing) string {
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s: %+v, %+v\n", s.List, s.Strangers, s.Holders)
	}
	return b.String()
}

// TestRatesLieInTheirIntervals checks the copy against itself.
func TestRatesLieInTheirIntervals(t *testing.T) {
	for _, s := range Measured().Showings {
		for _, r := range []*Rate{&s.Strangers, s.Holders} {
			if r != nil && (r.Value() < r.Low || r.Value() > r.High || r.High > 1) {
				t.Errorf("%s: %+v", s.List, r)
			}
		}
	}
}

func TestOneIn(t *testing.T) {
	for _, test := range []struct{ errors, of, want int }{
		{101, 1071999, 11000}, {35, 1876, 54}, {11, 20604, 1900}, {1, 86, 86}, {0, 10, 0}, {1, 3, 3}, {9, 10, 1},
	} {
		got := Rate{Errors: test.errors, Of: test.of}.OneIn()
		if got != test.want || got > 0 && math.Abs(1/float64(got)-float64(test.errors)/float64(test.of)) > 0.12*float64(test.errors)/float64(test.of) {
			t.Errorf("%d of %d: one in %d", test.errors, test.of, got)
		}
	}
}
