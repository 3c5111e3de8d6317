package card

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/report"
	"github.com/facelatch/facelatch/face"
)

func made(data string) report.Made {
	return report.Made{
		Command: "facelatch eval something --person '(a|b)'", Date: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), DataSet: data, Basis: "told", Program: "facelatch 1", Machine: "a machine",
		Sets: []report.Set{{Name: "default-1", Reference: "0102", Models: []report.Model{{Role: "detect", ID: "fr-detect-1", SHA256: "00ff", Licence: "MIT", Training: "Not stated."}}}},
	}
}

// reports are one of each kind, with made-up figures, as eval writes them.
func reports(t *testing.T) (all []Report) {
	t.Helper()
	operating := []eval.OperatingPoint{{FMR: 1e-3, FNMR: 0.01, FNMRLow: 0.005, FNMRHigh: 0.02, Threshold: 0.37, Supported: true}, {FMR: 1e-4, FNMR: 0.03, Threshold: 0.44}}
	figures := eval.Figures{Pairs: 30, Genuine: 10, Impostor: 12345, Accuracy: 0.9973, OperatingPoints: operating}
	points := []eval.Point{{Name: "FMR 0.001 here"}, {Name: "fmr-1e-4", Threshold: 0.442, FMR: estimate.Rate{Errors: 1, Comparisons: 10000, Rate: 1e-4, Low: 1e-5, High: 1e-3}}}
	verification := []eval.Named{{Models: "default-1", Report: eval.Report{
		Images: 20, Figures: figures, ByPerson: points, Uncompressed: figures, Bad: []eval.Bad{{What: "jane/1.jpg", Why: "missing"}},
		Quality:  &eval.Explained{Misses: 1, Problems: map[face.Problem]int{face.Blurred: 3, face.TooDark: 4}},
		Showings: &eval.Showings{Attempts: 3, Points: []eval.ShowingPoint{{Name: "fmr-1e-4", ShowingFMR: eval.Rate{Count: 1, Of: 100, Rate: 0.01}}}},
		Averaged: &eval.Averaged{Most: 2, People: 5, Means: []eval.Mean{{Photographs: 1, ByPerson: points}, {Photographs: 2, ByPerson: points}}},
	}}}
	unknown := json.RawMessage(`null`)
	var none estimate.Number
	if err := json.Unmarshal(unknown, &none); err != nil {
		t.Fatal(err)
	}
	at := estimate.At{Threshold: 0.47, Groups: []estimate.Group{{Group: "nine | people", Small: true, FMRRatio: estimate.Ratio{Ratio: none, High: none}}}}
	groups := eval.GroupsReport{Images: 18, Least: 30, Table: estimate.Table{Groups: []estimate.Size{{Group: "nine | people", People: 9, Small: true}}, Points: []estimate.At{at}}, Calibrations: []estimate.Calibration{{FMR: 1e-3, Lacking: []string{"nine | people"}}}}
	capture := eval.CaptureReport{People: 2, Threshold: 0.47, Ways: []eval.Degraded{{Way: "blur", Unit: "pixels", Steps: []eval.Step{{Level: 2, Found: eval.Rate{Of: 2, Count: 2}}, {Level: 4, Found: eval.Rate{Of: 2}}}}}}
	shown := Kind{Species: "print", Count: 4, People: 2, At: []estimate.Rate{{Errors: 1, Comparisons: 4, Rate: 0.25, Low: 0.01, High: 0.8}}}
	attack := Attack{Rendered: true, People: 2, Still: &Level{BonaFide: shown, Attacks: []Kind{shown}, Thresholds: []Aimed{{BPCER: 0.05}}}, Door: &Opened{Threshold: 0.47}}
	for i, data := range []any{verification, groups, capture, attack} {
		text, err := json.Marshal(report.Report{Title: "a report", Made: made([]string{"PRESS", "STUDIO", "WORSE", "SHOWN"}[i]), Data: data})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestTables: every table has as many cells in each row, and what stands in a
// report stands in the pages.
func TestTables(t *testing.T) {
	a := Join(reports(t)...)
	page, model := a.NewPage(), a.ModelCard()
	for _, text := range []string{page, model} {
		cells := 0
		for line := range strings.Lines(text) {
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if strings.HasPrefix(line, "|") && cells > 0 && n != cells && !strings.Contains(line, "(a|b)") {
				t.Errorf("%d marks of cells, not %d: %s", n, cells, line)
			}
			if cells = 0; strings.HasPrefix(line, "|") {
				cells = n
			}
		}
	}
	for _, want := range []string{"PRESS", "STUDIO", "WORSE", "99.73 %", "12,345", "1.00 % (0.50 to 2.00), at 0.370", "too few pairs", "**too few to say**: unknown (0.00 to any)", "2026-03-04", "SHOWN, 2 people. **All attacks are rendered**", "25.00 % (1.00 to 80.00); 1 of 4", string(face.TooDark) + " 4, " + string(face.Blurred) + " 3"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, want := range []string{"fr-detect-1", "00ff", "MIT", "Not stated", "nine \\| people"} {
		if !strings.Contains(model, want) {
			t.Errorf("the model card does not say %q", want)
		}
	}
	if strings.Contains(page+model, "jane") {
		t.Error("a page names a photograph")
	}
}

// TestThroughTheFile: what is made of accuracy.json is what is made of reports.
func TestThroughTheFile(t *testing.T) {
	a := Join(reports(t)...)
	data, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if a.NewPage() != b.NewPage() || a.ModelCard() != b.ModelCard() {
		t.Error("it reads back as something else")
	}
	if again, err := b.Encode(); err != nil || string(again) != string(data) {
		t.Errorf("it is not written as it was: %v", err)
	}
	if strings.Contains(string(data), "jane") {
		t.Error("accuracy.json names a photograph")
	}
}

// TestFill: what stands around the marks stays, what stands between is made.
func TestFill(t *testing.T) {
	a := Join(reports(t)...)
	page := "# Mine\n\n" + mark("rates") + "old\n" + markEnd + "My words.\n" + mark("made") + markEnd + "The end.\n"
	filled, err := a.Fill(page)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(filled, "old") || !strings.Contains(filled, "My words.\n") || !strings.HasSuffix(filled, "The end.\n") || !strings.Contains(filled, "too few pairs") {
		t.Errorf("it became %s", filled)
	}
	if again, err := a.Fill(filled); err != nil || again != filled {
		t.Errorf("it changes when it is filled again: %v", err)
	}
	if again, err := a.Fill(a.NewPage()); err != nil || again != a.NewPage() {
		t.Errorf("a new page changes when it is filled: %v", err)
	}
	for _, bad := range []string{mark("rates") + "no end", mark("nonsense") + markEnd, markBegin + "rates"} {
		if _, err := a.Fill(bad); !errors.Is(err, ErrMarks) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestReadRefuses: what is no report, or does not say what made it, is refused.
func TestReadRefuses(t *testing.T) {
	for _, bad := range []string{``, `{}`, `[]`, `{"made":{"command":"x","date":"2026-01-02T03:04:05Z","data_set":"x"},"result":{}}`, `{"made":{"command":"x","date":"2026-01-02T03:04:05Z","data_set":"x"},"result":3}`} {
		if _, err := Read([]byte(bad)); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, bad := range []string{`{`, `{}`} {
		if _, err := Decode([]byte(bad)); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
