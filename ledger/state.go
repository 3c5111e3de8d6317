package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// MaxState is the longest state, in bytes.
const MaxState = 1 << 20

// ErrState is returned for bytes that are not the state of an audit.
var ErrState = errors.New("not the state of an audit")

const (
	// maxMonths is how many months are counted apart, and maxKinds how many kinds
	// of acts in one of them; a log that has more is counted under otherWord.
	maxMonths = 240
	maxKinds  = 100
	otherWord = "other"
)

// State is where an audit ended: what the next one goes on from.
type State struct {
	// Key is the log's.
	Key string `json:"key"`
	// Checkpoint is the signed checkpoint that was found consistent.
	Checkpoint string `json:"checkpoint"`
	// Acts, Commitments and Months count what was read up to there.
	Acts        uint64                    `json:"acts"`
	Commitments uint64                    `json:"commitments"`
	Months      map[string]map[string]int `json:"months,omitempty"`
}

// Encode returns the state as a file for an auditor to keep.
func (s State) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(s, "", "  ")
	return append(data, '\n'), err
}

// ParseState reads a state, whose checkpoint is signed by its own key. It fails
// with [ErrState].
func ParseState(data []byte) (*State, error) {
	if len(data) > MaxState {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrState, MaxState)
	}
	var s State
	if err := strict(data, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	key, err := ParseKey(s.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	c, err := ParseCheckpoint([]byte(s.Checkpoint), key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	if s.Acts+s.Commitments > c.Size {
		return nil, fmt.Errorf("%w: more was counted than there is", ErrState)
	}
	return &s, nil
}

// count adds an entry.
func (s *State) count(e Entry) {
	if e.Act == nil {
		s.Commitments++
		return
	}
	s.Acts++
	if s.Months == nil {
		s.Months = make(map[string]map[string]int)
	}
	month := room(s.Months, e.Act.Day.Format("2006-01"), maxMonths)
	if s.Months[month] == nil {
		s.Months[month] = make(map[string]int)
	}
	s.Months[month][room(s.Months[month], e.Act.Name, maxKinds)]++
}

// room returns a name under which to count, where there may be so many.
func room[T any](m map[string]T, name string, most int) string {
	if _, there := m[name]; there || len(m) < most {
		return name
	}
	return otherWord
}

func (s State) clone() State {
	s.Months = maps.Clone(s.Months)
	for month, acts := range s.Months {
		s.Months[month] = maps.Clone(acts)
	}
	return s
}
