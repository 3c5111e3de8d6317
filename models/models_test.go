package models

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestDefault(t *testing.T) {
	m := Default()
	for _, role := range []Role{Detect, Landmark, Extract, PAD, Pose} {
		model, ok := m.Model(role)
		if !ok {
			t.Errorf("the default set has no model for %q", role)
		}
		if n := len(model.Input.Shape()); n != 4 {
			t.Errorf("%s: input has %d dimensions", role, n)
		}
	}
	parts := m.Reference.Parts
	for _, model := range m.Models {
		if model.Role != Extract {
			continue
		}
		if got := model.Outputs[0].Shape; !reflect.DeepEqual(got, []int64{1, int64(parts[0].Floats)}) {
			t.Errorf("%s gives %v, its part of the reference is made from %d floats", model.ID, got, parts[0].Floats)
		}
		if matrix, err := Projection(parts[0]); err != nil || len(matrix) != 2*parts[0].Dimensions*parts[0].Floats {
			t.Errorf("%s: a projection of %d bytes, %v", model.ID, len(matrix), err)
		}
		parts = parts[1:]
	}
	if m.Reference.Bytes() > 128 {
		t.Errorf("a reference takes %d bytes, more than 128", m.Reference.Bytes())
	}
	// Sites and doors name these: a door keeps to FMR 1e-4 in three attempts.
	for _, name := range []string{"fmr-1e-3", "fmr-1e-4", "fmr-3e-5"} {
		if _, ok := m.Threshold(name); !ok {
			t.Errorf("the default set has no threshold %s", name)
		}
	}
	if m.Thresholds[2].FMR > m.Thresholds[1].FMR/3 {
		t.Error("three attempts at fmr-3e-5 go beyond fmr-1e-4")
	}
	if _, ok := m.Model("watch-list"); ok {
		t.Error("a model for a role that does not exist")
	}
}

func TestDefaultIsACopy(t *testing.T) {
	m := Default()
	m.Models[0].Input.Mean[0] = -1
	if Default().Models[0].Input.Mean[0] == -1 {
		t.Error("two calls share memory")
	}
}

func TestThreshold(t *testing.T) {
	m := Manifest{Thresholds: []Threshold{{Name: "fmr-1e-3", Score: 0.3}}}
	if got, ok := m.Threshold("fmr-1e-3"); !ok || got.Score != 0.3 {
		t.Errorf("got %v, %t", got, ok)
	}
	if _, ok := m.Threshold("fmr-1e-9"); ok {
		t.Error("found a threshold that is not there")
	}
}

// TestForAttempts: three attempts at what the default set states are each held to
// a threshold of a third of it or less, and nothing looser stands in.
func TestForAttempts(t *testing.T) {
	m := Default()
	for _, test := range []struct {
		stated   string
		attempts int
		want     string
	}{
		{"fmr-1e-3", 1, "fmr-1e-3"},
		{"fmr-1e-3", 3, "fmr-1e-4"},
		{"fmr-1e-4", 1, "fmr-1e-4"},
		{"fmr-1e-4", 3, "fmr-3e-5"},
		{"fmr-3e-5", 3, ""},
		{"fmr-1e-4", 4, ""},
		{"fmr-1e-4", 0, ""},
		{"fmr-1e-4", -1, ""},
		{"fmr-1e-9", 1, ""},
	} {
		got, ok := m.ForAttempts(test.stated, test.attempts)
		if got.Name != test.want || ok != (test.want != "") {
			t.Errorf("%s in %d attempts: %q, %t; want %q", test.stated, test.attempts, got.Name, ok, test.want)
		}
	}
}

// TestPointsOfTheDetector: a set needs a landmark model unless its detector gives
// points.
func TestPointsOfTheDetector(t *testing.T) {
	m := Default()
	m.Models = append(m.Models[:1:1], m.Models[2:]...)
	if err := m.Check(); !errors.Is(err, ErrInvalid) {
		t.Errorf("no points at all: %v", err)
	}
	m.Models[0].Kind, m.Models[0].Input.Height = YuNet, 256
	if err := m.Check(); err != nil {
		t.Errorf("points of the detector: %v", err)
	}
}

