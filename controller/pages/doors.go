package pages

import (
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// awayTime is after how long without a word a door is called away: several times
// as long as it waits for an answer.
const awayTime = 3 * doorapi.PollTime

// doorView is a door, a station or a desk as a list shows it.
type doorView struct {
	ID, Name, Zone, Joined string
	Station, Desk          bool
	Origin                 string // a desk's
	// State is a key: "waits", "old", "away", "never", "good" or "removing".
	State string
	Seen  string
	// Bundle is the number of the rules that it has, Newest that of the newest; 0
	// where that is not known.
	Bundle, Newest uint64
	Faults         []DoorFault
}

// doorViews returns doors and stations, those with something wrong first.
func (v *visit) doorViews() ([]doorView, error) { return v.membersShown(false) }

// membersShown returns doors and stations, or desks, those with something wrong
// first.
func (v *visit) membersShown(desks bool) ([]doorView, error) {
	list := v.c.Acts.Doors
	if desks {
		list = v.c.Acts.DeskList
	}
	all, err := list(v.r.Context(), v.actor)
	if err != nil {
		return nil, err
	}
	var news DoorNews
	if v.c.Doors != nil {
		news = v.c.Doors()
	}
	var shown []doorView
	for _, d := range all {
		if d.State == site.Removed || desks != (d.Kind == site.KindDesk) {
			continue
		}
		shown = append(shown, v.viewDoor(d, news))
	}
	slices.SortStableFunc(shown, func(a, b doorView) int {
		return btoi(a.State == "good") - btoi(b.State == "good")
	})
	return shown, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v *visit) viewDoor(d acts.Door, news DoorNews) doorView {
	shown := doorView{
		ID: d.ID.String(), Name: d.Name, Zone: v.zoneTitle(d.Zone), Joined: v.day(d.Joined), Station: d.Kind == site.KindStation,
		Desk: d.Kind == site.KindDesk, Origin: d.Origin,
	}
	door := d.Kind == site.KindDoor
	seen, known := news.Seen[d.ID]
	age := v.now().Sub(seen.At)
	switch {
	case d.State == site.Joined && door:
		shown.State = "waits"
	case v.c.Doors == nil:
		shown.State = "good"
	case !known:
		shown.State = "never"
	case age > awayTime:
		shown.State = "away"
	case door && seen.Bundle < news.Bundle && age > time.Minute:
		shown.State = "old"
	default:
		shown.State = "good"
	}
	shown.Faults = news.Faults[d.ID]
	if known {
		shown.Seen, shown.Bundle, shown.Newest = v.moment(seen.At), seen.Bundle, news.Bundle
	}
	return shown
}

func (v *visit) doorsPage() error {
	all, err := v.doorViews()
	if err != nil {
		return err
	}
	return v.show(page{name: "doors", title: "doors.title", data: all})
}

// doorForm asks what a join code is for.
func (v *visit) doorForm() error {
	f := filled("kind", string(site.KindDoor))
	if len(v.site.Site.Zones) > 0 {
		f.values.Set("zone", v.site.Site.Zones[0])
	}
	if v.value("start") != "" {
		f.values.Set("name", v.say("doorform.first"))
	}
	return v.showDoor(0, f)
}

func (v *visit) showDoor(status int, f *form) error {
	return v.show(page{name: "doorform", title: "doorform.title", status: status, data: struct {
		Form  *form
		Start string
		Zones []zoneView
	}{f, v.value("start"), v.zones()}})
}

// maxDoorName is the longest name of a door, in characters.
const maxDoorName = 40

// addDoor makes a join code and shows it, once.
func (v *visit) addDoor() error {
	f := v.entered()
	name := v.text(f, "name", maxDoorName, true)
	kind, zone := site.Kind(f.Get("kind")), f.Get("zone")
	if kind != site.KindDoor && kind != site.KindStation {
		f.wrong["kind"] = v.say("wrong.choice")
	}
	if kind == site.KindStation {
		zone = ""
	} else if !slices.Contains(v.site.Site.Zones, zone) {
		f.wrong["zone"] = v.say("wrong.zone")
	}
	if !f.ok() {
		return v.showDoor(http.StatusUnprocessableEntity, f)
	}
	made, err := v.c.Acts.MakeJoinCode(v.r.Context(), v.actor, kind, name, zone)
	if err != nil {
		if err := v.take(f, err, nil); err != nil {
			return err
		}
		return v.showDoor(http.StatusUnprocessableEntity, f)
	}
	return v.showJoinCode(made)
}

// showJoinCode shows a code, once.
func (v *visit) showJoinCode(made acts.JoinCode) error {
	text, err := v.c.JoinText(made)
	if err != nil {
		return err
	}
	return v.show(page{name: "joincode", title: "joincode.title", once: true, data: struct {
		Name, Text, Until    string
		Station, Desk, Start bool
	}{made.Name, text, v.moment(made.Expires), made.Kind == site.KindStation, made.Kind == site.KindDesk, v.value("start") != ""}})
}

// door returns the door of the address.
func (v *visit) door() (acts.Door, error) {
	id, err := pass.ParseDoorID(v.r.PathValue("id"))
	if err != nil {
		return acts.Door{}, acts.ErrNotFound
	}
	all, err := v.c.Acts.Doors(v.r.Context(), v.actor)
	if err != nil {
		return acts.Door{}, err
	}
	i := slices.IndexFunc(all, func(d acts.Door) bool { return d.ID == id && d.State != site.Removed })
	if i < 0 {
		return acts.Door{}, acts.ErrNotFound
	}
	return all[i], nil
}

func (v *visit) removeDoorPage() error {
	d, err := v.door()
	if err != nil {
		return err
	}
	return v.show(page{name: "doorremove", title: "doorremove.title", data: v.viewDoor(d, DoorNews{})})
}

func (v *visit) removeDoor() error {
	d, err := v.door()
	if err != nil {
		return err
	}
	stolen := v.value("why") == "stolen"
	if err := v.c.Acts.RemoveDoor(v.r.Context(), v.actor, d.ID, stolen); err != nil {
		return err
	}
	if d.Kind == site.KindDesk {
		return v.to(Path+"desks", "door-removed")
	}
	if stolen {
		return v.to(Path+"doors", "door-stolen")
	}
	return v.to(Path+"doors", "door-removed")
}
