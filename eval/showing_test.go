package eval

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

var twoThresholds = []models.Threshold{{Name: "loose", FMR: 1e-3, Score: 0.3}, {Name: "strict", FMR: 1e-4, Score: 0.5}}

// TestCountShowings: one attempt that reaches the threshold opens, and a
// comparison score on the threshold reaches it.
func TestCountShowings(t *testing.T) {
	s := newShowings(3, twoThresholds)
	for _, scores := range [][]float64{{0.1, 0.2, 0.5}, {0.29, 0.29, 0.29}, {0.3, 0.4, 0.1}} {
		s.count(scores, false)
	}
	for _, scores := range [][]float64{{0.4, 0.6, 0.2}, {failed, failed, failed}, {0.2, 0.2, failed}, {0.9, 0.1, 0.1}} {
		s.count(scores, true)
	}
	s.finish()
	for i, want := range [][8]int{
		{3, 9, 2, 3, 2, 4, 2, 4},
		{1, 9, 1, 3, 3, 4, 2, 4},
	} {
		p := s.Points[i]
		got := [8]int{
			p.AttemptFMR.Count, p.AttemptFMR.Of, p.ShowingFMR.Count, p.ShowingFMR.Of,
			p.FirstFNMR.Count, p.FirstFNMR.Of, p.ShowingFNMR.Count, p.ShowingFNMR.Of,
		}
		if got != want || p.Name != twoThresholds[i].Name || p.Threshold != twoThresholds[i].Score {
			t.Errorf("%+v, want %v", p, want)
		}
		if r := p.ShowingFNMR; r.Rate != 0.5 || r.Low >= r.Rate || r.High <= r.Rate {
			t.Errorf("%+v", r)
		}
	}
}

// TestUnionBound: whatever attempts have in common, strangers get in at most as
// often as attempts match, and holders are refused at most as often as at first.
func TestUnionBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newShowings(3, twoThresholds)
		score := rapid.Float64Range(-1, 1)
		for range rapid.IntRange(1, 20).Draw(t, "showings") {
			s.count([]float64{score.Draw(t, "a"), score.Draw(t, "b"), score.Draw(t, "c")}, rapid.Bool().Draw(t, "holder"))
		}
		s.finish()
		for _, p := range s.Points {
			if p.ShowingFMR.Count > p.AttemptFMR.Count || p.ShowingFNMR.Count > p.FirstFNMR.Count {
				t.Errorf("%+v", p)
			}
		}
	})
}

// TestPeople: a folder is a person unless told otherwise, and nobody's
// photographs serve in a showing of more attempts than they have.
func TestPeople(t *testing.T) {
	names := []string{"ann/2.jpg", "bob/1.jpg", "ann/1.jpg", "ann/3.jpg", "ann/4.jpg", "bob/2.jpg"}
	people := Verification{}.byPerson(names)
	if len(people) != 2 || people[0].name != "ann" || !slices.Equal(people[1].photographs, []string{"bob/1.jpg", "bob/2.jpg"}) {
		t.Fatalf("%v", people)
	}
	if got := people[0].following(2, 3); !slices.Equal(got, []string{"ann/4.jpg", "ann/1.jpg", "ann/2.jpg"}) {
		t.Errorf("%v", got)
	}
	if got := people[0].following(0, 4); got != nil {
		t.Errorf("a photograph is compared with itself: %v", got)
	}
	probes := map[string]*face.Probe{}
	for _, n := range names[1:] { // ann/2.jpg shows no face
		probes[n] = new(face.Probe)
	}
	s := newShowings(2, nil)
	groups := s.attempts(people, probes)
	if len(groups) != 2 || s.Strangers != 2 || !slices.Equal(groups[0].photographs, []string{"ann/1.jpg", "ann/3.jpg"}) {
		t.Errorf("%v of %d people", groups, s.Strangers)
	}
	first := Verification{Person: func(name string) string { return strings.Split(name, "/")[1] }}.byPerson(names)
	if len(first) != 4 || len(first[0].photographs) != 2 {
		t.Errorf("%v", first)
	}
}
