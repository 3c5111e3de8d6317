package tflite

import (
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/internal/onnx"
)

// TestAgainstReference converts a network of the kind of MobileFaceNet, with
// random weights and as many channels as the runtime's blocked layout needs,
// and compares it with what interpret computes from the same graph.
func TestAgainstReference(t *testing.T) {
	r := load(t)
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 1))
		g := block(random)
		in := randoms(random, int(g.tensors[0].shape[1]*g.tensors[0].shape[2]*g.tensors[0].shape[3]))
		want := interpret(g, in)
		for _, level := range []onnx.Level{onnx.Basic, onnx.Extended, onnx.All} {
			first := g.tensors[0].shape
			got := run(t, r, level, g, turn(in, 1, int(first[1]*first[2]), int(first[3])))
			if d := apart(got, want); d > 1e-3 {
				t.Errorf("seed %d, level %d: %g apart", seed, level, d)
			}
		}
	}
}

func randoms(random *rand.Rand, n int) []float32 {
	list := make([]float32, n)
	for i := range list {
		list[i] = random.Float32()*2 - 1
	}
	return list
}

// builder adds operators to a graph, each of which takes the tensor at and
// leaves at the one that it makes.
type builder struct {
	graph
	random *rand.Rand
	at     int32
}

func (b *builder) tensor(values []float32, shape ...int32) int32 {
	b.tensors = append(b.tensors, part{shape: shape, values: values})
	return int32(len(b.tensors) - 1)
}

func (b *builder) constant(shape ...int32) int32 {
	n := int32(1)
	for _, d := range shape {
		n *= d
	}
	return b.tensor(randoms(b.random, int(n)), shape...)
}

func (b *builder) step(code opcode, options child, inputs []int32, shape ...int32) int32 {
	out := b.tensor(nil, shape...)
	b.operators = append(b.operators, step{code, inputs, out, options})
	b.at = out
	return out
}

// convolve adds a convolution with "same" padding and a PReLU spelled out.
func (b *builder) convolve(depthwise bool, size, stride, channels int32) {
	s := b.tensors[b.at].shape
	code, options, weights := opConv, convOptions(same, stride, none), []int32{channels, size, size, s[3]}
	if depthwise {
		code, options, weights = opDepthwise, depthwiseOptions(same, stride, none), []int32{1, size, size, channels}
	}
	out := []int32{2, (s[1] + stride - 1) / stride, (s[2] + stride - 1) / stride, channels}
	x := b.step(code, options, []int32{b.at, b.constant(weights...), b.constant(channels)}, out...)
	positive := b.step(opRelu, nil, []int32{x}, out...)
	magnitude := b.step(opAbs, nil, []int32{x}, out...)
	difference := b.step(opSub, object(none), []int32{x, magnitude}, out...)
	product := b.step(opMul, object(none), []int32{b.constant(channels), difference}, out...)
	b.step(opAdd, object(none), []int32{positive, product}, out...)
}

// block is a network with an odd size, a residual and a vector at the end.
func block(random *rand.Rand) graph {
	b := &builder{random: random}
	b.tensor(nil, 2, 15, 14, 3)
	b.convolve(false, 3, 2, 32)
	b.convolve(true, 3, 1, 32)
	kept := b.at
	b.convolve(false, 1, 1, 32)
	s := b.tensors[b.at].shape
	b.step(opAdd, object(none), []int32{kept, b.at}, s...)
	b.convolve(true, 3, 2, 32)
	s = b.tensors[b.at].shape
	b.step(opDepthwise, depthwiseOptions(valid, 1, none),
		[]int32{b.at, b.constant(1, s[1], s[2], 32), b.constant(32)}, 2, 1, 1, 32)
	b.step(opReshape, nil, []int32{b.at}, 2, 32)
	return b.graph
}

// interpret computes a graph's output for one picture as the documentation of
// TensorFlow's operators says: slowly, in 64 bits, and with channels last.
func interpret(g graph, in []float32) []float32 {
	values := map[int32][]float64{0: wide(in)}
	for i, t := range g.tensors {
		if t.values != nil {
			values[int32(i)] = wide(t.values)
		}
	}
	for _, s := range g.operators {
		x := values[s.inputs[0]]
		out := make([]float64, len(x))
		switch s.code {
		case opConv, opDepthwise:
			out = convolve(g, s, values)
		default:
			second := x
			if len(s.inputs) > 1 {
				second = values[s.inputs[1]]
			}
			if len(x) < len(second) {
				out = make([]float64, len(second))
			}
			for i := range out {
				out[i] = combine(s.code, x[i%len(x)], second[i%len(second)])
			}
		}
		values[s.output] = out
	}
	var out []float32
	for _, v := range values[int32(len(g.tensors)-1)] {
		out = append(out, float32(v))
	}
	return out
}

func wide(list []float32) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = float64(v)
	}
	return out
}

func combine(code opcode, a, b float64) float64 {
	switch code {
	case opAdd:
		return a + b
	case opSub:
		return a - b
	case opMul:
		return a * b
	case opRelu:
		return max(a, 0)
	case opAbs:
		return max(a, -a)
	}
	return a
}

// convolve places the window of each pixel that comes out by its middle: with
// "same" padding TensorFlow spreads the missing pixels so that the first
// window starts half of them, rounded down, before the picture.
func convolve(g graph, s step, values map[int32][]float64) []float64 {
	x, w, out := g.tensors[s.inputs[0]].shape, g.tensors[s.inputs[1]].shape, g.tensors[s.output].shape
	stride := int32(1)
	if x[1] > 1 && out[1] > 1 {
		stride = (x[1] + out[1] - 1) / out[1]
	}
	missing := func(axis int) int32 {
		if out[axis] == 1 && w[axis] == x[axis] {
			return 0
		}
		return max(0, (out[axis]-1)*stride+w[axis]-x[axis]) / 2
	}
	var result []float64
	for row := range out[1] {
		for column := range out[2] {
			for channel := range out[3] {
				sum := values[s.inputs[2]][channel]
				for i := range w[1] {
					for j := range w[2] {
						y, z := row*stride+i-missing(1), column*stride+j-missing(2)
						if y < 0 || z < 0 || y >= x[1] || z >= x[2] {
							continue
						}
						pixel := values[s.inputs[0]][(y*x[2]+z)*x[3]:]
						if s.code == opDepthwise {
							sum += pixel[channel] * values[s.inputs[1]][(i*w[2]+j)*w[3]+channel]
							continue
						}
						for k := range x[3] {
							sum += pixel[k] * values[s.inputs[1]][((channel*w[1]+i)*w[2]+j)*w[3]+k]
						}
					}
				}
				result = append(result, sum)
			}
		}
	}
	return result
}
