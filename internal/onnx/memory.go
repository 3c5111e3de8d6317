package onnx

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// buffer is memory outside the Go heap that both Go and ONNX Runtime use.
// It never moves, is left out of core dumps, and is zeroed before it is given
// back to the system.
type buffer struct {
	mapping []byte
	floats  []float32
}

func newBuffer(length int) (*buffer, error) {
	mapping := mapped(length * 4)
	if mapping == nil {
		return nil, fmt.Errorf("%w: no memory for a tensor of %d bytes", ErrRuntime, length*4)
	}
	first := (*float32)(unsafe.Pointer(unsafe.SliceData(mapping)))
	return &buffer{mapping: mapping, floats: unsafe.Slice(first, length)}, nil
}

func (b *buffer) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b.mapping))) }

func (b *buffer) wipe() { clear(b.mapping) }

func (b *buffer) free() {
	if b == nil || b.mapping == nil {
		return
	}
	b.wipe()
	_ = unix.Munmap(b.mapping) // cannot fail for a mapping this package made
	b.mapping, b.floats = nil, nil
}
