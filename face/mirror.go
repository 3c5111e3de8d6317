package face

import "slices"

// mirror turns a network's input around, left to right.
func mirror(input []float32, l layout) {
	for row := range slices.Chunk(input, l.w) {
		slices.Reverse(row)
	}
}
