package eval

import (
	"context"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/score"
)

// Groups says what to measure of groups of people.
type Groups struct {
	Setup
	// People are who is compared, each with all others.
	People []Person
	// Thresholds are where rates are wanted, FMRs those to calibrate for.
	Thresholds, FMRs []float64
	// Least is how many people a group needs to be compared with others.
	Least int
	// Left is what was left out before: people or photographs that do not match.
	Left []Bad
}

// Person is somebody by the name that the table and the photographs know them
// by, with the group that the table puts them in.
type Person struct {
	Name, Group string
	Photographs []string
}

// Bad is a photograph, pair or person that could not be used as it was given.
type Bad struct {
	What string `json:"what"` // the photograph, pair or person
	Why  string `json:"why"`
}

// GroupsReport is what was measured of groups.
type GroupsReport struct {
	Images            int `json:"images"`
	FailuresToAcquire int `json:"failures_to_acquire"`
	// Acquired counts failures to acquire by group.
	Acquired []Acquired `json:"failures_to_acquire_by_group"`
	Least    int        `json:"least_people"`
	estimate.Table
	Calibrations []estimate.Calibration `json:"calibrations"`
	Bad          []Bad                  `json:"bad_input"`
	Scores       Distribution           `json:"scores"`
}

// Acquired is how many of a group's photographs failed to acquire.
type Acquired struct {
	Group  string `json:"group"`
	Images int    `json:"images"`
	Failed int    `json:"failed"`
}

// Run compares everybody with everybody and reports. It is interrupted by ctx.
func (g Groups) Run(ctx context.Context) (r GroupsReport, err error) {
	names, people := number(g.People)
	plan := score.Everybody(people, g.hold())
	err = g.compare(ctx, names, plan, func(results score.Results) error {
		r, err = g.report(results, names, people)
		return err
	})
	return r, err
}

// number gives every photograph and person a number.
func number(all []Person) (names []string, people [][]int32) {
	for _, p := range all {
		var own []int32
		for _, n := range p.Photographs {
			own = append(own, int32(len(names)))
			names = append(names, n)
		}
		people = append(people, own)
	}
	return names, people
}

func (g Groups) report(results score.Results, names []string, people [][]int32) (GroupsReport, error) {
	d := estimate.Design{Thresholds: g.Thresholds, Least: g.Least}
	for _, p := range g.People {
		i := slices.Index(d.Groups, p.Group)
		if i < 0 {
			i = len(d.Groups)
			d.Groups = append(d.Groups, p.Group)
		}
		d.Of = append(d.Of, i)
	}
	b := newBlocks(results, people)
	r := GroupsReport{Images: len(names), Least: g.Least, Table: d.Measure(b.all), Bad: append(slices.Clone(g.Left), unusable(results, names)...)}
	for _, fmr := range g.FMRs {
		r.Calibrations = append(r.Calibrations, d.Calibrate(b.all, fmr))
	}
	r.Scores = distributionOf(b.all)
	r.Acquired = make([]Acquired, len(d.Groups))
	for i, own := range people {
		a := &r.Acquired[d.Of[i]]
		a.Group = d.Groups[d.Of[i]]
		for _, n := range own {
			if s := results.Read[n].State; !s.Absent() {
				a.Images++
				if s != score.Used {
					a.Failed++
					r.FailuresToAcquire++
				}
			}
		}
	}
	return r, b.err
}

// unusable lists the photographs that could not be used.
func unusable(results score.Results, names []string) (all []Bad) {
	for n, p := range results.Read {
		if p.State != score.Used && p.State != score.Unread {
			all = append(all, Bad{names[n], p.State.String()})
		}
	}
	return all
}
