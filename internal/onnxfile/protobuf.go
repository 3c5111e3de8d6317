package onnxfile

import "encoding/binary"

// message is a protocol-buffer message that is being written. Fields come out
// in the order in which they are added.
type message []byte

// The wire types in use.
const (
	wireVarint = 0
	wireBytes  = 2
)

// number adds an integer field.
func (m *message) number(field int, value int64) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireVarint)
	*m = binary.AppendUvarint(*m, uint64(value))
}

// numbers adds a repeated integer field.
func (m *message) numbers(field int, values []int64) {
	for _, v := range values {
		m.number(field, v)
	}
}

// text adds a field of bytes or characters.
func (m *message) text(field int, value string) {
	m.header(field, len(value))
	*m = append(*m, value...)
}

// message adds a field that is a message.
func (m *message) message(field int, value message) {
	m.header(field, len(value))
	*m = append(*m, value...)
}

// header adds the key and the length of a field of bytes, which must follow.
func (m *message) header(field, length int) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireBytes)
	*m = binary.AppendUvarint(*m, uint64(length))
}
