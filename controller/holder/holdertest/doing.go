package holdertest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// OpenLink is a method of holder.Access.
func (h *House) OpenLink(_ context.Context, token string) (acts.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		return acts.Session{}, h.fail
	}
	if !h.links[token] {
		return acts.Session{}, acts.ErrSignedOut
	}
	delete(h.links, token)
	return h.begin("S" + token + token), nil
}

func (h *House) begin(token string) acts.Session {
	h.sessions[token] = true
	return acts.Session{Token: token, Actor: acts.Actor{Role: acts.HolderRole, Holder: ID}}
}

// SessionOf is a method of holder.Access.
func (h *House) SessionOf(_ context.Context, token string) (acts.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.sessions[token] || h.gone {
		return acts.Session{}, acts.ErrSignedOut
	}
	return h.begin(token), nil
}

// SignOut is a method of holder.Access.
func (h *House) SignOut(_ context.Context, token string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, token)
	return nil
}

// SignIn is a method of holder.Access.
func (h *House) SignIn(_ context.Context, used acts.Passkey) (acts.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = append(h.done, "signin")
	return h.begin("K" + hex.EncodeToString(used.ID)), nil
}

// PasskeyOwner is a method of holder.Keys.
func (h *House) PasskeyOwner(_ context.Context, id []byte) (string, acts.Passkey, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.view.Passkeys {
		if bytes.Equal(p.ID, id) {
			return ID, p, nil
		}
	}
	return "", acts.Passkey{}, acts.ErrSignedOut
}

// AddPasskey is a method of holder.Keys.
func (h *House) AddPasskey(_ context.Context, actor acts.Actor, p acts.Passkey) error {
	return h.act(actor, actor.Holder, "passkey", func() error {
		p.Made = At()
		h.view.Passkeys = append(h.view.Passkeys, p)
		return nil
	})
}

// RemovePasskey is a method of holder.Keys.
func (h *House) RemovePasskey(_ context.Context, actor acts.Actor, id []byte) error {
	return h.act(actor, actor.Holder, "no passkey", func() error {
		left := slices.DeleteFunc(h.view.Passkeys, func(p acts.Passkey) bool { return bytes.Equal(p.ID, id) })
		if len(left) == len(h.view.Passkeys) {
			return acts.ErrNotFound
		}
		h.view.Passkeys = left
		return nil
	})
}

// Holder is a method of holder.Person.
func (h *House) Holder(_ context.Context, actor acts.Actor, id string) (view acts.HolderView, err error) {
	err = h.act(actor, id, "", func() error {
		view = h.view
		view.Passes, view.Consents, view.Passkeys = slices.Clone(view.Passes), slices.Clone(view.Consents), slices.Clone(view.Passkeys)
		return nil
	})
	return view, err
}

// HolderExport is a method of holder.Person.
func (h *House) HolderExport(_ context.Context, actor acts.Actor, id string) (data []byte, err error) {
	err = h.act(actor, id, "export", func() error {
		data, err = json.Marshal(map[string]string{"label": h.view.Holder.Label})
		return err
	})
	return data, err
}

// DeleteHolder is a method of holder.Person.
func (h *House) DeleteHolder(_ context.Context, actor acts.Actor, id string) error {
	return h.act(actor, id, "delete", func() error {
		h.gone = true
		return nil
	})
}

// MakeLink is a method of holder.Person.
func (h *House) MakeLink(_ context.Context, actor acts.Actor, id string) (link acts.Link, err error) {
	err = h.act(actor, id, "link", func() error { return nil })
	if err == nil {
		link = acts.Link{Token: h.Link(), Expires: At().AddDate(0, 0, 7)}
	}
	return link, err
}

// WithdrawConsent is a method of holder.Passes.
func (h *House) WithdrawConsent(_ context.Context, actor acts.Actor, hash pass.Hash16) (w acts.Withdrawal, err error) {
	err = h.act(actor, actor.Holder, "withdraw", func() error {
		i := slices.IndexFunc(h.view.Consents, func(c acts.ConsentView) bool { return c.Hash == hash })
		if i < 0 {
			return acts.ErrNotFound
		}
		if h.view.Consents[i].Withdrawn.IsZero() {
			h.view.Consents[i].Withdrawn = At()
		}
		for j := range h.view.Passes {
			if p := &h.view.Passes[j]; p.Consent == hash && p.State == issue.Issued {
				p.State, p.Since = issue.Revoked, At()
				w.Revoked, w.Offer = append(w.Revoked, p.ID), p.ID
			}
		}
		return nil
	})
	return w, err
}

// find returns a pass of the holder.
func (h *House) find(id pass.ID) (*acts.PassView, error) {
	i := slices.IndexFunc(h.view.Passes, func(p acts.PassView) bool { return p.ID == id })
	if i < 0 {
		return nil, acts.ErrNotFound
	}
	return &h.view.Passes[i], nil
}

