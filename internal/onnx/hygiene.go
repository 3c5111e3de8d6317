package onnx

import "github.com/ebitengine/purego"

// wipeOnFree makes the C library overwrite memory when it is freed. ONNX
// Runtime allocates what it computes with malloc, so that nothing of a face
// stays behind in its freed activations. It reports whether the C library
// agreed; one that does not know mallopt keeps working without.
//
// Costs in time: see docs/benchmarks.md. It applies to the whole process, in
// which nothing but ONNX Runtime uses malloc.
func wipeOnFree() bool {
	mallopt, err := purego.Dlsym(purego.RTLD_DEFAULT, "mallopt")
	if err != nil {
		return false
	}
	const perturb = -6 // M_PERTURB in malloc.h
	const pattern = 0xff
	option := int32(perturb)
	done, _, _ := purego.SyscallN(mallopt, uintptr(uint32(option)), pattern)
	return int32(done) == 1
}
