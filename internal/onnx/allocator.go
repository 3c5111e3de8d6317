package onnx

import (
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/unix"
)

// allocator is the memory that ONNX Runtime computes in: mapped by us, left out
// of core dumps, zeroed as soon as a block is freed, and kept for the next run.
// With malloc, what a network made of a face would stay in freed blocks of the
// heap until something else happened to need them.
//
// It is registered once for the process and lives as long: ONNX Runtime may
// free a block at any time.
type allocator struct {
	mu   sync.Mutex
	free map[uintptr][]uintptr // guarded by mu; blocks by their class, zeroed
	slab []byte                // guarded by mu; what is left to cut small blocks from

	info uintptr // OrtMemoryInfo
}

const (
	blockAlign = 64
	// Before each block stands its class, so that a free block is found again.
	headerSize = blockAlign
	slabSize   = 1 << 20
	largest    = 1 << 30 // no network here needs more in one piece
)

// class rounds a size up, so that there are eight sizes between one power of
// two and the next and a freed block fits the next run.
func class(size uintptr) uintptr {
	size = max(size, blockAlign)
	step := uintptr(1) << max(6, bits.Len64(uint64(size-1))-4)
	return (size + step - 1) / step * step
}

// alloc returns 0 when there is no memory, which ONNX Runtime turns into an
// error of the run.
func (a *allocator) alloc(size uintptr) uintptr {
	if size == 0 || size > largest {
		return 0
	}
	size = class(size)
	a.mu.Lock()
	defer a.mu.Unlock()
	if free := a.free[size]; len(free) > 0 {
		block := free[len(free)-1]
		a.free[size] = free[:len(free)-1]
		return block
	}
	memory := a.reserve(size + headerSize)
	if memory == nil {
		return 0
	}
	*(*uintptr)(unsafe.Pointer(unsafe.SliceData(memory))) = size
	return uintptr(unsafe.Pointer(unsafe.SliceData(memory))) + headerSize
}

// reserve cuts small blocks from a slab and maps large ones by themselves. What
// is left of a slab that is too small for a block is lost.
func (a *allocator) reserve(size uintptr) []byte {
	if size > slabSize/4 {
		return mapped(int(size))
	}
	if uintptr(len(a.slab)) < size {
		if a.slab = mapped(slabSize); a.slab == nil {
			return nil
		}
	}
	block := a.slab[:size:size]
	a.slab = a.slab[size:]
	return block
}

func mapped(size int) []byte {
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil
	}
	// Refused on kernels built without it; PR_SET_DUMPABLE in cmd covers those.
	_ = unix.Madvise(memory, unix.MADV_DONTDUMP)
	return memory
}

func (a *allocator) release(block uintptr) {
	if block == 0 {
		return
	}
	size := *(*uintptr)(pointer(block - headerSize))
	clear(unsafe.Slice((*byte)(pointer(block)), size))
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free[size] = append(a.free[size], block)
}

// table is struct OrtAllocator of onnxruntime_c_api.h, as C sees it.
type table struct {
	version       uint32
	alloc         uintptr
	free          uintptr
	info          uintptr
	reserve       uintptr
	getStats      uintptr // not offered
	allocOnStream uintptr // not offered
}

// useAllocator makes every session of the environment compute in memory of an
// allocator. The environment belongs to the process: where it has an allocator
// from an earlier call already, that one stays.
func (r *Runtime) useAllocator() error {
	a := &allocator{free: map[uintptr][]uintptr{}, info: r.memory}
	memory := mapped(int(unsafe.Sizeof(table{})))
	if memory == nil {
		return fmt.Errorf("%w: no memory for its allocator", ErrRuntime)
	}
	// purego keeps callbacks, and with them the allocator, for good.
	alloc := purego.NewCallback(func(_, size uintptr) uintptr { return a.alloc(size) })
	*(*table)(unsafe.Pointer(unsafe.SliceData(memory))) = table{
		version: apiVersion,
		alloc:   alloc,
		free:    purego.NewCallback(func(_, block uintptr) uintptr { a.release(block); return 0 }),
		info:    purego.NewCallback(func(_ uintptr) uintptr { return a.info }),
		reserve: alloc,
	}
	err := r.api.call(fnRegisterAllocator, r.env, uintptr(unsafe.Pointer(unsafe.SliceData(memory))))
	if err != nil && strings.Contains(err.Error(), "already") {
		return nil
	}
	return err
}
