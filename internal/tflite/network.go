package tflite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrMalformed says that the bytes are not a well-formed TensorFlow Lite file.
var ErrMalformed = errors.New("tflite: malformed file")

// ErrUnsupported says that the file holds a network which this package does
// not convert; the message says what stands in the way.
var ErrUnsupported = errors.New("tflite: unsupported network")

// Limits that keep a small file from asking for much work.
const (
	maxOperators  = 4096
	maxRank       = 4       // dimensions of a tensor
	maxInputs     = 3       // tensors that an operator takes
	maxActivation = 1 << 26 // values in one tensor that is computed
)

// opcode is a BuiltinOperator of the TensorFlow Lite schema.
type opcode int

// The operators that this package knows.
const (
	opAdd       opcode = 0
	opConv      opcode = 3
	opDepthwise opcode = 4
	opMul       opcode = 18
	opRelu      opcode = 19
	opReshape   opcode = 22
	opSub       opcode = 41
	opPRelu     opcode = 54
	opAbs       opcode = 101
)

// network is one TensorFlow Lite graph, as far as this package knows it.
type network struct {
	tensors       []tensor
	operators     []operator
	input, output int // indices into tensors
}

// tensor is a constant or the place of something computed.
type tensor struct {
	shape  []int     // channels last
	values []float32 // of a constant; nil for what is computed
	float  bool      // 32-bit floats
}

// operator computes one tensor from others.
type operator struct {
	code    opcode
	inputs  []int // indices into tensors
	output  int
	options options
}

// options are what an operator's table of options says, of whichever kind.
type options struct {
	valid            bool // pads nothing, instead of as much as keeps the size
	strideH, strideW int
	dilated          bool
	relu             bool // the result goes through a rectifier
	otherActivation  bool // the result goes through something unknown
}

// decode reads a file's one graph.
func decode(data []byte) (*network, error) {
	if len(data) < 8 || len(data) > math.MaxInt32 || string(data[4:8]) != "TFL3" {
		return nil, fmt.Errorf("%w: no TFL3 identifier", ErrMalformed)
	}
	r := &reader{data: data}
	model := r.root()
	graphs := r.tables(model, 2, 1)
	if r.bad || len(graphs) != 1 {
		return nil, fmt.Errorf("%w: not one graph", ErrMalformed)
	}
	n := &network{}
	if err := n.decodeTensors(r, model, graphs[0]); err != nil {
		return nil, err
	}
	in, out := r.integers(graphs[0], 1, 1), r.integers(graphs[0], 2, 1)
	if r.bad || len(in) != 1 || len(out) != 1 || !n.has(in[0]) || !n.has(out[0]) {
		return nil, fmt.Errorf("%w: not one input and one output", ErrMalformed)
	}
	n.input, n.output = in[0], out[0]
	if err := n.decodeOperators(r, model, graphs[0]); err != nil {
		return nil, err
	}
	return n, nil
}

// has says whether a tensor of that index exists.
func (n *network) has(index int) bool { return index >= 0 && index < len(n.tensors) }

// constant says whether a tensor's values stand in the file.
func (n *network) constant(index int) bool { return n.tensors[index].values != nil }

// decodeTensors reads the graph's tensors. Constants that share one buffer
// would multiply the memory that they take, so all constants together may not
// take more than the file.
func (n *network) decodeTensors(r *reader, model, graph table) error {
	buffers := r.tables(model, 4, 4*maxOperators)
	left := len(r.data)
	for _, t := range r.tables(graph, 0, 4*maxOperators) {
		buffer := int(uint32(r.integer(t, 2, 0)))
		kind := r.small(t, 1)
		shape := r.integers(t, 0, maxRank)
		if r.bad || buffer >= len(buffers) {
			return fmt.Errorf("%w: bad tensor", ErrMalformed)
		}
		v := r.vector(buffers[buffer], 0, 1)
		made := tensor{shape: shape, float: kind == 0}
		if left -= int(v.length); left < 0 {
			return fmt.Errorf("%w: constants take more than the file", ErrMalformed)
		}
		if made.float && v.length > 0 {
			made.values = floats(r.bytes(uint64(v.start), uint64(v.length)))
			if size, ok := volume(shape); !ok || size != len(made.values) || int(v.length) != 4*size {
				return fmt.Errorf("%w: %d bytes for a constant of shape %v", ErrMalformed, v.length, shape)
			}
		}
		n.tensors = append(n.tensors, made)
	}
	if r.bad {
		return fmt.Errorf("%w: bad tensors", ErrMalformed)
	}
	return nil
}

// volume is how many values a shape has, if that is a positive number within
// limits.
func volume(shape []int) (int, bool) {
	size := 1
	for _, d := range shape {
		if d < 1 || d > maxActivation {
			return 0, false
		}
		if size *= d; size > maxActivation {
			return 0, false
		}
	}
	return size, true
}

// floats reads little-endian 32-bit floats.
func floats(b []byte) []float32 {
	list := make([]float32, len(b)/4)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return list
}
