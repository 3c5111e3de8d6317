package iddoc

import (
	"errors"
	"fmt"
)

// errTLV is returned for what is not BER-TLV with definite lengths.
var errTLV = errors.New("not in tag, length and value")

// element is one data object of BER-TLV (ISO/IEC 8825-1): its tag as it stands in
// the bytes, at most three of them, and its value.
type element struct {
	tag   uint32
	value []byte
}

// next takes the first element off data. Lengths are definite; ISO/IEC 39794 and
// ICAO Doc 9303 ask for DER, but writers of length forms differ, so that a length
// may have more bytes than it needs, up to four.
func next(data []byte) (e element, rest []byte, err error) {
	tag, data, err := takeTag(data)
	if err != nil {
		return element{}, nil, err
	}
	size, data, err := takeLength(data)
	if err != nil {
		return element{}, nil, err
	}
	if size > len(data) {
		return element{}, nil, fmt.Errorf("%w: an element is longer than what it stands in", errTLV)
	}
	return element{tag, data[:size]}, data[size:], nil
}

func takeTag(data []byte) (tag uint32, rest []byte, err error) {
	for i, b := range data {
		tag = tag<<8 | uint32(b)
		more := b&0x80 != 0
		if i == 0 {
			more = b&0x1f == 0x1f
		}
		if !more {
			return tag, data[i+1:], nil
		}
		if i == 2 {
			break
		}
	}
	return 0, nil, fmt.Errorf("%w: a tag is cut or too long", errTLV)
}

func takeLength(data []byte) (size int, rest []byte, err error) {
	if len(data) == 0 {
		return 0, nil, fmt.Errorf("%w: a length is missing", errTLV)
	}
	first, data := data[0], data[1:]
	if first < 0x80 {
		return int(first), data, nil
	}
	n := int(first & 0x7f)
	if n == 0 || n > 4 || n > len(data) {
		return 0, nil, fmt.Errorf("%w: a length is cut, indefinite or too long", errTLV)
	}
	for _, b := range data[:n] {
		size = size<<8 | int(b)
	}
	if size > MaxRecord {
		return 0, nil, fmt.Errorf("%w: an element is longer than %d bytes", errTLV, MaxRecord)
	}
	return size, data[n:], nil
}

// find returns the value of the first element with a tag, among those that data is
// a sequence of.
func find(data []byte, tag uint32) (value []byte, err error) {
	for len(data) > 0 {
		e, rest, err := next(data)
		if err != nil {
			return nil, err
		}
		if e.tag == tag {
			return e.value, nil
		}
		data = rest
	}
	return nil, fmt.Errorf("%w: element %x is missing", errTLV, tag)
}

// descend is find through elements that stand in each other.
func descend(data []byte, tags ...uint32) (value []byte, err error) {
	for _, tag := range tags {
		if data, err = find(data, tag); err != nil {
			return nil, err
		}
	}
	return data, nil
}
