package projection

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Identity returns the first dimensions directions of floats values as they are: for a
// model whose vector is short enough for a pass, or whose last layer says nothing.
func Identity(floats, dimensions int) ([][]float64, error) {
	rows, err := empty(floats, dimensions)
	for j := range rows {
		rows[j][j] = 1
	}
	return rows, err
}

// Random returns orthonormal directions that depend on the seed alone: for a model
// whose last layer says nothing, and whose vector is too long for a pass. They keep
// less of it than those of [Compute].
func Random(seed uint64, floats, dimensions int) ([][]float64, error) {
	rows, err := empty(floats, dimensions)
	random := rand.New(rand.NewPCG(seed, 0))
	for j, row := range rows {
		for k := range row {
			row[k] = random.NormFloat64()
		}
		for _, before := range rows[:j] { // Gram and Schmidt
			along := dot(row, before)
			for k := range row {
				row[k] -= along * before[k]
			}
		}
		length := math.Sqrt(dot(row, row))
		for k := range row {
			row[k] /= length
		}
		orient(row)
	}
	return rows, err
}

// empty are rows of zeros.
func empty(floats, dimensions int) ([][]float64, error) {
	if dimensions < 1 || dimensions > floats {
		return nil, fmt.Errorf("projection: %d directions of %d floats", dimensions, floats)
	}
	rows := make([][]float64, dimensions)
	for j := range rows {
		rows[j] = make([]float64, floats)
	}
	return rows, nil
}

func dot(a, b []float64) (sum float64) {
	for k := range a {
		sum += a[k] * b[k]
	}
	return sum
}
