package mrzread

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// pictures are the pictures of documents that stand beside the photographs.
func pictures(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testenv.Faces(t), "..", "documents", pattern))
	if err != nil || len(paths) == 0 {
		testenv.Missing(t, "no documents beside the photographs")
	}
	return paths
}

func open(t *testing.T, path string) *picture.Picture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSpecimens reads the mock documents of MIDV-2020, which others drew, in all four
// turns: those with lines give them, and those without give none.
func TestSpecimens(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pictures(t, "specimens/midv/*.jpg") {
		p := open(t, path)
		want := written(t, path)
		turns := []int{0, 1, 2, 3}
		if want == nil || testing.Short() {
			turns = turns[:1]
		}
		for _, turn := range turns {
			got, err := r.Read(p.Turned(turn))
			switch {
			case want == nil && err == nil:
				t.Errorf("%s: lines of a document that has none: %q", filepath.Base(path), got.Lines)
			case want != nil && (err != nil || !slices.Equal(got.Lines, want) || got.Turns != turn || !got.Fits):
				t.Errorf("%s, turned %d: %v %+v", filepath.Base(path), turn, err, got)
			case want != nil:
				t.Logf("%s, turned %d: both lines right, %d characters corrected", filepath.Base(path), turn, got.Corrected)
			}
		}
	}
}

// written returns the lines that a specimen's description says are on it.
func written(t *testing.T, path string) []string {
	t.Helper()
	base := strings.TrimSuffix(filepath.Base(path), ".jpg")
	described := strings.NewReplacer("alb0", "alb_", "aze0", "aze_").Replace(base)
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), described+"_*.json"))
	if len(found) == 0 {
		return nil
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]struct{ Value string }
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	if fields["mrz_line0"].Value == "" {
		return nil
	}
	return []string{fields["mrz_line0"].Value, fields["mrz_line1"].Value}
}

// TestNotRead: made-up documents whose lines are no OCR-B, and photographs of people,
// are not read.
func TestNotRead(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	all := pictures(t, "synthetic/doc_captured/*.jpg")
	all = append(all, pictures(t, "../faces/nonface/*.jpg")...)
	none, doubt := 0, 0
	for i := 0; i < len(all); i += testenv.Count(len(all)/8, 1) {
		got, err := r.Read(open(t, all[i]))
		switch {
		case errors.Is(err, ErrNone):
			none++
		case errors.Is(err, ErrDoubt):
			doubt++
		default:
			t.Errorf("%s: %v %+v", filepath.Base(all[i]), err, got)
		}
	}
	t.Logf("no lines in %d pictures, none that can be read for sure in %d", none, doubt)
}

// TestPeople: frames of people show no lines: at a desk, one that does is not compared.
func TestPeople(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	all := pictures(t, "../faces/frll/*/*.jpg")
	all = append(all, pictures(t, "../faces/sequences/*/*/*/*.jpg")...)
	all = append(all, pictures(t, "../faces/lfw-view1/*/*.jpg")...)
	seen, looked := 0, 0
	for i := 0; i < len(all); i += testenv.Count(len(all)/8, 7) {
		if _, err := r.Read(open(t, all[i])); !errors.Is(err, ErrNone) {
			seen++
			t.Logf("%s: %v", filepath.Base(all[i]), err)
		}
		looked++
	}
	t.Logf("lines seen in %d of %d", seen, looked)
	if 100*seen > looked {
		t.Errorf("lines were seen in %d of %d photographs of people", seen, looked)
	}
}
