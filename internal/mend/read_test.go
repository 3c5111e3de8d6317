package mend_test

import (
	"reflect"
	"testing"

	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnxfile"
)

func TestRead(t *testing.T) {
	var w onnxfile.Writer
	w.Weight("w", []int64{2, 1}, []float32{1, 2})
	w.Node("MatMul", "output", []string{"input", "w"}, onnxfile.Integer("one", 7), onnxfile.Integers("list", 1, 2))
	g, err := mend.Read(w.Model("g", []int64{1, 2}, []int64{1, 1}))
	if err != nil {
		t.Fatal(err)
	}
	want := &mend.Graph{
		Nodes:   []mend.Node{{Kind: "MatMul", Inputs: []string{"input", "w"}, Outputs: []string{"output"}, Integers: map[string][]int{"one": {7}, "list": {1, 2}}, Floats: map[string]float32{}}},
		Weights: map[string]mend.Weights{"w": {Shape: []int{2, 1}, Values: []float32{1, 2}}},
		Input:   "input", Output: "output", Shape: []int{1, 2}, OutputShape: []int{1, 1},
	}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("read %+v, want %+v", g, want)
	}
}
