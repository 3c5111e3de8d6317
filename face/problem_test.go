package face

import (
	"slices"
	"testing"
)

// fine is the median of FRLL.
func fine() Quality {
	return Quality{
		EyeDistance: 115, Sharpness: 0.77, Brightness: 0.53, Contrast: 0.11,
		Yaw: -1.4, Pitch: -5.7, Roll: -0.4, EyeShade: 0.68, Spread: 0.012, Strength: 4,
	}
}

func TestProblems(t *testing.T) {
	if got := fine().Problems(); got != nil {
		t.Fatalf("a good capture has %v", got)
	}
	for _, test := range []struct {
		want   Problem
		change func(*Quality)
	}{
		{TooFar, func(q *Quality) { q.EyeDistance = 15 }},
		{TooDark, func(q *Quality) { q.Brightness = 0.1 }},
		{TooBright, func(q *Quality) { q.Brightness = 0.9 }},
		{Flat, func(q *Quality) { q.Contrast = 0.02 }},
		{Blurred, func(q *Quality) { q.Sharpness = 0.07 }},
		{TurnedAway, func(q *Quality) { q.Yaw = -50 }},
		{TurnedAway, func(q *Quality) { q.Pitch = 30 }},
		{Tilted, func(q *Quality) { q.Roll = 40 }},
		{EyesCovered, func(q *Quality) { q.EyeShade = 0.2 }},
		{EyesCovered, func(q *Quality) { q.EyeShade, q.Strength = 0.45, 2.7 }},
		{PartHidden, func(q *Quality) { q.Spread = 0.3 }},
		{Unclear, func(q *Quality) { q.Strength = 2.2 }},
	} {
		q := fine()
		test.change(&q)
		if got := q.Problems(); !slices.Equal(got, []Problem{test.want}) {
			t.Errorf("got %v, want %s", got, test.want)
		}
		if test.want.Advice() == "" {
			t.Errorf("%s comes without advice", test.want)
		}
	}
}
