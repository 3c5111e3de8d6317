package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// layouts are the ways of writing a time at the site, beside RFC 3339.
func layouts() []string {
	return []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}
}

const dateOnly = "2006-01-02"

// parseTime reads a time: RFC 3339, or without an offset the time at the site.
// A date alone is its first moment, or with last the first one after it.
func parseTime(flag, s string, loc *time.Location, last bool) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Truncate(time.Second), nil
	}
	for _, layout := range layouts() {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	t, err := time.ParseInLocation(dateOnly, s, loc)
	if err != nil {
		return time.Time{}, usagef("--%s %q is not a time such as 2026-11-21, 2026-11-21T08:30 or 2026-11-21T08:30:00+08:00", flag, s)
	}
	if last {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

// localTime writes a time for a person at the site. It shows the offset, because
// abbreviations such as CST stand for several.
func localTime(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02 15:04 -07:00")
}

// machineZone is the name of this machine's time zone, or UTC.
func machineZone() string {
	if name := os.Getenv("TZ"); name != "" && name != "Local" {
		if _, err := time.LoadLocation(name); err == nil {
			return name
		}
	}
	target, err := filepath.EvalSymlinks("/etc/localtime")
	if err != nil {
		return "UTC"
	}
	_, name, ok := strings.Cut(target, "/zoneinfo/")
	if _, err := time.LoadLocation(name); !ok || err != nil {
		return "UTC"
	}
	return name
}

// clockFrom returns a clock that shows t now and goes on from there.
func clockFrom(t time.Time) func() time.Time {
	start := time.Now()
	return func() time.Time { return t.Add(time.Since(start)) }
}
