package blocked

import (
	"errors"
	"fmt"

	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnxfile"
)

// ErrUnsupported says that a file holds a network which this package does not
// rewrite; the message says what stands in the way.
var ErrUnsupported = errors.New("blocked: unsupported network")

// block is what numbers of channels become multiples of. A picture's one to
// three channels stay: the runtime's first convolution takes them as they are.
const (
	block   = 16
	picture = 3
)

// maxGrowth is how often the file's length the rewritten weights may take.
const maxGrowth = 4

// Rewrite returns a network that computes the same, faster. Its input is called
// "input", its output "output", with the shapes of the original's.
//
// It returns nil and an error that wraps [mend.ErrMalformed] or
// [ErrUnsupported] if the network cannot be rewritten. It takes time and memory
// in proportion to the file's length.
func Rewrite(model []byte) ([]byte, error) {
	g, err := mend.Read(model)
	if err != nil {
		return nil, err
	}
	r := rewriter{graph: g, made: map[string]tensor{}, negating: map[int]bool{}, most: maxGrowth*len(model) + 1<<16}
	if err := r.start(); err != nil {
		return nil, err
	}
	for _, n := range g.Nodes {
		if err := r.node(n); err != nil {
			return nil, err
		}
		if r.Size() > r.most {
			return nil, fmt.Errorf("%w: channels grow too many", ErrUnsupported)
		}
	}
	out, ok := r.made[g.Output]
	if !ok || !out.vector || out.channels != out.real {
		return nil, fmt.Errorf("%w: no vector at the end", ErrUnsupported)
	}
	return r.Model("blocked", wide(g.Shape), []int64{1, int64(out.channels)}), nil
}

// tensor is something computed: how many channels it has now, how many of these
// the original had, and whether it is a vector instead of a picture.
type tensor struct {
	channels, real int
	vector         bool
}

// rewriter writes a graph's operators one after the other.
type rewriter struct {
	onnxfile.Writer
	graph    *mend.Graph
	made     map[string]tensor
	negating map[int]bool // numbers of channels for which minus has weights
	shape    map[string]bool
	most     int
}

// start takes the input's shape from the file: one picture.
func (r *rewriter) start() error {
	s := r.graph.Shape
	if len(s) != 4 || s[0] != 1 || s[1] < 1 || s[1] > picture || s[2] < 1 || s[3] < 1 {
		return fmt.Errorf("%w: input of shape %v", ErrUnsupported, s)
	}
	r.made[r.graph.Input] = tensor{channels: s[1], real: s[1]}
	r.shape = map[string]bool{}
	return nil
}

// padded is how many channels there are to be instead of n.
func padded(n int) int {
	if n <= picture {
		return n
	}
	return (n + block - 1) / block * block
}

// node writes one operator.
func (r *rewriter) node(n mend.Node) error {
	if r.aboutShape(n) {
		return nil
	}
	if len(n.Outputs) != 1 || len(n.Inputs) == 0 {
		return fmt.Errorf("%w: a %s with %d inputs and %d outputs", ErrUnsupported, n.Kind, len(n.Inputs), len(n.Outputs))
	}
	if _, twice := r.made[n.Outputs[0]]; twice {
		return fmt.Errorf("%w: %q is computed twice", mend.ErrMalformed, n.Outputs[0])
	}
	switch n.Kind {
	case "Conv":
		return r.convolution(n)
	case "PRelu":
		return r.prelu(n)
	case "Relu", "Sigmoid", "GlobalAveragePool":
		return r.single(n)
	case "Add", "Mul":
		return r.pair(n)
	case "Reshape", "Flatten":
		return r.flatten(n)
	case "MatMul":
		return r.product(n)
	case "BatchNormalization":
		return r.normalise(n)
	}
	return fmt.Errorf("%w: operator %s", ErrUnsupported, n.Kind)
}

// aboutShape drops the operators by which exporters work out, at run time, the
// shape that a flattened picture is to have. It remembers what they make, so that
// nothing but a reshape can take it.
func (r *rewriter) aboutShape(n mend.Node) bool {
	switch n.Kind {
	case "Shape", "Constant", "Gather", "Unsqueeze", "Concat":
		for _, out := range n.Outputs {
			r.shape[out] = true
		}
		return true
	}
	return false
}

// operand returns what an input holds; it must have been computed.
func (r *rewriter) operand(n mend.Node, i int) (tensor, error) {
	if i < len(n.Inputs) {
		if t, ok := r.made[n.Inputs[i]]; ok {
			return t, nil
		}
	}
	return tensor{}, fmt.Errorf("%w: input %d of a %s is not computed before it", ErrUnsupported, i, n.Kind)
}

// weights returns the constant that an input is, if it has the shape wanted; 0
// stands for any size.
func (r *rewriter) weights(n mend.Node, i int, shape ...int) (mend.Weights, error) {
	if i < len(n.Inputs) {
		w, ok := r.graph.Weights[n.Inputs[i]]
		fits := ok && len(w.Shape) == len(shape)
		for d := 0; fits && d < len(shape); d++ {
			fits = shape[d] == 0 || shape[d] == w.Shape[d]
		}
		if fits {
			return w, nil
		}
	}
	return mend.Weights{}, fmt.Errorf("%w: input %d of a %s is no constant of shape %v", ErrUnsupported, i, n.Kind, shape)
}

// name is what something computed is called in the new file.
func (r *rewriter) name(original string) string {
	switch original {
	case r.graph.Input:
		return onnxfile.InputName
	case r.graph.Output:
		return onnxfile.OutputName
	}
	return "x" + original
}

func wide(shape []int) []int64 {
	var list []int64
	for _, d := range shape {
		list = append(list, int64(d))
	}
	return list
}
