package pages

import (
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/site"
)

// ask is a number of movements that a zone can ask for.
type ask struct {
	N int
	// Look is for how many seconds at most its doors then look.
	Look int
}

// asks are all that there can be.
func asks() (all []ask) {
	for n := range bundle.MaxPrompts + 1 {
		all = append(all, ask{n, lookOf(n)})
	}
	return all
}

// lookOf is for how many seconds a door looks at most that asks for as many
// movements.
func lookOf(prompts int) int { return int(door.Policy{Prompts: prompts}.LookTime() / time.Second) }

// setAsks fills in what a zone asks for.
func (f *form) setAsks(c acts.SiteConfig, zone string) {
	rules := c.Site.Rules[zone]
	f.values.Set("prompts", strconv.Itoa(rules.Prompts))
	f.values.Set("light", "") // said, so that merge hears of it when somebody else turns it off
	if rules.Light {
		f.values.Set("light", "yes")
	}
}

// readAsks reads what a zone asks for. A form that does not speak of it, such as the
// one for setting up, leaves it as it was.
func (v *visit) readAsks(f *form, rules *site.Rules) {
	if _, speaks := f.values["prompts"]; !speaks {
		return
	}
	rules.Prompts, rules.Light = v.number(f, "prompts", 0, bundle.MaxPrompts), f.Get("light") != ""
	switch {
	case f.wrong["prompts"] != "":
	case rules.Prompts > 0 && !slices.Contains(rules.Methods, "face"):
		f.wrong["prompts"] = v.say("wrong.prompts-face")
	case rules.Light && rules.Prompts == 0:
		f.wrong["light"] = v.say("wrong.light")
	}
}
