package specimens

import (
	"fmt"

	"github.com/facelatch/facelatch/idcheck"
)

// Summary counts what was made of many documents.
type Summary struct {
	Files int `json:"files"`
	// Unreadable are files that are neither a picture nor a record.
	Unreadable int `json:"unreadable"`
	// Lines are documents whose lines were read.
	Lines int `json:"lines_read"`
	// Marked are documents of which the index says where the photograph is, and Right
	// those of them whose portrait was found there.
	Marked int `json:"marked"`
	Right  int `json:"right_portrait"`
	// Portraits are documents, marked or not, in which a portrait was found.
	Portraits int `json:"portrait_found"`
	// Held are documents of whose holder there is a photograph, and Same those of them
	// whose faces are the same person's.
	Held int `json:"holder_known"`
	Same int `json:"holder_same_person"`
}

// Sum counts reports.
func Sum(all []Report) (s Summary) {
	for _, r := range all {
		s.Files++
		add(&s.Unreadable, r.Unreadable != "")
		add(&s.Lines, r.Lines == "read")
		add(&s.Marked, r.marked)
		add(&s.Right, r.Right)
		add(&s.Portraits, r.found)
		add(&s.Held, r.held)
		add(&s.Same, r.Holder == idcheck.SamePerson)
	}
	return s
}

func add(n *int, is bool) {
	if is {
		*n++
	}
}

// String is the summary in one line.
func (s Summary) String() string {
	text := fmt.Sprintf("%d files, %d of them not readable; lines read of %d; a portrait found in %d", s.Files, s.Unreadable, s.Lines, s.Portraits)
	if s.Marked > 0 {
		text += fmt.Sprintf(", and the right one in %d of %d", s.Right, s.Marked)
	}
	if s.Held > 0 {
		text += fmt.Sprintf("; by the faces alone the holder is the same person in %d of %d", s.Same, s.Held)
	}
	return text
}
