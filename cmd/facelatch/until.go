package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// request reads the times and hours as at the site.
func (f issueFlags) request(c site.Config, now time.Time) (r issue.Request, err error) {
	loc := c.Location()
	r = issue.Request{Zones: slices.Compact(slices.Sorted(slices.Values(f.zones))), NotBefore: now.Truncate(time.Second)}
	if r.Schedule, err = pass.ParseSchedule(f.hours); err != nil {
		return r, usageError{err}
	}
	if r.Holder, err = holderKey(f.key); err != nil {
		return r, err
	}
	if f.from != "" {
		if r.NotBefore, err = parseTime("from", f.from, loc, false); err != nil {
			return r, err
		}
	}
	r.Expires = r.NotBefore.Add(min(usualLife, f.longest(c)))
	limit := f.limit(r.NotBefore, now, c)
	if f.until != "" {
		if r.Expires, err = f.end(limit, loc); err != nil {
			return r, err
		}
	}
	// What no pass can have is said before there is a consent to it.
	err = c.Issuing().Allow(r, now)
	if errors.Is(err, issue.ErrPolicy) && r.Expires.After(limit) && limit.After(r.NotBefore) {
		err = fmt.Errorf("%w; the last date for --until is %s", err, limit.In(loc).Format(dateOnly))
	}
	return r, err
}

// agree records that the person agreed to the notice, for a pass that is asked for.
func (f issueFlags) agree(ctx context.Context, from offers, site pass.SiteID, now, until time.Time) (*consent.Record, error) {
	by := consent.AgreesFor(f.guardian)
	n, err := from.notice(ctx, by.Rules())
	if err != nil {
		return nil, err
	}
	own, err := ownKey(f.ownKey)
	if err != nil {
		return nil, err
	}
	return agreeTo(n, consent.Terms{Site: site, Given: now.Truncate(time.Second), Until: until, By: by, Attester: from.Attester()}, own)
}

// limit is when a pass that begins at from has to end.
func (f issueFlags) limit(from, now time.Time, c site.Config) time.Time {
	limit, latest := from.Add(f.longest(c)), now.Truncate(time.Second).Add(pass.MaxLifetime)
	if latest.Before(limit) {
		return latest
	}
	return limit
}

// end reads --until. A date alone that begins before the limit and ends after it
// is the limit: "in two years" is a date, and a pass may end on it.
func (f issueFlags) end(limit time.Time, loc *time.Location) (time.Time, error) {
	last, err := parseTime("until", f.until, loc, true)
	if err != nil {
		return last, err
	}
	first, err := parseTime("until", f.until, loc, false)
	if first.Before(limit) && limit.Before(last) {
		return limit, err
	}
	return last, err
}

// clipped says that a pass ends before the end of the day that was asked for.
func (f issueFlags) clipped(expires time.Time, loc *time.Location) []string {
	if f.until == "" {
		return nil
	}
	if asked, err := parseTime("until", f.until, loc, true); err != nil || !expires.Before(asked) {
		return nil
	}
	return []string{fmt.Sprintf("--until %s: no pass may last to the end of that day; this one ends at %s", f.until, localTime(expires, loc))}
}

func (f issueFlags) longest(c site.Config) time.Duration {
	if f.plain {
		return c.Issuing().Plain
	}
	return c.Issuing().Face
}
