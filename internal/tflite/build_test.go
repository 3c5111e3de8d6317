package tflite

import (
	"encoding/binary"
	"math"
)

// file writes a FlatBuffers file from front to back, for tests: a table first,
// then the tables and vectors that it points to.
type file []byte

// child writes a table or a vector and returns where it starts.
type child func(f *file) int

// align fills up to a multiple of four bytes.
func (f *file) align() {
	for len(*f)%4 != 0 {
		*f = append(*f, 0)
	}
}

func (f *file) word(v uint32) { *f = binary.LittleEndian.AppendUint32(*f, v) }

// point writes children and the offsets to them, which wait at places.
func (f *file) point(places map[int]child, order []int) {
	for _, at := range order {
		target := places[at](f)
		binary.LittleEndian.PutUint32((*f)[at:], uint32(target-at))
	}
}

// object writes a table with fields that are nil, a byte, an int32 or a child.
func object(fields ...any) child {
	return func(f *file) int {
		f.align()
		list := len(*f)
		*f = binary.LittleEndian.AppendUint16(*f, uint16(4+2*len(fields)))
		*f = binary.LittleEndian.AppendUint16(*f, uint16(4+4*len(fields)))
		for i, v := range fields {
			at := uint16(4 + 4*i)
			if v == nil {
				at = 0
			}
			*f = binary.LittleEndian.AppendUint16(*f, at)
		}
		f.align()
		start := len(*f)
		f.word(uint32(start - list))
		places, order := map[int]child{}, []int{}
		for _, v := range fields {
			switch v := v.(type) {
			case byte:
				f.word(uint32(v))
			case int32:
				f.word(uint32(v))
			case child:
				places[len(*f)], order = v, append(order, len(*f))
				f.word(0)
			default:
				f.word(0)
			}
		}
		f.point(places, order)
		return start
	}
}

// integerList writes a vector of integers.
func integerList(values ...int32) child {
	return func(f *file) int {
		f.align()
		start := len(*f)
		f.word(uint32(len(values)))
		for _, v := range values {
			f.word(uint32(v))
		}
		return start
	}
}

// byteList writes a vector of bytes.
func byteList(values []byte) child {
	return func(f *file) int {
		f.align()
		start := len(*f)
		f.word(uint32(len(values)))
		*f = append(*f, values...)
		return start
	}
}

// objectList writes a vector of tables.
func objectList(list ...child) child {
	return func(f *file) int {
		f.align()
		start := len(*f)
		f.word(uint32(len(list)))
		places, order := map[int]child{}, []int{}
		for _, c := range list {
			places[len(*f)], order = c, append(order, len(*f))
			f.word(0)
		}
		f.point(places, order)
		return start
	}
}

// graph describes a TensorFlow Lite file: its tensors, of which the first is
// the input and the last the output, and its operators in order.
type graph struct {
	tensors   []part
	operators []step
}

// part is a tensor: computed if it has no values. Parts with the same slice of
// values share a buffer.
type part struct {
	shape  []int32
	values []float32
	kind   byte // of values; 0 for 32-bit floats
}

// step is an operator.
type step struct {
	code    opcode
	inputs  []int32
	output  int32
	options child // may be nil
}

func (g graph) bytes() []byte {
	buffers := []child{object()}
	shared := map[*float32]int32{}
	var tensors, codes, operators []child
	for _, t := range g.tensors {
		buffer := int32(0)
		if t.values != nil {
			buffer = shared[&t.values[0]]
		}
		if t.values != nil && buffer == 0 {
			var b []byte
			for _, v := range t.values {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			buffer = int32(len(buffers))
			shared[&t.values[0]] = buffer
			buffers = append(buffers, object(byteList(b)))
		}
		tensors = append(tensors, object(integerList(t.shape...), t.kind, buffer))
	}
	for i, s := range g.operators {
		codes = append(codes, object(byte(min(s.code, 127)), nil, nil, int32(s.code)))
		fields := []any{int32(i), integerList(s.inputs...), integerList(s.output), nil, nil}
		if s.options != nil {
			fields[4] = s.options
		}
		operators = append(operators, object(fields...))
	}
	last := int32(len(g.tensors) - 1)
	f := file{0, 0, 0, 0, 'T', 'F', 'L', '3'}
	f.point(map[int]child{0: object(int32(3), objectList(codes...), objectList(object(
		objectList(tensors...), integerList(0), integerList(last), objectList(operators...))),
		nil, objectList(buffers...))}, []int{0})
	return f
}

// The paddings and the activations of the schema that tests use.
const (
	same, valid byte = 0, 1

	none, relu, relu6 byte = 0, 1, 3
)

func convOptions(padding byte, stride int32, activation byte) child {
	return object(padding, stride, stride, activation)
}

func depthwiseOptions(padding byte, stride int32, activation byte) child {
	return object(padding, stride, stride, int32(1), activation)
}
