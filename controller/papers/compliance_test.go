package papers

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// duties returns the rows of docs/compliance.md, by cells.
func duties(t *testing.T) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "compliance.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.HasPrefix(line, "| ") && cells[0] != "duty" && cells[0] != "line" {
			rows = append(rows, cells)
		}
	}
	return rows
}

// TestEveryDutyIsServedOrSaid: each row names a test, or says that the operator
// must do it, and says whether its source was read. That the tests exist is
// checked with those of all documents.
func TestEveryDutyIsServedOrSaid(t *testing.T) {
	const must = "**the operator must do this**"
	rows := duties(t)
	for _, cells := range rows {
		if len(cells) != 4 && len(cells) != 5 {
			t.Errorf("%s: %d cells", cells[0], len(cells))
			continue
		}
		proved := regexp.MustCompile("`[a-z0-9/]+\\.Test").MatchString(cells[3])
		said := len(cells) == 5 && strings.Contains(cells[4], must)
		if !proved && !said {
			t.Errorf("%s: no test, and it is not said that the operator must do it", cells[0])
		}
		if !regexp.MustCompile(`[(\[;, ][PS][;,) ]|\((P|S)`).MatchString(cells[1]) && !strings.Contains(cells[1], "WCAG") {
			t.Errorf("%s: %s: was it read?", cells[0], cells[1])
		}
		if said {
			reminded(t, cells)
		}
	}
	if len(rows) < 35 {
		t.Errorf("found only %d duties", len(rows))
	}
}

// reminded checks where the product reminds of a duty: in a notice, on a sign, or
// in a part of the assessment that there is; or it says that it does not.
func reminded(t *testing.T, cells []string) {
	t.Helper()
	last := cells[4]
	if !strings.Contains(last, "*notice*") && !strings.Contains(last, "*assessment*") && !strings.Contains(last, "*sign*") && !strings.Contains(last, "(not reminded of)") {
		t.Errorf("%s: where does the product remind of it?", cells[0])
	}
	for _, part := range regexp.MustCompile(`\*assessment\*, part ([0-9]+)`).FindAllStringSubmatch(last, -1) {
		if n, err := strconv.Atoi(part[1]); err != nil || n < 1 || n > len((&assessor{}).parts()) {
			t.Errorf("%s: the assessment has no part %s", cells[0], part[1])
		}
	}
}

// TestEveryArticleHasARow looks for the articles that bind an operator.
func TestEveryArticleHasARow(t *testing.T) {
	found := make(map[string][]string)
	for _, cells := range duties(t) {
		for source := range strings.SplitSeq(cells[1], ";") {
			law, rest, _ := strings.Cut(strings.TrimSpace(source), " ")
			found[law] = append(found[law], regexp.MustCompile(`15\([a-d]\)|\([a-d]\)|[0-9]+`).FindAllString(rest, -1)...)
		}
	}
	for law, articles := range map[string]string{
		"PIPL":     "14 15 16 17 26 28 29 30 31 44 45 46 47 48 50 51 54 55 56 57",
		"Measures": "2 4 5 6 7 8 9 10 11 12 13 14 15 19",
		"SPC":      "2 4 6 9 10 11 12",
		"BIPA":     "15(a) 15(b) 15(c)",
		"GDPR":     "9 35 4",
	} {
		for _, article := range strings.Fields(articles) {
			if !slices.Contains(found[law], article) {
				t.Errorf("no row for %s %s", law, article)
			}
		}
	}
}
