package face

import (
	"fmt"

	"github.com/facelatch/facelatch/models"
)

// fits returns nil if the outputs that a manifest declares have the sizes that
// this package reads, so that a manifest which does not fit is refused when the
// engine is made and not by a panic at a door.
func fits(m models.Manifest) error {
	parts := m.Reference.Parts
	for _, model := range m.Models {
		var want []int
		switch model.Role {
		case models.Detect:
			want = detections(model)
		case models.Landmark:
			want = []int{136}
		case models.Extract:
			want = []int{parts[0].Floats}
			parts = parts[1:]
		case models.PAD:
			want = []int{max(2, model.BonaFide+1, size(model, 0))}
		case models.Pose:
			want = []int{66, 66}
		}
		for i, n := range want {
			if got := size(model, i); got != n {
				return fmt.Errorf("%w: %s: output %d has %d values where %d are needed", models.ErrInvalid, model.ID, i, got, n)
			}
		}
	}
	return nil
}

// detections are the sizes of a detector's outputs.
func detections(m models.Model) (want []int) {
	if m.Kind != models.YuNet {
		priors := size(m, 0) / 2
		return []int{2 * priors, 4 * priors}
	}
	for _, each := range []int{1, 1, 4, 10} {
		for _, s := range strides() {
			want = append(want, each*(m.Input.Width/s)*(m.Input.Height/s))
		}
	}
	return want
}

// size is the number of values of an output, 0 if there is no such output.
func size(m models.Model, output int) int {
	if output >= len(m.Outputs) {
		return 0
	}
	n := 1
	for _, d := range m.Outputs[output].Shape {
		n *= int(d)
	}
	return n
}
