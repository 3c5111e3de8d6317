package papers

import (
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/door"
)

// what describes the processing.
func (a *assessor) what() (items []item) {
	for _, z := range a.f.Zones {
		key := "what.zone.not"
		if z.Reads() {
			key = "what.zone.reads"
		}
		var ways []string
		for _, name := range z.Others() {
			ways = append(ways, a.say("what.way."+name))
		}
		items = append(items, a.fact(key, "zone", z.Called(a.tag).Text, "ways", a.join(ways),
			"hours", a.or(public.Hours(z.Hours, a.tag), "what.always"), "doors", a.or(a.join(z.Doors), "what.nodoors")))
		items = append(items, a.asks(z)...)
	}
	keep, engine := a.f.Keep, a.f.Engine
	return append(
		items,
		a.claim([]string{"station.TestPromise1NothingOfAFaceIsLeft"}, "what.enrol", "bytes", engine.Models.Reference.Bytes()),
		a.claim([]string{"door.TestPromise3AnyEvents"}, "what.verify", "wait", int(door.NotMeTime/time.Second), "look", int(a.f.Look()/time.Second), "attempts", door.MaxAttempts),
		a.fact("what.kept", "plain", keep.PlainDays, "face", keep.FaceDays, "years", keep.RecordYears),
		a.fact("what.models", "name", engine.Models.Name, "threshold", engine.Threshold),
		a.open("what.open.people"), a.open("what.open.cameras"), a.open("what.open.others"),
	)
}

// asks describes what people are asked to do while they are looked at.
func (a *assessor) asks(z public.Zone) (items []item) {
	called := z.Called(a.tag).Text
	if z.Prompts > 0 {
		items = append(items, a.fact("what.zone.asks", "zone", called, "n", z.Prompts, "look", int(z.Look()/time.Second)))
	}
	if z.Light {
		items = append(items, a.fact("what.zone.light", "zone", called))
	}
	return items
}

func (a *assessor) join(all []string) string {
	if a.tag == words.Chinese {
		return strings.Join(all, "、")
	}
	return strings.Join(all, ", ")
}

// or is a text, or what is said in its place where it is empty.
func (a *assessor) or(text, key string) string {
	if text == "" {
		return a.say(key)
	}
	return text
}

// risks are what may go wrong, with what was measured of it.
func (a *assessor) risks() []item {
	thief, attack := a.f.Thief, a.f.Engine.Measured.Attack
	live := "risk.photo.warns"
	if a.f.Engine.RequireLive {
		live = "risk.photo.refuses"
	}
	return []item{
		a.risk("gallery", a.say("risk.gallery.text", "got", a.statements(thief.Controller.Got, thief.PINCoreHours))),
		a.risk("door", a.say("risk.door.text", "got", a.statements(thief.Door.Got, thief.PINCoreHours), "hours", thief.PINCoreHours)),
		a.risk("insider", a.say("risk.insider.text")),
		a.risk("stranger", a.strangers()),
		a.risk("holder", a.say("risk.holder.text", "measured", a.measured(func(s public.Showing) *public.Rate { return s.Holders }))),
		a.risk("groups", a.say("risk.groups.text")),
		a.risk("photo", a.say("risk.photo.text", "attacks", attack.Attacks, "missed", strconv.Itoa(int(100*attack.Missed+0.5)), "live", a.say(live))),
		a.risk("pressure", a.say("risk.pressure.text")),
		a.risk("presence", a.say("risk.presence.text")),
		a.risk("more", a.say("risk.more.text")),
	}
}

// statements are what a thief gets, as one sentence after another.
func (a *assessor) statements(all []words.Text, hours int) string {
	var said []string
	for _, text := range all {
		said = append(said, strings.ReplaceAll(text.In(a.tag).Text, "{hours}", strconv.Itoa(hours)))
	}
	if a.tag == words.Chinese {
		return strings.Join(said, "")
	}
	return strings.Join(said, " ")
}

func (a *assessor) strangers() string {
	if a.f.Engine.Stated() == 0 || len(a.f.Engine.Measured.Showings) == 0 {
		return a.say("risk.stranger.unknown")
	}
	measured := a.measured(func(s public.Showing) *public.Rate { return &s.Strangers })
	return a.say("risk.stranger.text", "stated", a.f.Engine.Stated(), "measured", measured)
}

// measured lists rates as "5 of 610 (LFW View 1, training)".
func (a *assessor) measured(rate func(public.Showing) *public.Rate) string {
	var all []string
	for _, s := range a.f.Engine.Measured.Showings {
		if r := rate(s); r != nil {
			all = append(all, strconv.Itoa(r.Errors)+" / "+strconv.Itoa(r.Of)+" ("+s.List+")")
		}
	}
	return strings.Join(all, "; ")
}
