// Command train teaches the network of internal/mrzread/ocrb with drawn lines, and
// writes its weights. From the repository's root, in about twenty minutes:
//
//	go run ./internal/mrzread/train -o internal/mrzread/ocrb/ocrb.weights
//
// Floating point differs between processors, so what it writes does too.
package main

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/facelatch/facelatch/internal/mrzread/mrzreadtest"
	"github.com/facelatch/facelatch/internal/mrzread/ocrb"
)

func main() {
	out := flag.String("o", "ocrb.weights", "the file to write")
	rounds := flag.Int("rounds", 7000, "how many pairs of lines to learn from")
	seed := flag.Uint64("seed", 20001, "the seed of the first pair; each next one has the next")
	flag.Parse()
	fonts := []*mrzreadtest.Font{mrzreadtest.OCRB("OCRB"), mrzreadtest.OCRB("OCRBS")}
	t := newTrainer(ocrb.Rows*ocrb.Cols, 104, 64, ocrb.Classes)
	right, seen := 0, 0
	for i := range *rounds {
		samples := mrzreadtest.Samples(fonts[i/2%2], uint64(i)+*seed)
		// Adam's rate falls along half a cosine.
		rate := 0.0001 + 0.0012*(1+math.Cos(math.Pi*float64(i)/float64(*rounds)))/2
		for len(samples) >= 32 {
			right += t.learn(samples[:32], rate)
			seen += 32
			samples = samples[32:]
		}
		if (i+1)%250 == 0 {
			fmt.Printf("%d pairs of lines, %.2f%% of the last characters right\n", i+1, 100*float64(right)/float64(seen))
			right, seen = 0, 0
			if err := os.WriteFile(*out, t.net.Bytes(), 0o644); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

// trainer is a network that learns by Adam (Kingma and Ba, 2015).
type trainer struct {
	net    *ocrb.Net
	layers []state
	steps  float64
}

// state is what a layer's learning needs: gradients, and running means of them and
// of their squares, weights first and then biases.
type state struct{ gradient, mean, square []float32 }

func newTrainer(sizes ...int) *trainer {
	r := rand.New(rand.NewPCG(1, 2))
	t := &trainer{net: &ocrb.Net{}}
	for i := 1; i < len(sizes); i++ {
		in, out := sizes[i-1], sizes[i]
		l := ocrb.Layer{In: in, Out: out, W: make([]float32, in*out), Bias: make([]float32, out)}
		for j := range l.W {
			l.W[j] = float32(r.NormFloat64() * math.Sqrt(2/float64(in)))
		}
		t.net.Layers = append(t.net.Layers, l)
		n := in*out + out
		t.layers = append(t.layers, state{make([]float32, n), make([]float32, n), make([]float32, n)})
	}
	return t
}

// learn takes one step and returns how many of the samples were right before it.
func (t *trainer) learn(batch []mrzreadtest.Sample, rate float64) (right int) {
	for i := range batch {
		if t.backward(&batch[i]) {
			right++
		}
	}
	t.steps++
	fast, slow := 1-math.Pow(0.9, t.steps), 1-math.Pow(0.999, t.steps)
	for k := range t.layers {
		s, l := &t.layers[k], &t.net.Layers[k]
		for j, g := range s.gradient {
			g /= float32(len(batch))
			s.mean[j] += 0.1 * (g - s.mean[j])
			s.square[j] += 0.001 * (g*g - s.square[j])
			step := float32(rate / fast * float64(s.mean[j]) / (math.Sqrt(float64(s.square[j])/slow) + 1e-8))
			if j < len(l.W) {
				l.W[j] -= step
			} else {
				l.Bias[j-len(l.W)] -= step
			}
		}
		clear(s.gradient)
	}
	return right
}

// backward adds one sample's gradients, of the cross-entropy with labels that are
// sure to 98 %.
func (t *trainer) backward(s *mrzreadtest.Sample) bool {
	values := [][]float32{s.Patch[:]}
	for k := range t.net.Layers {
		values = append(values, t.net.Layers[k].Forward(values[k], k+1 < len(t.net.Layers)))
	}
	last := values[len(values)-1]
	scores := ocrb.Softmax(last)
	best := 0
	errs := make([]float32, len(last))
	for i := range last {
		if last[i] > last[best] {
			best = i
		}
		errs[i] = float32(math.Exp(float64(scores[i]))) - 0.02/float32(ocrb.Classes)
	}
	errs[s.Class] -= 0.98
	for k := len(t.net.Layers) - 1; k >= 0; k-- {
		errs = t.layer(k, values[k], errs)
	}
	return best == s.Class
}

// layer adds the gradients of one layer and returns the errors of what is below it.
func (t *trainer) layer(k int, in, errs []float32) []float32 {
	l, s := &t.net.Layers[k], &t.layers[k]
	below := make([]float32, l.In)
	for o, e := range errs {
		if e == 0 {
			continue
		}
		w, g := l.W[o*l.In:(o+1)*l.In], s.gradient[o*l.In:(o+1)*l.In]
		for i, v := range in {
			g[i] += e * v
			if k > 0 {
				below[i] += e * w[i]
			}
		}
		s.gradient[len(l.W)+o] += e
	}
	for i, v := range in {
		if v <= 0 {
			below[i] = 0
		}
	}
	return below
}
