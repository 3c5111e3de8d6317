package mend

import (
	"encoding/binary"
	"fmt"
)

// The wire types of protocol buffers that ONNX files use. Groups (3 and 4) are
// long deprecated, occur in no ONNX message and are refused.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

// field is the value of one field of a message.
type field struct {
	wire   int
	number uint64 // for wireVarint
	bytes  []byte // for the other wire types: a part of the message, not a copy
}

// message calls walk with the bytes of an embedded message.
func (f field) message(walk func([]byte) error) error {
	if f.wire != wireBytes {
		return fmt.Errorf("%w: wire type %d where a message should be", ErrMalformed, f.wire)
	}
	return walk(f.bytes)
}

// fields calls visit for each field of a message, in order. It reads b once
// and keeps nothing, so its cost is bounded by the length of b.
func fields(b []byte, visit func(number int, value field) error) error {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 || key>>3 == 0 || key>>3 > 1<<29-1 {
			return fmt.Errorf("%w: bad field key", ErrMalformed)
		}
		value, size, err := parseValue(int(key&7), b[n:])
		if err != nil {
			return err
		}
		if err := visit(int(key>>3), value); err != nil {
			return err
		}
		b = b[n+size:]
	}
	return nil
}

// parseValue reads the value at the start of b and returns the number of bytes
// it takes, its length prefix included.
func parseValue(wire int, b []byte) (field, int, error) {
	switch wire {
	case wireVarint:
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return field{}, 0, fmt.Errorf("%w: bad varint", ErrMalformed)
		}
		return field{wire: wire, number: v}, n, nil
	case wireFixed64:
		return parseSpan(wire, b, 0, 8)
	case wireFixed32:
		return parseSpan(wire, b, 0, 4)
	case wireBytes:
		length, n := binary.Uvarint(b)
		if n <= 0 {
			return field{}, 0, fmt.Errorf("%w: bad length", ErrMalformed)
		}
		return parseSpan(wire, b, n, length)
	}
	return field{}, 0, fmt.Errorf("%w: wire type %d", ErrMalformed, wire)
}

// parseSpan returns the length bytes of b that follow the first skip bytes.
func parseSpan(wire int, b []byte, skip int, length uint64) (field, int, error) {
	if length > uint64(len(b)-skip) {
		return field{}, 0, fmt.Errorf("%w: a field of %d bytes, with %d left", ErrMalformed, length, len(b)-skip)
	}
	end := skip + int(length)
	return field{wire: wire, bytes: b[skip:end:end]}, end, nil
}
