package onnx

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// Runtime is one loaded ONNX Runtime with its environment. It is safe for
// concurrent use and lives as long as the process.
type Runtime struct {
	api    *api
	env    uintptr
	memory uintptr // OrtMemoryInfo of ordinary CPU memory
}

// Load opens the shared library at path, which the caller has checked.
func Load(path string) (*Runtime, error) {
	a, err := openAPI(path)
	if err != nil {
		return nil, err
	}
	r := &Runtime{api: a}
	const errorsOnly = 3 // ORT_LOGGING_LEVEL_ERROR
	name := cstring("facelatch")
	err = a.call(fnCreateEnv, errorsOnly, uintptr(unsafe.Pointer(unsafe.SliceData(name))), uintptr(unsafe.Pointer(&r.env)))
	runtime.KeepAlive(name)
	if err != nil {
		return nil, err
	}
	const deviceAllocator, defaultMemory = 0, 0
	err = errors.Join(
		a.call(fnDisableTelemetryEvents, r.env),
		a.call(fnCreateCPUMemoryInfo, deviceAllocator, defaultMemory, uintptr(unsafe.Pointer(&r.memory))))
	if err != nil {
		return nil, err
	}
	if err := r.useAllocator(); err != nil {
		return nil, err
	}
	return r, nil
}

// Version is what the library says of itself, such as "1.30.0".
func (r *Runtime) Version() string { return r.api.version }

// Level is how far ONNX Runtime rewrites a network's graph before running it.
// Which level is fastest differs by network: measure (make bench).
type Level int

// The levels of GraphOptimizationLevel.
const (
	None     Level = 0
	Basic    Level = 1
	Extended Level = 2
	All      Level = 99 // also changes tensor layout to blocked NCHWc
)

// Tensor names one input or output of a network and its fixed shape.
type Tensor struct {
	Name  string
	Shape []int64 // such as 1, 3, 112, 112
}

func (t Tensor) length() int {
	n := 1
	for _, d := range t.Shape {
		n *= int(d)
	}
	return n
}

// Spec says how to open a network: one float32 input, one or more float32
// outputs, all of fixed shape.
type Spec struct {
	Model   []byte // an ONNX file's bytes; not kept
	Level   Level
	Input   Tensor
	Outputs []Tensor
}

func (s Spec) valid() error {
	for _, t := range append([]Tensor{s.Input}, s.Outputs...) {
		if n := t.length(); t.Name == "" || n < 1 || n > 1<<26 {
			return fmt.Errorf("tensor %q has no usable shape %v", t.Name, t.Shape)
		}
	}
	if len(s.Model) == 0 || len(s.Outputs) == 0 {
		return errors.New("a network needs its model's bytes and at least one output")
	}
	return nil
}

// Network is one opened model. It is safe for concurrent use through Lanes.
type Network struct {
	runtime *Runtime
	session uintptr
	spec    Spec
}

// Open prepares a network to run on the calling goroutine's thread only:
// ONNX Runtime starts no threads of its own.
func (r *Runtime) Open(spec Spec) (*Network, error) {
	if err := spec.valid(); err != nil {
		return nil, err
	}
	options, err := r.sessionOptions(spec.Level)
	defer r.api.release(fnReleaseSessionOptions, options)
	if err != nil {
		return nil, err
	}
	n := &Network{runtime: r, spec: spec}
	err = r.api.call(fnCreateSessionFromArray, r.env,
		uintptr(unsafe.Pointer(unsafe.SliceData(spec.Model))), uintptr(len(spec.Model)), options, uintptr(unsafe.Pointer(&n.session)))
	runtime.KeepAlive(spec.Model)
	n.spec.Model = nil
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (r *Runtime) sessionOptions(level Level) (options uintptr, err error) {
	if err := r.api.call(fnCreateSessionOptions, uintptr(unsafe.Pointer(&options))); err != nil {
		return 0, err
	}
	key, on := cstring("session.use_env_allocators"), cstring("1")
	return options, errors.Join(
		r.api.call(fnSetIntraOpNumThreads, options, 1),
		r.api.call(fnSetInterOpNumThreads, options, 1),
		r.api.call(fnSetSessionGraphOptimizationLevel, options, uintptr(level)),
		// Sessions compute in memory of our allocator, and give it back when a
		// run ends instead of keeping it in pools of their own.
		r.api.call(fnAddSessionConfigEntry, options, uintptr(unsafe.Pointer(unsafe.SliceData(key))), uintptr(unsafe.Pointer(unsafe.SliceData(on)))),
		r.api.call(fnDisableCPUMemArena, options),
		r.api.call(fnDisableMemPattern, options))
}

// Close releases the session. No Lane of the network may be used afterwards.
func (n *Network) Close() {
	n.runtime.api.release(fnReleaseSession, n.session)
	n.session = 0
}
