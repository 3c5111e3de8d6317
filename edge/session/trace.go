package session

// Stage is a point in a showing at which time can be taken. A daemon takes
// none: when somebody passed is nobody's business.
type Stage string

// The stages, in their order.
const (
	CodeRead       Stage = "code-read"
	Announced      Stage = "announced"
	LookOrdered    Stage = "look-ordered"
	FrameTaken     Stage = "frame-taken"
	Decoded        Stage = "decoded"
	Extracted      Stage = "extracted"
	Compared       Stage = "compared"
	UnlatchOrdered Stage = "unlatch-ordered"
	Unlatched      Stage = "unlatched"
)

func (s *Session) trace(stage Stage) {
	if s.p.Trace != nil {
		s.p.Trace(stage)
	}
}
