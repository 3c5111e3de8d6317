package api

import "time"

// OutcomeCount is how often checks ended in one way on a day, at all desks together.
type OutcomeCount struct {
	Day     string `json:"day"`
	Outcome string `json:"outcome"`
	From    int64  `json:"from" doc:"At least so often: a desk says only <5 for 1 to 4"`
	To      int64  `json:"to" doc:"At most so often"`
}

// DeskCounts are the counts of some days.
type DeskCounts struct {
	Counts []OutcomeCount `json:"counts"`
}

func getDeskCounts(c call, in request[nothing]) (DeskCounts, error) {
	last, err := c.day(in.values["last"], "last", -1)
	if err != nil {
		return DeskCounts{}, err
	}
	first := last.AddDate(0, 0, -13)
	if in.values["first"] != "" {
		if first, err = c.day(in.values["first"], "first", 0); err != nil {
			return DeskCounts{}, err
		}
	}
	all, err := c.api.with.Acts.DeskCounts(c.ctx, c.actor, first, last)
	list := DeskCounts{Counts: []OutcomeCount{}}
	for _, one := range all {
		list.Counts = append(list.Counts, OutcomeCount(one))
	}
	return list, err
}

// day reads a day, or is so many days from today at the site.
func (c call) day(text, field string, from int) (time.Time, error) {
	if text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			err = invalid(Fault{field, "is not a day such as 2026-11-01"})
		}
		return day, err
	}
	site, err := c.api.with.Acts.SiteConfig(c.ctx)
	if err != nil {
		return time.Time{}, err
	}
	at := time.UTC
	if own := site.Site.Location(); own != nil {
		at = own
	}
	now := c.api.with.Now().In(at)
	return time.Date(now.Year(), now.Month(), now.Day()+from, 0, 0, 0, 0, time.UTC), nil
}
