package tflite

import "fmt"

// decodeOperators reads what the graph computes, in the file's order.
func (n *network) decodeOperators(r *reader, model, graph table) error {
	var codes []opcode
	for _, t := range r.tables(model, 1, maxOperators) {
		// Codes above 127 stand in a wider field that older files leave out.
		codes = append(codes, max(opcode(r.small(t, 0)), opcode(r.integer(t, 3, 0))))
	}
	done := map[int]bool{n.input: true}
	for _, t := range r.tables(graph, 3, maxOperators) {
		code := int(uint32(r.integer(t, 0, 0)))
		in, out := r.integers(t, 1, maxInputs), r.integers(t, 2, 1)
		if r.bad || code >= len(codes) || len(in) == 0 || len(out) != 1 || !n.has(out[0]) {
			return fmt.Errorf("%w: bad operator", ErrMalformed)
		}
		for _, i := range in {
			if !n.has(i) {
				return fmt.Errorf("%w: an operator takes tensor %d of %d", ErrMalformed, i, len(n.tensors))
			}
		}
		if done[out[0]] || n.constant(out[0]) {
			return fmt.Errorf("%w: tensor %d is computed twice", ErrMalformed, out[0])
		}
		done[out[0]] = true
		o := operator{code: codes[code], inputs: in, output: out[0]}
		o.options = decodeOptions(r, o.code, r.table(t, 4))
		n.operators = append(n.operators, o)
	}
	if r.bad {
		return fmt.Errorf("%w: bad operators", ErrMalformed)
	}
	return nil
}

// decodeOptions reads an operator's table of options, whose fields depend on
// the operator: Conv2DOptions, DepthwiseConv2DOptions, or one of those that
// hold an activation alone.
func decodeOptions(r *reader, code opcode, t table) options {
	var o options
	var activation int
	switch code {
	case opConv, opDepthwise:
		o.valid = r.small(t, 0) == 1
		o.strideW, o.strideH = int(r.integer(t, 1, 0)), int(r.integer(t, 2, 0))
		next := 3
		if code == opDepthwise {
			next = 4 // after the depth multiplier, which the shapes say too
		}
		activation = r.small(t, next)
		o.dilated = r.integer(t, next+1, 1) != 1 || r.integer(t, next+2, 1) != 1
	case opAdd, opSub, opMul:
		activation = r.small(t, 0)
	}
	o.relu, o.otherActivation = activation == 1, activation > 1
	return o
}
