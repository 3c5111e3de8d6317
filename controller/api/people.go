package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/pass"
)

// HolderInput is what is entered about a holder.
type HolderInput struct {
	Label    string `json:"label" min:"1" max:"80" doc:"What the operator calls the holder: a flat, a badge number. No identity document, no name that is not needed"`
	Contact  string `json:"contact,omitempty" max:"120" doc:"Whatever the holder gave, such as an address for mail; empty for none"`
	Under14  bool   `json:"under14,omitempty" doc:"Whether a guardian consents for the holder"`
	Guardian string `json:"guardian,omitempty" max:"80" doc:"What the operator calls the guardian: needed with under14, and only then"`
}

func (in HolderInput) asked() acts.HolderInput {
	return acts.HolderInput{Label: in.Label, Contact: in.Contact, Under14: in.Under14, GuardianLabel: in.Guardian}
}

// Holder is somebody with passes, or who may get some.
type Holder struct {
	ID string `json:"id" pattern:"^[a-z0-9]{26}$"`
	HolderInput
	Version int64     `json:"version" min:"1" doc:"Counts changes; the ETag is made of it"`
	Created time.Time `json:"created" doc:"The day on which the holder was added, at midnight UTC"`
}

func (h Holder) version() int64   { return h.Version }
func (h Holder) location() string { return Path + "holders/" + h.ID }

func holderOf(h acts.Holder) Holder {
	return Holder{ID: h.ID, HolderInput: HolderInput{h.Label, h.Contact, h.Under14, h.GuardianLabel}, Version: h.Version, Created: h.Created}
}

// HolderPage is a page of holders.
type HolderPage struct {
	Holders []Holder `json:"holders"`
	Next    string   `json:"next,omitempty" doc:"What to ask the next page with, as after; missing after the last"`
}

// HolderView is everything that is held about a holder, as a page shows it.
type HolderView struct {
	Holder   Holder    `json:"holder"`
	Consents []Consent `json:"consents"`
	Passes   []Pass    `json:"passes,omitzero" doc:"Left away where the token lacks the scope passes:read"`
	Links    []Link    `json:"links" doc:"Links to the holder's page that can still be opened"`
	Passkeys []Passkey `json:"passkeys"`
	// Correction is missing where there is none.
	Correction *Correction `json:"correction,omitempty" doc:"What the holder says is wrong, and what was answered"`
}

func (v HolderView) version() int64 { return v.Holder.Version }

// Link is a link to a holder's page, without what opens it.
type Link struct {
	Made    time.Time `json:"made" doc:"The day"`
	Expires time.Time `json:"expires"`
}

// Passkey is one with which a holder signs in.
type Passkey struct {
	Label string    `json:"label"`
	Made  time.Time `json:"made" doc:"The day"`
}

// Consent is one that a holder gave.
type Consent struct {
	Hash      string          `json:"hash" pattern:"^[0-9a-f]{32}$"`
	Purpose   string          `json:"purpose"`
	Notice    string          `json:"notice" pattern:"^[0-9a-f]{64}$" doc:"The SHA-256 of the notice that was shown"`
	Given     time.Time       `json:"given"`
	Until     time.Time       `json:"until"`
	Withdrawn *time.Time      `json:"withdrawn,omitempty"`
	Signed    bool            `json:"signed" doc:"Whether the holder signed it with a key of their own; otherwise the operator attests it"`
	Guardian  bool            `json:"guardian" doc:"Whether a guardian consented, for a child under 14"`
	Receipt   json.RawMessage `json:"receipt,omitempty" doc:"The signed receipt (ISO/IEC TS 27560, JSON-LD)"`
}

func consentOf(c acts.ConsentView) Consent {
	made := Consent{
		Hash: c.Hash.String(), Purpose: c.Purpose.String(), Notice: hex32(c.Notice), Given: c.Given, Until: c.Until,
		Signed: c.Signed, Guardian: c.Guardian,
	}
	if !c.Withdrawn.IsZero() {
		made.Withdrawn = &c.Withdrawn
	}
	if len(c.Receipt) > 0 {
		made.Receipt = c.Receipt
	}
	return made
}

// pageSize is how many holders there are on a page unless it is said.
const pageSize = 50

func listHolders(c call, in request[nothing]) (HolderPage, error) {
	found, next, err := c.api.with.Acts.Holders(c.ctx, c.actor, acts.Query{Text: in.values["text"], After: in.values["after"], Limit: cmp.Or(in.number("limit"), pageSize)})
	page := HolderPage{Holders: []Holder{}, Next: next}
	for _, h := range found {
		page.Holders = append(page.Holders, holderOf(h))
	}
	return page, err
}

