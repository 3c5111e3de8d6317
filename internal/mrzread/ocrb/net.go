package ocrb

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
)

// weights are what internal/mrzread/train wrote.
//
//go:embed ocrb.weights
var weights []byte

// ErrWeights is returned for a file that is no network of this form.
var ErrWeights = errors.New("not the weights of a network for OCR-B")

// Layer is one layer of a network: out = Bias + W in, W in rows of In.
type Layer struct {
	In, Out int
	W, Bias []float32
}

// Net is a network for [Patch]. It is safe for use by several goroutines.
type Net struct{ Layers []Layer }

// New returns the network that comes with the package.
func New() (*Net, error) { return Parse(weights) }

// Parse reads what [Net.Bytes] wrote.
func Parse(data []byte) (*Net, error) {
	n, in := &Net{}, Rows*Cols
	for in != Classes || len(data) > 0 {
		if len(data) < 2 {
			return nil, ErrWeights
		}
		out := int(binary.LittleEndian.Uint16(data))
		data = data[2:]
		if out == 0 || out > 256 || len(data) < out*(8+in) {
			return nil, ErrWeights
		}
		l := Layer{In: in, Out: out, W: make([]float32, in*out), Bias: make([]float32, out)}
		for o := range out {
			scale := math.Float32frombits(binary.LittleEndian.Uint32(data))
			l.Bias[o] = math.Float32frombits(binary.LittleEndian.Uint32(data[4:]))
			for i := range in {
				l.W[o*in+i] = scale * float32(int8(data[8+i]))
			}
			data = data[8+in:]
		}
		n.Layers = append(n.Layers, l)
		in = out
	}
	return n, nil
}

// Bytes writes a network with weights of eight bits.
func (n *Net) Bytes() (data []byte) {
	for _, l := range n.Layers {
		data = binary.LittleEndian.AppendUint16(data, uint16(l.Out))
		for o := range l.Out {
			row := l.W[o*l.In : (o+1)*l.In]
			most := float32(1e-9)
			for _, w := range row {
				most = max(most, w, -w)
			}
			scale := most / 127
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(scale))
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(l.Bias[o]))
			for _, w := range row {
				data = append(data, byte(int8(math.RoundToEven(float64(w/scale)))))
			}
		}
	}
	return data
}

// Classify says how likely each character is in a patch.
func (n *Net) Classify(p *Patch) Scores {
	in := p[:]
	for i := range n.Layers {
		in = n.Layers[i].Forward(in, i+1 < len(n.Layers))
	}
	return Softmax(in)
}

// Forward returns what the layer makes of its input; cut sets what is below 0 to 0.
func (l *Layer) Forward(in []float32, cut bool) []float32 {
	out := make([]float32, l.Out)
	for o := range out {
		out[o] = l.Bias[o] + dot(l.W[o*l.In:(o+1)*l.In], in)
		if cut {
			out[o] = max(0, out[o])
		}
	}
	return out
}

// Softmax returns the scores that belong to the last layer's output.
func Softmax(out []float32) (s Scores) {
	most, sum := out[0], 0.0
	for _, v := range out {
		most = max(most, v)
	}
	for _, v := range out {
		sum += math.Exp(float64(v - most))
	}
	for i, v := range out {
		s[i] = v - most - float32(math.Log(sum))
	}
	return s
}

func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}
