// Package onnxfile writes ONNX files: what the converters of models in other forms
// (internal/tflite and its like) give to the runtime.
//
// It knows graphs of one input and one output in 32-bit floats. It will never read a
// model, run one, or touch a file, and the bytes that it makes depend on what it was
// given alone, so that a result can be pinned by its hash.
package onnxfile

import (
	"encoding/binary"
	"math"

	"github.com/facelatch/facelatch/internal/mend"
)

// What the ONNX file declares: IR version 7 with operator set 13, both of
// 2020, which every later runtime reads.
const (
	irVersion   = 7
	operatorSet = 13
)

// The names of the input and the output of every file.
const (
	InputName  = "input"
	OutputName = "output"
)

// Values of enumerations in onnx.proto.
const (
	typeFloat     = 1 // TensorProto.FLOAT
	attributeInt  = 2 // AttributeProto.INT
	attributeInts = 7 // AttributeProto.INTS
)

// Writer collects an ONNX graph. The field numbers in its methods are those of
// onnx.proto. The zero value is ready to use.
type Writer struct {
	nodes, weights message
	bytes          int // of all weights so far
}

// Attribute is one setting of a node: a list of integers, or one.
type Attribute struct {
	name   string
	list   bool
	values []int64
}

// Integer is an attribute that is one whole number.
func Integer(name string, value int) Attribute {
	return Attribute{name: name, values: []int64{int64(value)}}
}

// Integers is an attribute that is a list of whole numbers.
func Integers(name string, values ...int) Attribute {
	a := Attribute{name: name, list: true}
	for _, v := range values {
		a.values = append(a.values, int64(v))
	}
	return a
}

// Node adds an operator of a kind, such as Conv, which is called after its output.
// Nodes stand in the file in the order of being added, so what a node takes must be
// made before it.
func (w *Writer) Node(kind, output string, inputs []string, attributes ...Attribute) {
	var n message // NodeProto
	for _, name := range inputs {
		n.text(1, name)
	}
	n.text(2, output)
	n.text(3, output)
	n.text(4, kind)
	for _, a := range attributes {
		var m message // AttributeProto
		m.text(1, a.name)
		if a.list {
			m.numbers(8, a.values)
			m.number(20, attributeInts)
		} else {
			m.number(3, a.values[0])
			m.number(20, attributeInt)
		}
		n.message(5, m)
	}
	w.nodes.message(1, n)
}

// Weight adds a constant, in row-major order. Values too small to matter become zero
// (see internal/mend).
func (w *Writer) Weight(name string, shape []int64, values []float32) {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		if math.Abs(float64(v)) < mend.Smallest {
			v = 0
		}
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	w.bytes += len(raw)
	var t message // TensorProto
	t.numbers(1, shape)
	t.number(2, typeFloat)
	t.text(8, name)
	t.message(9, raw)
	w.weights.message(5, t)
}

// Size is how many bytes all weights so far take.
func (w *Writer) Size() int { return w.bytes }

// Model returns the whole file: a graph of a name, with the shapes of its input and its
// output.
func (w *Writer) Model(name string, input, output []int64) []byte {
	var graph message // GraphProto
	graph = append(graph, w.nodes...)
	graph.text(2, name)
	graph = append(graph, w.weights...)
	graph.message(11, value(InputName, input))
	graph.message(12, value(OutputName, output))
	var operators message // OperatorSetIdProto
	operators.text(1, "")
	operators.number(2, operatorSet)
	var m message // ModelProto
	m.number(1, irVersion)
	m.text(2, "facelatch")
	m.message(7, graph)
	m.message(8, operators)
	return m
}

// value describes an input or an output: ValueInfoProto.
func value(name string, shape []int64) message {
	var dims, tensor, kind, info message
	for _, d := range shape {
		var dim message
		dim.number(1, d)
		dims.message(1, dim)
	}
	tensor.number(1, typeFloat)
	tensor.message(2, dims)
	kind.message(1, tensor)
	info.text(1, name)
	info.message(2, kind)
	return info
}
