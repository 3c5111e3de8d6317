package onnx

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
)

// apiVersion is the ORT_API_VERSION asked for. Every index below is older.
const apiVersion = 24

// Indices into struct OrtApi, in the order of onnxruntime_c_api.h.
const (
	fnGetErrorMessage                  = 2
	fnCreateEnv                        = 3
	fnDisableTelemetryEvents           = 6
	fnCreateSessionFromArray           = 8
	fnRun                              = 9
	fnCreateSessionOptions             = 10
	fnDisableMemPattern                = 17
	fnDisableCPUMemArena               = 19
	fnSetSessionGraphOptimizationLevel = 23
	fnSetIntraOpNumThreads             = 24
	fnSetInterOpNumThreads             = 25
	fnCreateTensorWithDataAsOrtValue   = 49
	fnCreateCPUMemoryInfo              = 69
	fnReleaseStatus                    = 93
	fnReleaseSession                   = 95
	fnReleaseValue                     = 96
	fnReleaseSessionOptions            = 100
	fnAddSessionConfigEntry            = 130
	fnRegisterAllocator                = 176
	apiTableLength                     = 177
)

// ErrRuntime is wrapped by every error that ONNX Runtime itself reported.
var ErrRuntime = errors.New("onnx runtime")

// api is the function table of one loaded library.
type api struct {
	table   *[apiTableLength]uintptr
	version string
}

// openAPI loads the shared library at path and fetches its function table.
// The library stays loaded for the life of the process: ONNX Runtime keeps
// state that cannot be unloaded safely.
func openAPI(path string) (*api, error) {
	if err := disableTelemetry(); err != nil {
		return nil, err
	}
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	entry, err := purego.Dlsym(lib, "OrtGetApiBase")
	if err != nil {
		return nil, fmt.Errorf("%s is not ONNX Runtime: %w", path, err)
	}
	base, _, _ := purego.SyscallN(entry)
	// struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t); const char* (*GetVersionString)(); }
	functions := (*[2]uintptr)(pointer(base))
	name, _, _ := purego.SyscallN(functions[1])
	a := &api{version: text(name)}
	table, _, _ := purego.SyscallN(functions[0], apiVersion)
	if table == 0 {
		return nil, fmt.Errorf("%w %s does not offer API version %d", ErrRuntime, a.version, apiVersion)
	}
	a.table = (*[apiTableLength]uintptr)(pointer(table))
	return a, nil
}

// disableTelemetry keeps the library from reporting to its maker. The published
// builds from 1.29 on send usage data, and keep it in files until they can,
// unless this variable is set before the library is loaded
// (microsoft/onnxruntime pull request 27379). It is set in the C library, which
// is where the runtime reads it.
func disableTelemetry() error {
	setenv, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv")
	if err != nil {
		return fmt.Errorf("the model runtime cannot be kept from reporting: %w", err)
	}
	name, value := cstring("ORT_DISABLE_TELEMETRY"), cstring("1")
	const overwrite = 1
	failed, _, _ := purego.SyscallN(setenv, uintptr(unsafe.Pointer(unsafe.SliceData(name))), uintptr(unsafe.Pointer(unsafe.SliceData(value))), overwrite)
	if int32(failed) != 0 {
		return fmt.Errorf("%w cannot be kept from reporting", ErrRuntime)
	}
	return nil
}

// call runs a function that returns an OrtStatus*, nil on success.
//
// What an argument's expression turns into a uintptr is moved to the heap and
// kept alive until the call returns, so a growing stack cannot move it.
//
//go:uintptrescapes
func (a *api) call(fn int, args ...uintptr) error {
	status, _, _ := purego.SyscallN(a.table[fn], args...)
	if status == 0 {
		return nil
	}
	message, _, _ := purego.SyscallN(a.table[fnGetErrorMessage], status)
	err := fmt.Errorf("%w: %s", ErrRuntime, text(message))
	a.release(fnReleaseStatus, status)
	return err
}

// release runs one of the Release functions, which return nothing.
func (a *api) release(fn int, object uintptr) {
	if object != 0 {
		purego.SyscallN(a.table[fn], object)
	}
}

// pointer turns an address that C returned into a pointer. The address is not
// Go memory, so the collector neither moves nor frees what it points to.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// text copies a NUL-terminated C string, at most 4 KiB of it.
func text(address uintptr) string {
	if address == 0 {
		return ""
	}
	p := pointer(address)
	n := 0
	for n < 4096 && *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

// cstring makes a NUL-terminated copy of s for the length of one call.
func cstring(s string) []byte { return append([]byte(s), 0) }
