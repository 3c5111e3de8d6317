package eval

import (
	"context"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/eval/report"
)

// TestFolders compares everybody with everybody, with few and with many
// photographs in memory, and finds the same.
func TestFolders(t *testing.T) {
	root, names := some(t, 3)
	groups := map[string]string{"001": "a", "002": "a", "003": "a", "998": "a", "999": "a"}
	f := Folders{Setup: setup(t)}
	f.Root = root
	f.People, f.Left = Arrange(names, numberOf, groups, 0)
	wide, err := f.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if wide.Images != 8 || wide.People != 5 || wide.FailuresToAcquire != 1 || wide.Genuine != 3 || wide.Impostor != 12 || len(wide.Bad) != 2 {
		t.Errorf("%+v", wide)
	}
	if p := wide.OperatingPoints[0]; p.FNMR != 0 || p.Supported {
		t.Errorf("%+v", p)
	}
	f.Hold = 4
	narrow, err := f.Run(context.Background())
	if err != nil || narrow.Scores != wide.Scores {
		t.Errorf("%+v, %v", narrow, err)
	}
	said := ""
	for _, s := range Sections([]Named{{"one", wide}, {"two", narrow}}) {
		said += s.Heading + strings.Join(s.Text, " ") + allCells(s)
	}
	for _, words := range []string{"Rates, one", "Rates, two", "998_03.jpg", "missing", "not a readable picture"} {
		if !strings.Contains(said, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
}

// allCells are the words of a section's tables, whose rows are as long as their
// heads.
func allCells(s report.Section) (said string) {
	for _, t := range s.Tables {
		for _, row := range t.Rows {
			if len(row) != len(t.Head) {
				said += "RAGGED"
			}
			said += strings.Join(row, " ")
		}
	}
	return said
}

// TestDistribution finds the same thresholds from steps as from scores, to a
// thousandth.
func TestDistribution(t *testing.T) {
	var d Distribution
	genuine, impostor := series(500, 1000), series(0, 1000)
	for _, s := range genuine {
		d.Add(true, s+0.0005)
	}
	for _, s := range impostor {
		d.Add(false, s+0.0005)
	}
	d.Add(true, failed)
	d.Add(false, failed)
	got, want := d.figures(1e-2).OperatingPoints[0], newScores(append(genuine, failed), append(impostor, failed)).at(1e-2)
	if !about(got.Threshold, want.Threshold, 1.1e-3) || !about(got.FNMR, want.FNMR, 3e-3) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if line := d.det(); len(line.X) != Steps || line.Y[0] == 0 || line.X[0] >= 1 {
		t.Errorf("%v, %v", line.X[0], line.Y[0])
	}
	if f := (&Distribution{}).figures(1e-2); f.Pairs != 0 || f.OperatingPoints[0].FNMRHigh != 1 {
		t.Errorf("%+v", f)
	}
}
