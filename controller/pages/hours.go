package pages

import (
	"regexp"
	"strings"

	"github.com/facelatch/facelatch/pass"
)

// Ways to enter hours.
const (
	hoursAlways = "always"
	hoursWeek   = "week" // from and to on working days, and at the weekend
	hoursOwn    = "own"  // as pass.ParseSchedule reads them
)

// weekly are hours as the form writes them.
var weekly = regexp.MustCompile(`^(?:Mon-Fri (\d\d:\d\d)-(\d\d:\d\d))?(?:, )?(?:Sat\+Sun (\d\d:\d\d)-(\d\d:\d\d))?$`)

// setHours fills a form with hours.
func (f *form) setHours(text string) {
	set := f.values.Set
	found := weekly.FindStringSubmatch(text)
	switch {
	case text == "":
		set("hours", hoursAlways)
	case found != nil:
		set("hours", hoursWeek)
		for i, name := range []string{"week-from", "week-to", "end-from", "end-to"} {
			set(name, found[i+1])
		}
	default:
		set("hours", hoursOwn)
		set("own", text)
	}
}

// hours reads what setHours filled in.
func (v *visit) hours(f *form) string {
	var text string
	switch f.Get("hours") {
	case hoursAlways, "":
		return ""
	case hoursOwn:
		text = strings.TrimSpace(f.Get("own"))
		if text == "" {
			f.wrong["own"] = v.say("wrong.empty")
			return ""
		}
	default:
		if text = v.week(f); text == "" {
			return ""
		}
	}
	if _, err := pass.ParseSchedule(text); err != nil || len(text) > maxHours {
		f.wrong["own"] = v.say("wrong.hours")
		return ""
	}
	return text
}

// maxHours is more than any week needs.
const maxHours = 400

// week reads hours of working days and of the weekend, each of which may be
// empty for closed. It returns "" for what is wrong.
func (v *visit) week(f *form) string {
	var parts []string
	for _, span := range [][3]string{{"Mon-Fri", "week-from", "week-to"}, {"Sat+Sun", "end-from", "end-to"}} {
		from, to := f.Get(span[1]), f.Get(span[2])
		if (from == "") != (to == "") {
			f.wrong[span[1]] = v.say("wrong.span")
			return ""
		}
		if from != "" {
			parts = append(parts, span[0]+" "+from+"-"+to)
		}
	}
	if len(parts) == 0 {
		f.wrong["week-from"] = v.say("wrong.span")
	}
	return strings.Join(parts, ", ")
}

// sayHours is hours as people read them.
func (v *visit) sayHours(text string) string {
	if text == "" {
		return v.say("hours.always")
	}
	pairs := []string{}
	for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		pairs = append(pairs, day, v.say("day."+strings.ToLower(day)))
	}
	return strings.NewReplacer(append(pairs, "daily", v.say("day.daily"), "-", "–", "+", v.say("day.and"))...).Replace(text)
}
