package score

// State is what became of a photograph.
type State byte

// The states of a photograph. One that is missing was never shown to the engine
// and its comparisons are left out; one without a face, or that is no picture,
// is a failure to acquire, and its comparisons do not match.
const (
	Unread   State = iota // not needed yet
	Used                  // a face was found
	NoFace                // none was found
	NoImage               // not a picture that can be read
	Missing               // no such file
	Unopened              // a file that could not be opened, or reading it failed
)

// String is what a report says.
func (s State) String() string {
	return []string{"not read", "used", "no face found", "not a readable picture", "missing", "could not be read"}[s]
}

// Absent is whether there was nothing to show to the engine.
func (s State) Absent() bool { return s == Missing || s == Unopened }

// Measures is how many figures of quality are kept of a photograph.
const Measures = 6

// Photograph is what is kept of one: a state, and figures of its quality.
type Photograph struct {
	State    State
	Problems uint16 // one bit each, in the order of the engine's list
	Quality  [Measures]float32
}

// Probe is what was extracted from a photograph. It stays in memory.
type Probe interface{ Wipe() }

// Engine extracts and compares. It is used from several goroutines at once, but
// one probe by one at a time, after Ready was called on it.
type Engine interface {
	// Extract returns no probe for a photograph that cannot be used; an error
	// ends the run.
	Extract(name string) (Probe, Photograph, error)
	// Ready prepares a probe to be compared by several goroutines at once.
	Ready(Probe) error
	// Compare returns the score with the first probe encoded as a reference, and
	// the score without.
	Compare(a, b Probe) (encoded, plain float64, err error)
}
