package tflite

import "slices"

// fusePRelu replaces relu(x) + a*(x - |x|), which TensorFlow programs write for
// want of an operator, by a PReLU with slopes 2a: below zero x - |x| is 2x, and
// elsewhere it is nothing. What it no longer needs is left for prune.
func (n *network) fusePRelu() {
	made := n.makers()
	doubled := map[int]int{}
	for i, o := range n.operators {
		if o.code != opAdd || len(o.inputs) != 2 || o.options != (options{}) {
			continue
		}
		x, slopes, ok := n.prelu(made, o.inputs[0], o.inputs[1])
		if !ok {
			if x, slopes, ok = n.prelu(made, o.inputs[1], o.inputs[0]); !ok {
				continue
			}
		}
		if doubled[slopes] == 0 {
			doubled[slopes] = n.double(slopes)
		}
		n.operators[i] = operator{code: opPRelu, inputs: []int{x, doubled[slopes]}, output: o.output}
	}
}

// double adds a constant that is twice another and returns its index.
func (n *network) double(index int) int {
	t := n.tensors[index]
	t.values = slices.Clone(t.values)
	for i := range t.values {
		t.values[i] *= 2
	}
	n.tensors = append(n.tensors, t)
	return len(n.tensors) - 1
}

// makers returns which operator makes each tensor.
func (n *network) makers() map[int]operator {
	made := make(map[int]operator, len(n.operators))
	for _, o := range n.operators {
		made[o.output] = o
	}
	return made
}

// prelu recognises the two terms of the sum: relu(x), and a*(x - |x|) with a
// constant a. It returns the tensors x and a.
func (n *network) prelu(made map[int]operator, positive, negative int) (x, slopes int, ok bool) {
	relu, product := made[positive], made[negative]
	if !plain(relu, opRelu, 1) || !plain(product, opMul, 2) {
		return 0, 0, false
	}
	slopes, factor := product.inputs[0], product.inputs[1]
	if !n.constant(slopes) {
		slopes, factor = factor, slopes
	}
	difference := made[factor]
	if !n.constant(slopes) || !plain(difference, opSub, 2) {
		return 0, 0, false
	}
	x = relu.inputs[0]
	abs := made[difference.inputs[1]]
	return x, slopes, difference.inputs[0] == x && plain(abs, opAbs, 1) && abs.inputs[0] == x
}

// plain says whether an operator is of that kind, takes that many tensors, and
// does nothing more.
func plain(o operator, code opcode, inputs int) bool {
	return o.code == code && len(o.inputs) == inputs && o.options == (options{})
}

// prune drops operators whose results nobody uses.
func (n *network) prune() {
	used := map[int]bool{n.output: true}
	kept := make([]operator, len(n.operators))
	first := len(kept)
	for i := len(n.operators) - 1; i >= 0; i-- {
		o := n.operators[i]
		if !used[o.output] {
			continue
		}
		for _, t := range o.inputs {
			used[t] = true
		}
		first--
		kept[first] = o
	}
	n.operators = kept[first:]
}
