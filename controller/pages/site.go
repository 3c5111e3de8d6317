package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/site"
)

// sitePage says how the site is set up.
func (v *visit) sitePage() error {
	c := v.site
	return v.show(page{name: "site", title: "site.title", data: struct {
		Config acts.SiteConfig
		Face   bool
		Zones  []zoneView
	}{c, c.Site.Policy.FaceDays > 0, v.zones()}})
}

// zoneView is a zone as a list shows it.
type zoneView struct {
	Name, Title, Hours string
	Methods            []string // keys
	Faces              bool
	// Prompts is how many movements its doors ask for, and Look for how many seconds
	// at most they then look.
	Prompts, Look int
}

func (v *visit) zones() (all []zoneView) {
	for _, name := range v.site.Site.Zones {
		z := zoneView{Name: name, Title: v.zoneTitle(name), Hours: v.sayHours(v.site.Site.Rules[name].Hours)}
		if known, err := v.site.Site.Zone(name); err == nil {
			z.Prompts, z.Look = known.Prompts, lookOf(known.Prompts)
			for _, m := range methodsOf(known.Methods) {
				z.Methods = append(z.Methods, v.say("method."+m))
				z.Faces = z.Faces || m == "face"
			}
		}
		all = append(all, z)
	}
	return all
}

// zoneTitle is what people call a zone, in the visitor's language if it has a
// title in it.
func (v *visit) zoneTitle(name string) string {
	if said := words.Text(v.site.Site.Rules[name].Title).In(v.tag); said.Text != "" {
		return said.Text
	}
	return name
}

func (v *visit) zoneTitles(names []string) (all []string) {
	for _, name := range names {
		all = append(all, v.zoneTitle(name))
	}
	return all
}

// siteValues is the form of a configuration.
func siteValues(c acts.SiteConfig) *form {
	number := strconv.Itoa
	f := filled(
		"version", strconv.FormatInt(c.Version, 10), "name", c.Site.Name, "timezone", c.Site.Timezone,
		"plain-days", number(c.Site.Policy.PlainDays), "face-days", number(c.Site.Policy.FaceDays),
		"guests", number(c.Guests.Most), "guest-hours", number(c.Guests.Hours), "guest-ahead", number(c.Guests.AheadDays),
		"keep-years", number(c.KeepYears), "offline-face", "24", "offline-plain", "168",
	)
	if o := c.Site.Offline; o != nil {
		f.values.Set("offline-face", number(o.FaceHours))
		f.values.Set("offline-plain", number(o.PlainHours))
	}
	if c.Site.Policy.RequireLive {
		f.values.Set("live", "yes")
	}
	return f
}

// siteFields are where what acts call a field stands in the form.
func siteFields() map[string]string {
	return map[string]string{
		"policy.plain_days": "plain-days", "policy.face_days": "face-days", "most": "guests", "hours": "guest-hours",
		"ahead_days": "guest-ahead", "keep_years": "keep-years", "site": "name",
	}
}

// editing is a form over a part of the configuration.
type editing struct {
	Form *form
	// Start is the step of setting up that this is, or "".
	Start string
	// New says that a zone is being added.
	New   bool
	Zones []string
}

func (v *visit) siteForm() error {
	f := siteValues(v.site)
	if v.value("start") != "" && v.site.Site.Timezone == "UTC" {
		f.values.Set("timezone", "Asia/Shanghai")
	}
	return v.showSite(0, f)
}

func (v *visit) showSite(status int, f *form) error {
	start, title := v.value("start"), "siteform.title"
	if start != "" {
		title = "steps.site" // the limits come later
	}
	return v.show(page{name: "siteform", title: title, status: status, data: struct {
		editing
		Timezones []string
	}{editing{Form: f, Start: start}, timezones()}})
}

// timezones are offered; any other can be typed.
func timezones() []string {
	return []string{
		"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata",
		"Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw", "Europe/Athens",
		"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney", "UTC",
	}
}

// number reads a whole number within limits.
func (v *visit) number(f *form, name string, least, most int) int {
	if _, ok := f.values[name]; !ok {
		return least
	}
	n, err := strconv.Atoi(f.Get(name))
	if err != nil || n < least || n > most {
		f.wrong[name] = v.say("wrong.number", "least", least, "most", most)
	}
	return n
}

