package onnx

import "github.com/ebitengine/purego"

// tuneMalloc sets up the C library's allocator, with which ONNX Runtime
// reserves what it computes, and reports whether freed memory is overwritten.
// A C library that does not know mallopt keeps working without.
//
// It makes the allocator overwrite memory when it is freed, so that nothing of
// a face stays behind, and keep what was freed for the next run instead of
// giving it back to the system: otherwise each run has to fault its pages in
// again, which costs a quarter of its time. Both apply to the whole process,
// in which nothing but ONNX Runtime uses malloc.
func tuneMalloc() (wipes bool) {
	mallopt, err := purego.Dlsym(purego.RTLD_DEFAULT, "mallopt")
	if err != nil {
		return false
	}
	set := func(option, value int32) bool {
		done, _, _ := purego.SyscallN(mallopt, uintptr(uint32(option)), uintptr(uint32(value)))
		return int32(done) == 1
	}
	const trimThreshold, mmapThreshold, perturb = -1, -3, -6 // malloc.h
	set(trimThreshold, 64<<20)
	set(mmapThreshold, 32<<20) // the most that glibc takes
	return set(perturb, 0xff)
}
