package sets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/models"
)

// brought are the sets that an operator completes: their files are not known here.
func brought() []string { return []string{"adaface", "arcface"} }

// TestSets: every manifest is valid, says whose it is, and names matrices that are there.
func TestSets(t *testing.T) {
	for _, name := range Names() {
		m, text, err := Manifest(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if m.Name != name {
			t.Errorf("%s.json is named %q", name, m.Name)
		}
		if m.Reference.Bytes() > 128 {
			t.Errorf("%s: a reference takes %d bytes, more than 128", name, m.Reference.Bytes())
		}
		own := slices.Contains(brought(), name)
		if strings.Contains(string(text), Blank) != own {
			t.Errorf("%s: a hash is blank, or is not, where the operator fills it in: %t", name, own)
		}
		if !own {
			matrices(t, m)
		}
	}
}

// matrices checks those of a set: size, hash, and that they fit the models.
func matrices(t *testing.T, m models.Manifest) {
	t.Helper()
	parts := m.Reference.Parts
	for _, model := range m.Models {
		if model.Role != models.Extract {
			continue
		}
		p := parts[0]
		parts = parts[1:]
		if got := model.Outputs[0].Shape; !slices.Equal(got, []int64{1, int64(p.Floats)}) {
			t.Errorf("%s gives %v, its part is made from %d floats", model.ID, got, p.Floats)
		}
		data, err := Projection(p)
		sum := sha256.Sum256(data)
		if err != nil || len(data) != 2*p.Dimensions*p.Floats || hex.EncodeToString(sum[:]) != p.SHA256 {
			t.Errorf("%s: a matrix of %d bytes, SHA-256 %x, %v", p.Projection, len(data), sum, err)
		}
	}
}

// TestSameID: a model that the default set has too is described in the same way.
func TestSameID(t *testing.T) {
	known := map[string]models.Model{}
	for _, m := range models.Default().Models {
		known[m.ID] = m
	}
	for _, name := range Names() {
		set, _, err := Manifest(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range set.Models {
			if want, ok := known[m.ID]; ok && !reflect.DeepEqual(m, want) {
				t.Errorf("%s has another %s than the default set", name, m.ID)
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	if _, _, err := Manifest("nothing"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "dlib") {
		t.Errorf("%v", err)
	}
	if _, err := Projection(models.Part{Projection: "nothing.i16"}); !errors.Is(err, models.ErrNoProjection) {
		t.Errorf("%v", err)
	}
}