func (v *visit) changeSite() error {
	f := v.entered()
	c := v.site
	c.Site.Name = v.text(f, "name", site.MaxName, true)
	c.Site.Timezone = v.text(f, "timezone", 64, true)
	if _, err := time.LoadLocation(c.Site.Timezone); err != nil || c.Site.Timezone == "Local" {
		f.wrong["timezone"] = v.say("wrong.timezone")
	}
	if v.value("start") == "" {
		v.readPolicy(f, &c)
	}
	return v.change(f, c, siteValues, siteFields(), v.showSite, Path+"site", "2")
}

// readPolicy reads what a new site has a good value for.
func (v *visit) readPolicy(f *form, c *acts.SiteConfig) {
	p := &c.Site.Policy
	p.PlainDays, p.FaceDays = v.number(f, "plain-days", 1, 731), v.number(f, "face-days", 0, 731)
	p.RequireLive = f.Get("live") != ""
	if p.FaceDays > p.PlainDays {
		f.wrong["face-days"] = v.say("wrong.longer")
	}
	if c.Guests.Most = v.number(f, "guests", 0, 50); c.Guests.Most > 0 {
		c.Guests.Hours, c.Guests.AheadDays = v.number(f, "guest-hours", 1, 744), v.number(f, "guest-ahead", 0, 90)
	}
	c.KeepYears = v.number(f, "keep-years", 3, 10)
	face, plain := v.number(f, "offline-face", 1, 744), v.number(f, "offline-plain", 1, 744)
	if plain < face {
		f.wrong["offline-plain"] = v.say("wrong.offline")
	}
	c.Site.Offline = &site.Offline{FaceHours: face, PlainHours: plain}
}

// change saves a configuration, or shows its form again: with what was wrong, or
// with what somebody else changed meanwhile. done is the page after it, and next
// the step after it while the site is set up.
func (v *visit) change(f *form, c acts.SiteConfig, values func(acts.SiteConfig) *form, fields map[string]string, show func(int, *form) error, done, next string) error {
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	if version != v.site.Version {
		return v.meanwhile(f, values, show)
	}
	if !f.ok() {
		return show(http.StatusUnprocessableEntity, f)
	}
	_, err = v.c.Acts.ChangeSite(v.r.Context(), v.actor, version, c)
	if errors.Is(err, acts.ErrConflict) {
		return v.meanwhile(f, values, show)
	}
	if err != nil {
		if err := v.take(f, err, fields); err != nil {
			return err
		}
		return show(http.StatusUnprocessableEntity, f)
	}
	if v.value("start") != "" {
		return v.step(next)
	}
	return v.to(done, "saved")
}

// meanwhile shows a form with what somebody else changed since it was made.
func (v *visit) meanwhile(f *form, values func(acts.SiteConfig) *form, show func(int, *form) error) error {
	now, err := v.c.Acts.SiteConfig(v.r.Context())
	if err != nil {
		return err
	}
	v.site = now
	f.values.Set("version", strconv.FormatInt(now.Version, 10))
	f.merge(values(now))
	delete(f.now, "version")
	return show(http.StatusConflict, f)
}

// step goes to a step of setting up.
func (v *visit) step(n string) error {
	steps := map[string]string{"1": "site/edit", "2": "site/zone", "3": "notices/new", "4": "doors/new"}
	to, ok := steps[n]
	if !ok {
		return v.to(Path, "started")
	}
	return v.to(Path+to+"?start="+n, "")
}

// startPage begins setting up.
func (v *visit) startPage() error {
	done, err := v.setUpAlready(v.r.Context())
	if err != nil {
		return err
	}
	return v.show(page{name: "start", title: "start.title", data: done})
}

// setUpSteps says which steps of setting up were done.
type setUpSteps struct{ Zones, Notice, Door bool }

// All says whether nothing is left.
func (s setUpSteps) All() bool { return s.Zones && s.Notice && s.Door }

// Next is where what is left begins.
func (s setUpSteps) Next() string {
	switch {
	case !s.Zones:
		return Path + "start"
	case !s.Notice:
		return Path + "notices/new?start=3"
	}
	return Path + "doors/new?start=4"
}

func (v *visit) setUpAlready(ctx context.Context) (s setUpSteps, err error) {
	faces := slices.ContainsFunc(v.zones(), func(z zoneView) bool { return z.Faces })
	s.Zones = len(v.site.Site.Rules) > 0
	notices, err := v.c.Acts.Notices(ctx)
	if err != nil {
		return s, err
	}
	s.Notice = len(notices) > 0 || !faces
	doors, err := v.c.Acts.Doors(ctx, v.actor)
	s.Door = len(doors) > 0
	return s, err
}
