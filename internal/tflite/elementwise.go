package tflite

import (
	"fmt"
	"strconv"

	"github.com/facelatch/facelatch/internal/onnxfile"
)

// elementwise writes an operator that changes each value by itself.
func (c *converter) elementwise(o operator, kind string) error {
	in, err := c.operand(o, 0)
	if err != nil {
		return err
	}
	return c.finish(o, in, kind, []string{c.name(o.inputs[0])})
}

// arithmetic writes a sum, a difference or a product, of two pictures of one
// shape, or of a picture with a constant for each channel.
func (c *converter) arithmetic(o operator) error {
	if len(o.inputs) != 2 {
		return fmt.Errorf("%w: arithmetic on %d operands", ErrMalformed, len(o.inputs))
	}
	picture := 0
	if c.constant(o.inputs[0]) {
		picture = 1
	}
	s, err := c.operand(o, picture)
	if err != nil {
		return err
	}
	names := []string{c.name(o.inputs[0]), c.name(o.inputs[1])}
	if other := o.inputs[1-picture]; c.constant(other) {
		values, err := c.perChannel(other, s)
		if err != nil {
			return err
		}
		names[1-picture] = "c" + strconv.Itoa(o.output)
		dims := []int64{int64(s.channels), 1, 1}
		if s.vector {
			dims = dims[:1]
		}
		c.Weight(names[1-picture], dims, values)
	} else if t, err := c.operand(o, 1-picture); err != nil || t != s {
		return fmt.Errorf("%w: arithmetic on %v and %v", ErrUnsupported, s, t)
	}
	kind := map[opcode]string{opAdd: "Add", opSub: "Sub", opMul: "Mul"}[o.code]
	return c.finish(o, s, kind, names)
}

// perChannel returns a constant with one value for each channel of s. The
// constant's channels come last and are all it has.
func (c *converter) perChannel(index int, s shape) ([]float32, error) {
	t := c.tensors[index]
	if len(t.values) != s.channels || len(t.shape) == 0 || t.shape[len(t.shape)-1] != s.channels {
		return nil, fmt.Errorf("%w: a constant of shape %v for %d channels", ErrUnsupported, t.shape, s.channels)
	}
	return t.values, nil
}

// reshape writes the only reshape that means the same with channels first: one
// pixel's channels become a vector. The shape wanted is that of the output.
func (c *converter) reshape(o operator) error {
	in, err := c.operand(o, 0)
	if err != nil {
		return err
	}
	if in.height != 1 || in.width != 1 || in.vector {
		return fmt.Errorf("%w: reshape of %v", ErrUnsupported, in)
	}
	in.vector = true
	return c.finish(o, in, "Flatten", []string{c.name(o.inputs[0])}, onnxfile.Integer("axis", 1))
}
