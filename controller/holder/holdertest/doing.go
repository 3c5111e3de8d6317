package holdertest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"

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
