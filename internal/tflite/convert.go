package tflite

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// maxGrowth is how often the file's length the weights may take. They take
// about the file's length, unless operators share them.
const maxGrowth = 2

// ToONNX converts a TensorFlow Lite file to an ONNX file that computes the
// same for one picture. The ONNX file's input is called "input" and has the
// shape 1 x C x H x W where the original's was N x H x W x C; its output is
// called "output" and has the original's shape with a batch of one, channels
// first if there are pixels.
//
// It returns nil and an error that wraps [ErrMalformed] or [ErrUnsupported]
// if the file cannot be converted. It takes time and memory in proportion to
// the file's length.
func ToONNX(data []byte) ([]byte, error) {
	n, err := decode(data)
	if err != nil {
		return nil, err
	}
	n.fusePRelu()
	n.prune()
	c := converter{network: n, shapes: map[int]shape{}, negating: map[int]bool{}}
	if err := c.start(); err != nil {
		return nil, err
	}
	for _, o := range n.operators {
		if err := c.operator(o); err != nil {
			return nil, err
		}
		if c.Size() > maxGrowth*len(data) {
			return nil, fmt.Errorf("%w: weights are used again and again", ErrUnsupported)
		}
	}
	output, ok := c.shapes[n.output]
	if !ok || len(n.operators) == 0 {
		return nil, fmt.Errorf("%w: nothing computes the output", ErrMalformed)
	}
	return c.Model("tflite", c.shapes[n.input].dims(), output.dims()), nil
}

// shape is the size of something computed for one picture.
type shape struct {
	channels, height, width int
	vector                  bool // has no height and width
}

func (s shape) dims() []int64 {
	if s.vector {
		return []int64{1, int64(s.channels)}
	}
	return []int64{1, int64(s.channels), int64(s.height), int64(s.width)}
}

// converter writes a network's operators one after the other.
type converter struct {
	*network
	onnxfile.Writer
	shapes   map[int]shape // of the tensors computed so far
	negating map[int]bool  // numbers of channels for which minus has weights
}

// start takes the shape of the input from the file. All other shapes follow
// from it.
func (c *converter) start() error {
	t := c.tensors[c.input]
	if _, ok := volume(t.shape); !ok || len(t.shape) != 4 || !t.float || t.values != nil {
		return fmt.Errorf("%w: input of shape %v", ErrUnsupported, t.shape)
	}
	c.shapes[c.input] = shape{channels: t.shape[3], height: t.shape[1], width: t.shape[2]}
	return nil
}

// name is what a computed tensor is called in the ONNX file.
func (c *converter) name(index int) string {
	switch index {
	case c.input:
		return onnxfile.InputName
	case c.output:
		return onnxfile.OutputName
	}
	return "t" + strconv.Itoa(index)
}

// operator writes one operator.
func (c *converter) operator(o operator) error {
	if o.options.otherActivation {
		return fmt.Errorf("%w: an activation other than ReLU", ErrUnsupported)
	}
	switch o.code {
	case opConv, opDepthwise:
		return c.convolution(o)
	case opAdd, opSub, opMul:
		return c.arithmetic(o)
	case opPRelu:
		return c.prelu(o)
	case opRelu:
		return c.elementwise(o, "Relu")
	case opAbs:
		return c.elementwise(o, "Abs")
	case opReshape:
		return c.reshape(o)
	}
	return fmt.Errorf("%w: operator code %d", ErrUnsupported, o.code)
}

// finish writes a node and, if the operator asks for it, a rectifier behind it.
func (c *converter) finish(o operator, s shape, kind string, inputs []string, attributes ...onnxfile.Attribute) error {
	if want, ok := fileShape(s, c.tensors[o.output].shape); !ok {
		return fmt.Errorf("%w: %s computes %v, the file says %v", ErrMalformed, kind, want, c.tensors[o.output].shape)
	}
	if !c.tensors[o.output].float {
		return fmt.Errorf("%w: %s computes something other than 32-bit floats", ErrUnsupported, kind)
	}
	name := c.name(o.output)
	if o.options.relu {
		c.Node(kind, name+".linear", inputs, attributes...)
		kind, inputs, attributes = "Relu", []string{name + ".linear"}, nil
	}
	c.Node(kind, name, inputs, attributes...)
	c.shapes[o.output] = s
	return nil
}

// fileShape says whether a shape is the one in the file, batch apart.
func fileShape(s shape, file []int) ([]int, bool) {
	want := []int{s.height, s.width, s.channels}
	if s.vector {
		want = want[2:]
	}
	return want, len(file) == len(want)+1 && slices.Equal(file[1:], want)
}

// operand returns the shape of an operator's input that must be computed.
func (c *converter) operand(o operator, i int) (shape, error) {
	if i < len(o.inputs) {
		if s, ok := c.shapes[o.inputs[i]]; ok {
			return s, nil
		}
	}
	return shape{}, fmt.Errorf("%w: input %d of operator code %d is not computed before it", ErrMalformed, i, o.code)
}
