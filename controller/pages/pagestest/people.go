package pagestest

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// AddHolder adds a holder.
func (a *Acts) AddHolder(_ context.Context, actor acts.Actor, in acts.HolderInput) (acts.Holder, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderAdd); err != nil {
		return acts.Holder{}, err
	}
	return a.addHolder(in), nil
}

func (a *Acts) addHolder(in acts.HolderInput) acts.Holder {
	h := acts.Holder{HolderInput: in, ID: a.id(), Version: 1, Created: a.Now().Truncate(24 * time.Hour)}
	a.holders = append(a.holders, &acts.HolderView{Holder: h})
	return h
}

// EditHolder changes a holder.
func (a *Acts) EditHolder(_ context.Context, actor acts.Actor, id string, version int64, in acts.HolderInput) (acts.Holder, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderEdit); err != nil {
		return acts.Holder{}, err
	}
	h := a.find(id)
	switch {
	case h == nil:
		return acts.Holder{}, acts.ErrNotFound
	case h.Holder.Version != version:
		return acts.Holder{}, acts.ErrConflict
	}
	h.Holder.HolderInput = in
	h.Holder.Version++
	return h.Holder, nil
}

func (a *Acts) find(id string) *acts.HolderView {
	i := slices.IndexFunc(a.holders, func(h *acts.HolderView) bool { return h.Holder.ID == id })
	if i < 0 {
		return nil
	}
	return a.holders[i]
}

// Holders returns a page of holders.
func (a *Acts) Holders(_ context.Context, actor acts.Actor, q acts.Query) (page []acts.Holder, next string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActHolderList) {
		return nil, "", acts.ErrForbidden
	}
	for _, h := range a.holders {
		text := strings.ToLower(h.Holder.Label + " " + h.Holder.Contact)
		if h.Holder.ID <= q.After || !strings.Contains(text, strings.ToLower(q.Text)) {
			continue
		}
		if len(page) == q.Limit {
			return page, page[len(page)-1].ID, nil
		}
		page = append(page, h.Holder)
	}
	return page, "", nil
}

// Holder returns all about one.
func (a *Acts) Holder(_ context.Context, actor acts.Actor, id string) (acts.HolderView, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActHolderView) {
		return acts.HolderView{}, acts.ErrForbidden
	}
	h := a.find(id)
	if h == nil {
		return acts.HolderView{}, acts.ErrNotFound
	}
	seen := *h
	seen.Passes, seen.Consents = slices.Clone(h.Passes), slices.Clone(h.Consents)
	return seen, nil
}

// Consented gives a holder a consent and a face pass, as a station does.
func (a *Acts) Consented(id string, notice [32]byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h, now := a.find(id), a.Now()
	var hash pass.Hash16
	_, _ = rand.Read(hash[:])
	h.Consents = append(h.Consents, acts.ConsentView{Hash: hash, Holder: id, Purpose: pass.PurposeAccess, Notice: notice, Given: now, Until: now.AddDate(1, 0, 0)})
	h.Passes = append(h.Passes, a.pass(pass.Face, id, acts.PassInput{Zones: a.config.Site.Zones}))
	h.Passes[len(h.Passes)-1].Consent = hash
}

// DeleteHolder erases a holder.
func (a *Acts) DeleteHolder(_ context.Context, actor acts.Actor, id string) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderDelete); err != nil {
		return err
	}
	if a.find(id) == nil {
		return acts.ErrNotFound
	}
	a.holders = slices.DeleteFunc(a.holders, func(h *acts.HolderView) bool { return h.Holder.ID == id })
	return nil
}

// ImportHolders adds holders from lines of which only the first column counts.
func (a *Acts) ImportHolders(_ context.Context, actor acts.Actor, r io.Reader, progress func(done, total int)) (report acts.ImportReport, err error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderImport); err != nil {
		return report, err
	}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		label, _, _ := strings.Cut(lines.Text(), ",")
		switch {
		case n == 1:
		case label == "":
			report.Refused++
			report.Lines = append(report.Lines, acts.ImportLine{Number: n, Field: "label", Why: "is empty"})
		default:
			a.addHolder(acts.HolderInput{Label: label})
			report.Added++
		}
		progress(n, n)
	}
	return report, nil
}

// ExportHolders writes labels.
func (a *Acts) ExportHolders(_ context.Context, actor acts.Actor, w io.Writer) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActHolderExport) {
		return acts.ErrForbidden
	}
	fmt.Fprintln(w, "label,contact,under14,guardian")
	for _, h := range a.holders {
		fmt.Fprintf(w, "%q,%q,,\n", h.Holder.Label, h.Holder.Contact)
	}
	return nil
}

