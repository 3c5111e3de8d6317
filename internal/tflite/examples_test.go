package tflite

import "slices"

// sixteen is a picture of 4 x 4 pixels.
var sixteen = []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

// example is a graph, what goes in, and what must come out, by hand. Pictures
// in graphs have channels last; in and out have channels first.
type example struct {
	name    string
	graph   graph
	in, out []float32
}

func examples() []example {
	return []example{
		{
			// Three windows of three fit on four pixels in steps of two if one
			// pad is added, which TensorFlow does at the bottom and right.
			"a convolution with uneven pads",
			graph{
				[]part{
					{shape: []int32{2, 4, 4, 1}},
					{shape: []int32{1, 3, 3, 1}, values: []float32{1, 1, 1, 1, 1, 1, 1, 1, 1}},
					{shape: []int32{1}, values: []float32{0.5}},
					{shape: []int32{2, 2, 2, 1}},
				},
				[]step{{opConv, []int32{0, 1, 2}, 3, convOptions(same, 2, none)}},
			},
			sixteen,
			[]float32{54.5, 45.5, 72.5, 54.5},
		},
		{
			"a convolution without pads or bias",
			graph{
				[]part{
					{shape: []int32{1, 4, 4, 1}},
					{shape: []int32{1, 3, 1, 1}, values: []float32{1, 0, -1}},
					{shape: []int32{1, 1, 2, 1}},
				},
				[]step{{opConv, []int32{0, 1}, 2, convOptions(valid, 3, none)}},
			},
			sixteen,
			[]float32{1 - 9, 4 - 12},
		},
		{
			// The pixels are (1, 2) and (-3, 4).
			"channels and a rectifier",
			graph{
				[]part{
					{shape: []int32{1, 1, 2, 2}},
					{shape: []int32{2, 1, 1, 2}, values: []float32{1, 10, -1, 1}},
					{shape: []int32{2}, values: []float32{0, -2}},
					{shape: []int32{1, 1, 2, 2}},
				},
				[]step{{opConv, []int32{0, 1, 2}, 3, convOptions(same, 1, relu)}},
			},
			[]float32{1, -3, 2, 4},
			[]float32{1 + 20, -3 + 40, 0, 3 + 4 - 2},
		},
		{
			"a depthwise convolution to a vector",
			graph{
				[]part{
					{shape: []int32{2, 2, 2, 2}},
					{shape: []int32{1, 2, 2, 2}, values: []float32{1, 1, 1, 0, 0, 1, 2, 0}},
					{shape: []int32{2}, values: []float32{0, -50}},
					{shape: []int32{2, 1, 1, 2}},
					{shape: []int32{2, 2}},
				},
				[]step{
					{opDepthwise, []int32{0, 1, 2}, 3, depthwiseOptions(valid, 1, none)},
					{opReshape, []int32{3}, 4, nil},
				},
			},
			[]float32{1, 2, 3, 4, 10, 20, 30, 40},
			[]float32{1 + 2 + 8, 10 + 30 - 50},
		},
		{
			"a depthwise convolution that doubles the channels",
			graph{
				[]part{
					{shape: []int32{1, 1, 1, 2}},
					{shape: []int32{1, 1, 1, 4}, values: []float32{1, 2, 10, 20}},
					{shape: []int32{4}, values: []float32{0, 0, 0, -101}},
					{shape: []int32{1, 1, 1, 4}},
				},
				[]step{{opDepthwise, []int32{0, 1, 2}, 3, depthwiseOptions(same, 1, relu)}},
			},
			[]float32{3, 5},
			[]float32{3, 6, 50, 0},
		},
		{
			"a PReLU",
			graph{
				[]part{
					{shape: []int32{1, 1, 2, 3}},
					{shape: []int32{1, 1, 3}, values: []float32{0.25, -1, 1.5}},
					{shape: []int32{1, 1, 2, 3}},
				},
				[]step{{opPRelu, []int32{0, 1}, 2, nil}},
			},
			[]float32{-2, 8, -3, 7, 4, -2},
			[]float32{-0.5, 8, 3, 7, 4, -3},
		},
		{"a PReLU spelled out", spelled(false), []float32{-2, 8, -3, 7, 4, -2}, []float32{-0.5, 8, 3, 7, 4, -3}},
		{"the same turned round", spelled(true), []float32{-2, 8, -3, 7, 4, -2}, []float32{-0.5, 8, 3, 7, 4, -3}},
		{"another tensor rectified", almost(2, 3, 0, 0), []float32{-3, 4}, []float32{0 - 3, 8}},
		{"another minuend", almost(0, 3, 2, 0), []float32{-3, 4}, []float32{0 - 4.5, 4 + 2}},
		{"another magnitude", almost(0, 3, 0, 2), []float32{-3, 4}, []float32{0 - 4.5, 4 - 2}},
		{"slopes that are computed", almost(0, 0, 0, 0), []float32{-3, 4}, []float32{18, 4}},
		{
			"a difference of what a PReLU is made of",
			graph{
				[]part{{shape: []int32{1, 1, 2, 1}}, {shape: []int32{1, 1, 2, 1}}, {shape: []int32{1, 1, 2, 1}}},
				[]step{{opAbs, []int32{0}, 1, nil}, {opSub, []int32{0, 1}, 2, nil}},
			},
			[]float32{-3, 4},
			[]float32{-6, 0},
		},
		{
			"strides of two and, across, three",
			graph{
				[]part{
					{shape: []int32{1, 4, 4, 1}},
					{shape: []int32{1, 1, 1, 1}, values: []float32{1}},
					{shape: []int32{1, 2, 2, 1}},
				},
				[]step{{opConv, []int32{0, 1}, 2, object(valid, int32(3), int32(2))}},
			},
			sixteen,
			[]float32{1, 4, 9, 12},
		},
		{
			"sums and products, with and without constants",
			graph{
				[]part{
					{shape: []int32{1, 1, 2, 2}},
					{shape: []int32{2}, values: []float32{10, -10}},
					{shape: []int32{1, 1, 2, 2}}, // input + constant
					{shape: []int32{2}, values: []float32{2, 3}},
					{shape: []int32{1, 1, 2, 2}}, // constant * that
					{shape: []int32{1, 1, 2, 2}}, // relu
					{shape: []int32{1, 1, 2, 2}}, // that + input
				},
				[]step{
					{opAdd, []int32{0, 1}, 2, object(none)},
					{opMul, []int32{3, 2}, 4, object(none)},
					{opRelu, []int32{4}, 5, nil},
					{opAdd, []int32{5, 0}, 6, object(relu)},
				},
			},
			[]float32{1, -12, 3, 14},
			[]float32{22 + 1, 0, 3, 12 + 14},
		},
	}
}

