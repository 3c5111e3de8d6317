package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// TestRun: what is printed is the part of a manifest that the written matrix belongs to.
func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "mine.i16")
	model := filepath.Join(testenv.Home(t), "models", "mobilefacenet.onnx")
	for _, kind := range []string{"weights", "identity", "random"} {
		o := options{kind: kind, model: model, out: out, part: models.Part{Floats: 192, Dimensions: 80, Bits: 5, Clip: 3}}
		text, err := o.run()
		if err != nil {
			t.Fatal(err)
		}
		var p models.Part
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		matrix, err := os.ReadFile(out)
		sum := sha256.Sum256(matrix)
		if err != nil || len(matrix) != 2*192*80 || p.SHA256 != hex.EncodeToString(sum[:]) || p.Projection != "mine.i16" || p.Bits != 5 {
			t.Errorf("%s: %d bytes, %+v, %v", kind, len(matrix), p, err)
		}
	}
	for _, o := range []options{{kind: "other"}, {kind: "weights", model: out + "absent"}} {
		if _, err := o.run(); err == nil {
			t.Errorf("%+v ran", o)
		}
	}
}
