package public

import (
	"time"

	"github.com/facelatch/facelatch/controller/public/words"
)

// kept is one row of what is kept: where, and how long.
type kept struct{ Key, Where, Long string }

// keeping returns what is kept of people, in the order in which they ask about
// it. A site without faces has no rows about them.
func (s speaker) keeping(f Facts) ([]kept, error) {
	var rows []kept
	var failed error
	row := func(key string, gaps ...any) {
		where, err := s.say("keep." + key + ".where")
		long, failure := s.say("keep."+key+".long", gaps...)
		for _, e := range []error{err, failure} {
			if failed == nil {
				failed = e
			}
		}
		rows = append(rows, kept{"keep." + key, where, long})
	}
	if f.Reads() {
		look, err := s.seconds(f.Look())
		if err != nil {
			return nil, err
		}
		row("reference", "days", f.Keep.FaceDays)
		row("frames", "look", look)
		row("photo")
	}
	row("label")
	row("pass", "days", max(f.Keep.PlainDays, f.Keep.FaceDays), "after", f.Keep.OwnerDays)
	if f.Reads() {
		row("consent", "years", f.Keep.RecordYears)
	}
	row("passage")
	return rows, failed
}

// seconds says a time of whole seconds.
func (s speaker) seconds(d time.Duration) (string, error) {
	if d == time.Second {
		return s.say("second")
	}
	return s.say("seconds", "n", int(d/time.Second))
}

// spell says a number of hours, in days where they are whole ones.
func (s speaker) spell(hours int) (string, error) {
	if hours > 24 && hours%24 == 0 {
		return s.say("days", "n", hours/24)
	}
	return s.say("hours", "n", hours)
}

// loot is one case of a theft, said in a language.
type loot struct {
	Key      string
	Got, Not []words.Said
}

func (s speaker) loot(key string, l Loot, hours int) loot {
	return loot{key, s.statements(l.Got, hours), s.statements(l.Not, hours)}
}