func addHolder(c call, in request[HolderInput]) (Holder, error) {
	h, err := c.api.with.Acts.AddHolder(c.ctx, c.actor, in.body.asked())
	return holderOf(h), err
}

func getHolder(c call, in request[nothing]) (HolderView, error) {
	v, err := c.api.with.Acts.Holder(c.ctx, c.actor, in.values["holder"])
	if err != nil {
		return HolderView{}, err
	}
	made := HolderView{Holder: holderOf(v.Holder), Consents: []Consent{}, Links: []Link{}, Passkeys: []Passkey{}}
	for _, one := range v.Consents {
		made.Consents = append(made.Consents, consentOf(one))
	}
	if c.actor.May(acts.ActPassView) {
		made.Passes = []Pass{}
		for _, one := range v.Passes {
			made.Passes = append(made.Passes, passOf(one))
		}
	}
	for _, one := range v.Links {
		made.Links = append(made.Links, Link{one.Made, one.Expires})
	}
	for _, one := range v.Passkeys {
		made.Passkeys = append(made.Passkeys, Passkey{one.Label, one.Made})
	}
	if v.Correction.Version != 0 {
		correction := correctionOf(v.Correction)
		made.Correction = &correction
	}
	return made, nil
}

func editHolder(c call, in request[HolderInput]) (Holder, error) {
	h, err := c.api.with.Acts.EditHolder(c.ctx, c.actor, in.values["holder"], in.version, in.body.asked())
	return holderOf(h), changed(err)
}

func deleteHolder(c call, in request[nothing]) (nothing, error) {
	return nothing{}, c.api.with.Acts.DeleteHolder(c.ctx, c.actor, in.values["holder"])
}

func exportHolder(c call, in request[nothing]) reply {
	data, err := c.api.with.Acts.HolderExport(c.ctx, c.actor, in.values["holder"])
	return reply{status: http.StatusOK, contentType: typeJSON, body: data, err: err}
}

func exportHolders(c call, _ request[nothing]) reply {
	var b bytes.Buffer
	err := c.api.with.Acts.ExportHolders(c.ctx, c.actor, &b)
	return reply{status: http.StatusOK, contentType: typeCSV + "; charset=utf-8; header=present", body: b.Bytes(), err: err}
}

// ImportReport says what became of each line of a file.
type ImportReport struct {
	Added   int          `json:"added"`
	Refused int          `json:"refused"`
	Lines   []ImportLine `json:"lines" doc:"Those that were refused, the first 200 of them"`
}

// ImportLine is a line that was not taken.
type ImportLine struct {
	Number int    `json:"number" doc:"That of the line in the file; the header is line 1"`
	Field  string `json:"field" doc:"The column; empty for the whole line"`
	Why    string `json:"why"`
}

func importHolders(c call, in request[[]byte]) (ImportReport, error) {
	r, err := c.api.with.Acts.ImportHolders(c.ctx, c.actor, bytes.NewReader(in.body), func(int, int) {})
	made := ImportReport{Added: r.Added, Refused: r.Refused, Lines: []ImportLine{}}
	for _, l := range r.Lines {
		made.Lines = append(made.Lines, ImportLine{l.Number, l.Field, l.Why})
	}
	return made, err
}

// Withdrawal says what came of one.
type Withdrawal struct {
	Consent Consent  `json:"consent"`
	Revoked []string `json:"revoked" each:"^[0-9a-f]{32}$" doc:"The face passes that were good until now"`
	Offer   string   `json:"offer,omitempty" pattern:"^[0-9a-f]{32}$" doc:"A pass among them in whose place a plain one can be had: POST /passes/{pass}/replace"`
}

func withdrawConsent(c call, in request[nothing]) (Withdrawal, error) {
	var hash pass.Hash16
	if err := hash.UnmarshalText([]byte(in.values["consent"])); err != nil {
		return Withdrawal{}, acts.ErrNotFound
	}
	w, err := c.api.with.Acts.WithdrawConsent(c.ctx, c.actor, hash)
	made := Withdrawal{Consent: consentOf(w.Consent), Revoked: []string{}}
	for _, id := range w.Revoked {
		made.Revoked = append(made.Revoked, id.String())
	}
	if w.Offer != (pass.ID{}) {
		made.Offer = w.Offer.String()
	}
	return made, err
}
