package pages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
)

const (
	maxPartyID   = 64
	maxPartyName = 80
	maxAddress   = 512
)

// partyView is a relying party as a list shows it.
type partyView struct {
	ID, Name string
	Claims   []string
	Secret   bool
}

func (v *visit) viewParty(r site.Relying) partyView {
	return partyView{r.Party.ID, r.Party.NameIn(string(v.tag)), r.Party.Claims, !r.Party.Public()}
}

func (v *visit) partiesPage() error {
	all, err := v.c.Acts.Parties(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var shown []partyView
	for _, r := range all {
		shown = append(shown, v.viewParty(r))
	}
	return v.show(page{name: "parties", title: "parties.title", data: shown})
}

// party returns the relying party of the address.
func (v *visit) party() (site.Relying, error) {
	return v.c.Acts.Party(v.r.Context(), v.actor, v.r.PathValue("party"))
}

// partyValues is the form of a relying party.
func partyValues(r site.Relying) *form {
	p := r.Party
	pairs := []string{"name-en", p.Name["en"], "name-zh", p.Name["zh-CN"], "redirects", strings.Join(p.Redirects, "\n"), "webhook", p.Webhook, "key", keyText(p)}
	f := filled(append(pairs, "version", strconv.FormatInt(r.Version, 10), "secret", "keep")...)
	for i := 0; i < len(pairs); i += 2 {
		f.values.Set(wasPrefix+pairs[i], pairs[i+1])
	}
	f.values["claim"] = p.Claims
	for _, format := range p.Formats {
		f.values.Add("format", string(format))
	}
	if len(p.Formats) == 0 {
		f.values.Set("format", string(party.JWT))
	}
	return f
}

func keyText(p party.Party) string {
	if !p.HasKey() {
		return ""
	}
	text, err := p.Key.MarshalJSON()
	if err != nil {
		return "" // it was read from JSON
	}
	return string(text)
}

func (v *visit) partyForm() error {
	return v.showParty(0, filled("secret", "new", "format", string(party.JWT)))
}

// showParty shows the form of a relying party: of a new one, or of that of the
// address.
func (v *visit) showParty(status int, f *form) error {
	title := "partyform.add"
	if v.r.PathValue("party") != "" {
		title = "partyform.change"
	}
	return v.show(page{name: "partyform", title: title, status: status, data: struct {
		Form    *form
		ID      string
		Claims  []string
		Formats []party.Format
	}{f, v.r.PathValue("party"), party.Claims(), party.Formats()}})
}

// readParty reads a form, with what is wrong beside each field.
func (v *visit) readParty(f *form, id string) (p party.Party, s site.Secret) {
	p = party.Party{ID: id, Webhook: v.text(f, "webhook", maxAddress, false)}
	p.Name = make(map[string]string)
	for tag, field := range map[string]string{"en": "name-en", "zh-CN": "name-zh"} {
		if name := strings.TrimSpace(f.Get(field)); name != "" {
			p.Name[tag] = name
		}
	}
	v.text(f, "name-en", maxPartyName, false)
	v.text(f, "name-zh", maxPartyName, false)
	p.Redirects = strings.Fields(f.Get("redirects"))
	for _, claim := range party.Claims() {
		if f.Has("claim", claim) {
			p.Claims = append(p.Claims, claim)
		}
	}
	for _, format := range party.Formats() {
		if f.Has("format", string(format)) {
			p.Formats = append(p.Formats, format)
		}
	}
	var err error
	if p.Key, err = acts.PartyKey(f.Get("key")); err != nil {
		f.wrong["key"] = v.say("wrong.party.key")
	}
	s, _ = site.ParseSecret(f.Get("secret")) // what is none of them leaves it as it is
	return p, s
}

// partyField is where a form has a field of a relying party.
func partyField(name string) string {
	name, _, _ = strings.Cut(name, "[")
	name, tag, _ := strings.Cut(name, ".")
	switch {
	case name == "name" && tag == "zh-CN":
		return "name-zh"
	case name == "name":
		return "name-en"
	case name == "secret_sha256":
		return "secret"
	case name == "claims":
		return "claim"
	case name == "formats":
		return "format"
	case name == "party":
		return "id"
	}
	return name
}

// takeParty puts what is wrong with a relying party beside its fields. It returns
// what cannot be put anywhere.
func (v *visit) takeParty(f *form, err error) error {
	faults := acts.Faults(err)
	if len(faults) == 0 {
		return err
	}
	for _, fault := range faults {
		field := partyField(fault.Field)
		if f.wrong[field] != "" {
			continue
		}
		if key := "wrong.party." + field; v.has(key) {
			f.wrong[field] = v.say(key)
		} else {
			f.wrong[field] = v.say("wrong.other", "why", fault.Why)
		}
	}
	return nil
}

func (v *visit) addParty() error {
	f := v.entered()
	p, s := v.readParty(f, v.text(f, "id", maxPartyID, true))
	if !f.ok() {
		return v.showParty(http.StatusUnprocessableEntity, f)
	}
	r, secret, err := v.c.Acts.AddParty(v.r.Context(), v.actor, p, s)
	if errors.Is(err, acts.ErrConflict) {
		f.wrong["id"] = v.say("wrong.taken")
		return v.showParty(http.StatusConflict, f)
	}
	if err != nil {
		if err := v.takeParty(f, err); err != nil {
			return err
		}
		return v.showParty(http.StatusUnprocessableEntity, f)
	}
	return v.partySaved(r, secret)
}

// partySaved shows a secret that was made, once.
func (v *visit) partySaved(r site.Relying, secret string) error {
	if secret == "" {
		return v.to(Path+"desks/parties", "saved")
	}
	return v.show(page{name: "partysecret", title: "partysecret.title", once: true, data: struct{ ID, Name, Secret string }{
		r.Party.ID, r.Party.NameIn(string(v.tag)), secret,
	}})
}

func (v *visit) editParty() error {
	r, err := v.party()
	if err != nil {
		return err
	}
	return v.showParty(0, partyValues(r))
}

func (v *visit) changeParty() error {
	f := v.entered()
	for _, name := range []string{"redirects", "key", wasPrefix + "redirects", wasPrefix + "key"} {
		// A browser ends lines in its own way, and that is no change.
		f.values.Set(name, strings.ReplaceAll(f.Get(name), "\r\n", "\n"))
	}
	old, err := v.party()
	if err != nil {
		return err
	}
	p, s := v.readParty(f, old.Party.ID)
	for tag, name := range old.Party.Name { // a language that this page does not ask for
		if tag != "en" && tag != "zh-CN" {
			p.Name[tag] = name
		}
	}
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	if version == old.Version && !f.ok() {
		return v.showParty(http.StatusUnprocessableEntity, f)
	}
	if version != old.Version {
		return v.partyMeanwhile(f, old)
	}
	r, secret, err := v.c.Acts.ChangeParty(v.r.Context(), v.actor, version, p, s)
	switch {
	case errors.Is(err, acts.ErrConflict):
		if old, err = v.party(); err != nil {
			return err
		}
		return v.partyMeanwhile(f, old)
	case err != nil:
		if err := v.takeParty(f, err); err != nil {
			return err
		}
		return v.showParty(http.StatusUnprocessableEntity, f)
	}
	return v.partySaved(r, secret)
}

// partyMeanwhile shows a form with what somebody else changed since it was made.
func (v *visit) partyMeanwhile(f *form, now site.Relying) error {
	f.values.Set("version", strconv.FormatInt(now.Version, 10))
	newest := partyValues(now)
	for _, ticked := range []string{"version", "secret", "claim", "format"} {
		delete(newest.values, ticked) // what was chosen stays
	}
	f.merge(newest)
	return v.showParty(http.StatusConflict, f)
}

func (v *visit) removePartyPage() error {
	r, err := v.party()
	if err != nil {
		return err
	}
	return v.show(page{name: "partyremove", title: "partyremove.title", data: v.viewParty(r)})
}

func (v *visit) removeParty() error {
	if err := v.c.Acts.RemoveParty(v.r.Context(), v.actor, v.r.PathValue("party")); err != nil {
		return err
	}
	return v.to(Path+"desks/parties", "party-removed")
}