// ReplacePass is a method of holder.Passes.
func (h *House) ReplacePass(_ context.Context, actor acts.Actor, id pass.ID) (made acts.Issued, err error) {
	err = h.act(actor, actor.Holder, "replace", func() error {
		old, err := h.find(id)
		if err != nil {
			return err
		}
		old.State, old.Since = issue.Revoked, At()
		made = acts.Issued{Text: h.text, PassView: *h.add(acts.PassView{Kind: pass.Plain, Zones: old.Zones, Hours: old.Hours, Expires: old.Expires, Replaces: id})}
		return nil
	})
	return made, err
}

// RevokePass is a method of holder.Passes.
func (h *House) RevokePass(_ context.Context, actor acts.Actor, id pass.ID) error {
	return h.act(actor, actor.Holder, "revoke", func() error {
		p, err := h.find(id)
		if err == nil {
			p.State, p.Since = issue.Revoked, At()
		}
		return err
	})
}

// Guest is a method of holder.Passes.
func (h *House) Guest(_ context.Context, actor acts.Actor, in acts.GuestInput) (made acts.Issued, err error) {
	err = h.act(actor, actor.Holder, "guest", func() error {
		if len(in.Zones) == 0 {
			return &acts.Invalid{Field: "zones", Why: "is missing"}
		}
		if len(in.Label) > acts.MaxLabel {
			return &acts.Invalid{Field: "label", Why: "has more than 80 characters"}
		}
		made = acts.Issued{Text: h.text, PassView: *h.add(acts.PassView{Kind: pass.Plain, Guest: in.Label, Zones: in.Zones, NotBefore: in.NotBefore, Expires: in.Expires})}
		return nil
	})
	return made, err
}

// CorrectContact is a method of holder.Corrections.
func (h *House) CorrectContact(_ context.Context, actor acts.Actor, version int64, contact string) (changed acts.Holder, err error) {
	err = h.act(actor, actor.Holder, "contact", func() error {
		switch {
		case len(contact) > acts.MaxContact:
			return &acts.Invalid{Field: "contact", Why: "has more than 120 characters"}
		case version != h.view.Holder.Version:
			return acts.ErrConflict
		}
		h.view.Holder.Contact = contact
		h.view.Holder.Version++
		changed = h.view.Holder
		return nil
	})
	return changed, err
}

// AskCorrection is a method of holder.Corrections.
func (h *House) AskCorrection(_ context.Context, actor acts.Actor, wish string) (asked acts.Correction, err error) {
	err = h.act(actor, actor.Holder, "wish", func() error {
		if wish == "" || len(wish) > acts.MaxWish {
			return &acts.Invalid{Field: "wish", Why: "is missing"}
		}
		h.view.Correction = acts.Correction{Version: h.view.Correction.Version + 1, Wish: wish, Asked: At()}
		asked = h.view.Correction
		return nil
	})
	return asked, err
}

// Answer answers what the holder asked to have corrected.
func (h *House) Answer(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view.Correction.Answer, h.view.Correction.Answered = text, At()
}

// GiveConsent is a method of holder.Consents.
func (h *House) GiveConsent(_ context.Context, actor acts.Actor, holder string, in acts.ConsentInput) (given acts.ConsentView, err error) {
	err = h.act(actor, holder, "consent", func() error {
		current := h.notices[len(h.notices)-1]
		switch {
		case in.Notice != current.Hash:
			return acts.ErrConflict
		case !in.Agreed || in.Guardian != h.view.Holder.Under14:
			return &acts.Invalid{Field: "agreed", Why: "is not set"}
		}
		h.count++
		given = acts.ConsentView{
			Hash: pass.Hash16{0xc1, h.count}, Holder: ID, Purpose: in.Purpose, Notice: in.Notice,
			Given: At(), Until: At().AddDate(1, 0, 0), Guardian: in.Guardian, Receipt: []byte("{}"),
		}
		h.view.Consents = append(h.view.Consents, given)
		return nil
	})
	return given, err
}

// CurrentNotice is a method of holder.Site.
func (h *House) CurrentNotice(_ context.Context, rules consent.Rules) (acts.NoticeVersion, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	newest := h.notices[len(h.notices)-1]
	if (rules == consent.Children) != h.view.Holder.Under14 {
		return acts.NoticeVersion{}, acts.ErrNotFound
	}
	return newest, nil
}

// Child makes the holder a child whose guardian's year ends in some days, which may
// be past.
func (h *House) Child(days int) *House {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.view.Holder.Under14, h.view.Holder.GuardianLabel = true, "3 号楼 1201 室"
	for i := range h.view.Consents {
		h.view.Consents[i].Guardian = true
	}
	c := &h.view.Consents[0]
	c.Until = At().AddDate(0, 0, days)
	c.Given = c.Until.AddDate(-1, 0, 0)
	if days <= 0 {
		c.Withdrawn = c.Until // as what runs out is
	}
	for i := range h.view.Passes {
		if p := &h.view.Passes[i]; p.Consent == c.Hash {
			p.Expires = c.Until
		}
	}
	return h
}
