package mend

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Graph is what one model computes, as far as a rewriter needs to know it.
type Graph struct {
	Nodes []Node // in the order of the file, in which each comes after what it takes
	// Weights are the float32 initializers with raw data. Others are left out.
	Weights map[string]Weights
	// Input and Output are the names of the only input that is no weight, and of
	// the only output.
	Input, Output string
	Shape         []int // of the input; 0 where the file does not say
	OutputShape   []int
}

// Node is one operator.
type Node struct {
	Kind            string
	Inputs, Outputs []string
	// Integers are its attributes that are an integer or several, Floats those that
	// are one float.
	Integers map[string][]int
	Floats   map[string]float32
	// Others are the names of its other attributes.
	Others []string
}

// Read returns a model's graph. It returns an error that wraps ErrMalformed if
// the bytes are not a model with one graph, one input and one output.
func Read(model []byte) (*Graph, error) {
	var g *Graph
	err := fields(model, func(number int, value field) error {
		if number != 7 { // ModelProto.graph
			return nil
		}
		if g != nil {
			return fmt.Errorf("%w: two graphs", ErrMalformed)
		}
		g = &Graph{Weights: map[string]Weights{}}
		return value.message(g.read)
	})
	if err == nil && (g == nil || g.Input == "" || g.Output == "") {
		err = fmt.Errorf("%w: not one graph with an input and an output", ErrMalformed)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// read reads a GraphProto. Which of its inputs is no weight is known at its end.
func (g *Graph) read(b []byte) error {
	var inputs []place
	err := fields(b, func(number int, value field) error {
		switch number {
		case 1: // GraphProto.node
			return g.node(value)
		case 5: // GraphProto.initializer
			return g.weight(value)
		case 11: // GraphProto.input
			p, err := readPlace(value)
			inputs = append(inputs, p)
			return err
		case 12: // GraphProto.output
			p, err := readPlace(value)
			if g.Output != "" {
				return fmt.Errorf("%w: two outputs", ErrMalformed)
			}
			g.Output, g.OutputShape = p.name, p.shape
			return err
		}
		return nil
	})
	for _, p := range inputs {
		if _, weight := g.Weights[p.name]; weight {
			continue
		}
		if g.Input != "" {
			return fmt.Errorf("%w: two inputs", ErrMalformed)
		}
		g.Input, g.Shape = p.name, p.shape
	}
	return err
}

func (g *Graph) weight(tensor field) error {
	w, err := weights(tensor)
	if err != nil || w.Values == nil {
		return err
	}
	return tensor.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			if number == 8 { // TensorProto.name
				g.Weights[string(value.bytes)] = w
			}
			return nil
		})
	})
}

func (g *Graph) node(value field) error {
	n := Node{Integers: map[string][]int{}, Floats: map[string]float32{}}
	err := value.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			switch number {
			case 1: // NodeProto.input
				n.Inputs = append(n.Inputs, string(value.bytes))
			case 2: // NodeProto.output
				n.Outputs = append(n.Outputs, string(value.bytes))
			case 4: // NodeProto.op_type
				n.Kind = string(value.bytes)
			case 5: // NodeProto.attribute
				return n.attribute(value)
			}
			return nil
		})
	})
	g.Nodes = append(g.Nodes, n)
	return err
}

// attribute reads an AttributeProto. A list of integers may be packed or not.
func (n *Node) attribute(value field) error {
	var name string
	var list []int
	var float []byte
	err := value.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			switch {
			case number == 1:
				name = string(value.bytes)
			case number == 2 && value.wire == wireFixed32:
				float = value.bytes
			case (number == 3 || number == 8) && value.wire == wireVarint:
				list = append(list, int(value.number))
			case number == 8 && value.wire == wireBytes:
				return varints(value.bytes, &list)
			}
			return nil
		})
	})
	switch {
	case list != nil:
		n.Integers[name] = list
	case float != nil:
		n.Floats[name] = math.Float32frombits(binary.LittleEndian.Uint32(float))
	default:
		n.Others = append(n.Others, name)
	}
	return err
}

func varints(b []byte, list *[]int) error {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return fmt.Errorf("%w: bad integers", ErrMalformed)
		}
		*list, b = append(*list, int(v)), b[n:]
	}
	return nil
}

// place is an input or an output of a graph.
type place struct {
	name  string
	shape []int
}

// readPlace reads a ValueInfoProto: its name, and within its type (2) the tensor
// (1), its shape (2), the dimensions (1) and of each the value (1).
func readPlace(value field) (p place, err error) {
	err = value.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			switch number {
			case 1:
				p.name = string(value.bytes)
			case 2:
				return inner(value, []int{1, 2, 1}, func(dimension []byte) error {
					size := 0
					err := fields(dimension, func(number int, value field) error {
						if number == 1 {
							size = int(value.number)
						}
						return nil
					})
					p.shape = append(p.shape, size)
					return err
				})
			}
			return nil
		})
	})
	return p, err
}

// inner visits the messages at the end of a path of field numbers.
func inner(value field, path []int, visit func([]byte) error) error {
	if len(path) == 0 {
		return value.message(visit)
	}
	return value.message(func(b []byte) error {
		return fields(b, func(number int, value field) error {
			if number != path[0] {
				return nil
			}
			return inner(value, path[1:], visit)
		})
	})
}
