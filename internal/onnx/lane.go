package onnx

import (
	"errors"
	"runtime"
	"unsafe"
)

// Lane is one network's input and output memory, made once and used for many
// runs by one goroutine at a time.
type Lane struct {
	network *Network
	input   *buffer
	outputs []*buffer
	values  []uintptr // OrtValue of the input, then of each output
	names   [][]byte
	// The arrays that Run takes, kept here so that a run allocates nothing.
	inputNames, outputNames []uintptr
}

// NewLane reserves memory for one run at a time.
func (n *Network) NewLane() (*Lane, error) {
	l := &Lane{network: n}
	for i, t := range append([]Tensor{n.spec.Input}, n.spec.Outputs...) {
		if err := l.add(i, t); err != nil {
			l.Close()
			return nil, err
		}
	}
	return l, nil
}

func (l *Lane) add(i int, t Tensor) error {
	b, err := newBuffer(t.length())
	if err != nil {
		return err
	}
	name := cstring(t.Name)
	l.names = append(l.names, name)
	if i == 0 {
		l.input, l.inputNames = b, []uintptr{uintptr(unsafe.Pointer(unsafe.SliceData(name)))}
	} else {
		l.outputs, l.outputNames = append(l.outputs, b), append(l.outputNames, uintptr(unsafe.Pointer(unsafe.SliceData(name))))
	}
	var value uintptr
	const float32Type = 1 // ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
	err = l.network.runtime.api.call(fnCreateTensorWithDataAsOrtValue, l.network.runtime.memory,
		b.address(), uintptr(len(b.mapping)),
		uintptr(unsafe.Pointer(unsafe.SliceData(t.Shape))), uintptr(len(t.Shape)), float32Type, uintptr(unsafe.Pointer(&value)))
	runtime.KeepAlive(t.Shape)
	l.values = append(l.values, value)
	return err
}

// Input is the memory to fill before Run, in the order of the input's shape.
func (l *Lane) Input() []float32 { return l.input.floats }

// Output is the memory of output i after Run, in the order of its shape.
func (l *Lane) Output(i int) []float32 { return l.outputs[i].floats }

// Run computes the outputs from the input on the calling thread.
func (l *Lane) Run() error {
	if l.network.session == 0 {
		return errors.New("the network is closed")
	}
	err := l.network.runtime.api.call(fnRun, l.network.session, 0,
		uintptr(unsafe.Pointer(unsafe.SliceData(l.inputNames))), uintptr(unsafe.Pointer(unsafe.SliceData(l.values[:1]))), 1,
		uintptr(unsafe.Pointer(unsafe.SliceData(l.outputNames))), uintptr(len(l.outputNames)), uintptr(unsafe.Pointer(unsafe.SliceData(l.values[1:]))))
	runtime.KeepAlive(l)
	return err
}

// Wipe zeroes the input and every output.
func (l *Lane) Wipe() {
	l.input.wipe()
	for _, b := range l.outputs {
		b.wipe()
	}
}

// Close wipes and releases the memory.
func (l *Lane) Close() {
	for _, v := range l.values {
		l.network.runtime.api.release(fnReleaseValue, v)
	}
	l.input.free()
	for _, b := range l.outputs {
		b.free()
	}
	l.values = nil
}
