package main

import (
	"fmt"
	"io"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/pass"
)

// verdict is what check prints as JSON.
type verdict struct {
	Decision string      `json:"decision"` // open or refused
	Reason   pass.Reason `json:"reason"`
	Detail   string      `json:"detail,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
	// With --explain only, and only where faces were compared.
	Score         *float64 `json:"score,omitempty"`
	Threshold     *float64 `json:"threshold,omitempty"`
	ThresholdName string   `json:"threshold_name,omitempty"`
}

func verdictOf(d door.Decision) verdict {
	v := verdict{Decision: "refused", Reason: d.Reason, Detail: d.Detail, Warnings: d.Warnings}
	if d.Open {
		v.Decision = "open"
	}
	return v
}

func refusedVerdict(r *pass.Refusal) verdict {
	return verdictOf(door.Decision{Reason: r.Reason, Detail: r.Detail})
}

// explain adds what led to a decision about a face.
func (v *verdict) explain(d door.Decision, eyes *photograph) {
	if d.Look == nil {
		return
	}
	score, threshold := d.Look.Comparison.Score(), d.Look.Threshold
	v.Score, v.Threshold, v.ThresholdName = &score, &threshold, eyes.threshold
}

func (v verdict) print(w io.Writer) {
	switch {
	case v.Decision == "open":
		fmt.Fprintln(w, "open")
	case v.Detail == "":
		fmt.Fprintf(w, "refused (%s)\n", v.Reason)
	default:
		fmt.Fprintf(w, "refused (%s): %s\n", v.Reason, v.Detail)
	}
	if v.Score != nil {
		fmt.Fprintf(w, "comparison score %.3f, threshold %.3f (%s)\n", *v.Score, *v.Threshold, v.ThresholdName)
	}
}

// warn prints warnings, a line each.
func warn(w io.Writer, warnings []string) {
	for _, warning := range warnings {
		fmt.Fprintf(w, "facelatch: warning: %s\n", warning)
	}
}
