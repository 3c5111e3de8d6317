package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
)

// noticeView is a version of a notice as a list shows it.
type noticeView struct {
	Hash, Published, Rules, Version string
	Number                          int
	Current                         bool
}

func (v *visit) noticesPage() error {
	all, err := v.c.Acts.Notices(v.r.Context())
	if err != nil {
		return err
	}
	var shown []noticeView
	seen := map[consent.Rules]bool{}
	for _, n := range all {
		one := noticeView{Hash: hexText(n.Hash[:]), Published: v.day(n.Published), Rules: string(n.Rules), Number: n.Number, Current: !seen[n.Rules]}
		if read, err := consent.DecodeNotice(n.Document); err == nil {
			one.Version = read.Version
		}
		seen[n.Rules] = true
		shown = append(shown, one)
	}
	return v.show(page{name: "notices", title: "notices.title", data: struct {
		Versions   []noticeView
		Everybody  bool
		NeedsFaces bool
	}{shown, seen[consent.Everybody], slices.ContainsFunc(v.zones(), func(z zoneView) bool { return z.Faces })}})
}

// part is a field of a notice, as it is and as it was.
type part struct {
	Heading string
	Text    []string
	Change  []change
}

// sheet is a notice in one language.
type sheet struct {
	Lang  consent.Lang
	Title string
	Parts []part
}

// sheetsOf is a notice in both languages, the visitor's first, with what is
// different from another, if there is one.
func (v *visit) sheetsOf(n consent.Notice, before *consent.Notice) (all []sheet) {
	langs := []consent.Lang{consent.Lang(v.tag), consent.Lang(v.tag.Other())}
	for _, lang := range langs {
		s := sheet{Lang: lang, Title: n.Title(lang)}
		for _, a := range consent.Fields() {
			p := part{Heading: a.Heading(lang), Text: paragraphs(n.Text[lang][a.Field])}
			if before != nil {
				p.Change = difference(before.Text[lang][a.Field], n.Text[lang][a.Field])
			}
			s.Parts = append(s.Parts, p)
		}
		all = append(all, s)
	}
	return all
}

// changedParts are the headings of what is different from the version before, in
// whichever language.
func changedParts(sheets []sheet) (headings []string) {
	for i, part := range sheets[0].Parts {
		if slices.ContainsFunc(sheets, func(s sheet) bool { return s.Parts[i].Change != nil }) {
			headings = append(headings, part.Heading)
		}
	}
	return headings
}

