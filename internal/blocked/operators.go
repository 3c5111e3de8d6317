package blocked

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnxfile"
)

// convolution writes a plain or a depthwise convolution with zeros for the
// channels that are added.
func (r *rewriter) convolution(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	group := 1
	if g := n.Integers["group"]; len(g) == 1 {
		group = g[0]
	}
	if in.vector || len(n.Others) > 0 || group != 1 && group != in.real || slices.ContainsFunc(n.Integers["dilations"], func(d int) bool { return d != 1 }) {
		return fmt.Errorf("%w: a convolution of %d groups, dilated, or with pads that it does not state", ErrUnsupported, group)
	}
	w, err := r.weights(n, 1, 0, in.real/group, 0, 0)
	if err != nil {
		return err
	}
	bias, err := r.weights(n, 2, w.Shape[0])
	if err != nil {
		return err
	}
	if group != 1 && w.Shape[0] != group {
		return fmt.Errorf("%w: a depthwise convolution that changes the number of channels", ErrUnsupported)
	}
	out := tensor{channels: padded(w.Shape[0]), real: w.Shape[0]}
	each, groups := in.channels, 1
	if group != 1 {
		each, groups = 1, out.channels
	}
	id := n.Outputs[0]
	size := w.Shape[2] * w.Shape[3]
	r.Weight("w"+id, []int64{int64(out.channels), int64(each), int64(w.Shape[2]), int64(w.Shape[3])},
		spread(w.Values, out.real, in.real/group*size, out.channels, each*size))
	r.Weight("b"+id, []int64{int64(out.channels)}, spread(bias.Values, 1, out.real, 1, out.channels))
	attributes := []onnxfile.Attribute{onnxfile.Integer("group", groups), onnxfile.Integers("kernel_shape", w.Shape[2:]...)}
	for _, name := range []string{"strides", "pads"} {
		if list := n.Integers[name]; list != nil {
			attributes = append(attributes, onnxfile.Integers(name, list...))
		}
	}
	r.Node("Conv", r.name(id), []string{r.name(n.Inputs[0]), "w" + id, "b" + id}, attributes...)
	r.made[id] = out
	return nil
}

// spread copies rows into longer and more rows, with zeros in what is added.
func spread(values []float32, rows, length, newRows, newLength int) []float32 {
	out := make([]float32, newRows*newLength)
	for i := range rows {
		copy(out[i*newLength:], values[i*length:(i+1)*length])
	}
	return out
}

// prelu writes x + (1-slope)*relu(-x); see internal/tflite for why.
func (r *rewriter) prelu(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	slopes, err := r.weights(n, 1, in.real, 1, 1)
	if err != nil || in.vector {
		return fmt.Errorf("%w: a PReLU with other than a slope for each channel", ErrUnsupported)
	}
	rest := make([]float32, in.channels)
	for i, s := range slopes.Values {
		rest[i] = 1 - s
	}
	x, id := r.name(n.Inputs[0]), n.Outputs[0]
	r.Weight("w"+id, []int64{int64(in.channels), 1, 1, 1}, rest)
	single := []onnxfile.Attribute{onnxfile.Integer("group", in.channels), onnxfile.Integers("kernel_shape", 1, 1)}
	r.Node("Conv", "n"+id, []string{x, r.minus(in.channels)}, single...)
	r.Node("Relu", "r"+id, []string{"n" + id})
	r.Node("Conv", "s"+id, []string{"r" + id, "w" + id}, single...)
	r.Node("Add", r.name(id), []string{"s" + id, x})
	r.made[id] = in
	return nil
}

// minus returns the name of weights that turn the sign of so many channels.
func (r *rewriter) minus(channels int) string {
	name := "minus" + strconv.Itoa(channels)
	if !r.negating[channels] {
		r.negating[channels] = true
		values := make([]float32, channels)
		for i := range values {
			values[i] = -1
		}
		r.Weight(name, []int64{int64(channels), 1, 1, 1}, values)
	}
	return name
}

// single writes an operator of one operand, which treats channels alike.
func (r *rewriter) single(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	if in.vector || len(n.Inputs) != 1 {
		return fmt.Errorf("%w: a %s of a vector", ErrUnsupported, n.Kind)
	}
	r.Node(n.Kind, r.name(n.Outputs[0]), []string{r.name(n.Inputs[0])})
	r.made[n.Outputs[0]] = in
	return nil
}

// pair writes a sum or a product of two operands with the same channels. In a
// product, what is added may be other than zero in one of them (a sigmoid of 0
// is a half), and stays zero in the product, since the other is zero there; in
// a sum it would not, but nothing reads it either.
func (r *rewriter) pair(n mend.Node) error {
	a, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	b, err := r.operand(n, 1)
	if err != nil {
		return err
	}
	if a != b || a.vector || len(n.Inputs) != 2 {
		return fmt.Errorf("%w: a %s of %d and %d channels", ErrUnsupported, n.Kind, a.real, b.real)
	}
	r.Node(n.Kind, r.name(n.Outputs[0]), []string{r.name(n.Inputs[0]), r.name(n.Inputs[1])})
	r.made[n.Outputs[0]] = a
	return nil
}

// flatten makes a vector of a picture of one pixel, or of more if no channels
// were added; the product that follows says how many values it has.
func (r *rewriter) flatten(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	byShape := n.Kind == "Reshape" && len(n.Inputs) == 2 && r.shape[n.Inputs[1]]
	byAxis := n.Kind == "Flatten" && len(n.Inputs) == 1 && (n.Integers["axis"] == nil || slices.Equal(n.Integers["axis"], []int{1}))
	if in.vector || in.channels != in.real || !byShape && !byAxis {
		return fmt.Errorf("%w: a %s", ErrUnsupported, n.Kind)
	}
	r.Node("Flatten", r.name(n.Outputs[0]), []string{r.name(n.Inputs[0])}, onnxfile.Integer("axis", 1))
	r.made[n.Outputs[0]] = tensor{vector: true}
	return nil
}

// product writes a vector's product with a constant matrix.
func (r *rewriter) product(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	w, err := r.weights(n, 1, in.channels, 0)
	if err != nil || !in.vector {
		return fmt.Errorf("%w: a MatMul of other than a vector and a constant", ErrUnsupported)
	}
	id := n.Outputs[0]
	r.Weight("w"+id, wide(w.Shape), w.Values)
	r.Node("MatMul", r.name(id), []string{r.name(n.Inputs[0]), "w" + id})
	r.made[id] = tensor{channels: w.Shape[1], real: w.Shape[1], vector: true}
	return nil
}

// normalise writes the normalisation of a vector by constants, with the
// standard's own epsilon of 1e-5, which is what training programs write too.
func (r *rewriter) normalise(n mend.Node) error {
	in, err := r.operand(n, 0)
	if err != nil {
		return err
	}
	epsilon, stated := n.Floats["epsilon"]
	if !in.vector || len(n.Inputs) != 5 || in.channels == 0 || stated && epsilon != 1e-5 {
		return fmt.Errorf("%w: a normalisation of other than a vector, or with another epsilon", ErrUnsupported)
	}
	id := n.Outputs[0]
	inputs := []string{r.name(n.Inputs[0])}
	for i := 1; i < 5; i++ {
		w, err := r.weights(n, i, in.channels)
		if err != nil {
			return err
		}
		name := strconv.Itoa(i) + id
		r.Weight(name, wide(w.Shape), w.Values)
		inputs = append(inputs, name)
	}
	r.Node("BatchNormalization", r.name(id), inputs)
	r.made[id] = in
	return nil
}
