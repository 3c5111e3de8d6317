package api

import (
	"encoding/json"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
)

// PartyInput is what is entered about a relying party: an organisation that may ask
// for results at desks.
type PartyInput struct {
	Name      map[string]string `json:"name" doc:"What people read, by language tag such as en or zh-CN"`
	Redirects []string          `json:"redirects,omitempty" max:"16" doc:"Where OpenID sends a browser back, each an https address that has to be given character for character"`
	Webhook   string            `json:"webhook,omitempty" max:"512" doc:"Where results are sent, an https address"`
	Key       json.RawMessage   `json:"key,omitempty" doc:"The public JSON Web Key on P-256 that waiting results are encrypted to"`
	Claims    []string          `json:"claims,omitempty" max:"9" doc:"What it may ask for; with none it learns the outcome alone"`
	Formats   []string          `json:"formats,omitempty" max:"2" each:"^(jwt|dc\\+sd-jwt)$" doc:"Which results it takes, the first by default; jwt if it is left away"`
	Secret    string            `json:"secret,omitempty" enum:"keep,new,none" doc:"What becomes of its client secret; left away, it is kept, and a party that is added gets none"`
}

// NewParty is a relying party that is to be added.
type NewParty struct {
	ID string `json:"id" pattern:"^[a-z0-9][a-z0-9._-]{0,63}$" doc:"Its client id"`
	PartyInput
}

// Party is a relying party.
type Party struct {
	ID        string            `json:"id"`
	Version   int64             `json:"version" doc:"Counts changes; the ETag is made of it"`
	Name      map[string]string `json:"name"`
	Redirects []string          `json:"redirects"`
	Webhook   string            `json:"webhook,omitempty"`
	Key       json.RawMessage   `json:"key,omitempty"`
	Claims    []string          `json:"claims"`
	Formats   []string          `json:"formats"`
	HasSecret bool              `json:"has_secret"`
	Secret    string            `json:"secret,omitempty" doc:"A client secret that was just made. It is told here and never again"`
}

func (p Party) version() int64   { return p.Version }
func (p Party) location() string { return Path + "relying-parties/" + p.ID }

// PartyList are the relying parties of a site.
type PartyList struct {
	Parties []Party `json:"parties"`
}

func partyOf(r site.Relying, secret string) (Party, error) {
	p := r.Party
	made := Party{
		ID: p.ID, Version: r.Version, Name: p.Name, Redirects: []string{}, Webhook: p.Webhook, Claims: []string{}, Formats: []string{},
		HasSecret: !p.Public(), Secret: secret,
	}
	made.Redirects, made.Claims = append(made.Redirects, p.Redirects...), append(made.Claims, p.Claims...)
	for _, f := range p.Formats {
		made.Formats = append(made.Formats, string(f))
	}
	var err error
	if p.HasKey() {
		made.Key, err = p.Key.MarshalJSON()
	}
	return made, err
}

// party reads an input, whose fields the act judges.
func (in PartyInput) party(id string) (p party.Party, s site.Secret, err error) {
	p = party.Party{ID: id, Name: in.Name, Redirects: in.Redirects, Webhook: in.Webhook, Claims: in.Claims}
	for _, f := range in.Formats {
		p.Formats = append(p.Formats, party.Format(f))
	}
	if p.Key, err = acts.PartyKey(string(in.Key)); err != nil {
		return p, s, invalid(Fault{"key", "is no public JSON Web Key on P-256"})
	}
	s, _ = site.ParseSecret(in.Secret) // left away, it is kept
	return p, s, nil
}

func listParties(c call, _ request[nothing]) (PartyList, error) {
	all, err := c.api.with.Acts.Parties(c.ctx, c.actor)
	list := PartyList{Parties: []Party{}}
	for _, r := range all {
		p, err := partyOf(r, "")
		if err != nil {
			return PartyList{}, err
		}
		list.Parties = append(list.Parties, p)
	}
	return list, err
}

func getParty(c call, in request[nothing]) (Party, error) {
	r, err := c.api.with.Acts.Party(c.ctx, c.actor, in.values["party"])
	if err != nil {
		return Party{}, err
	}
	return partyOf(r, "")
}

func addParty(c call, in request[NewParty]) (Party, error) {
	p, s, err := in.body.party(in.body.ID)
	if err != nil {
		return Party{}, err
	}
	r, secret, err := c.api.with.Acts.AddParty(c.ctx, c.actor, p, s)
	if err != nil {
		return Party{}, err
	}
	return partyOf(r, secret)
}

func changeParty(c call, in request[PartyInput]) (Party, error) {
	p, s, err := in.body.party(in.values["party"])
	if err != nil {
		return Party{}, err
	}
	r, secret, err := c.api.with.Acts.ChangeParty(c.ctx, c.actor, in.version, p, s)
	if err != nil {
		return Party{}, changed(err)
	}
	return partyOf(r, secret)
}

func removeParty(c call, in request[nothing]) (nothing, error) {
	return nothing{}, c.api.with.Acts.RemoveParty(c.ctx, c.actor, in.values["party"])
}
