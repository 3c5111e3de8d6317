package tflite

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

// Values of enumerations in onnx.proto.
const (
	typeFloat     = 1 // TensorProto.FLOAT
	attributeInt  = 2 // AttributeProto.INT
	attributeInts = 7 // AttributeProto.INTS
)

// writer collects an ONNX graph. The field numbers in its methods are those of
// onnx.proto.
type writer struct {
	nodes, weights message
	bytes          int // of all weights so far
}

// attribute is one setting of a node: a list of integers, or one.
type attribute struct {
	name   string
	list   bool
	values []int64
}

func integer(name string, value int) attribute {
	return attribute{name: name, values: []int64{int64(value)}}
}

func integers(name string, values ...int) attribute {
	a := attribute{name: name, list: true}
	for _, v := range values {
		a.values = append(a.values, int64(v))
	}
	return a
}

// node adds an operator.
func (w *writer) node(kind, output string, inputs []string, attributes ...attribute) {
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

// weight adds a constant.
func (w *writer) weight(name string, shape []int64, values []float32) {
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

// model returns the whole file.
func (w *writer) model(input, output []int64) []byte {
	var graph message // GraphProto
	graph = append(graph, w.nodes...)
	graph.text(2, "tflite")
	graph = append(graph, w.weights...)
	graph.message(11, value(inputName, input))
	graph.message(12, value(outputName, output))
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
