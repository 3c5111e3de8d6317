package iddoc

import (
	"errors"
	"fmt"
	"time"
)

// Date is a date of a machine-readable zone: two digits of a year, and for a birth
// perhaps no month or day, where they are not known. The zero value is no date.
type Date struct {
	year  int8 // 0 to 99
	month int8 // 0 where it is not known
	day   int8 // 0 where it is not known
	set   bool
}

var errDate = errors.New("not a date")

// parseDate reads YYMMDD. Where parts may be unknown they are fillers: ICAO Doc
// 9303-3, 4.8.
func parseDate(field string, partial bool) (Date, error) {
	year, yearKnown, err1 := number(field[0:2])
	month, monthKnown, err2 := number(field[2:4])
	day, dayKnown, err3 := number(field[4:6])
	if err := errors.Join(err1, err2, err3); err != nil {
		return Date{}, errDate
	}
	whole := yearKnown && monthKnown && dayKnown
	switch {
	case !yearKnown && partial && !monthKnown && !dayKnown:
		return Date{}, nil // a birth of which nothing is known
	case !yearKnown, !partial && !whole, dayKnown && !monthKnown:
		return Date{}, errDate
	case monthKnown && (month < 1 || month > 12), dayKnown && (day < 1 || day > lastDay(year, month)):
		return Date{}, errDate
	}
	return Date{int8(year), int8(month), int8(day), true}, nil
}

// number reads two digits, or two fillers, which are not known.
func number(s string) (n int, known bool, err error) {
	if s == "<<" {
		return 0, false, nil
	}
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false, errDate
	}
	return int(s[0]-'0')*10 + int(s[1]-'0'), true, nil
}

// lastDay returns the last day of a month, in the more generous of the centuries
// that a year can be in: 2000 was a leap year and 1900 was none.
func lastDay(year, month int) int {
	return time.Date(2000+year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Known says whether there is a date at all.
func (d Date) Known() bool { return d.set }

// Whole says whether year, month and day are known.
func (d Date) Whole() bool { return d.set && d.month > 0 && d.day > 0 }

// Today is the day that it is where a clock is, as the dates of documents are: the
// time that it returns is in UTC, and midnight.
func Today(now time.Time) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Birth returns the day of a birth as of a day, today: of the centuries that it can
// be in, the latest in which it is not after today. Where the day or the month is
// not known it is the last possible one, so that nobody is taken for older than
// they may be. It is the zero time if nothing is known.
func (d Date) Birth(today time.Time) time.Time {
	if !d.set {
		return time.Time{}
	}
	year := today.Year()/100*100 + int(d.year)
	at := d.latest(year)
	if d.earliest(year).After(today) {
		at = d.latest(year - 100)
	}
	return at
}

// Ahead says whether a birth can be one that is still to come, by so many years at most:
// two figures of a year do not tell it from one of a hundred years before.
func (d Date) Ahead(today time.Time, years int) bool {
	if !d.set {
		return false
	}
	century := today.Year() / 100 * 100
	for _, year := range []int{century + int(d.year), century + 100 + int(d.year)} {
		if at := d.earliest(year); at.After(today) && !at.After(today.AddDate(years, 0, 0)) {
			return true
		}
	}
	return false
}

// Expiry returns the day of an expiry as of a day, today: the one that is nearest,
// since documents hold ten or fifteen years and not fifty. It is the zero time if
// it is not known.
func (d Date) Expiry(today time.Time) time.Time {
	if !d.set {
		return time.Time{}
	}
	century := today.Year() / 100 * 100
	best := d.latest(century + int(d.year))
	for _, year := range []int{century - 100 + int(d.year), century + 100 + int(d.year)} {
		if at := d.latest(year); at.Sub(today).Abs() < best.Sub(today).Abs() {
			best = at
		}
	}
	return best
}

func (d Date) latest(year int) time.Time {
	month, day := int(d.month), int(d.day)
	switch {
	case month == 0:
		month, day = 12, 31
	case day == 0:
		day = lastDay(year%100, month)
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

func (d Date) earliest(year int) time.Time {
	return time.Date(year, time.Month(max(1, d.month)), int(max(1, d.day)), 0, 0, 0, 0, time.UTC)
}

// String returns the date as YYMMDD, with fillers where it is not known.
func (d Date) String() string {
	if !d.set {
		return "<<<<<<"
	}
	part := func(n int8) string {
		if n == 0 {
			return "<<"
		}
		return fmt.Sprintf("%02d", n)
	}
	return fmt.Sprintf("%02d", d.year) + part(d.month) + part(d.day)
}
