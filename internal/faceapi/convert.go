package faceapi

import (
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// side is the height and the width of the network's input, in pixels.
const side = 150

// ToONNX converts a list of weights (face_recognition_model-weights_manifest.json) and
// the file that it describes (face_recognition_model.bin) to an ONNX file that computes
// the same for one picture. The ONNX file's input is called "input" and has the shape
// 1 x 3 x 150 x 150; its output is called "output" and is 1 x n, in which n is 128 for
// the published weights.
//
// It returns nil and an error that wraps [ErrMalformed] if the files are something else.
func ToONNX(list, data []byte) ([]byte, error) {
	w, err := read(list, data)
	if err != nil {
		return nil, err
	}
	c := converter{weights: w, at: onnxfile.InputName, channels: 3, side: side}
	for _, l := range layers() {
		if err := c.layer(l); err != nil {
			return nil, err
		}
	}
	floats, err := c.finish()
	if err != nil {
		return nil, err
	}
	for name := range c.weights {
		return nil, fmt.Errorf("%w: %q has no place in the network", ErrMalformed, name)
	}
	return c.Model("faceapi", []int64{1, 3, side, side}, []int64{1, int64(floats)}), nil
}

// layers are the network's residual layers by name, in order, behind a first
// convolution. Those with down in their name halve the picture.
func layers() []string {
	return strings.Fields(`conv32_down
		conv32_1 conv32_2 conv32_3
		conv64_down conv64_1 conv64_2 conv64_3
		conv128_down conv128_1 conv128_2
		conv256_down conv256_1 conv256_2 conv256_down_out`)
}

// converter writes the network's layers one after the other.
type converter struct {
	onnxfile.Writer
	weights        weights
	at             string // the name of what was computed last
	channels, side int    // and its size
}

func (c *converter) layer(name string) error {
	switch {
	case c.at == onnxfile.InputName:
		return c.first(name)
	case strings.Contains(name, "_down"):
		return c.halving(name)
	}
	return c.residual(name)
}

// first is a convolution of 7 by 7 pixels, a rectifier, and the largest of 3 by 3.
func (c *converter) first(name string) error {
	if err := c.convolution(name, name, convolution{kernel: 7, stride: 2}); err != nil {
		return err
	}
	c.rectify()
	c.side = (c.side-3)/2 + 1
	c.node("MaxPool", name+".pool", []string{c.at}, onnxfile.Integers("kernel_shape", 3, 3), onnxfile.Integers("strides", 2, 2))
	return nil
}

// residual adds two convolutions of what came in to it.
func (c *converter) residual(name string) error {
	shortcut, channels := c.at, c.channels
	if err := c.pair(name, convolution{kernel: 3, stride: 1, pad: 1}); err != nil {
		return err
	}
	if c.channels != channels {
		return fmt.Errorf("%w: %s changes the number of channels", ErrMalformed, name)
	}
	c.join(name, shortcut)
	return nil
}

// halving adds two convolutions, the first with a stride of two, to the mean of every
// two by two pixels of what came in. Where the convolutions double the channels the others are
// empty, and so are a last row and column where the convolutions give one less.
func (c *converter) halving(name string) error {
	shortcut, channels, half := c.at, c.channels, c.side/2
	if err := c.pair(name, convolution{kernel: 3, stride: 2}); err != nil {
		return err
	}
	if c.channels != channels && c.channels != 2*channels || half-c.side > 1 || half < c.side {
		return fmt.Errorf("%w: %s computes %d channels of %d pixels to join %d of %d", ErrMalformed, name, c.channels, c.side, channels, half)
	}
	if c.side < half {
		c.grow(name)
	}
	c.shortcut(name, shortcut, channels)
	c.join(name, name+".half")
	return nil
}

// pair is two convolutions with a rectifier between them.
func (c *converter) pair(name string, first convolution) error {
	if err := c.convolution(name+"/conv1", name+".1", first); err != nil {
		return err
	}
	c.rectify()
	return c.convolution(name+"/conv2", name+".2", convolution{kernel: 3, stride: 1, pad: 1})
}

// finish takes the mean of each channel, multiplies it with the last layer's weights,
// and returns how many floats that gives.
func (c *converter) finish() (floats int, err error) {
	fc, err := c.weights.take("fc", c.channels, 0)
	if err != nil {
		return 0, err
	}
	floats = fc.shape[1]
	turned := make([]float32, len(fc.values))
	for i, v := range fc.values {
		turned[i%floats*c.channels+i/floats] = float32(v)
	}
	c.Weight("fc", []int64{int64(floats), int64(c.channels)}, turned)
	c.node("GlobalAveragePool", "means", []string{c.at})
	c.node("Flatten", "vector", []string{c.at}, onnxfile.Integer("axis", 1))
	c.node("Gemm", onnxfile.OutputName, []string{c.at, "fc"}, onnxfile.Integer("transB", 1))
	return floats, nil
}

// node adds an operator, whose output is what was computed last.
func (c *converter) node(kind, output string, inputs []string, attributes ...onnxfile.Attribute) {
	c.Node(kind, output, inputs, attributes...)
	c.at = output
}

func (c *converter) rectify() { c.node("Relu", c.at+".relu", []string{c.at}) }

// join adds a shortcut to what was computed last, behind a rectifier.
func (c *converter) join(name, shortcut string) {
	c.node("Add", name+".sum", []string{c.at, shortcut})
	c.rectify()
}
