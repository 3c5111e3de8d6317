package ledger

import (
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Kind is what sort of thing is wrong with a log.
type Kind string

// What can be wrong.
const (
	// KindKey: the checkpoint is not signed by the log's key, or is of another
	// log.
	KindKey Kind = "key"
	// KindFork: what was in the log has been changed or taken out.
	KindFork Kind = "fork"
	// KindShrunk: the log is shorter than it was.
	KindShrunk Kind = "shrunk"
	// KindChanged: the files of the log are not what its checkpoint says.
	KindChanged Kind = "changed"
	// KindEntry: an entry is not in a form that entries have.
	KindEntry Kind = "entry"
	// KindClaim: something that the auditor was given is not in the log.
	KindClaim Kind = "claim"
	// KindCount: the status lists do not fit what the log says was issued.
	KindCount Kind = "count"
)

// maxProblems is how many problems a report names.
const maxProblems = 100

// Problem is one thing that is wrong.
type Problem struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
	// Entry is the index of the entry that it is about, if it is about one.
	Entry *uint64 `json:"entry,omitempty"`
	// Evidence are signed checkpoints that together prove it to anybody.
	Evidence []string `json:"evidence,omitempty"`
}

// Finding is what became of a [Claim].
type Finding struct {
	From string `json:"from"`
	// Act and Pass are what the opening says.
	Act  string `json:"act,omitempty"`
	Pass string `json:"pass,omitempty"`
	// Index is where it stands in the log; nil if it was not found.
	Index *uint64 `json:"index,omitempty"`
	// Why says what is wrong; empty for nothing.
	Why string `json:"why,omitempty"`
	// Waiting is whether it is only not published yet.
	Waiting bool `json:"waiting,omitempty"`
}

// Balance compares passes with status lists.
type Balance struct {
	// Issued is how many passes were signed, and Ended how many of those were
	// revoked or abandoned, by the openings that were given and found.
	Issued int `json:"issued"`
	Ended  int `json:"ended"`
	// Valid is how many places of the status lists are valid; nil if nobody said.
	Valid *int `json:"valid,omitempty"`
}

// Report is what an auditor learns.
type Report struct {
	Origin string `json:"origin"`
	Key    string `json:"key"`
	// Checkpoint is the signed checkpoint as it was read.
	Checkpoint string    `json:"checkpoint"`
	Size       uint64    `json:"size"`
	Root       tlog.Hash `json:"root"`
	// Before is how many entries there were at the last audit; nil at the first.
	Before *uint64 `json:"before,omitempty"`
	// Consistent is whether there are no Problems.
	Consistent bool      `json:"consistent"`
	Problems   []Problem `json:"problems,omitempty"`
	// More is how many problems there are beside those named.
	More int `json:"more_problems,omitempty"`
	// Acts and Commitments are how many there are of each, and Months what acts
	// in clear there were, by month as in "2026-11".
	Acts        uint64                    `json:"acts"`
	Commitments uint64                    `json:"commitments"`
	Months      map[string]map[string]int `json:"months"`
	// Witnesses are the names of those that cosigned.
	Witnesses []string  `json:"witnesses,omitempty"`
	Claims    []Finding `json:"claims,omitempty"`
	Passes    *Balance  `json:"passes,omitempty"`
}

func newReport(key Key, last *State) Report {
	r := Report{Origin: key.Origin(), Key: key.String()}
	if last == nil {
		return r
	}
	if then, err := ParseKey(last.Key); err == nil {
		if c, err := ParseCheckpoint([]byte(last.Checkpoint), then); err == nil {
			r.Before = &c.Size
		}
	}
	return r
}

func (r *Report) take(c Signed) {
	r.Size, r.Root = c.Size, c.Root
	for _, w := range c.Witnesses {
		r.Witnesses = append(r.Witnesses, w.Name())
	}
}

func (r *Report) add(p Problem) {
	if len(r.Problems) == maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

func (r *Report) finish(s State) {
	r.Consistent = len(r.Problems) == 0
	r.Acts, r.Commitments, r.Months = s.Acts, s.Commitments, s.clone().Months
}

// months returns the months of a report, the newest first.
func (r Report) months() []string {
	list := slices.Sorted(maps.Keys(r.Months))
	slices.Reverse(list)
	return list
}
