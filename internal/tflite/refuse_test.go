package tflite

import (
	"errors"
	"slices"
	"testing"
)

// simple is a convolution of two channels, to be spoiled.
func simple() graph {
	return graph{
		[]part{
			{shape: []int32{1, 4, 4, 2}},
			{shape: []int32{3, 3, 3, 2}, values: make([]float32, 54)},
			{shape: []int32{3}, values: make([]float32, 3)},
			{shape: []int32{1, 2, 2, 3}},
		},
		[]step{{opConv, []int32{0, 1, 2}, 3, convOptions(same, 2, none)}},
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(g *graph)
		want  error
	}{
		{"an unknown operator", func(g *graph) { g.operators[0].code = 9 }, ErrUnsupported},
		{"an operator of a newer schema", func(g *graph) { g.operators[0].code = 150 }, ErrUnsupported},
		{"no operators", func(g *graph) { g.operators = nil }, ErrMalformed},
		{"nothing but the input", func(g *graph) { *g = graph{tensors: g.tensors[:1]} }, ErrMalformed},
		{"an unknown activation", func(g *graph) { g.operators[0].options = convOptions(same, 2, relu6) }, ErrUnsupported},
		{"no options", func(g *graph) { g.operators[0].options = nil }, ErrUnsupported},
		{"a stride below zero", func(g *graph) { g.operators[0].options = convOptions(same, -1, none) }, ErrUnsupported},
		{"dilation", func(g *graph) {
			g.operators[0].options = object(same, int32(2), int32(2), none, int32(2), int32(2))
		}, ErrUnsupported},
		{"quantised weights", func(g *graph) { g.tensors[1].kind = 9 }, ErrUnsupported},
		{"a result in 16 bits", func(g *graph) { g.tensors[3].kind = 1 }, ErrUnsupported},
		{"another stride than the shapes say", func(g *graph) { g.operators[0].options = convOptions(same, 1, none) }, ErrMalformed},
		{"a window larger than the picture", func(g *graph) {
			g.tensors[0].shape = []int32{1, 2, 2, 2}
			g.tensors[3].shape = []int32{1, 1, 1, 3}
			g.operators[0].options = convOptions(valid, 2, none)
		}, ErrUnsupported},
		{"weights for other channels", func(g *graph) { g.tensors[0].shape[3] = 3 }, ErrMalformed},
		{"depthwise weights for other channels", func(g *graph) {
			g.operators[0].code, g.operators[0].options = opDepthwise, depthwiseOptions(same, 2, none)
		}, ErrMalformed},
		{"a bias for other channels", func(g *graph) {
			g.tensors[2] = part{shape: []int32{2}, values: make([]float32, 2)}
		}, ErrMalformed},
		{"a bias that is computed", func(g *graph) { g.operators[0].inputs[2] = 0 }, ErrMalformed},
		{"weights that are computed", func(g *graph) { g.operators[0].inputs[1] = 0 }, ErrUnsupported},
		{"a constant as the picture", func(g *graph) { g.operators[0].inputs[0] = 1 }, ErrMalformed},
		{"a tensor that does not exist", func(g *graph) { g.operators[0].inputs[2] = 99 }, ErrMalformed},
		{"a tensor below zero", func(g *graph) { g.operators[0].inputs[2] = -1 }, ErrMalformed},
		{"more inputs than any operator has", func(g *graph) { g.operators[0].inputs = []int32{0, 1, 2, 2} }, ErrMalformed},
		{"an output that does not exist", func(g *graph) { g.operators[0].output = 99 }, ErrMalformed},
		{"an output that is a constant", func(g *graph) { g.operators[0].output = 2 }, ErrMalformed},
		{"an operator twice", func(g *graph) { g.operators = append(g.operators, g.operators[0]) }, ErrMalformed},
		{"a loop", func(g *graph) { g.operators[0].inputs[0] = 3 }, ErrMalformed},
		{"the input computed", func(g *graph) {
			g.operators = append([]step{{opRelu, []int32{0}, 0, nil}}, g.operators...)
		}, ErrMalformed},
		{"a constant of another size", func(g *graph) { g.tensors[1].values = make([]float32, 53) }, ErrMalformed},
		{"a picture of no size", func(g *graph) { g.tensors[0].shape[1] = 0 }, ErrUnsupported},
		{"a picture of five dimensions", func(g *graph) { g.tensors[0].shape = []int32{1, 1, 4, 4, 2} }, ErrMalformed},
		{"a huge picture", func(g *graph) { g.tensors[0].shape[1] = 1 << 30 }, ErrUnsupported},
		{"a reshape of pixels", func(g *graph) {
			*g = graph{
				[]part{{shape: []int32{1, 2, 2, 1}}, {shape: []int32{1, 4}}},
				[]step{{opReshape, []int32{0}, 1, nil}},
			}
		}, ErrUnsupported},
		{"a sum of two shapes", func(g *graph) {
			g.tensors = append(g.tensors, part{shape: []int32{1, 2, 2, 3}})
			g.operators = append(g.operators, step{opAdd, []int32{3, 0}, 4, object(none)})
		}, ErrUnsupported},
		{"slopes for other channels", func(g *graph) {
			g.tensors = append(g.tensors, part{shape: []int32{1, 2, 2, 3}})
			g.operators = append(g.operators, step{opPRelu, []int32{3, 1}, 4, nil})
		}, ErrUnsupported},
		{"a PReLU without slopes", func(g *graph) {
			g.tensors = append(g.tensors, part{shape: []int32{1, 2, 2, 3}})
			g.operators = append(g.operators, step{opPRelu, []int32{3}, 4, nil})
		}, ErrMalformed},
	}
	if _, err := ToONNX(simple().bytes()); err != nil {
		t.Fatal("what is to be spoiled is refused as it is:", err)
	}
	for _, test := range tests {
		g := simple()
		test.spoil(&g)
		converted, err := ToONNX(g.bytes())
		if !errors.Is(err, test.want) || converted != nil {
			t.Errorf("%s: %d bytes, error %v, want %v", test.name, len(converted), err, test.want)
		}
	}
}