func paragraphs(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func (v *visit) noticePage() error {
	all, err := v.c.Acts.Notices(v.r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(n acts.NoticeVersion) bool { return hexText(n.Hash[:]) == v.r.PathValue("hash") })
	if i < 0 {
		return acts.ErrNotFound
	}
	n, err := consent.DecodeNotice(all[i].Document)
	if err != nil {
		return err
	}
	var before *consent.Notice
	for _, older := range all[i+1:] {
		if older.Rules == all[i].Rules {
			if read, err := consent.DecodeNotice(older.Document); err == nil {
				before = &read
			}
			break
		}
	}
	sheets := v.sheetsOf(n, before)
	return v.show(page{name: "notice", title: "notice.title", data: struct {
		noticeView
		Sheets   []sheet
		Compared bool
		Changed  []string
	}{
		noticeView{
			Hash: hexText(all[i].Hash[:]), Published: v.moment(all[i].Published), Rules: string(n.Rules), Number: all[i].Number, Version: n.Version,
		}, sheets, before != nil, changedParts(sheets),
	}})
}

// noticeFields are the values of a notice in a form.
func noticeValues(n consent.Notice) *form {
	f := filled("version", n.Version, "rules", string(n.Rules), "jurisdiction", n.Jurisdiction)
	f.values["zone"] = n.Zones
	for _, lang := range consent.Langs() {
		for _, a := range consent.Fields() {
			f.values.Set(textName(lang, a.Field), n.Text[lang][a.Field])
		}
	}
	return f
}

func textName(lang consent.Lang, field consent.Field) string {
	return string(lang) + ":" + string(field)
}

// readNotice is the inverse of noticeValues. Zones come in any order, and lines
// end as browsers end them.
func (v *visit) readNotice(f *form) consent.Notice {
	n := consent.Notice{
		Version: strings.TrimSpace(f.Get("version")), Rules: consent.Rules(f.Get("rules")), Jurisdiction: strings.ToUpper(strings.TrimSpace(f.Get("jurisdiction"))),
		Zones: slices.Compact(slices.Sorted(slices.Values(f.values["zone"]))), Text: map[consent.Lang]consent.Text{},
	}
	for _, lang := range consent.Langs() {
		n.Text[lang] = consent.Text{}
		for _, a := range consent.Fields() {
			text := strings.ReplaceAll(f.Get(textName(lang, a.Field)), "\r\n", "\n")
			if text = strings.TrimSpace(text); text != "" {
				n.Text[lang][a.Field] = text
			}
		}
	}
	return n
}

// noticeForm begins a version: with the one that holds now, or with the draft.
func (v *visit) noticeForm() error {
	rules := consent.Everybody
	if v.value("for") == string(consent.Children) {
		rules = consent.Children
	}
	now, err := v.c.Acts.CurrentNotice(v.r.Context(), rules)
	var n consent.Notice
	switch {
	case errors.Is(err, acts.ErrNotFound):
		n, err = consent.Draft(rules, v.draft())
	case err == nil:
		n, err = consent.DecodeNotice(now.Document)
	}
	if err != nil {
		return err
	}
	f := noticeValues(n)
	f.values.Set("version", v.now().In(v.location()).Format("2006-01-02"))
	return v.showNotice(0, f)
}

// draft is what the site already says, for the draft of a notice.
func (v *visit) draft() consent.DraftFor {
	d := consent.DraftFor{Site: v.site.Site.Name, Days: v.site.Site.Policy.FaceDays, Titles: map[string]map[consent.Lang]string{}}
	for _, z := range v.zones() {
		if !z.Faces {
			continue
		}
		d.Zones, d.Asks = append(d.Zones, z.Name), d.Asks || z.Prompts > 0
		d.Titles[z.Name] = map[consent.Lang]string{}
		for _, tag := range words.Tags() {
			d.Titles[z.Name][consent.Lang(tag)] = words.Text(v.site.Site.Rules[z.Name].Title).In(tag).Text
		}
	}
	return d
}

// textField is a field of a notice in a form, in one language.
type textField struct {
	Name, Value, Fault string
	// Hint says what to write there.
	Hint string
	Lang consent.Lang
	Rows int
}

// noticeField is a field of a notice in a form.
type noticeField struct {
	Key, Heading string
	Texts        []textField
	// Open says that something has to be written there.
	Open bool
}

// showNotice shows the form of a notice: first what is still to be written, then
// what the draft says already.
func (v *visit) showNotice(status int, f *form) error {
	n := v.readNotice(f)
	hints, err := consent.Draft(n.Rules, v.draft())
	if err != nil {
		hints = consent.Notice{} // there are none for what is no rule set
	}
	open := map[consent.Field]bool{}
	for _, found := range n.Lint() {
		open[found.Field] = true
	}
	var write, rest []noticeField
	for _, a := range consent.Fields() {
		one := noticeField{Key: string(a.Field), Heading: a.Heading(consent.Lang(v.tag)), Open: open[a.Field]}
		for _, lang := range []consent.Lang{consent.Lang(v.tag), consent.Lang(v.tag.Other())} {
			name := textName(lang, a.Field)
			text := textField{Name: name, Value: f.Get(name), Fault: f.wrong[name], Lang: lang, Hint: toWrite(hints.Text[lang][a.Field])}
			if toWrite(text.Value) != "" {
				text.Value = ""
			}
			text.Rows = rows(text.Value, a.Max)
			one.Texts = append(one.Texts, text)
		}
		if one.Open {
			write = append(write, one)
		} else {
			rest = append(rest, one)
		}
	}
	return v.show(page{name: "noticeform", title: "noticeform.title", status: status, data: struct {
		Form        *form
		Start       string
		Write, Rest []noticeField
		Zones       []zoneView
	}{f, v.value("start"), write, rest, v.zones()}})
}

// toWrite is what a draft asks for in a field that is all to be written, "" for
// any other text.
func toWrite(text string) string {
	for _, mark := range [][2]string{{"[TO WRITE:", "]"}, {"【待填写：", "】"}} {
		asks, found := strings.CutPrefix(text, mark[0])
		if asks, whole := strings.CutSuffix(asks, mark[1]); found && whole {
			return strings.TrimSpace(asks)
		}
	}
	return ""
}

// rows is how high a field has to be for its text.
func rows(text string, most int) int {
	if most <= 160 {
		return 2
	}
	return min(14, 2+len([]rune(text))/45+strings.Count(text, "\n"))
}

// noticeBack shows the form again, from the page that showed what was entered.
func (v *visit) noticeBack() error { return v.showNotice(0, v.entered()) }

// lint puts beside the fields of a form what is wrong with a notice.
func (v *visit) lint(f *form, n consent.Notice) {
	for _, found := range n.Lint() {
		name := textName(found.Lang, found.Field)
		if found.Lang == "" {
			name = string(found.Field)
		}
		f.wrong[name] = v.say("lint." + strings.ReplaceAll(string(found.Fault), " ", "-"))
	}
	if _, err := n.Encode(); err != nil {
		f.wrong["version"] = v.say("wrong.other", "why", err.Error())
	}
}

// checkNotice shows a notice as people will read it, before it is published.
func (v *visit) checkNotice() error {
	f := v.entered()
	n := v.readNotice(f)
	v.lint(f, n)
	if !f.ok() {
		return v.showNotice(http.StatusUnprocessableEntity, f)
	}
	var before *consent.Notice
	now, err := v.c.Acts.CurrentNotice(v.r.Context(), n.Rules)
	if err == nil {
		if read, err := consent.DecodeNotice(now.Document); err == nil {
			before = &read
		}
	} else if !errors.Is(err, acts.ErrNotFound) {
		return err
	}
	sheets := v.sheetsOf(n, before)
	return v.show(page{name: "noticecheck", title: "noticecheck.title", once: true, data: struct {
		Form     *form
		Names    []string
		Start    string
		Sheets   []sheet
		Compared bool
		Changed  []string
	}{f, noticeNames(), v.value("start"), sheets, before != nil, changedParts(sheets)}})
}

// noticeNames are the fields that the form of a notice sends on.
func noticeNames() []string {
	names := []string{"version", "rules", "jurisdiction", "zone", "start"}
	for _, lang := range consent.Langs() {
		for _, a := range consent.Fields() {
			names = append(names, textName(lang, a.Field))
		}
	}
	return names
}

func (v *visit) publishNotice() error {
	f := v.entered()
	n := v.readNotice(f)
	v.lint(f, n)
	if !f.ok() {
		return v.showNotice(http.StatusUnprocessableEntity, f)
	}
	if _, err := v.c.Acts.PublishNotice(v.r.Context(), v.actor, n); err != nil {
		if errors.Is(err, acts.ErrConflict) {
			f.wrong["version"] = v.say("wrong.published")
		} else if err := v.take(f, err, map[string]string{"notice": "version"}); err != nil {
			return err
		}
		return v.showNotice(http.StatusUnprocessableEntity, f)
	}
	if v.value("start") != "" {
		return v.step("4")
	}
	return v.to(Path+"notices", "published")
}
