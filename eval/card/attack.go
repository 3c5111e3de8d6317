package card

import (
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
)

// Attack has the figures of a measurement of presentation attacks.
type Attack struct {
	// Rendered is whether attacks were drawn from photographs, and not taken before
	// a camera.
	Rendered bool `json:"rendered"`
	// Halves is whether thresholds are those of other people than the rates.
	Halves   bool    `json:"halves"`
	People   int     `json:"people"`
	Still    *Level  `json:"still,omitempty"`
	Sequence *Level  `json:"sequence,omitempty"`
	Door     *Opened `json:"door,omitempty"`
	Bad      Number  `json:"bad_input"`
}

// Level is what stills, or sequences, say.
type Level struct {
	BonaFide   Kind    `json:"bona_fide"`
	Attacks    []Kind  `json:"attacks"`
	Thresholds []Aimed `json:"thresholds"`
}

// Aimed is a threshold for a share of bona fide presentations that are suspected.
type Aimed struct {
	BPCER float64 `json:"bpcer"`
	Bona  float64 `json:"bona"`
}

// Kind is one species of attack, or bona fide presentations.
type Kind struct {
	Species    string          `json:"species"`
	Count      int             `json:"presentations"`
	People     int             `json:"people"`
	NoResponse eval.Rate       `json:"no_response"`
	Shipped    estimate.Rate   `json:"shipped"`
	At         []estimate.Rate `json:"at"`
	AUC        float64         `json:"auc,omitempty"`
}

// Opened is how often a whole door opens.
type Opened struct {
	Threshold float64 `json:"threshold"`
	Kinds     []struct {
		Species   string        `json:"species"`
		Sequence  bool          `json:"sequence"`
		Matched   estimate.Rate `json:"matched"`
		Opened    estimate.Rate `json:"opened"`
		OpenedAt5 estimate.Rate `json:"opened_bpcer5"`
	} `json:"kinds"`
}

func (a Accuracy) attacks() string {
	var b strings.Builder
	for _, r := range a.Reports {
		if r.Attack == nil {
			continue
		}
		how := "Attacks are photographs or films of attacks."
		if r.Attack.Rendered {
			how = "**All attacks are rendered**: drawn from photographs, not taken before a camera. Real ones differ."
		}
		if r.Attack.Halves {
			how += " Thresholds for a BPCER come from one half of the people, rates from the other."
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s, %d people. %s\n", cell(r.Made.DataSet), r.Attack.People, how)
		for _, l := range []struct {
			what string
			*Level
		}{{"One still", r.Attack.Still}, {"A sequence", r.Attack.Sequence}} {
			if l.Level != nil {
				fmt.Fprintf(&b, "\n%s:\n\n%s", l.what, l.table())
			}
		}
		if r.Attack.Door != nil {
			fmt.Fprintf(&b, "\nThe whole door, at the threshold %.3f, to a stranger with a copy of the holder's pass and an attack:\n\n%s", r.Attack.Door.Threshold, r.Attack.Door.table())
		}
	}
	if b.Len() == 0 {
		return "Not measured in these reports.\n"
	}
	return b.String()
}

func (l Level) table() string {
	head := []string{"presentations", "how many, of people", "no response", "at the shipped threshold"}
	for _, t := range l.Thresholds {
		head = append(head, fmt.Sprintf("at BPCER %g %%", 100*t.BPCER))
	}
	head = append(head, "AUC")
	var rows [][]string
	for i, k := range append([]Kind{l.BonaFide}, l.Attacks...) {
		name, auc := "APCER, "+cell(k.Species), fmt.Sprintf("%.3f", k.AUC)
		if i == 0 {
			name, auc = "BPCER", ""
		}
		row := []string{name, fmt.Sprintf("%d of %d", k.Count, k.People), share(k.NoResponse.Rate), byPerson(k.Shipped)}
		for t := range l.Thresholds {
			text := ""
			if t < len(k.At) {
				text = byPerson(k.At[t])
			}
			row = append(row, text)
		}
		rows = append(rows, append(row, auc))
	}
	return table(head, rows)
}

func (o Opened) table() string {
	var rows [][]string
	for _, k := range o.Kinds {
		what := "stills"
		if k.Sequence {
			what = "sequence"
		}
		rows = append(rows, []string{cell(k.Species), what, byPerson(k.Matched), byPerson(k.Opened), byPerson(k.OpenedAt5)})
	}
	return table([]string{"presented", "as", "matches, so a door opens where PAD only warns", "opens where PAD refuses", "the same at BPCER 5 %"}, rows)
}
