package pass_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/pass"
)

func schedule(t testing.TB, hours string) pass.Schedule {
	t.Helper()
	s, err := pass.ParseSchedule(hours)
	must(t, err)
	return s
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	must(t, err)
	return loc
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]pass.Schedule{
		"":                                  nil,
		"  ":                                nil,
		"Mon-Fri 07:00-19:00":               {{Days: 0x1f, Start: 420, End: 1140}},
		"daily 00:00-24:00":                 {{Days: 0x7f, Start: 0, End: 1440}},
		"sat+SUN 22:00-02:00":               {{Days: 0x60, Start: 1320, End: 120}},
		"Fri-Mon 08:00-09:00":               {{Days: 0x71, Start: 480, End: 540}},
		"Sun 08:00-09:00, Mon 08:00-09:00":  {{Days: 1, Start: 480, End: 540}, {Days: 64, Start: 480, End: 540}},
		"Mon-Mon 08:00-09:00":               {{Days: 1, Start: 480, End: 540}},
		"Mon+Wed-Thu 08:00-09:00":           {{Days: 0x0d, Start: 480, End: 540}},
		"Mon 10:00-11:00 ,Mon  08:00-09:00": {{Days: 1, Start: 480, End: 540}, {Days: 1, Start: 600, End: 660}},
	} {
		got, err := pass.ParseSchedule(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{
		"Mon", "07:00-19:00", "Monday 07:00-19:00", "Mon 7:00-19:00", "Mon 07:00", "Mon 07:00-07:00",
		"Mon 24:00-07:00", "Mon 07:00-24:01", "Mon 07:60-08:00", "Mon 07:00-19:00,", "Mon 07:00-19:00 x",
		"Mon 08:00-09:00, Mon 08:00-09:00", "- 07:00-19:00", "Mon+ 07:00-19:00", "Mon 22:00-00:00", "Mon -7:00-19:00",
	} {
		if got, err := pass.ParseSchedule(bad); !errors.Is(err, pass.ErrHours) || got != nil {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

// windows draws valid schedules.
func windows() *rapid.Generator[pass.Schedule] {
	return rapid.Custom(func(t *rapid.T) pass.Schedule {
		var s pass.Schedule
		for range rapid.IntRange(1, pass.MaxWindows).Draw(t, "n") {
			w := pass.Window{
				Days:  pass.Days(rapid.IntRange(1, 127).Draw(t, "days")),
				Start: uint16(rapid.IntRange(0, 1439).Draw(t, "start")),
				End:   uint16(rapid.IntRange(1, 1440).Draw(t, "end")),
			}
			if w.Start != w.End && !slices.Contains(s, w) {
				s = append(s, w)
			}
		}
		slices.SortFunc(s, func(a, b pass.Window) int {
			return int(a.Days)<<24 - int(b.Days)<<24 + int(a.Start)<<12 - int(b.Start)<<12 + int(a.End) - int(b.End)
		})
		if len(s) == 0 {
			return pass.Schedule{{Days: pass.EveryDay, Start: 0, End: 1440}}
		}
		return s
	})
}

func TestScheduleTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := windows().Draw(t, "schedule")
		back, err := pass.ParseSchedule(s.String())
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Fatalf("%q is read as %v, %v", s, back, err)
		}
	})
}

// TestScheduleModel compares Allows with a schedule laid out minute by minute
// over the week.
func TestScheduleModel(t *testing.T) {
	monday := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		s := windows().Draw(t, "schedule")
		var week [7 * 1440]bool
		for _, w := range s {
			for day := range 7 {
				if w.Days>>day&1 == 0 {
					continue
				}
				length := (int(w.End) - int(w.Start) + 1440) % 1440
				if w.Start == 0 && w.End == 1440 {
					length = 1440
				}
				for m := range length {
					week[(day*1440+int(w.Start)+m)%len(week)] = true
				}
			}
		}
		minute := rapid.IntRange(0, len(week)-1).Draw(t, "minute")
		second := rapid.IntRange(0, 59).Draw(t, "second")
		at := monday.Add(time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
		if got := s.Allows(at, time.UTC); got != week[minute] {
			t.Fatalf("%s at %s: %v", s, at, got)
		}
	})
}

// TestSummerTime: only the clock on the wall counts.
func TestSummerTime(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	s := schedule(t, "Sun 02:00-03:00")
	// On 31 October 2027 the hour from 2 to 3 comes twice: from midnight to 2
	// o'clock UTC.
	for minute, want := range map[int]bool{-1: false, 0: true, 59: true, 60: true, 119: true, 120: false} {
		at := time.Date(2027, 10, 31, 0, minute, 0, 0, time.UTC)
		if got := s.Allows(at, berlin); got != want {
			t.Errorf("%s: %v", at.In(berlin), got)
		}
	}
	// On 28 March 2027 it does not come: 1:59 is followed by 3:00.
	for minute := range 180 {
		at := time.Date(2027, 3, 28, 0, minute, 0, 0, time.UTC)
		if s.Allows(at, berlin) {
			t.Errorf("%s: open in an hour that does not exist", at.In(berlin))
		}
	}
}

func TestNoTimeZone(t *testing.T) {
	if schedule(t, "daily 00:00-24:00").Allows(noon, nil) {
		t.Error("hours without a time zone are open")
	}
	if !pass.Schedule(nil).Allows(noon, nil) {
		t.Error("always is not always")
	}
	if (pass.Schedule{}).Allows(noon, time.UTC) || (pass.Schedule{}).Check() == nil {
		t.Error("a schedule without windows is open, or can be issued")
	}
	w := newWorld(t)
	c := w.plain(t, 1)
	c.Schedule = schedule(t, "daily 00:00-24:00")
	p := parse(t, w.issue(t, c, nil))
	w.trust.Location = nil
	_, err := p.Verify(w.trust, "front", noon)
	wantReason(t, err, pass.ReasonOutOfHours)
}

func FuzzParseSchedule(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		s, err := pass.ParseSchedule(text)
		if err != nil {
			if s != nil || !errors.Is(err, pass.ErrHours) {
				t.Fatalf("%v and %v", s, err)
			}
			return
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		if again, err := pass.ParseSchedule(s.String()); err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%v is written as %q", s, s)
		}
	})
}