// almost is relu(p) + f*(q - |r|), which is no PReLU if p, q and r are not one
// tensor or f is no constant. The operands are x (0), 2x (2) or, for f, a half
// (3).
func almost(p, f, q, r int32) graph {
	picture := part{shape: []int32{1, 1, 2, 1}}
	return graph{
		[]part{
			picture,
			{shape: []int32{1}, values: []float32{2}},
			picture,
			{shape: []int32{1}, values: []float32{0.5}},
			picture, picture, picture, picture, picture,
		},
		[]step{
			{opMul, []int32{0, 1}, 2, object(none)},
			{opRelu, []int32{p}, 4, nil},
			{opAbs, []int32{r}, 5, nil},
			{opSub, []int32{q, 5}, 6, object(none)},
			{opMul, []int32{6, f}, 7, object(none)},
			{opAdd, []int32{4, 7}, 8, object(none)},
		},
	}
}

// spelled is relu(x) + a*(x - |x|), the terms or factors in one order or the
// other.
func spelled(turned bool) graph {
	picture := part{shape: []int32{1, 1, 2, 3}}
	slopes := part{shape: []int32{3}, values: []float32{0.125, -0.5, 0.75}}
	product, sum := []int32{4, 3}, []int32{1, 5}
	if turned {
		slices.Reverse(product)
		slices.Reverse(sum)
	}
	return graph{
		[]part{picture, picture, picture, picture, slopes, picture, picture},
		[]step{
			{opRelu, []int32{0}, 1, nil},
			{opAbs, []int32{0}, 2, nil},
			{opSub, []int32{0, 2}, 3, object(none)},
			{opMul, product, 5, object(none)},
			{opAdd, sum, 6, object(none)},
		},
	}
}