// TestDecodeNamesTheField changes one field at a time.
func TestDecodeNamesTheField(t *testing.T) {
	tests := []struct {
		field  string
		change func(*Manifest)
	}{
		{"name", func(m *Manifest) { m.Name = "Two Words" }},
		{"models", func(m *Manifest) { m.Models = m.Models[1:] }},
		{"models[1].role", func(m *Manifest) { m.Models[1].Role = Detect }},
		{"models[4].role", func(m *Manifest) { m.Models[4].Role, m.Models[4].Looks = Extract, nil }},
		{"reference.parts", func(m *Manifest) { m.Reference.Parts = m.Reference.Parts[1:] }},
		{"attack", func(m *Manifest) { m.Attack = 2 }},
		{"models[0].role", func(m *Manifest) { m.Models[0].Role = "identify" }},
		{"models[0].id", func(m *Manifest) { m.Models[0].ID = "" }},
		{"models[0].file", func(m *Manifest) { m.Models[0].File = "../x.onnx" }},
		{"models[1].file", func(m *Manifest) { m.Models[1].File = m.Models[0].File }},
		{"models[0].sha256", func(m *Manifest) { m.Models[0].SHA256 = strings.Repeat("A", 64) }},
		{"models[0].licence", func(m *Manifest) { m.Models[0].Licence = "" }},
		{"models[0].training", func(m *Manifest) { m.Models[0].Training = "" }},
		{"models[0].optimisation", func(m *Manifest) { m.Models[0].Optimisation = "fast" }},
		{"models[0].source.package", func(m *Manifest) { m.Models[0].Source.Package = "" }},
		{"models[0].source.version", func(m *Manifest) { m.Models[0].Source.Version = "" }},
		{"models[0].source.path", func(m *Manifest) { m.Models[0].Source.Path = "a/../../b" }},
		{"models[0].source.sha256", func(m *Manifest) { m.Models[0].Source.SHA256 = "00" }},
		{"models[0].source.mended", func(m *Manifest) { m.Models[0].Source.Mended = true }},
		{"models[0].kind", func(m *Manifest) { m.Models[0].Kind = "anchors" }},
		{"models[1].kind", func(m *Manifest) { m.Models[1].Kind = Corners }},
		{"models[0].input", func(m *Manifest) { m.Models[0].Kind = YuNet }},
		{"models[0].least", func(m *Manifest) { m.Models[0].Least = 1 }},
		{"models[1].least", func(m *Manifest) { m.Models[1].Least = 0.5 }},
		{"models[2].weak", func(m *Manifest) { m.Models[2].Weak = -1 }},
		{"models[0].weak", func(m *Manifest) { m.Models[0].Weak = 2 }},
		{"models[0].input.square", func(m *Manifest) { m.Models[0].Input.Square.Side = 88 }},
		{"models[2].input.square", func(m *Manifest) { m.Models[2].Input.Square.Side = -88 }},
		{"models[2].input.square", func(m *Manifest) { m.Models[2].Input.Square = Square{Left: 112, Side: 88} }},
		{"models[0].input.name", func(m *Manifest) { m.Models[0].Input.Name = "" }},
		{"models[0].input.channels", func(m *Manifest) { m.Models[0].Input.Channels = "CMYK" }},
		{"models[0].input.height", func(m *Manifest) { m.Models[0].Input.Height = 0 }},
		{"models[0].input.width", func(m *Manifest) { m.Models[0].Input.Width = 1 << 20 }},
		{"models[0].input.mean", func(m *Manifest) { m.Models[0].Input.Mean = nil }},
		{"models[0].input.deviation", func(m *Manifest) { m.Models[0].Input.Deviation[2] = 0 }},
		{"models[0].input.crop", func(m *Manifest) { m.Models[0].Input.Crop = "" }},
		{"models[0].outputs", func(m *Manifest) { m.Models[0].Outputs = nil }},
		{"models[0].outputs[0].name", func(m *Manifest) { m.Models[0].Outputs[0].Name = "" }},
		{"models[0].outputs[1].meaning", func(m *Manifest) { m.Models[0].Outputs[1].Meaning = "" }},
		{"models[0].outputs[0].shape", func(m *Manifest) { m.Models[0].Outputs[0].Shape = []int64{1 << 15, 1 << 15} }},
		{"models[0].outputs[1].shape", func(m *Manifest) { m.Models[0].Outputs[1].Shape = nil }},
		{"reference.id", func(m *Manifest) { m.Reference.ID = "" }},
		{"reference.parts[0].sha256", func(m *Manifest) { m.Reference.Parts[0].SHA256 = "00" }},
		{"reference.parts[0].floats", func(m *Manifest) { m.Reference.Parts[0].Floats = 0 }},
		{"reference.parts[0].projection", func(m *Manifest) { m.Reference.Parts[0].Projection = "random" }},
		{"reference.parts[0].dimensions", func(m *Manifest) { m.Reference.Parts[0].Dimensions = 513 }},
		{"reference.parts[0].bits", func(m *Manifest) { m.Reference.Parts[0].Bits = 9 }},
		{"reference.parts[0].clip", func(m *Manifest) { m.Reference.Parts[0].Clip = 0 }},
		{"thresholds[0].name", func(m *Manifest) { m.Thresholds[0].Name = "" }},
		{"thresholds[0].fmr", func(m *Manifest) { m.Thresholds[0].FMR = 1 }},
		{"thresholds[1].fmr", func(m *Manifest) { m.Thresholds[1].FMR = 0.5 }},
		{"thresholds[1].score", func(m *Manifest) { m.Thresholds[1].Score = 0.1 }},
		{"thresholds[0].score", func(m *Manifest) { m.Thresholds[0].Score = 1.5 }},
		{"same_picture.score", func(m *Manifest) { m.SamePicture = &Likeness{1.1, 0.9, "pairs"} }},
		{"same_picture.doubt", func(m *Manifest) { m.SamePicture = &Likeness{0.9, 0.91, "pairs"} }},
		{"same_picture.pairs", func(m *Manifest) { m.SamePicture = &Likeness{0.9, 0.8, ""} }},
		{"thresholds[0].pairs", func(m *Manifest) { m.Thresholds[0].Pairs = "" }},
	}
	for _, test := range tests {
		m := Default()
		m.Thresholds = []Threshold{{"fmr-1e-3", 1e-3, 0.3, "pairs"}, {"fmr-1e-4", 1e-4, 0.4, "pairs"}}
		if _, err := Decode(encode(t, m)); err != nil {
			t.Fatalf("before the change to %s: %v", test.field, err)
		}
		test.change(&m)
		got, err := Decode(encode(t, m))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), " "+test.field+":") {
			t.Errorf("%s: got %v", test.field, err)
		}
		if !reflect.DeepEqual(got, Manifest{}) {
			t.Errorf("%s: a manifest beside an error", test.field)
		}
	}
}

func TestDecodeIsStrict(t *testing.T) {
	good := string(defaultJSON)
	for name, text := range map[string]string{
		"empty":         "",
		"not JSON":      "name",
		"unknown field": strings.Replace(good, `"name"`, `"nam"`, 1),
		"a second one":  good + good,
		"cut":           good[:len(good)/2],
	} {
		if _, err := Decode([]byte(text)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func encode(t *testing.T, m Manifest) []byte {
	t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzDecode asserts that an error comes with the zero manifest, and that any
// manifest that is accepted is the same after encoding and decoding it.
func FuzzDecode(f *testing.F) {
	f.Add(defaultJSON)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || !reflect.DeepEqual(m, Manifest{}) {
				t.Fatalf("%v beside error %v", m, err)
			}
			return
		}
		again, err := Decode(encode(t, m))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%v became %v, error %v", m, again, err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzDecode") }
