package tflite

import (
	"fmt"
	"strconv"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// prelu writes a rectifier with a slope for each channel,
//
//	f(x) = max(x, 0) + slope*min(x, 0) = x + (1 - slope)*relu(-x),
//
// as two depthwise convolutions of single pixels: the first computes -x, the
// second multiplies. ONNX Runtime has PReLU itself, but not in the blocked
// layout in which it runs convolutions fastest, and it turns the picture's
// layout round before and after each PReLU. Both convolutions stay in that
// layout and take the rectifier and the sum in with them. MobileFaceNet took
// 3.0 ms instead of 10.1 ms for it (one core of x86-64 with AVX-512, runtime
// 1.30.0, all optimisations).
//
// The sum rounds to a float near x, so that where the slope is small the result
// is off by up to 1e-7 of x rather than of itself.
func (c *converter) prelu(o operator) error {
	s, err := c.operand(o, 0)
	if err != nil {
		return err
	}
	if len(o.inputs) != 2 {
		return fmt.Errorf("%w: a PReLU without slopes", ErrMalformed)
	}
	slopes, err := c.perChannel(o.inputs[1], s)
	if err != nil {
		return err
	}
	if s.vector {
		return fmt.Errorf("%w: a PReLU of a vector", ErrUnsupported)
	}
	rest := make([]float32, len(slopes))
	for i, v := range slopes {
		rest[i] = 1 - v
	}
	x, id := c.name(o.inputs[0]), strconv.Itoa(o.output)
	c.Weight("c"+id, []int64{int64(s.channels), 1, 1, 1}, rest)
	single := []onnxfile.Attribute{onnxfile.Integer("group", s.channels), onnxfile.Integers("kernel_shape", 1, 1)}
	c.Node("Conv", "n"+id, []string{x, c.minus(s.channels)}, single...)
	c.Node("Relu", "r"+id, []string{"n" + id})
	c.Node("Conv", "s"+id, []string{"r" + id, "c" + id}, single...)
	return c.finish(o, s, "Add", []string{"s" + id, x})
}

// minus returns the name of weights that turn the sign of so many channels.
func (c *converter) minus(channels int) string {
	name := "minus" + strconv.Itoa(channels)
	if !c.negating[channels] {
		c.negating[channels] = true
		values := make([]float32, channels)
		for i := range values {
			values[i] = -1
		}
		c.Weight(name, []int64{int64(channels), 1, 1, 1}, values)
	}
	return name
}
