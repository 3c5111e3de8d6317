package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/facelatch/facelatch/internal/testenv"
)

// landmarkLane opens the smallest of the default models.
func landmarkSpec(t testing.TB) (*Runtime, Spec) {
	t.Helper()
	dir := testenv.Home(t)
	r, err := Load(filepath.Join(dir, "lib", "libonnxruntime.so.1"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile(filepath.Join(dir, "models", "fr_landmark.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	return r, Spec{
		Model: model, Level: All,
		Input:   Tensor{"input", []int64{1, 1, 64, 64}},
		Outputs: []Tensor{{"output", []int64{1, 136}}},
	}
}

func landmarkLane(t testing.TB) *Lane {
	t.Helper()
	r, spec := landmarkSpec(t)
	n, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	l, err := n.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func ramp(v []float32, from float32) {
	for i := range v {
		v[i] = from + float32(i%61)/256
	}
}

func TestRun(t *testing.T) {
	l := landmarkLane(t)
	ramp(l.Input(), 0.1)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	first := append([]float32(nil), l.Output(0)...)
	for i, v := range first {
		if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 100 {
			t.Fatalf("output %d is %v", i, v)
		}
	}
	clear(l.Output(0))
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(first) != fmt.Sprint(l.Output(0)) {
		t.Error("the same input gave another output")
	}
}

func TestManyLanesAtOnce(t *testing.T) {
	r, spec := landmarkSpec(t)
	n, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	var wait sync.WaitGroup
	results := make([]string, 8)
	for i := range results {
		wait.Go(func() {
			l, err := n.NewLane()
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			for range 20 {
				ramp(l.Input(), float32(i%2))
				if err := l.Run(); err != nil {
					t.Error(err)
				}
			}
			results[i] = fmt.Sprint(l.Output(0))
		})
	}
	wait.Wait()
	for i, got := range results {
		if got != results[i%2] {
			t.Errorf("lane %d saw another lane's input", i)
		}
	}
	if results[0] == results[1] {
		t.Error("two inputs gave one output")
	}
}

func TestWipe(t *testing.T) {
	l := landmarkLane(t)
	ramp(l.Input(), 0.5)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	l.Wipe()
	for _, v := range append(append([]float32(nil), l.Input()...), l.Output(0)...) {
		if v != 0 {
			t.Fatal("a wiped lane still holds something")
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	r, good := landmarkSpec(t)
	for name, change := range map[string]func(*Spec){
		"garbage":      func(s *Spec) { s.Model = []byte("no model") },
		"truncated":    func(s *Spec) { s.Model = s.Model[:len(s.Model)/2] },
		"empty":        func(s *Spec) { s.Model = nil },
		"no output":    func(s *Spec) { s.Outputs = nil },
		"no shape":     func(s *Spec) { s.Input.Shape = []int64{0} },
		"absurd shape": func(s *Spec) { s.Input.Shape = []int64{1 << 20, 1 << 20} },
	} {
		spec := good
		change(&spec)
		if n, err := r.Open(spec); err == nil || n != nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestRunRefusesAnUnknownTensor(t *testing.T) {
	r, spec := landmarkSpec(t)
	spec.Outputs = []Tensor{{"no such output", []int64{1, 136}}}
	n, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	l, err := n.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Run(); !errors.Is(err, ErrRuntime) || !strings.Contains(err.Error(), "no such output") {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "lib.so")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, text + ".missing"} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestNothingRemains looks for the input in the whole memory of the process
// after a run of a network whose inner result equals its input: in the lane, in
// the Go heap, and in what the model runtime allocated and freed. The sizes are
// of a feature vector and of a picture: allocators treat small blocks apart.
func TestNothingRemains(t *testing.T) {
	r, _ := landmarkSpec(t)
	for _, length := range []int64{192, 4096, 1 << 18} {
		n, err := r.Open(Spec{
			Model: copying(length), Level: None,
			Input: Tensor{"x", []int64{1, length}}, Outputs: []Tensor{{"y", []int64{1, length}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		l, err := n.NewLane()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		mark(l.Input())
		if occurrences(t) == 0 {
			t.Fatal("the search does not find what is there")
		}
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		if l.Output(0)[100] != marker(100)/2 {
			t.Fatal("the network does not compute what this test needs")
		}
		l.Wipe()
		if n := occurrences(t); n != 0 {
			t.Errorf("%d values: %d pieces of the input remain in memory", length, n)
		}
	}
}

// copying is an ONNX model of a = x * 1 and y = a * 0.5.
func copying(length int64) []byte {
	scalar := func(name string, v float32) []byte {
		raw := binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))
		return put(5, number(2, 1), put(8, []byte(name)), put(9, raw)) // GraphProto.initializer
	}
	tensor := func(field int, name string) []byte {
		shape := put(2, put(1, number(1, 1)), put(1, number(1, uint64(length))))
		return put(field, put(1, []byte(name)), put(2, put(1, number(1, 1), shape)))
	}
	node := func(a, b, out string) []byte {
		return put(1, put(1, []byte(a)), put(1, []byte(b)), put(2, []byte(out)), put(4, []byte("Mul")))
	}
	graph := put(7, node("x", "one", "a"), node("a", "half", "y"), put(2, []byte("g")),
		scalar("one", 1), scalar("half", 0.5), tensor(11, "x"), tensor(12, "y"))
	return slices.Concat(number(1, 8), graph, put(8, number(2, 13))) // IR version 8, opset 13
}

// put is a protocol-buffer field that holds bytes.
func put(field int, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	out := binary.AppendUvarint([]byte{byte(field<<3 | 2)}, uint64(len(body)))
	return append(out, body...)
}

// number is a protocol-buffer field that holds a whole number.
func number(field int, v uint64) []byte {
	return binary.AppendUvarint([]byte{byte(field << 3)}, v)
}

// mark fills v with values that no weight has.
func mark(v []float32) {
	for i := range v {
		v[i] = marker(i)
	}
}

// marker is computed where it is needed, so that no copy lies about.
func marker(i int) float32 { return 0.123 + float32(i%997)*1.0009765e-4 }

// occurrences counts runs of three marks in all writable memory.
func occurrences(t *testing.T) (n int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		n += search(memory, from, to)
	}
	return n
}

func search(memory *os.File, from, to int64) (n int) {
	const step = 1 << 20
	chunk := make([]byte, step)
	defer clear(chunk)
	for at := from; at < to; at += step {
		read, _ := memory.ReadAt(chunk[:min(step, to-at)], at) // guard pages cannot be read
		for i := 0; i+12 <= read; i += 4 {
			if float(chunk[i:]) == marker(100) && float(chunk[i+4:]) == marker(101) && float(chunk[i+8:]) == marker(102) {
				n++
			}
		}
	}
	return n
}

func float(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }

func TestClass(t *testing.T) {
	last := uintptr(0)
	for size := uintptr(1); size < 1<<22; size += 1 + size/97 {
		c := class(size)
		if c < size || c%blockAlign != 0 || c < last || size > 1024 && c > size+size/8 {
			t.Fatalf("%d bytes are rounded to %d after %d", size, c, last)
		}
		last = c
	}
}

func TestAllocator(t *testing.T) {
	a := &allocator{free: map[uintptr][]uintptr{}}
	if a.alloc(0) != 0 || a.alloc(largest+1) != 0 {
		t.Error("it hands out nothing, or more than there is")
	}
	a.release(0)
	for _, size := range []uintptr{1, 64, 768, 100_000, slabSize} {
		block := a.alloc(size)
		if block == 0 || block%blockAlign != 0 {
			t.Fatalf("%d bytes at %x", size, block)
		}
		memory := unsafe.Slice((*byte)(pointer(block)), size)
		for i := range memory {
			memory[i] = 7
		}
		a.release(block)
		if again := a.alloc(size); again != block {
			t.Errorf("%d bytes: a freed block is not used again", size)
		}
		for i, b := range memory {
			if b != 0 {
				t.Fatalf("%d bytes: byte %d of a freed block is %d", size, i, b)
			}
		}
	}
}

// TestPromise7ReportsToNobody: the C library's environment, where the runtime
// looks when it is loaded, tells it not to report. That it then opens no socket
// and no file is tested on the whole program.
func TestPromise7ReportsToNobody(t *testing.T) {
	landmarkSpec(t)
	getenv, err := purego.Dlsym(purego.RTLD_DEFAULT, "getenv")
	if err != nil {
		t.Fatal(err)
	}
	name := cstring("ORT_DISABLE_TELEMETRY")
	value, _, _ := purego.SyscallN(getenv, uintptr(unsafe.Pointer(unsafe.SliceData(name))))
	if text(value) != "1" {
		t.Errorf("the variable is %q", text(value))
	}
}

// TestPromise1NotInCoreDumps: the kernel marks what holds a face as left out of
// core dumps: a lane's input, and a block of the allocator.
func TestPromise1NotInCoreDumps(t *testing.T) {
	l := landmarkLane(t)
	a := &allocator{free: map[uintptr][]uintptr{}}
	for name, address := range map[string]uintptr{"a lane": l.input.address(), "a small block": a.alloc(768), "a large block": a.alloc(1 << 20)} {
		if flags := flagsOf(t, address); !strings.Contains(flags, " dd") {
			t.Errorf("%s is mapped with %q", name, flags)
		}
	}
}

// flagsOf returns the kernel's flags of the mapping that holds an address.
func flagsOf(t *testing.T, address uintptr) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return flags
		}
	}
	t.Fatal("no mapping holds the address")
	return ""
}