// TestSharedWeights checks that a small file cannot ask for a large result.
func TestSharedWeights(t *testing.T) {
	g := simple()
	g.tensors[0] = part{shape: []int32{1, 2, 2, 64}}
	g.tensors[1] = part{shape: []int32{64, 1, 1, 64}, values: make([]float32, 64*64)}
	g.tensors[2] = part{shape: []int32{64}, values: make([]float32, 64)}
	g.tensors[3] = g.tensors[0]
	g.operators[0].options = convOptions(same, 1, none)
	for i := int32(3); i < 20; i++ {
		g.tensors = append(g.tensors, g.tensors[0])
		g.operators = append(g.operators, step{opConv, []int32{i, 1, 2}, i + 1, convOptions(same, 1, none)})
	}
	if _, err := ToONNX(g.bytes()); !errors.Is(err, ErrUnsupported) {
		t.Error("weights shared by operators: error", err)
	}
}

// TestSharedBuffer does so for tensors that are one buffer.
func TestSharedBuffer(t *testing.T) {
	g := simple()
	large := part{shape: []int32{1000}, values: make([]float32, 1000)}
	g.tensors = slices.Insert(g.tensors, 3, large)
	g.operators[0].output = 4
	if _, err := ToONNX(g.bytes()); err != nil {
		t.Fatal(err)
	}
	g.tensors = slices.Insert(g.tensors, 3, large, large)
	g.operators[0].output = 6
	if _, err := ToONNX(g.bytes()); !errors.Is(err, ErrMalformed) {
		t.Error("three tensors in one buffer: error", err)
	}
}

// TestSharedSlopes does so for slopes, of which a PReLU takes the double.
func TestSharedSlopes(t *testing.T) {
	g := spelled(false)
	for range 3 {
		g.tensors = append(g.tensors, g.tensors[0])
		g.operators = append(g.operators, step{opAdd, []int32{1, 5}, int32(len(g.tensors) - 1), object(none)})
	}
	n, err := decode(g.bytes())
	if err != nil {
		t.Fatal(err)
	}
	n.fusePRelu()
	if len(n.tensors) != len(g.tensors)+1 {
		t.Errorf("%d constants for one list of slopes", len(n.tensors)-len(g.tensors))
	}
}

func TestDamaged(t *testing.T) {
	whole := simple().bytes()
	for n := range whole {
		if converted, err := ToONNX(whole[:n:n]); err == nil || converted != nil {
			t.Fatalf("the first %d bytes of %d are converted", n, len(whole))
		}
	}
	for n := range whole {
		for _, b := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			damaged := append([]byte(nil), whole...)
			damaged[n] = b
			if converted, err := ToONNX(damaged); (err == nil) != (converted != nil) {
				t.Fatalf("byte %d = %d: %d bytes and error %v", n, b, len(converted), err)
			}
		}
	}
}
