package tflite

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/internal/onnxfile"
	"github.com/facelatch/facelatch/internal/testenv"
)

func TestExamples(t *testing.T) {
	r := load(t)
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			for _, level := range []onnx.Level{onnx.Basic, onnx.All} {
				got := run(t, r, level, e.graph, e.in)
				if d := apart(got, e.out); d > 1e-5 {
					t.Errorf("level %d: got %v, want %v", level, got, e.out)
				}
			}
		})
	}
}

func TestSpelledPReluIsRecognised(t *testing.T) {
	converted, err := ToONNX(spelled(false).bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"Abs", "Sub", "Mul"} {
		if bytes.Contains(converted, []byte(kind)) {
			t.Errorf("%s is left", kind)
		}
	}
}

func TestSmallWeightsBecomeZero(t *testing.T) {
	g := examples()[0].graph
	g.tensors[1].values[0] = 1e-30
	converted, err := ToONNX(g.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, n, err := mend.Mend(converted); err != nil || n != 0 {
		t.Errorf("%d small weights are left, error %v", n, err)
	}
}

// load opens the installed runtime, or skips the test.
func load(t *testing.T) *onnx.Runtime {
	t.Helper()
	path, err := home.Dir(testenv.Home(t)).Runtime()
	if err != nil {
		testenv.Missing(t, err.Error())
	}
	r, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run converts a graph and computes its output with the runtime.
func run(t *testing.T, r *onnx.Runtime, level onnx.Level, g graph, in []float32) []float32 {
	t.Helper()
	converted, err := ToONNX(g.bytes())
	if err != nil {
		t.Fatal(err)
	}
	first := func(p part) []int64 { // one picture, channels first
		dims := []int64{1, int64(p.shape[len(p.shape)-1])}
		for _, d := range p.shape[1 : len(p.shape)-1] {
			dims = append(dims, int64(d))
		}
		return dims
	}
	network, err := r.Open(onnx.Spec{
		Model:   converted,
		Level:   level,
		Input:   onnx.Tensor{Name: onnxfile.InputName, Shape: first(g.tensors[0])},
		Outputs: []onnx.Tensor{{Name: onnxfile.OutputName, Shape: first(g.tensors[len(g.tensors)-1])}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	lane, err := network.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	defer lane.Close()
	copy(lane.Input(), in)
	if err := lane.Run(); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(lane.Output(0))
}

// apart is the largest difference, infinite if the lengths differ.
func apart(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	largest := 0.0
	for i := range a {
		largest = max(largest, math.Abs(float64(a[i])-float64(b[i])))
	}
	return largest
}
