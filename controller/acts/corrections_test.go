package acts_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/ledger"
)

func TestCorrections(t *testing.T) { onSQLite(t, corrections) }
func TestClaims(t *testing.T)      { onSQLite(t, claims) }
func TestRenewals(t *testing.T)    { onSQLite(t, renewals) }

// corrections: a holder puts right how they can be reached, and asks for the rest;
// the operator answers, and all of it is on the record as acts about a person.
func corrections(t *testing.T, r *rig) {
	ctx := t.Context()
	h, other := r.add("3-501"), r.add("3-502")
	before := len(r.entries())
	changed, err := r.CorrectContact(ctx, holder(h.ID), 1, " new@example.org ")
	must(t, err)
	if changed.Contact != "new@example.org" || changed.Label != "3-501" || changed.Version != 2 {
		t.Errorf("got %+v", changed)
	}
	if page, _, err := r.Holders(ctx, desk(), acts.Query{Text: "new@"}); err != nil || len(page) != 1 {
		t.Errorf("found %v, %v", page, err)
	}
	_, err = r.CorrectContact(ctx, holder(h.ID), 1, "late@example.org")
	want(t, err, acts.ErrConflict)
	_, err = r.CorrectContact(ctx, holder(h.ID), 2, strings.Repeat("x", acts.MaxContact+1))
	want(t, err, acts.ErrInvalid)
	asked, err := r.AskCorrection(ctx, holder(h.ID), "It is 3-503")
	must(t, err)
	if !asked.Waits() || asked.Wish != "It is 3-503" || !asked.Asked.Equal(monday.Truncate(24*time.Hour)) {
		t.Errorf("got %+v", asked)
	}
	waiting, err := r.Waiting(ctx, desk())
	must(t, err)
	if len(waiting.Corrections) != 1 || waiting.Corrections[0].Holder != h.ID || waiting.Corrections[0].Label != "3-501" {
		t.Errorf("waiting: %+v", waiting)
	}
	answered(t, r, h, other, asked)
	for _, e := range r.entries()[before:] {
		if e.Act != nil {
			t.Errorf("in clear: %+v", e.Act)
		}
	}
	if got := openedNames(t, r, h.ID); !slices.Equal(got, []string{"holder.add", "holder.contact", "holder.ask", "holder.answer", "holder.ask"}) {
		t.Errorf("the holder opens %q", got)
	}
	must(t, r.DeleteHolder(ctx, owner(), h.ID))
	if waiting, err := r.Waiting(ctx, desk()); err != nil || len(waiting.Corrections) != 0 {
		t.Errorf("waiting: %+v, %v", waiting, err)
	}
}

// answered: an answer is to what was asked, and once.
func answered(t *testing.T, r *rig, h, other acts.Holder, asked acts.Correction) {
	t.Helper()
	ctx := t.Context()
	_, err := r.AnswerCorrection(ctx, desk(), other.ID, 1, "nobody asked")
	want(t, err, acts.ErrNotFound)
	_, err = r.AnswerCorrection(ctx, desk(), h.ID, asked.Version+1, "of something else")
	want(t, err, acts.ErrConflict)
	told, err := r.AnswerCorrection(ctx, desk(), h.ID, asked.Version, "Put right")
	must(t, err)
	if told.Waits() || told.Answer != "Put right" {
		t.Errorf("got %+v", told)
	}
	_, err = r.AnswerCorrection(ctx, desk(), h.ID, told.Version, "again")
	want(t, err, acts.ErrConflict)
	view, err := r.Holder(ctx, holder(h.ID), h.ID)
	must(t, err)
	if view.Correction != told {
		t.Errorf("the page has %+v", view.Correction)
	}
	export, err := r.HolderExport(ctx, holder(h.ID), h.ID)
	must(t, err)
	if !strings.Contains(string(export), "It is 3-503") || !strings.Contains(string(export), "Put right") {
		t.Error("the export says nothing of it")
	}
	again, err := r.AskCorrection(ctx, holder(h.ID), "No, 3-504")
	must(t, err)
	if !again.Waits() || again.Answer != "" {
		t.Errorf("got %+v", again)
	}
}

// openedNames are the acts that a holder finds in the ledger, in their order.
func openedNames(t *testing.T, r *rig, id string) (names []string) {
	t.Helper()
	all, err := r.Openings(t.Context(), holder(id), id)
	must(t, err)
	slices.SortFunc(all, func(a, b ledger.Opening) int { return int(a.Index) - int(b.Index) })
	for _, o := range all {
		var body struct{ Act string }
		must(t, json.Unmarshal(o.Body, &body))
		names = append(names, body.Act)
	}
	return names
}

// claims: of all who make the same request one does it, and another request cannot
// have its name.
func claims(t *testing.T, r *rig) {
	ctx := t.Context()
	c := acts.Claim{Secret: []byte("secret"), Key: "moving-day-1", Request: [32]byte{1}}
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() { errs[i] = r.Claim(ctx, c) })
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, acts.ErrDone) {
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d did the same", done)
	}
	another := c
	another.Request = [32]byte{2}
	want(t, r.Claim(ctx, another), acts.ErrReused)
	somebody := another
	somebody.Secret = []byte("another's")
	must(t, r.Claim(ctx, somebody))
	must(t, r.Unclaim(ctx, c))
	must(t, r.Claim(ctx, c))
	r.pass(acts.ClaimTime + time.Second)
	must(t, r.Claim(ctx, another))
	r.pass(acts.ClaimTime + time.Second)
	must(t, r.Sweep(ctx))
	must(t, r.Claim(ctx, c)) // nothing is left of it
}

// renewals: the year of a guardian's consent ends: the face pass with it, and no
// plain pass. Both are told in time.
func renewals(t *testing.T, r *rig) {
	ctx := t.Context()
	n := r.notice(consent.Children, "children-one")
	child, err := r.AddHolder(ctx, desk(), acts.HolderInput{Label: "3-1201 b", Under14: true, GuardianLabel: "3-1201"})
	must(t, err)
	plain, err := r.IssuePlain(ctx, desk(), child.ID, acts.PassInput{Zones: []string{"gate"}})
	must(t, err)
	in := yes(n)
	in.Guardian = true
	first, err := r.GiveConsent(ctx, holder(child.ID), child.ID, in)
	must(t, err)
	face := r.office.face(first)
	remind := func(want int) {
		t.Helper()
		w, err := r.Waiting(ctx, desk())
		if err != nil || len(w.Renewals) != want {
			t.Errorf("%d are to be renewed, want %d (%v)", len(w.Renewals), want, err)
		}
	}
	remind(0)
	r.now.Store(first.Until.Add(-acts.RenewAhead).Unix())
	remind(1)
	second, err := r.GiveConsent(ctx, holder(child.ID), child.ID, in)
	must(t, err)
	remind(0)
	r.now.Store(first.Until.Unix())
	must(t, r.Sweep(ctx))
	if r.office.good(face) {
		t.Error("after the year the face pass is good")
	}
	if !r.office.good(plain.ID) {
		t.Error("after the year the plain pass is not good")
	}
	next := r.office.face(second)
	if !r.office.good(next) {
		t.Error("the face pass of the next year is not good")
	}
	r.now.Store(second.Until.Unix())
	must(t, r.Sweep(ctx))
	if r.office.good(next) {
		t.Error("after the second year the face pass is good")
	}
}
