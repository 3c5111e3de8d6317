package edge

import (
	"slices"
	"testing"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

// TestCannotAsk: models without one for landmarks or for pose cannot see a head
// turn, and a door without eyes has nothing to say of it.
func TestCannotAsk(t *testing.T) {
	s := sight{faces: &face.Engine{}, manifest: models.Default()}
	if err := s.cannotAsk(); err != nil {
		t.Error(err)
	}
	for _, role := range []models.Role{models.Landmark, models.Pose} {
		less := s
		less.manifest.Models = slices.DeleteFunc(slices.Clone(s.manifest.Models), func(m models.Model) bool { return m.Role == role })
		if less.cannotAsk() == nil {
			t.Errorf("asks without a model for %s", role)
		}
		if less.faces = nil; less.cannotAsk() != nil {
			t.Error("speaks of models at a door that takes no faces")
		}
	}
}
