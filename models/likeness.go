package models

// Likeness says how alike two photographs of one person are at most. A pair that is
// more alike is two pictures of one photograph: somebody holds a portrait up to the
// camera that is then compared with it.
type Likeness struct {
	// Score is the comparison score, a cosine, from which on two pictures are of one
	// photograph.
	Score float64 `json:"score"`
	// Doubt is the score, not above Score, from which on one frame does not settle it,
	// and more are compared.
	Doubt float64 `json:"doubt"`
	// Pairs says on which pairs it was measured, and how many there were.
	Pairs string `json:"pairs"`
}

func validLikeness(l *Likeness) error {
	switch {
	case l == nil:
		return nil
	case !(l.Score > 0 && l.Score <= 1):
		return bad("same_picture.score", "%g is not above 0 and at most 1", l.Score)
	case !(l.Doubt > 0 && l.Doubt <= l.Score):
		return bad("same_picture.doubt", "%g is not above 0 and at most the score", l.Doubt)
	case l.Pairs == "":
		return bad("same_picture.pairs", "empty")
	}
	return nil
}
