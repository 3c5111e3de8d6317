package faceapi

import (
	"fmt"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// convolution is what a convolution's weights do not say.
type convolution struct{ kernel, stride, pad int }

// convolution writes the convolution whose constants have a prefix, with the scale and
// the offset behind it multiplied into it.
func (c *converter) convolution(prefix, name string, k convolution) error {
	filters, err := c.weights.take(prefix+"/conv/filters", k.kernel, k.kernel, c.channels, 0)
	if err != nil {
		return err
	}
	out := filters.shape[3]
	var each [3]tensor
	for i, part := range []string{"/conv/bias", "/scale/weights", "/scale/biases"} {
		if each[i], err = c.weights.take(prefix+part, out); err != nil {
			return err
		}
	}
	if c.side+2*k.pad < k.kernel {
		return fmt.Errorf("%w: %s is larger than what it looks at", ErrMalformed, name)
	}
	c.Weight(name+".w", []int64{int64(out), int64(c.channels), int64(k.kernel), int64(k.kernel)}, turned(filters, each[1].values))
	offsets := make([]float32, out)
	for o := range offsets {
		offsets[o] = float32(float64(each[0].values[o]*each[1].values[o]) + each[2].values[o])
	}
	c.Weight(name+".b", []int64{int64(out)}, offsets)
	c.node("Conv", name, []string{c.at, name + ".w", name + ".b"},
		onnxfile.Integers("kernel_shape", k.kernel, k.kernel),
		onnxfile.Integers("pads", k.pad, k.pad, k.pad, k.pad),
		onnxfile.Integers("strides", k.stride, k.stride))
	c.channels, c.side = out, (c.side+2*k.pad-k.kernel)/k.stride+1
	return nil
}

// turned are filters of height x width x in x out, each times its scale, as
// out x in x height x width.
func turned(filters tensor, scales []float64) []float32 {
	pixels, in, out := filters.shape[0]*filters.shape[1], filters.shape[2], filters.shape[3]
	list := make([]float32, len(filters.values))
	for p := range pixels {
		for i := range in {
			for o := range out {
				list[(o*in+i)*pixels+p] = float32(filters.values[(p*in+i)*out+o] * scales[o])
			}
		}
	}
	return list
}

// shortcut writes the mean of every two by two pixels, and empty channels behind those
// that are there, as one convolution.
func (c *converter) shortcut(name, from string, channels int) {
	values := make([]float32, c.channels*channels*4)
	for i := range channels {
		for p := range 4 {
			values[(i*channels+i)*4+p] = 0.25
		}
	}
	c.Weight(name+".half.w", []int64{int64(c.channels), int64(channels), 2, 2}, values)
	c.Node("Conv", name+".half", []string{from, name + ".half.w"},
		onnxfile.Integers("kernel_shape", 2, 2), onnxfile.Integers("strides", 2, 2))
}

// grow adds an empty row and an empty column at the bottom and right.
func (c *converter) grow(name string) {
	channels, size := int64(c.channels), int64(c.side)
	c.Weight(name+".row", []int64{1, channels, 1, size}, make([]float32, channels*size))
	c.Weight(name+".column", []int64{1, channels, size + 1, 1}, make([]float32, channels*(size+1)))
	c.node("Concat", name+".higher", []string{c.at, name + ".row"}, onnxfile.Integer("axis", 2))
	c.node("Concat", name+".wider", []string{c.at, name + ".column"}, onnxfile.Integer("axis", 3))
	c.side++
}
