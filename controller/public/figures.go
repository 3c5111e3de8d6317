package public

import (
	_ "embed"
	"encoding/json"
	"math"
)

// Figures is what was measured of verification with the default models. The
// figures stand in docs/accuracy.json, with how they were made; a test holds this
// copy to that.
type Figures struct {
	Showings []Showing `json:"showings"`
	Attack   Attack    `json:"attack"`
}

// Showing is how often one showing of a pass, with at most three attempts, was
// decided wrongly on one list of photographs.
type Showing struct {
	// List is what docs/accuracy.json calls the data set.
	List string `json:"list"`
	// Key chooses the words in which the page names it.
	Key string `json:"key"`
	// Strangers were let in with somebody else's pass (FMR of a showing).
	Strangers Rate `json:"strangers"`
	// Holders were refused with their own (FNMR of a showing); nil where that was
	// not measured.
	Holders *Rate `json:"holders"`
}

// Rate is how often something went wrong: Errors of Of, and the limits of the 95 %
// interval (Clopper-Pearson) as fractions.
type Rate struct {
	Errors int     `json:"errors"`
	Of     int     `json:"of"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Value is the rate as a fraction.
func (r Rate) Value() float64 { return float64(r.Errors) / float64(r.Of) }

// OneIn is the rate as "one in so many", to two figures; 0 for never.
func (r Rate) OneIn() int {
	if r.Of == 0 {
		return 0
	}
	return oneIn(r.Value())
}

func oneIn(rate float64) int {
	if rate <= 0 {
		return 0
	}
	unit := math.Pow(10, max(0, math.Floor(-math.Log10(rate))-1))
	return int(math.Round(1/rate/unit) * unit)
}

// Attack is what was measured of the model that judges whether a face is a
// picture: of so many photographs so many were attacks; Missed is the part of
// those that it took for people (APCER), Suspected the part of people that it
// took for pictures (BPCER).
type Attack struct {
	Photographs int     `json:"photographs"`
	Attacks     int     `json:"attacks"`
	Missed      float64 `json:"missed"`
	Suspected   float64 `json:"suspected"`
}

//go:embed figures.json
var figuresJSON []byte

// Measured returns the figures of the default models. Each call returns a fresh
// copy.
func Measured() Figures {
	var f Figures
	if err := json.Unmarshal(figuresJSON, &f); err != nil {
		panic("public: figures.json: " + err.Error()) // a test reads it
	}
	return f
}
