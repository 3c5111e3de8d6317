package estimate

import "iter"

// Block is all comparisons between two people, or all of one person with
// themselves. A pair of people has at most one block, whichever of the two
// stands first: comparisons in one block depend on each other, and an interval
// that took two halves of a block for two blocks would be too narrow.
type Block struct {
	// A and B are the two people, by their numbers from 0; they are equal for
	// genuine comparisons.
	A, B int
	// Scores are the comparison scores, from -1 to 1. A failure to acquire is a
	// score below -1, which matches at no threshold. The slice is the sender's
	// again after the call.
	Scores []float64
}

// Blocks gives every block, and gives them again when it is called again.
type Blocks = iter.Seq[Block]
