package blocked

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/internal/onnxfile"
	"github.com/facelatch/facelatch/internal/testenv"
)

// drawn is a small network of the kind, with uneven numbers of channels.
type drawn struct {
	onnxfile.Writer
	random *rand.Rand
}

func (d *drawn) weights(name string, shape ...int64) string {
	n := int64(1)
	for _, s := range shape {
		n *= s
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = d.random.Float32() - 0.5
	}
	d.Weight(name, shape, values)
	return name
}

func (d *drawn) convolve(out, in string, channels, each, size, group int) {
	w := d.weights(out+".w", int64(channels), int64(each), int64(size), int64(size))
	b := d.weights(out+".b", int64(channels))
	d.Node("Conv", out, []string{in, w, b}, onnxfile.Integer("group", group), onnxfile.Integers("kernel_shape", size, size),
		onnxfile.Integers("pads", size/2, size/2, size/2, size/2), onnxfile.Integers("strides", 1, 1))
}

// network has one of everything, 7 and 13 channels where a block is 16.
func network(seed uint64) []byte {
	d := &drawn{random: rand.New(rand.NewPCG(seed, 9))}
	d.convolve("a", "input", 7, 3, 3, 1)
	d.Node("PRelu", "b", []string{"a", d.weights("b.w", 7, 1, 1)})
	d.convolve("c", "b", 7, 1, 3, 7)
	d.Node("Add", "d", []string{"b", "c"})
	d.convolve("e", "d", 13, 7, 1, 1)
	d.Node("GlobalAveragePool", "f", []string{"e"})
	d.convolve("g", "f", 13, 13, 1, 1)
	d.Node("Relu", "h", []string{"g"})
	d.Node("Sigmoid", "i", []string{"h"})
	d.Node("Mul", "j", []string{"e", "i"})
	d.convolve("k", "j", 16, 13, 1, 1)
	d.Node("Flatten", "l", []string{"k"})
	d.Node("MatMul", "m", []string{"l", d.weights("m.w", 16*6*5, 8)})
	d.Weight("variance", []int64{8}, []float32{1, 2, 3, 4, 5, 6, 7, 8})
	d.Node("BatchNormalization", "n", []string{"m", d.weights("n.1", 8), d.weights("n.2", 8), d.weights("n.3", 8), "variance"})
	d.Node("MatMul", "output", []string{"n", d.weights("o.w", 8, 3)})
	return d.Model("drawn", []int64{1, 3, 6, 5}, []int64{1, 3})
}

func load(t *testing.T) *onnx.Runtime {
	t.Helper()
	path, err := home.Dir(testenv.Home(t)).Runtime()
	if err != nil {
		testenv.Missing(t, err.Error())
	}
	runtime, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return runtime
}

func run(t *testing.T, runtime *onnx.Runtime, model []byte, in []float32) []float32 {
	t.Helper()
	n, err := runtime.Open(onnx.Spec{
		Model: model, Level: onnx.All,
		Input:   onnx.Tensor{Name: onnxfile.InputName, Shape: []int64{1, 3, 6, 5}},
		Outputs: []onnx.Tensor{{Name: onnxfile.OutputName, Shape: []int64{1, 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	lane, err := n.NewLane()
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

// TestComputesTheSame runs drawn networks before and after rewriting.
func TestComputesTheSame(t *testing.T) {
	runtime := load(t)
	for seed := range uint64(6) {
		model := network(seed)
		changed, err := Rewrite(model)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(seed, 1))
		in := make([]float32, 90)
		for i := range in {
			in[i] = random.Float32()*2 - 1
		}
		before, after := run(t, runtime, model, in), run(t, runtime, changed, in)
		for i := range before {
			if math.Abs(float64(before[i]-after[i])) > 1e-5 {
				t.Fatalf("seed %d: %v became %v", seed, before, after)
			}
		}
	}
}

// TestBlocks: no PReLU is left, and no convolution but of a picture's channels
// has a number of channels that is no multiple of the block.
func TestBlocks(t *testing.T) {
	changed, err := Rewrite(network(1))
	if err != nil {
		t.Fatal(err)
	}
	g, err := mend.Read(changed)
	if err != nil {
		t.Fatal(err)
	}
	convolutions := 0
	for _, n := range g.Nodes {
		if n.Kind == "PRelu" {
			t.Error("a PReLU is left")
		}
		if n.Kind != "Conv" {
			continue
		}
		convolutions++
		s := g.Weights[n.Inputs[1]].Shape
		if len(s) != 4 || s[0]%block != 0 || s[1] > picture && s[1]%block != 0 {
			t.Errorf("%q has weights of shape %v", n.Outputs, s)
		}
	}
	if convolutions != 7 {
		t.Errorf("%d convolutions", convolutions)
	}
	again, err := Rewrite(network(1))
	if err != nil || !bytes.Equal(again, changed) {
		t.Error("the same bytes give others")
	}
}

func TestRefuses(t *testing.T) {
	for name, build := range map[string]func(*drawn){
		"an unknown operator":  func(d *drawn) { d.Node("Softmax", "output", []string{"input"}) },
		"a picture at the end": func(d *drawn) { d.convolve("output", "input", 4, 3, 1, 1) },
		"nothing":              func(*drawn) {},
		"groups": func(d *drawn) {
			d.convolve("a", "input", 6, 3, 1, 1)
			d.convolve("output", "a", 6, 3, 1, 2)
		},
		"channels that a flattened picture would gain": func(d *drawn) {
			d.convolve("a", "input", 5, 3, 1, 1)
			d.Node("Flatten", "output", []string{"a"})
		},
		"what is computed later": func(d *drawn) { d.Node("Add", "output", []string{"input", "later"}) },
		"a slope for all": func(d *drawn) {
			d.Node("PRelu", "output", []string{"input", d.weights("w", 1, 1, 1)})
		},
	} {
		d := &drawn{random: rand.New(rand.NewPCG(1, 1))}
		build(d)
		got, err := Rewrite(d.Model("drawn", []int64{1, 3, 6, 5}, []int64{1, 3}))
		if got != nil || !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRewrite asserts that an error comes with nothing and is one of the two
// documented, and that what comes without one can be read and rewritten again.
func FuzzRewrite(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Rewrite(data)
		if err != nil {
			if got != nil || !errors.Is(err, ErrUnsupported) && !errors.Is(err, mend.ErrMalformed) {
				t.Fatalf("%d bytes beside error %v", len(got), err)
			}
			return
		}
		if _, err := mend.Read(got); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzRewrite") }
