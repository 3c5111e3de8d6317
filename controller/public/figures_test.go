package public

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestFiguresAreThoseOfTheDocuments reads docs/accuracy.md as data: nothing on
// the page was measured elsewhere, or rounded in its favour.
func TestFiguresAreThoseOfTheDocuments(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "accuracy.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "## A showing of three attempts")
	showings, rest, _ := strings.Cut(text, "\n## ")
	var documented []Showing
	for line := range strings.Lines(showings) {
		cells := strings.Split(line, "|")
		if len(cells) == 9 && rate(t, cells[4]) != nil {
			documented = append(documented, Showing{List: strings.TrimSpace(cells[1]), Strangers: *rate(t, cells[4]), Holders: rate(t, cells[7])})
		}
	}
	got := Measured()
	for i := range got.Showings {
		got.Showings[i].Key = ""
	}
	if len(documented) < 4 || !reflect.DeepEqual(got.Showings, documented) {
		t.Errorf("figures.json has\n%s\nthe document\n%s", show(got.Showings), show(documented))
	}
	a := got.Attack
	said := fmt.Sprintf("on %d photographs (%d attacks) looked at before this project chose it, AUC 0.81, APCER %.0f %% at BPCER %.0f %%", a.Photographs, a.Attacks, 100*a.Missed, 100*a.Suspected)
	if !strings.Contains(rest, said) {
		t.Errorf("the document does not say: %s", said)
	}
}

// rate reads "**0.94e-4** (0.77 to 1.15; 101 of 1,071,999)", whose limits are in
// the unit of the rate, or with a per cent sign in hundredths.
func rate(t *testing.T, cell string) *Rate {
	t.Helper()
	found := regexp.MustCompile(`\*\*[0-9.]+(e-[0-9]+| %)\*\* \(([0-9.]+) to ([0-9.]+); ([0-9,]+) of ([0-9,]+)\)`).FindStringSubmatch(cell)
	if found == nil {
		return nil
	}
	unit := strings.Replace(found[1], " %", "e-2", 1)
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return &Rate{int(number(found[4])), int(number(found[5])), number(found[2] + unit), number(found[3] + unit)}
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
