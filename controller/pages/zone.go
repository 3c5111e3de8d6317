package pages

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// maxTitle is the longest title of a zone, in characters.
const maxTitle = 40

// methodsOf are the names of methods, in the order in which people think of them.
func methodsOf(m bundle.Methods) (names []string) {
	for _, one := range []struct {
		is   bundle.Methods
		name string
	}{{bundle.Plain, "plain"}, {bundle.Phone, "phone"}, {bundle.Face, "face"}, {bundle.PIN, "pin"}} {
		if m.Has(one.is) {
			names = append(names, one.name)
		}
	}
	return names
}

// zoneValues is the form of a zone of a configuration.
func zoneValues(c acts.SiteConfig, name string) *form {
	f := filled("version", strconv.FormatInt(c.Version, 10), "zone", name)
	rules := c.Site.Rules[name]
	for _, tag := range words.Tags() {
		if said := words.Text(rules.Title).In(tag); said.Tag == tag {
			f.values.Set("title-"+string(tag), said.Text)
		}
	}
	if z, err := c.Site.Zone(name); err == nil {
		f.values["method"] = methodsOf(z.Methods)
	}
	f.setHours(rules.Hours)
	f.setAsks(c, name)
	return f
}

// zoneForm edits a zone, or adds one: with no name it is the first while the site
// is set up, and else a new one.
func (v *visit) zoneForm() error {
	name := v.value("name")
	if name == "" && v.value("start") != "" && len(v.site.Site.Zones) > 0 && len(v.site.Site.Rules) == 0 {
		name = v.site.Site.Zones[0]
	}
	if name != "" && !slices.Contains(v.site.Site.Zones, name) {
		return acts.ErrNotFound
	}
	f := zoneValues(v.site, name)
	if name == "" {
		f.values["method"] = []string{"plain", "phone", "face"}
		f.values.Set("hours", hoursAlways)
	}
	return v.showZone(0, f)
}

func (v *visit) showZone(status int, f *form) error {
	title := "zoneform.title"
	fresh := f.Get("zone") == ""
	if fresh {
		title = "zoneform.new"
	}
	if v.value("start") != "" && len(v.site.Site.Rules) == 0 {
		title = "zoneform.first"
	}
	return v.show(page{name: "zoneform", title: title, status: status, data: struct {
		editing
		Asks []ask
	}{editing{Form: f, Start: v.value("start"), New: fresh}, asks()}})
}

func (v *visit) changeZone() error {
	f := v.entered()
	name := f.Get("zone")
	c := v.site
	c.Site.Rules = maps.Clone(c.Site.Rules)
	if c.Site.Rules == nil {
		c.Site.Rules = map[string]site.Rules{}
	}
	if name == "" {
		name = v.newZone(f)
		c.Site.Zones = append(slices.Clone(c.Site.Zones), name)
	}
	rules := c.Site.Rules[name]
	v.readZone(f, &rules)
	c.Site.Rules[name] = rules
	// At a site without face passes a zone cannot read faces.
	if slices.Contains(rules.Methods, "face") && c.Site.Policy.FaceDays == 0 {
		c.Site.Policy.FaceDays = c.Site.Policy.PlainDays
	}
	next := "3"
	if f.Get("more") != "" {
		next = "2"
	} else if !slices.ContainsFunc(slices.Collect(maps.Values(c.Site.Rules)), func(r site.Rules) bool { return slices.Contains(r.Methods, "face") }) {
		next = "4" // nobody's face is read: there is nothing to give notice of
	}
	values := func(now acts.SiteConfig) *form { return zoneValues(now, f.Get("zone")) }
	return v.change(f, c, values, map[string]string{"rules": "title-en", "zones": "title-en"}, v.showZone, Path+"site", next)
}

func (v *visit) readZone(f *form, rules *site.Rules) {
	rules.Title = map[string]string{}
	for _, tag := range words.Tags() {
		if title := v.text(f, "title-"+string(tag), maxTitle, true); title != "" {
			rules.Title[string(tag)] = title
		}
	}
	rules.Methods = nil
	for _, m := range f.values["method"] {
		if slices.Contains([]string{"plain", "phone", "face", "pin"}, m) && !slices.Contains(rules.Methods, m) {
			rules.Methods = append(rules.Methods, m)
		}
	}
	switch methods, err := bundle.ParseMethods(rules.Methods...); {
	case len(rules.Methods) == 0:
		f.wrong["method"] = v.say("wrong.method")
	case err != nil || methods.Check() != nil:
		f.wrong["method"] = v.say("wrong.only-way")
	}
	rules.Hours = v.hours(f)
	v.readAsks(f, rules)
}

// newZone finds a name for a zone, which stands in passes: letters of its English
// title, or a number.
func (v *visit) newZone(f *form) string {
	name := strings.Trim(strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c == ' ', c == '-':
			return '-'
		}
		return -1
	}, strings.ToLower(f.Get("title-en"))), "-")
	name = strings.Trim(name[:min(len(name), pass.MaxZoneName-3)], "-")
	if name == "" {
		name = "zone"
	}
	taken := func(name string) bool { return slices.Contains(v.site.Site.Zones, name) }
	if len(v.site.Site.Zones) >= site.MaxZones {
		f.wrong["title-en"] = v.say("wrong.zones", "most", site.MaxZones)
	}
	if !taken(name) {
		return name
	}
	for n := 2; ; n++ {
		if numbered := name + "-" + strconv.Itoa(n); !taken(numbered) {
			return numbered
		}
	}
}

func (v *visit) removeZonePage() error {
	name := v.value("name")
	if !slices.Contains(v.site.Site.Zones, name) {
		return acts.ErrNotFound
	}
	return v.show(page{name: "zoneremove", title: "zoneremove.title", data: struct {
		Name, Title string
		Version     int64
		Last        bool
	}{name, v.zoneTitle(name), v.site.Version, len(v.site.Site.Zones) == 1}})
}

func (v *visit) removeZone() error {
	f, c := v.entered(), v.site
	name := f.Get("name")
	if !slices.Contains(c.Site.Zones, name) || len(c.Site.Zones) == 1 {
		return acts.ErrNotFound
	}
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	c.Site.Zones = slices.DeleteFunc(slices.Clone(c.Site.Zones), func(z string) bool { return z == name })
	c.Site.Rules = maps.Clone(c.Site.Rules)
	delete(c.Site.Rules, name)
	if _, err := v.c.Acts.ChangeSite(v.r.Context(), v.actor, version, c); err != nil {
		return err
	}
	return v.to(Path+"site", "saved")
}
