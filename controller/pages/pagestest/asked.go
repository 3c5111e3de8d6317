package pagestest

import (
	"context"
	"io"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Ask has a holder ask for a correction, as on their own page.
func (a *Acts) Ask(holder, wish string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.find(holder)
	h.Correction = acts.Correction{Version: h.Correction.Version + 1, Wish: wish, Asked: a.Now()}
}

// AnswerCorrection answers what a holder asked.
func (a *Acts) AnswerCorrection(_ context.Context, actor acts.Actor, holder string, version int64, answer string) (acts.Correction, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActHolderAnswer); err != nil {
		return acts.Correction{}, err
	}
	h := a.find(holder)
	switch {
	case h == nil || h.Correction.Version == 0:
		return acts.Correction{}, acts.ErrNotFound
	case !h.Correction.Waits() || h.Correction.Version != version:
		return acts.Correction{}, acts.ErrConflict
	case answer == "":
		return acts.Correction{}, &acts.Invalid{Field: "answer", Why: "is missing"}
	}
	h.Correction.Answer, h.Correction.Answered = answer, a.Now()
	h.Correction.Version++
	return h.Correction, nil
}

// Waiting returns who waits for an answer, and whose guardian is to be reminded.
func (a *Acts) Waiting(_ context.Context, actor acts.Actor) (w acts.Waiting, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActHolderList) {
		return w, acts.ErrForbidden
	}
	for _, h := range a.holders {
		if h.Correction.Waits() {
			w.Corrections = append(w.Corrections, acts.Asked{Holder: h.Holder.ID, Label: h.Holder.Label, Asked: h.Correction.Asked})
		}
		for _, c := range h.Consents {
			if c.Guardian && c.Good(a.Now()) && c.Until.Sub(a.Now()) <= acts.RenewAhead {
				w.Renewals = append(w.Renewals, acts.Renewal{Holder: h.Holder.ID, Label: h.Holder.Label, Until: c.Until})
			}
		}
	}
	return w, nil
}

// Claim notes that a request is being done.
func (a *Acts) Claim(_ context.Context, c acts.Claim) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := string(c.Secret) + "\x00" + c.Key
	if a.claims == nil {
		a.claims = map[string][32]byte{}
	}
	switch before, there := a.claims[name]; {
	case there && before == c.Request:
		return acts.ErrDone
	case there:
		return acts.ErrReused
	}
	a.claims[name] = c.Request
	return nil
}

// Unclaim forgets it.
func (a *Acts) Unclaim(_ context.Context, c acts.Claim) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.claims, string(c.Secret)+"\x00"+c.Key)
	return nil
}

// PassOpenings writes what opens all passes: one.
func (a *Acts) PassOpenings(_ context.Context, actor acts.Actor, w io.Writer) error {
	if !actor.May(acts.ActLedgerOpen) {
		return acts.ErrForbidden
	}
	_, err := io.WriteString(w, "{}\n")
	return err
}

// OpenPass opens what is recorded of a pass: nothing.
func (a *Acts) OpenPass(_ context.Context, actor acts.Actor, _ pass.ID) ([]ledger.Opening, error) {
	if !actor.May(acts.ActLedgerOpen) {
		return nil, acts.ErrForbidden
	}
	return nil, acts.ErrNotFound
}
