package desk_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestTurned: a document whose lines cannot be read is checked in any turn of its
// picture, and the holder is found to be the same person in all of them.
func TestTurned(t *testing.T) {
	e, threshold := newEngine(t)
	_, all := documents(t)
	right, checks := 0, 0
	for i := 0; i < len(all); i += testenv.Count(50, 5) {
		page := open(t, all[i].document)
		live := open(t, all[i].live)
		for turn := range 4 {
			g := grant(t)
			var found iddoc.Evidence
			portrait, err := desk.FindTurned(e, g, page.Turned(turn), desk.AnyTurn, &found)
			if err != nil {
				t.Fatal(err)
			}
			checks++
			if portrait == nil {
				t.Logf("%s, turned %d: no portrait", all[i].name, turn)
				continue
			}
			f, err := desk.Compare(e, g, live, portrait)
			if err != nil {
				t.Fatal(err)
			}
			if f != nil && f.Score >= threshold {
				right++
			}
			portrait.Wipe()
		}
	}
	t.Logf("%d of %d", right, checks)
	if 100*right < 90*checks {
		t.Errorf("the holder was found to be the same person in %d of %d", right, checks)
	}
}

// TestReadDocument: lines and portrait of a specimen that lies on its side are read,
// and the person in it is found to be the same as on its copy.
func TestReadDocument(t *testing.T) {
	e, threshold := newEngine(t)
	path := filepath.Join(testenv.Faces(t), "..", "documents", "specimens", "midv", "aze00.jpg")
	if _, err := os.Stat(path); err != nil {
		testenv.Missing(t, "no documents beside the photographs")
	}
	reader, err := mrzread.New()
	if err != nil {
		t.Fatal(err)
	}
	page := open(t, path)
	g := grant(t)
	var found iddoc.Evidence
	turn, err := desk.ReadLines(reader, page.Turned(3), &found)
	if err != nil || turn != 3 || found.Lines != iddoc.Print || found.MRZ == nil || found.MRZ.Size != iddoc.TD3 {
		t.Fatalf("turn %d, %v, %+v", turn, err, found)
	}
	portrait, err := desk.FindTurned(e, g, page.Turned(3), turn, &found)
	if err != nil || portrait == nil {
		t.Fatal("no portrait", err)
	}
	defer portrait.Wipe()
	f, err := desk.Compare(e, g, page, portrait)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	r, err := idcheck.Decide(idcheck.Policy{Threshold: threshold}, idcheck.Check{Way: idcheck.ByFace, Document: found, Face: f}, now)
	if err != nil || r.Outcome != idcheck.SamePerson || !r.LinesVerified {
		t.Errorf("%v, %+v", err, r)
	}
	// A photograph that shows no lines says nothing about its turn.
	var none iddoc.Evidence
	if turn, err := desk.ReadLines(reader, open(t, filepath.Join(testenv.Faces(t), "nonface", "image_0001.jpg")), &none); err != nil || turn != desk.AnyTurn || none.Lines != iddoc.None {
		t.Errorf("turn %d, %v, %+v", turn, err, none)
	}
}
