// Package card makes of reports of measurements what is published: the figures
// in one file, tables of them for a page, and a model card.
//
// It prints what reports say, with who, what and when. It never measures, leaves
// out no report that it was given, and keeps nothing of a person: of what could
// not be used it has the number, not the names.
package card

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/report"
	"github.com/facelatch/facelatch/face"
)

// ErrReport is wrapped by errors in a report; the message says what is wrong.
var ErrReport = errors.New("not a report that a card can be made of")

// Accuracy is accuracy.json: the figures of some reports.
type Accuracy struct {
	// About says what wrote the file.
	About   string   `json:"about"`
	Reports []Report `json:"reports"`
}

// about is what accuracy.json says of itself.
const about = "Written by facelatch eval card from the report.json of each measurement, and not to be edited: docs/accuracy.md and docs/model-card.md are made of it."

// Report is what one measurement found, with what made it. One of the fields
// after Made is there.
type Report struct {
	Title string      `json:"title"`
	Made  report.Made `json:"made"`
	// Verification has an entry for each set of models.
	Verification []Verification `json:"verification,omitempty"`
	Groups       *Groups        `json:"groups,omitempty"`
	Capture      *Capture       `json:"capture,omitempty"`
	Attack       *Attack        `json:"attack,omitempty"`
}

// Verification has the figures of an [eval.Report], without its curves.
type Verification struct {
	Models            string `json:"models"`
	Images            int    `json:"images"`
	FailuresToAcquire int    `json:"failures_to_acquire"`
	eval.Figures
	People         int                  `json:"people"`
	ByPerson       []eval.Point         `json:"by_person"`
	CrossValidated *eval.CrossValidated `json:"cross_validated,omitempty"`
	Uncompressed   eval.Figures         `json:"uncompressed"`
	Cross          *eval.Figures        `json:"cross,omitempty"`
	CrossByPerson  []eval.Point         `json:"cross_by_person,omitempty"`
	Showings       *eval.Showings       `json:"showings,omitempty"`
	Averaged       *eval.Averaged       `json:"averaged,omitempty"`
	Quality        *Quality             `json:"quality,omitempty"`
	Bad            Number               `json:"bad_input"`
	PairsLeftOut   int                  `json:"pairs_left_out"`
}

// Quality is how many misses show a problem with a photograph.
type Quality struct {
	Threshold         float64              `json:"threshold"`
	Misses            int                  `json:"misses"`
	MissesExplained   int                  `json:"misses_explained"`
	Matches           int                  `json:"matches"`
	MatchesWithReason int                  `json:"matches_with_problem"`
	Problems          map[face.Problem]int `json:"problems"`
}

// Groups has the figures of an [eval.GroupsReport].
type Groups struct {
	Images            int             `json:"images"`
	FailuresToAcquire int             `json:"failures_to_acquire"`
	Acquired          []eval.Acquired `json:"failures_to_acquire_by_group"`
	Least             int             `json:"least_people"`
	estimate.Table
	Calibrations []estimate.Calibration `json:"calibrations"`
	Bad          Number                 `json:"bad_input"`
}

// Capture has the figures of an [eval.CaptureReport].
type Capture struct {
	People    int             `json:"people"`
	Threshold float64         `json:"threshold"`
	Before    eval.Step       `json:"undegraded"`
	Ways      []eval.Degraded `json:"ways"`
	Bad       Number          `json:"bad_input"`
}

// Number is how many entries a list has: a report has the list, accuracy.json
// the number.
type Number int

// UnmarshalJSON implements [json.Unmarshaler].
func (n *Number) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil {
		*n = Number(len(list))
		return nil
	}
	return json.Unmarshal(data, (*int)(n))
}

// Read reads the report.json of a measurement.
func Read(data []byte) (r Report, err error) {
	var raw struct {
		Title  string          `json:"title"`
		Made   report.Made     `json:"made"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return Report{}, fmt.Errorf("%w: %v", ErrReport, err)
	}
	r.Title, r.Made = raw.Title, raw.Made
	if r.Made.Command == "" || r.Made.Date.IsZero() || r.Made.DataSet == "" {
		return Report{}, fmt.Errorf("%w: it does not say what made it", ErrReport)
	}
	into, err := r.part(raw.Result)
	if err == nil {
		err = json.Unmarshal(raw.Result, into)
	}
	if err != nil {
		return Report{}, fmt.Errorf("%w: %v", ErrReport, err)
	}
	return r, nil
}

// part makes room for the kind of result that this is, by what it has.
func (r *Report) part(result json.RawMessage) (any, error) {
	if bytes.HasPrefix(bytes.TrimSpace(result), []byte("[")) {
		return &r.Verification, nil
	}
	var has map[string]json.RawMessage
	if err := json.Unmarshal(result, &has); err != nil {
		return nil, err
	}
	switch {
	case has["calibrations"] != nil:
		r.Groups = &Groups{}
		return r.Groups, nil
	case has["undegraded"] != nil:
		r.Capture = &Capture{}
		return r.Capture, nil
	case has["rendered"] != nil:
		r.Attack = &Attack{}
		return r.Attack, nil
	}
	return nil, fmt.Errorf("%q is none of the measurements", r.Title)
}

// Join puts reports together, in their order.
func Join(all ...Report) Accuracy { return Accuracy{About: about, Reports: all} }

// Encode is accuracy.json.
func (a Accuracy) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(a)
	return out.Bytes(), err
}

// Decode reads accuracy.json.
func Decode(data []byte) (a Accuracy, err error) {
	if err := json.Unmarshal(data, &a); err != nil {
		return Accuracy{}, fmt.Errorf("%w: %v", ErrReport, err)
	}
	if len(a.Reports) == 0 {
		return Accuracy{}, fmt.Errorf("%w: there is no report in it", ErrReport)
	}
	return a, nil
}

// sets are the sets of models that were measured, each once by name and form of
// references, with every model that any of the reports had in it.
func (a Accuracy) sets() (all []report.Set) {
	at := map[string]int{}
	for _, r := range a.Reports {
		for _, s := range r.Made.Sets {
			id := s.Name + " " + s.Reference
			if _, known := at[id]; !known {
				at[id] = len(all)
				all = append(all, report.Set{Name: s.Name, Reference: s.Reference})
			}
			own := &all[at[id]]
			for _, m := range s.Models {
				if !slices.ContainsFunc(own.Models, func(o report.Model) bool { return o.SHA256 == m.SHA256 }) {
					own.Models = append(own.Models, m)
				}
			}
		}
	}
	return all
}

// cell keeps a text from ending a cell of a table, or being read as a mark.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`).Replace(text)
}

// table is a table of Markdown, or says that there is nothing to put in it.
func table(head []string, rows [][]string) string {
	if len(rows) == 0 {
		return "Not measured in these reports.\n"
	}
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + c + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}
