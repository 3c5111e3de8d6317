package tflite

import (
	"fmt"
	"strconv"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// convolution writes a plain or a depthwise convolution.
func (c *converter) convolution(o operator) error {
	in, err := c.operand(o, 0)
	if err != nil {
		return err
	}
	k, err := c.kernel(o, in)
	if err != nil {
		return err
	}
	top, bottom, height := pads(o.options.valid, in.height, k.height, o.options.strideH)
	left, right, width := pads(o.options.valid, in.width, k.width, o.options.strideW)
	out := shape{channels: k.outputs, height: height, width: width}
	if _, ok := volume([]int{out.channels, out.height, out.width}); !ok {
		return fmt.Errorf("%w: a convolution from %v to %v", ErrUnsupported, in, out)
	}
	id := strconv.Itoa(o.output)
	inputs := []string{c.name(o.inputs[0]), "w" + id}
	c.Weight("w"+id, []int64{int64(k.outputs), int64(k.inputs), int64(k.height), int64(k.width)}, k.turned)
	if k.bias != nil {
		c.Weight("b"+id, []int64{int64(k.outputs)}, k.bias)
		inputs = append(inputs, "b"+id)
	}
	return c.finish(o, out, "Conv", inputs,
		onnxfile.Integer("group", k.groups),
		onnxfile.Integers("kernel_shape", k.height, k.width),
		onnxfile.Integers("pads", top, left, bottom, right),
		onnxfile.Integers("strides", o.options.strideH, o.options.strideW))
}

// kernel is a convolution's weights as ONNX has them.
type kernel struct {
	outputs, inputs, height, width int // inputs of each group
	groups                         int
	turned                         []float32 // outputs x inputs x height x width
	bias                           []float32 // nil for none
}

// kernel checks an operator's weights against its input and turns them.
func (c *converter) kernel(o operator, in shape) (kernel, error) {
	if in.vector || len(o.inputs) < 2 || o.options.dilated || o.options.strideH < 1 || o.options.strideW < 1 {
		return kernel{}, fmt.Errorf("%w: a convolution of %v with options %+v", ErrUnsupported, in, o.options)
	}
	w := c.tensors[o.inputs[1]]
	if w.values == nil || len(w.shape) != 4 {
		return kernel{}, fmt.Errorf("%w: convolution weights that are not a constant in four dimensions", ErrUnsupported)
	}
	k := kernel{height: w.shape[1], width: w.shape[2]}
	if o.code == opDepthwise { // 1 x H x W x outputs
		k.outputs, k.inputs, k.groups = w.shape[3], 1, in.channels
		if w.shape[0] != 1 || k.outputs%k.groups != 0 {
			return kernel{}, fmt.Errorf("%w: depthwise weights %v for %d channels", ErrMalformed, w.shape, in.channels)
		}
		k.turned = turn(w.values, 1, k.height*k.width, k.outputs)
	} else { // outputs x H x W x inputs
		k.outputs, k.inputs, k.groups = w.shape[0], w.shape[3], 1
		if k.inputs != in.channels {
			return kernel{}, fmt.Errorf("%w: weights %v for %d channels", ErrMalformed, w.shape, in.channels)
		}
		k.turned = turn(w.values, k.outputs, k.height*k.width, k.inputs)
	}
	if len(o.inputs) > 2 {
		k.bias = c.tensors[o.inputs[2]].values
		if len(k.bias) != k.outputs {
			return kernel{}, fmt.Errorf("%w: a bias of %d for %d channels", ErrMalformed, len(k.bias), k.outputs)
		}
	}
	return k, nil
}

// turn exchanges rows and columns in each of count matrices that stand behind
// one another.
func turn(values []float32, count, rows, columns int) []float32 {
	turned := make([]float32, len(values))
	for m := range count {
		from, to := values[m*rows*columns:], turned[m*rows*columns:]
		for r := range rows {
			for c := range columns {
				to[c*rows+r] = from[r*columns+c]
			}
		}
	}
	return turned
}

// pads returns how many pixels TensorFlow puts before and after size pixels
// and how many come out. With "same" padding as many come out as strides fit,
// and of an uneven number of pads the larger half goes after.
func pads(valid bool, size, kernel, stride int) (before, after, out int) {
	if valid {
		if size < kernel {
			return 0, 0, 0
		}
		return 0, 0, (size-kernel)/stride + 1
	}
	out = (size-1)/stride + 1
	total := max(0, (out-1)*stride+kernel-size)
	return total / 2, total - total/2, out
}
