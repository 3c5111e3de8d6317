package faceapi

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrMalformed says that the two files are not the weights of the network that this
// package converts; the message says what is wrong.
var ErrMalformed = errors.New("faceapi: malformed weights")

// Limits that keep a small file from asking for much work.
const (
	maxTensors = 1024
	maxSide    = 4096 // of one dimension
)

// entry describes one tensor in the list beside the weights.
type entry struct {
	Name         string        `json:"name"`
	Shape        []int         `json:"shape"`
	Type         string        `json:"dtype"`
	Quantization *quantization `json:"quantization"`
}

// quantization says what a byte stands for: scale times its value, and min.
type quantization struct {
	Type  string  `json:"dtype"`
	Scale float64 `json:"scale"`
	Min   float64 `json:"min"`
}

// tensor is one constant, channels last.
type tensor struct {
	shape  []int
	values []float64
}

// weights are all constants by name; what was taken is gone.
type weights map[string]tensor

// read reads a list of tensors, and their values from a file that holds them one after
// the other.
func read(list, data []byte) (weights, error) {
	var groups []struct {
		Weights []entry  `json:"weights"`
		Paths   []string `json:"paths"`
	}
	d := json.NewDecoder(bytes.NewReader(list))
	d.DisallowUnknownFields()
	if err := d.Decode(&groups); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows the list", ErrMalformed)
	}
	if len(groups) != 1 || len(groups[0].Paths) != 1 || len(groups[0].Weights) > maxTensors {
		return nil, fmt.Errorf("%w: not one list of weights in one file", ErrMalformed)
	}
	w := weights{}
	for _, e := range groups[0].Weights {
		t, rest, err := e.read(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %v", ErrMalformed, e.Name, err)
		}
		if _, twice := w[e.Name]; twice {
			return nil, fmt.Errorf("%w: %q stands there twice", ErrMalformed, e.Name)
		}
		w[e.Name], data = t, rest
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("%w: %d bytes belong to nothing", ErrMalformed, len(data))
	}
	return w, nil
}

// read takes the tensor's values from the front of data.
func (e entry) read(data []byte) (t tensor, rest []byte, err error) {
	size, each := 1, 4
	for _, d := range e.Shape {
		if d < 1 || d > maxSide || size > math.MaxInt32/d {
			return t, nil, fmt.Errorf("shape %v", e.Shape)
		}
		size *= d
	}
	if e.Type != "float32" || e.Quantization != nil && e.Quantization.Type != "uint8" {
		return t, nil, errors.New("neither floats nor bytes for floats")
	}
	if e.Quantization != nil {
		each = 1
	}
	if len(data)/each < size {
		return t, nil, errors.New("the file is too short for it")
	}
	t = tensor{shape: e.Shape, values: make([]float64, size)}
	for i := range t.values {
		if q := e.Quantization; q != nil {
			// The conversion keeps processors from fusing the two steps.
			t.values[i] = float64(float32(float64(float64(data[i])*q.Scale) + q.Min))
		} else {
			t.values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		}
	}
	return t, data[size*each:], nil
}

// take removes a tensor and returns it. Its shape must be the one given, in which 0
// stands for any size.
func (w weights) take(name string, shape ...int) (tensor, error) {
	t, ok := w[name]
	if !ok {
		return t, fmt.Errorf("%w: there is no %q", ErrMalformed, name)
	}
	fits := slices.EqualFunc(t.shape, shape, func(is, want int) bool { return want == 0 || is == want })
	if !fits {
		return t, fmt.Errorf("%w: %q has the shape %v, not %v", ErrMalformed, name, t.shape, shape)
	}
	delete(w, name)
	return t, nil
}
