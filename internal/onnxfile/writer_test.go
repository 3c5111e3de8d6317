package onnxfile

import (
	"bytes"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/internal/testenv"
)

// small is a graph that computes relu(w * x + b) of two channels of 2 x 2 pixels.
func small() []byte {
	var w Writer
	w.Weight("w", []int64{1, 2, 1, 1}, []float32{2, -1})
	w.Weight("b", []int64{1}, []float32{1e-30})
	w.Node("Conv", "sum", []string{InputName, "w", "b"}, Integer("group", 1), Integers("kernel_shape", 1, 1))
	w.Node("Relu", OutputName, []string{"sum"})
	if w.Size() != 12 {
		panic("three floats take twelve bytes")
	}
	return w.Model("small", []int64{1, 2, 2, 2}, []int64{1, 1, 2, 2})
}

// TestRuns: the runtime reads what was written, and computes what was meant.
func TestRuns(t *testing.T) {
	path, err := home.Dir(testenv.Home(t)).Runtime()
	if err != nil {
		t.Fatal(err)
	}
	runtime, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	network, err := runtime.Open(onnx.Spec{
		Model:   small(),
		Level:   onnx.Basic,
		Input:   onnx.Tensor{Name: InputName, Shape: []int64{1, 2, 2, 2}},
		Outputs: []onnx.Tensor{{Name: OutputName, Shape: []int64{1, 1, 2, 2}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lane, err := network.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	copy(lane.Input(), []float32{1, 2, 3, 4, 5, 1, 1, 9})
	if err := lane.Run(); err != nil {
		t.Fatal(err)
	}
	if got, want := lane.Output(0), []float32{0, 3, 5, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSameBytes(t *testing.T) {
	if !bytes.Equal(small(), small()) {
		t.Error("twice the same graph gives other bytes")
	}
}
