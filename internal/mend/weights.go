package mend

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Weights is one float32 initializer of a model's graph.
type Weights struct {
	Shape  []int
	Values []float32 // row-major
}

// LastWeights returns the last initializer, in the order of the file, whose
// first dimension is rows and whose second is more than one: for a model that
// ends in a linear layer, that layer's weights. It returns an error that wraps
// ErrMalformed if there is none.
func LastWeights(model []byte, rows int) (Weights, error) {
	var last Weights
	err := fields(model, func(number int, graph field) error {
		if number != 7 { // ModelProto.graph
			return nil
		}
		return graph.message(func(b []byte) error {
			return fields(b, func(number int, tensor field) error {
				if number != 5 { // GraphProto.initializer
					return nil
				}
				w, err := weights(tensor)
				if err == nil && len(w.Shape) > 1 && w.Shape[0] == rows && w.Shape[1] > 1 {
					last = w
				}
				return err
			})
		})
	})
	if err == nil && last.Values == nil {
		err = fmt.Errorf("%w: no weights with %d rows", ErrMalformed, rows)
	}
	if err != nil {
		return Weights{}, err
	}
	return last, nil
}

// weights reads one TensorProto, and leaves Values nil unless it holds raw
// float32 data of its shape's size.
func weights(tensor field) (w Weights, err error) {
	var float bool
	var raw []byte
	err = tensor.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			switch {
			case number == 1 && value.wire == wireVarint: // TensorProto.dims
				w.Shape = append(w.Shape, int(value.number))
			case number == 1 && value.wire == wireBytes:
				for b := value.bytes; len(b) > 0; {
					v, n := binary.Uvarint(b)
					if n <= 0 {
						return fmt.Errorf("%w: bad dimension", ErrMalformed)
					}
					w.Shape, b = append(w.Shape, int(v)), b[n:]
				}
			case number == 2: // TensorProto.data_type; 1 is FLOAT
				float = value.number == 1
			case number == 9: // TensorProto.raw_data
				raw = value.bytes
			}
			return nil
		})
	})
	if err != nil || !float || !holds(w.Shape, len(raw)) {
		return Weights{}, err
	}
	w.Values = make([]float32, len(raw)/4)
	for i := range w.Values {
		w.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return w, nil
}

// holds says whether size bytes are one float32 for each place of the shape.
func holds(shape []int, size int) bool {
	n := 4
	for _, d := range shape {
		if d < 1 || d > size || n > size/d {
			return false
		}
		n *= d
	}
	return n == size
}
