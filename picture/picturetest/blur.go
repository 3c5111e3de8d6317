package picturetest

import "math"

// Blur smooths rows of w values, then columns, with a Gaussian of a standard deviation
// in pixels, as a lens out of focus does. At 0 or below it does nothing.
func Blur(v []float64, w, h int, sigma float64) {
	if sigma <= 0 {
		return
	}
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	line := make([]float64, max(w, h))
	for y := range h {
		smooth(v[y*w:(y+1)*w], 1, w, kernel, line)
	}
	for x := range w {
		smooth(v[x:], w, h, kernel, line)
	}
}

func smooth(v []float64, step, n int, kernel, line []float64) {
	reach := len(kernel) / 2
	for i := range n {
		sum := 0.0
		for k, weight := range kernel {
			at := max(0, min(n-1, i+k-reach))
			sum += weight * v[at*step]
		}
		line[i] = sum
	}
	for i := range n {
		v[i*step] = line[i]
	}
}
