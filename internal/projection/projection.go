// Package projection computes the directions that references are projected
// onto: the left singular vectors of an extract model's last linear layer,
// largest first. A feature vector is that layer's output, so these directions
// hold nearly all of it in far fewer numbers, and no photograph is needed to
// find them.
//
// The result is data: it is computed once, committed in models/projections and
// covered by the model id in every pass, because singular vectors depend on
// the machine that computes them in their last digits and in their signs. This
// package runs when a model is added, never at a door.
package projection

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/facelatch/facelatch/internal/mend"
)

// ErrFactorise says that the singular value decomposition did not converge.
var ErrFactorise = errors.New("projection: the weights could not be factorised")

// Compute returns the first dimensions directions for an ONNX model whose last
// layer gives floats values: dimensions rows of floats numbers, orthonormal,
// each row's largest value positive.
func Compute(model []byte, floats, dimensions int) ([][]float64, error) {
	w, err := mend.LastWeights(model, floats)
	if err != nil {
		return nil, err
	}
	columns := len(w.Values) / floats
	if dimensions < 1 || dimensions > min(floats, columns) {
		return nil, fmt.Errorf("projection: %d directions of a layer of %d by %d", dimensions, floats, columns)
	}
	values := make([]float64, len(w.Values))
	for i, v := range w.Values {
		values[i] = float64(v)
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(floats, columns, values), mat.SVDThin) {
		return nil, ErrFactorise
	}
	var u mat.Dense
	svd.UTo(&u)
	rows := make([][]float64, dimensions)
	for j := range rows {
		rows[j] = mat.Col(nil, j, &u)
		orient(rows[j])
	}
	return rows, nil
}

// orient flips the row if its value of largest magnitude is negative.
func orient(row []float64) {
	largest := 0.0
	for _, v := range row {
		if math.Abs(v) > math.Abs(largest) {
			largest = v
		}
	}
	if largest < 0 {
		for i := range row {
			row[i] = -row[i]
		}
	}
}

// Encode writes rows as models.Part describes: big-endian int16 in units of
// 1/32767.
func Encode(rows [][]float64) []byte {
	var out []byte
	for _, row := range rows {
		for _, v := range row {
			out = binary.BigEndian.AppendUint16(out, uint16(int16(math.Round(v*math.MaxInt16))))
		}
	}
	return out
}
