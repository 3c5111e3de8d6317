package acts

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// exported is everything that is held about a holder, as JSON has it.
type exported struct {
	Format   int               `json:"format"`
	Made     time.Time         `json:"made"`
	Site     pass.SiteID       `json:"site"`
	ID       string            `json:"id"`
	Label    string            `json:"label"`
	Contact  string            `json:"contact"`
	Under14  bool              `json:"under14"`
	Guardian string            `json:"guardian,omitempty"`
	Created  string            `json:"created"`
	Consents []exportedConsent `json:"consents"`
	Passes   []exportedPass    `json:"passes"`
	Links    []LinkView        `json:"links"`
	Passkeys []exportedKey     `json:"passkeys"`
	// Correction is what the holder said is wrong, and the operator's answer.
	Correction *exportedCorrection `json:"correction,omitempty"`
	// Ledger opens what the public record says about the holder.
	Ledger []ledger.Opening `json:"ledger"`
}

type exportedConsent struct {
	Hash      pass.Hash16     `json:"hash"`
	Given     time.Time       `json:"given"`
	Until     time.Time       `json:"until"`
	Withdrawn time.Time       `json:"withdrawn,omitzero"`
	Notice    string          `json:"notice"`
	Text      json.RawMessage `json:"notice_text"`
	Record    []byte          `json:"record"`
	Receipt   json.RawMessage `json:"receipt"`
}

type exportedPass struct {
	ID        pass.ID     `json:"id"`
	Kind      string      `json:"kind"`
	State     issue.State `json:"state"`
	Since     time.Time   `json:"since"`
	Guest     string      `json:"guest,omitempty"`
	Zones     []string    `json:"zones"`
	NotBefore time.Time   `json:"not_before"`
	Expires   time.Time   `json:"expires"`
	Hours     string      `json:"hours"`
	Phone     bool        `json:"belongs_to_a_telephone"`
}

type exportedKey struct {
	ID         string          `json:"id"`
	Label      string          `json:"label"`
	Made       string          `json:"made"`
	Credential json.RawMessage `json:"credential"`
}

type exportedCorrection struct {
	Wish     string `json:"wish"`
	Asked    string `json:"asked"`
	Answer   string `json:"answer,omitempty"`
	Answered string `json:"answered,omitempty"`
}

func exportCorrection(c Correction) *exportedCorrection {
	if c.Version == 0 {
		return nil
	}
	x := &exportedCorrection{Wish: c.Wish, Asked: c.Asked.Format(time.DateOnly), Answer: c.Answer}
	if !c.Waits() {
		x.Answered = c.Answered.Format(time.DateOnly)
	}
	return x
}

// HolderExport returns everything that is held about a holder, as JSON, with the
// text of each notice and with what opens the ledger. It fails with
// [ErrForbidden] and [ErrNotFound].
func (a *Acts) HolderExport(ctx context.Context, actor Actor, id string) ([]byte, error) {
	if err := actor.own(ActHolderView, id); err != nil {
		return nil, err
	}
	all, err := read(ctx, a, func(tx *store.Tx) (exported, error) { return a.export(tx, id) })
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(all, "", "  ")
	return append(data, '\n'), err
}

func (a *Acts) export(tx *store.Tx, id string) (x exported, err error) {
	v, err := a.view(tx, id)
	if err != nil {
		return x, err
	}
	site, err := tx.Site()
	if err != nil {
		return x, err
	}
	h := v.Holder
	x = exported{
		Format: 1, Made: a.now().UTC(), Site: site.ID, ID: h.ID, Label: h.Label, Contact: h.Contact, Under14: h.Under14,
		Guardian: h.GuardianLabel, Created: h.Created.Format(time.DateOnly), Links: v.Links, Correction: exportCorrection(v.Correction),
	}
	for _, p := range v.Passes {
		x.Passes = append(x.Passes, exportedPass{
			p.ID, p.Kind.String(), p.State, p.Since, p.Guest, p.Zones, p.NotBefore, p.Expires, p.Hours, p.Phone,
		})
	}
	for _, k := range v.Passkeys {
		x.Passkeys = append(x.Passkeys, exportedKey{hex.EncodeToString(k.ID), k.Label, k.Made.Format(time.DateOnly), k.Credential})
	}
	if x.Consents, err = exportConsents(tx, id); err != nil {
		return x, err
	}
	x.Ledger, err = a.openings(tx, id, v.Passes)
	return x, err
}

func exportConsents(tx *store.Tx, id string) (all []exportedConsent, err error) {
	rows, err := tx.Consents(id)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		n, err := tx.Notice(r.Notice)
		if err != nil {
			return nil, err
		}
		c := consentOf(r)
		all = append(all, exportedConsent{
			c.Hash, c.Given, c.Until, c.Withdrawn, hex.EncodeToString(r.Notice), json.RawMessage(n.Document), r.Record, c.Receipt,
		})
	}
	return all, nil
}