// MakeLink makes a link.
func (a *Acts) MakeLink(_ context.Context, actor acts.Actor, id string) (acts.Link, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderLink); err != nil {
		return acts.Link{}, err
	}
	if a.find(id) == nil {
		return acts.Link{}, acts.ErrNotFound
	}
	return acts.Link{Token: "k3v9t2m8q5x7c4b6n1d0f8g2hj", Expires: a.Now().Add(7 * 24 * time.Hour)}, nil
}

// pass makes what is kept of a pass.
func (a *Acts) pass(kind pass.Kind, holder string, in acts.PassInput) acts.PassView {
	var id pass.ID
	_, _ = rand.Read(id[:])
	now := a.Now().Truncate(time.Second)
	v := acts.PassView{ID: id, Kind: kind, State: issue.Issued, Holder: holder, Zones: slices.Sorted(slices.Values(in.Zones)), NotBefore: now, Expires: in.Expires, Hours: in.Hours, Since: now}
	if v.Expires.IsZero() {
		v.Expires = now.AddDate(0, 0, 731)
	}
	return v
}

// issued signs a plain pass.
func (a *Acts) issued(holder string, in acts.PassInput) (acts.Issued, error) {
	h := a.find(holder)
	if h == nil {
		return acts.Issued{}, acts.ErrNotFound
	}
	v := a.pass(pass.Plain, holder, in)
	schedule, err := pass.ParseSchedule(in.Hours)
	if err != nil {
		return acts.Issued{}, &acts.Invalid{Field: "hours", Why: err.Error()}
	}
	signed, err := pass.Sign(rand.Reader, a.key, pass.Claims{
		Site: a.config.Site.ID, ID: v.ID, NotBefore: v.NotBefore, Expires: v.Expires, Zones: v.Zones, Schedule: schedule, Status: pass.StatusRef{List: 1, Index: uint32(a.made)},
	})
	if err != nil {
		return acts.Issued{}, &acts.Invalid{Field: "zones", Why: err.Error()}
	}
	text, err := pass.Join(signed, nil)
	h.Passes = append(h.Passes, v)
	return acts.Issued{PassView: v, Text: text}, err
}

// IssuePlain makes a plain pass.
func (a *Acts) IssuePlain(_ context.Context, actor acts.Actor, holder string, in acts.PassInput) (acts.Issued, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPassIssue); err != nil {
		return acts.Issued{}, err
	}
	return a.issued(holder, in)
}

// IssueBulk makes many.
func (a *Acts) IssueBulk(ctx context.Context, actor acts.Actor, in []acts.BulkInput, progress func(done, total int)) (lines []acts.BulkLine, err error) {
	for i, one := range in {
		if ctx.Err() != nil {
			return lines, ctx.Err()
		}
		made, err := a.IssuePlain(ctx, actor, one.Holder, one.PassInput)
		lines = append(lines, acts.BulkLine{Holder: one.Holder, Issued: made, Err: err})
		progress(i+1, len(in))
	}
	return lines, nil
}

// RevokePass revokes a pass.
func (a *Acts) RevokePass(_ context.Context, actor acts.Actor, id pass.ID) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPassRevoke); err != nil {
		return err
	}
	_, err := a.revoke(id)
	return err
}

func (a *Acts) revoke(id pass.ID) (*acts.PassView, error) {
	for _, h := range a.holders {
		for i := range h.Passes {
			if h.Passes[i].ID == id {
				h.Passes[i].State = issue.Revoked
				return &h.Passes[i], nil
			}
		}
	}
	return nil, acts.ErrNotFound
}

// ReplacePass revokes a pass and makes another.
func (a *Acts) ReplacePass(_ context.Context, actor acts.Actor, id pass.ID) (acts.Issued, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPassReplace); err != nil {
		return acts.Issued{}, err
	}
	old, err := a.revoke(id)
	if err != nil {
		return acts.Issued{}, err
	}
	return a.issued(old.Holder, acts.PassInput{Zones: old.Zones, Expires: old.Expires, Hours: old.Hours})
}

// WithdrawConsent ends a consent.
func (a *Acts) WithdrawConsent(_ context.Context, actor acts.Actor, hash pass.Hash16) (w acts.Withdrawal, err error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActConsentWithdraw); err != nil {
		return w, err
	}
	for _, h := range a.holders {
		for i := range h.Consents {
			if h.Consents[i].Hash == hash {
				h.Consents[i].Withdrawn = a.Now()
			}
		}
		for _, p := range h.Passes {
			if p.Kind == pass.Face && p.Consent == hash {
				w.Revoked, w.Offer = append(w.Revoked, p.ID), p.ID
				_, _ = a.revoke(p.ID)
			}
		}
	}
	return w, nil
}
