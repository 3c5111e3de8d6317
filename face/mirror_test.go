package face

import (
	"slices"
	"testing"
)

func TestMirror(t *testing.T) {
	rows := []float32{1, 2, 3, 4, 5, 6}
	mirror(rows, layout{w: 3})
	if !slices.Equal(rows, []float32{3, 2, 1, 6, 5, 4}) {
		t.Errorf("mirrored to %v", rows)
	}
}
