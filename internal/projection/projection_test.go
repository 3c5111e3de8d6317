package projection

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// TestCommittedProjections computes every matrix of the default manifest again
// and compares it with the one that is carried in the binary. Another machine
// may differ in the last place.
func TestCommittedProjections(t *testing.T) {
	dir := testenv.Home(t)
	m := models.Default()
	parts := m.Reference.Parts
	for _, model := range m.Models {
		if model.Role != models.Extract {
			continue
		}
		part := parts[0]
		parts = parts[1:]
		data, err := os.ReadFile(filepath.Join(dir, "models", model.File))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := Compute(data, part.Floats, part.Dimensions)
		if err != nil {
			t.Fatal(err)
		}
		orthonormal(t, rows)
		want, err := models.Projection(part)
		if err != nil {
			t.Fatal(err)
		}
		got := Encode(rows)
		if len(got) != len(want) {
			t.Fatalf("%s: %d bytes, committed are %d", part.Projection, len(got), len(want))
		}
		for i := 0; i < len(got); i += 2 {
			a, b := int16(uint16(got[i])<<8|uint16(got[i+1])), int16(uint16(want[i])<<8|uint16(want[i+1]))
			if math.Abs(float64(a)-float64(b)) > 2 {
				t.Fatalf("%s: value %d is %d, committed is %d", part.Projection, i/2, a, b)
			}
		}
	}
}

func orthonormal(t *testing.T, rows [][]float64) {
	t.Helper()
	for i, a := range rows {
		for j, b := range rows[:i+1] {
			var dot float64
			for k := range a {
				dot += a[k] * b[k]
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(dot-want) > 1e-9 {
				t.Fatalf("rows %d and %d have the product %v", i, j, dot)
			}
		}
	}
}

func TestComputeRefuses(t *testing.T) {
	if _, err := Compute([]byte("no model"), 4, 2); !errors.Is(err, mend.ErrMalformed) {
		t.Errorf("garbage: %v", err)
	}
}

func TestIdentityAndRandom(t *testing.T) {
	rows, err := Identity(4, 3)
	if err != nil {
		t.Fatal(err)
	}
	orthonormal(t, rows)
	if rows, err = Random(7, 40, 20); err != nil {
		t.Fatal(err)
	}
	orthonormal(t, rows)
	again, _ := Random(7, 40, 20)
	other, _ := Random(8, 40, 20)
	if rows[19][39] != again[19][39] || rows[19][39] == other[19][39] {
		t.Error("directions depend on something else than the seed")
	}
	if rows, err := Random(1, 4, 5); err == nil || rows != nil {
		t.Error("more directions than floats")
	}
}
