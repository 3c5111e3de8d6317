package edge

import (
	"slices"
	"testing"

	"github.com/facelatch/facelatch/models"
)

// TestCanAsk: a door whose models cannot see a head turn does not start to ask for it.
func TestCanAsk(t *testing.T) {
	whole := models.Default()
	if err := canAsk(3, whole); err != nil {
		t.Error(err)
	}
	for _, role := range []models.Role{models.Landmark, models.Pose} {
		less := whole
		less.Models = slices.DeleteFunc(slices.Clone(whole.Models), func(m models.Model) bool { return m.Role == role })
		if canAsk(1, less) == nil {
			t.Errorf("asks without a model for %s", role)
		}
		if err := canAsk(0, less); err != nil {
			t.Errorf("asks for nothing: %v", err)
		}
	}
}
