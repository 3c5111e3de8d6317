package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/internal/typeset"
)

func fonts(t *testing.T) (f typeset.Fonts) {
	t.Helper()
	dir := home.Dir(testenv.Home(t))
	var err error
	if f.Regular, err = dir.Read(home.FontRegular()); err != nil {
		t.Fatal(err)
	}
	if f.Bold, err = dir.Read(home.FontBold()); err != nil {
		t.Fatal(err)
	}
	return f
}

// example has a long table, a text that wants escaping, a plot with points that
// cannot be drawn and one with none that can.
func example() Report {
	var rows [][]string
	for range 150 {
		rows = append(rows, []string{"a <b>", strings.Repeat("words ", 20), "three"})
	}
	return Report{
		Title: "Verification of <people>",
		Made: Made{
			Command: "facelatch eval", Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), DataSet: "some", Machine: "one",
			Sets: []Set{{"default-1", "0011", []Model{{Role: "extract", ID: "x", SHA256: strings.Repeat("ab", 32)}}}},
		},
		Sections: []Section{
			{
				Heading: "Rates", Text: []string{"In plain words.", "居民 and others"},
				Tables: []Table{{Head: []string{"a", "b", "c"}, Rows: rows}},
				Plots: []Plot{
					{Caption: "FNMR over FMR", LogX: true, LogY: true, Lines: []Line{{"all", []float64{0, 1e-4, 1e-2, 1}, []float64{1, 0.1, 0.01, 0}}, {"<b>", []float64{1e-3}, []float64{0.2}}}},
					{Caption: "nothing", LogX: true, Lines: []Line{{Name: "none"}}},
				},
			},
		},
		Data: map[string]int{"pairs": 3},
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := example().Write(dir, fonts(t)); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"<people>", "<script", "http://localhost", "src=", "href=", "<?xml"} {
		if bytes.Contains(page, []byte(wrong)) {
			t.Errorf("the page has %q", wrong)
		}
	}
	if n := bytes.Count(page, []byte("<svg role")); n != 2 {
		t.Errorf("%d drawings", n)
	}
	var read struct {
		Made   Made
		Result map[string]int
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(data, &read)
	}
	if err != nil || read.Result["pairs"] != 3 || read.Made.Sets[0].Models[0].ID != "x" {
		t.Errorf("%+v, %v", read, err)
	}
}

// TestPaper reads the PDF with another program, where there is one.
func TestPaper(t *testing.T) {
	first, err := example().PDF(fonts(t))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := example().PDF(fonts(t)); err != nil || !bytes.Equal(first, again) {
		t.Error("the same report gives other bytes")
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, first, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		testenv.Missing(t, "no pdftotext to read the page with")
	}
	for _, words := range []string{"Verification of <people>", "居民", "FNMR over FMR", "facelatch eval", "default-1"} {
		if !strings.Contains(string(out), words) {
			t.Errorf("the PDF does not say %q", words)
		}
	}
	if n := strings.Count(string(out), "three"); n != 150 {
		t.Errorf("%d rows of 150", n)
	}
}

// TestPowers: marks are powers of ten as people write them.
func TestPowers(t *testing.T) {
	n := 0
	for _, tick := range (powers{}).Ticks(1e-7, 1) {
		if tick.Label == "" {
			continue
		}
		if n++; len(tick.Label) > len("0.0001") {
			t.Errorf("a mark says %s", tick.Label)
		}
	}
	if n < 5 {
		t.Errorf("%d marks say something", n)
	}
}
