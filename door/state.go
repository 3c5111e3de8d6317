package door

import "time"

// State is where a showing stands.
type State uint8

const (
	// Idle is the zero value: codes are looked for, and nothing else.
	Idle State = iota
	// StateShown is while something shown is being judged. A pass is judged at
	// once, within one step; a number and a code take until they were checked.
	StateShown
	// Verified is the second for "not me" after a good face pass.
	Verified
	// Looking is while frames are looked at for the holder of that pass.
	Looking
	// Opened is from the decision to open until the result was seen and the
	// latch has answered.
	Opened
	// Refused is while the reason is on the screen.
	Refused
)

// String returns the state's name in docs/design/door.md.
func (s State) String() string {
	names := [...]string{"idle", "shown", "verified", "looking", "opened", "refused"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// Reads returns whether codes are to be looked for in frames, and [Shown] to be
// reported: in idle, and while a result is on the screen, so that the next
// person need not wait for it to go.
func (s State) Reads() bool { return s == Idle || s == Opened || s == Refused }

// How long things take.
const (
	// NotMeTime is between the announcement and the first look.
	NotMeTime = time.Second
	// LateTime is how much later than that the first look may begin, before the
	// showing is too old: a door that stood still must not look at whoever is
	// there now.
	LateTime = 2 * time.Second
	// LookTime is the longest that a showing may look, where nothing is asked for.
	LookTime = 8 * time.Second
	// PromptTime is how much longer it may look for each thing that is asked for.
	PromptTime = 4 * time.Second
	// ShowTime is how long after something new is asked for a frame must have been
	// taken, so that whoever is in it can have read it.
	ShowTime = 300 * time.Millisecond
	// MomentGap is at least between two frames that show how somebody moves.
	MomentGap = 120 * time.Millisecond
	// LightTime is how long the screen keeps a colour: under two changes a second,
	// where more than three flashes may harm (WCAG 2.3.1).
	LightTime = 800 * time.Millisecond
	// MaxAttempts is how many comparisons a showing may take.
	MaxAttempts = 3
	// AttemptGap is at least between a comparison and the next frame.
	AttemptGap = 400 * time.Millisecond
	// CheckTime is the longest that checking a code may take.
	CheckTime = 5 * time.Second
	// ResultTime is how long a result stays on the screen, or until the next
	// pass.
	ResultTime = 4 * time.Second
	// AwayTime is how long a pass must be out of sight to be shown anew.
	AwayTime = 2 * time.Second
	// DefaultPulse and MaxPulse are how long a latch stays released.
	DefaultPulse = 3 * time.Second
	MaxPulse     = 10 * time.Second
	// LatchTime is how much longer than its pulse a latch may take to answer.
	LatchTime = 2 * time.Second
)
