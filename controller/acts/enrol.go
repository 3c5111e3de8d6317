package acts

import (
	"bytes"
	"context"
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Whose says for whom a station makes a pass. The zero value is somebody whom staff
// did not name: their record is called after the pass, so that there is one in which
// they find what they agreed to.
type Whose struct {
	// Holder is the id of a holder, as [Acts.OpenLinkAt] and [Acts.Meet] told it; ""
	// is one who is added together with the pass.
	Holder string
	// Label is what staff call a holder who is added; "" is the number of the pass.
	Label string
	// Child says that a holder who is added is under 14.
	Child bool
}

// Met is what a station learns of a label that staff typed.
type Met struct {
	// Known is how many holders have it.
	Known int
	// Holder is the id of the only one, and Child whether that is a child under 14.
	Holder string
	Child  bool
}

// meetMost is how many holders with one label are looked for.
const meetMost = 20

// Meet tells a station whether there is a holder with a label, whatever the case of
// its letters. It fails with [ErrForbidden] and [ErrInvalid].
func (a *Acts) Meet(ctx context.Context, actor Actor, label string) (Met, error) {
	if err := actor.may(ActHolderMeet); err != nil {
		return Met{}, err
	}
	label, err := checkWords("label", label, 1, MaxLabel)
	if err != nil {
		return Met{}, err
	}
	key := sortKey(label)
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.HolderRow, error) {
		return tx.Holders(findPattern(label), key, "", meetMost)
	})
	var met Met
	for _, r := range rows {
		if bytes.Equal(r.Sort, key) {
			met.Known++
			met.Holder, met.Child = r.ID, r.Under14
		}
	}
	if met.Known != 1 {
		met.Holder, met.Child = "", false
	}
	return met, err
}

// Enrol begins the making of a pass at a station, for a holder who stands on record
// then: one who is there, or one who is added. With a consent in the request that
// consent is recorded first, as [Acts.GiveConsent] does, and stands on the holder's
// page; [Acts.Prepare] follows. Of what fails nothing is left but consents that have
// ended. It fails as those do, with [ErrConflict] for a notice that is not the
// current one, and with [issue.ErrPolicy] for a pass that the site does not allow.
func (a *Acts) Enrol(ctx context.Context, actor Actor, whose Whose, r issue.Request) (pass.Binding, error) {
	if err := a.mayEnrol(ctx, actor, whose, r); err != nil {
		return pass.Binding{}, err
	}
	holder, called := whose.Holder, whose.Label
	if holder == "" {
		added, err := a.addMet(ctx, actor, whose)
		if err != nil {
			return pass.Binding{}, err
		}
		holder = added.ID
	}
	given, b := r.Consent, pass.Binding{}
	err := a.giveAt(ctx, actor, holder, given)
	if errors.Is(err, ErrConflict) {
		given = nil // not recorded, or recorded before, by whoever goes on with it
	}
	if err == nil {
		b, err = a.prepareNamed(ctx, actor, holder, r, whose.Holder == "" && called == "")
	}
	if err != nil {
		return pass.Binding{}, errors.Join(err, a.unenrol(ctx, actor, holder, whose.Holder == "", given))
	}
	return b, nil
}

// mayEnrol refuses what cannot be before anything of it is recorded.
func (a *Acts) mayEnrol(ctx context.Context, actor Actor, whose Whose, r issue.Request) error {
	needs := []Act{ActPassIssue}
	if r.Consent != nil {
		needs = []Act{ActPassFace, ActConsentGive}
	}
	if whose.Holder == "" {
		needs = append(needs, ActHolderAdd)
	}
	for _, act := range needs {
		if actor.Role != StationRole || !actor.May(act) {
			return ErrForbidden
		}
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return told(err)
	}
	return c.Allow(r)
}

// addMet adds the holder of a pass that is about to be made. A guardian is called as
// the child is, until an operator says more.
func (a *Acts) addMet(ctx context.Context, actor Actor, whose Whose) (Holder, error) {
	in := HolderInput{Label: whose.Label, Under14: whose.Child}
	if in.Label == "" {
		in.Label = newID()[:8] // until the pass has a number
	}
	if in.Under14 {
		in.GuardianLabel = in.Label
	}
	return a.AddHolder(ctx, actor, in)
}

// giveAt records a consent, where there is one.
func (a *Acts) giveAt(ctx context.Context, actor Actor, holder string, given *consent.Record) error {
	if given == nil {
		return nil
	}
	in, err := agreed(given)
	if err == nil {
		_, err = a.GiveConsent(ctx, actor, holder, in)
	}
	return err
}

// prepareNamed is Prepare for a holder who is there. If called, the holder is called
// after the pass.
func (a *Acts) prepareNamed(ctx context.Context, actor Actor, holder string, r issue.Request, called bool) (pass.Binding, error) {
	return a.prepareThen(ctx, actor, holder, r, func(tx *store.Tx, b pass.Binding) error {
		if !called {
			return nil
		}
		row, err := tx.Holder(holder)
		if err != nil {
			return err
		}
		in := holderOf(row).HolderInput
		if in.Label = b.ID.Short(); in.Under14 {
			in.GuardianLabel = in.Label
		}
		named := in.row(holder)
		named.Version = row.Version
		return tx.UpdateHolder(named)
	})
}

// agreed is what a station's record says that somebody agreed to.
func agreed(record *consent.Record) (ConsentInput, error) {
	encoded, err := record.Encode()
	t := record.Terms()
	return ConsentInput{
		Agreed: true, Notice: t.Notice, Purpose: t.Purpose, Guardian: t.By == consent.ByGuardian, Language: t.Lang, Record: encoded,
	}, err
}

// unenrol undoes what was done of an enrolment that failed: a holder who was added
// for it is erased, and a consent that was recorded ends.
func (a *Acts) unenrol(ctx context.Context, actor Actor, holder string, added bool, record *consent.Record) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer stop()
	if added {
		return a.unadd(ctx, actor, holder)
	}
	if record == nil {
		return nil
	}
	hash := record.Hash()
	row, err := read(ctx, a, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(hash[:]) })
	if err == nil && row.Holder == holder {
		_, err = a.withdraw(ctx, actor, row, a.now())
	}
	return unlessGone(err)
}

// unadd erases a holder who was added for a pass that there is not.
func (a *Acts) unadd(ctx context.Context, actor Actor, holder string) error {
	e, err := a.personEntry(actor, ActHolderDelete, "", map[string]string{"holder": holder})
	if err != nil {
		return err
	}
	e.opening = nil // that is erased, too
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return told(err)
	}
	return unlessGone(a.take(ctx, func(tx *store.Tx) error { return a.erase(tx, c, holder, nil) }, e))
}

// unlessGone is no error where there is nothing to undo.
func unlessGone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
