package acts_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
)

func TestOperators(t *testing.T) { onSQLite(t, operators) }
func TestTokens(t *testing.T)    { onSQLite(t, tokens) }
func TestLastOwner(t *testing.T) { onSQLite(t, lastOwner) }

// first makes the first owner.
func (r *rig) first() acts.Actor {
	r.t.Helper()
	o, err := r.FirstOwner(r.t.Context(), "Somebody")
	must(r.t, err)
	actor, _, err := r.OperatorActor(r.t.Context(), o.ID)
	must(r.t, err)
	return actor
}

func (r *rig) invite(by acts.Actor, role acts.Role) acts.Actor {
	r.t.Helper()
	_, link, err := r.InviteOperator(r.t.Context(), by, acts.OperatorInput{Name: "Somebody else", Role: role})
	must(r.t, err)
	o, err := r.AcceptInvitation(r.t.Context(), link.Token)
	must(r.t, err)
	actor, _, err := r.OperatorActor(r.t.Context(), o.ID)
	must(r.t, err)
	return actor
}

func operators(t *testing.T, r *rig) {
	ctx := t.Context()
	one := r.first()
	if again := r.first(); again.Operator != one.Operator {
		t.Error("there are two first owners")
	}
	must(t, r.store.Change(ctx, func(tx *store.Tx) error {
		return tx.AddOperatorPasskey(store.OperatorPasskey{ID: []byte{1}, Operator: one.Operator, Handle: make([]byte, 32), Credential: "{}"})
	}))
	_, err := r.FirstOwner(ctx, "Another")
	want(t, err, acts.ErrForbidden)
	invited, link, err := r.InviteOperator(ctx, one, acts.OperatorInput{Name: "Somebody else", Role: acts.Manager})
	must(t, err)
	_, _, err = r.OperatorActor(ctx, invited.ID)
	want(t, err, acts.ErrNotFound) // not yet
	_, err = r.OpenLink(ctx, link.Token)
	want(t, err, acts.ErrSignedOut) // it is no holder's
	two, err := r.AcceptInvitation(ctx, link.Token)
	must(t, err)
	_, err = r.AcceptInvitation(ctx, link.Token)
	want(t, err, acts.ErrSignedOut)
	manager, _, err := r.OperatorActor(ctx, two.ID)
	must(t, err)
	_, _, err = r.InviteOperator(ctx, manager, acts.OperatorInput{Name: "x", Role: acts.Owner})
	want(t, err, acts.ErrForbidden)
	for field, in := range map[string]acts.OperatorInput{
		"name": {Name: "a\u202eb", Role: acts.Manager}, "role": {Name: "x", Role: acts.HolderRole},
	} {
		var bad *acts.Invalid
		if _, _, err := r.InviteOperator(ctx, one, in); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	changed, err := r.ChangeRole(ctx, one, two.ID, two.Version, acts.Auditor)
	must(t, err)
	_, err = r.ChangeRole(ctx, one, two.ID, two.Version, acts.Manager)
	want(t, err, acts.ErrConflict)
	if changed.Role != acts.Auditor || changed.Pseudonym != two.Pseudonym {
		t.Errorf("%+v", changed)
	}
	must(t, r.RemoveOperator(ctx, one, two.ID))
	must(t, r.RemoveOperator(ctx, one, two.ID))
	_, _, err = r.OperatorActor(ctx, two.ID)
	want(t, err, acts.ErrNotFound)
	row := get(r, func(tx *store.Tx) (store.OperatorRow, error) { return tx.Operator(two.ID) })
	if row.Name != "" || row.Pseudonym != two.Pseudonym {
		t.Errorf("kept: %+v", row)
	}
	wanted := []string{"operator.first", "operator.invite", "operator.change", "operator.remove"}
	if names := r.names(); !slices.Equal(names, wanted) {
		t.Errorf("in clear: %q", names)
	}
	for _, e := range r.entries() {
		for _, text := range e.Act.Details {
			if strings.Contains(text, "Somebody") {
				t.Error("a name stands in the ledger")
			}
		}
	}
}

// lastOwner: whatever happens at once, an owner is left.
func lastOwner(t *testing.T, r *rig) {
	ctx := t.Context()
	one := r.first()
	want(t, r.RemoveOperator(ctx, one, one.Operator), acts.ErrLastOwner)
	_, err := r.ChangeRole(ctx, one, one.Operator, 1, acts.Manager)
	want(t, err, acts.ErrLastOwner)
	_, _, err = r.InviteOperator(ctx, one, acts.OperatorInput{Name: "x", Role: acts.Owner})
	must(t, err)
	want(t, r.RemoveOperator(ctx, one, one.Operator), acts.ErrLastOwner) // an invited one is none yet
	two := r.invite(one, acts.Owner)
	var all sync.WaitGroup
	var errs [2]error
	all.Go(func() { errs[0] = r.RemoveOperator(ctx, one, two.Operator) })
	all.Go(func() { errs[1] = r.RemoveOperator(ctx, two, one.Operator) })
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), acts.ErrLastOwner) {
		t.Errorf("%v", errs)
	}
}

// TestLogins: an account of the issuer is one operator, with the role that the
// configuration says, and none any more once it was removed.
func TestLogins(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		one := r.first()
		l := acts.Login{Issuer: "https://id.example", Subject: "7"}
		o, err := r.KnownLogin(ctx, l, "", acts.Manager)
		must(t, err)
		again, err := r.KnownLogin(ctx, l, "Another name", acts.Manager)
		must(t, err)
		changed, err := r.KnownLogin(ctx, l, "", acts.FrontDesk)
		must(t, err)
		if again.ID != o.ID || changed.ID != o.ID || changed.Role != acts.FrontDesk {
			t.Errorf("%+v, %+v, %+v", o, again, changed)
		}
		other, err := r.KnownLogin(ctx, acts.Login{Issuer: "https://id.example", Subject: "8"}, "", acts.Manager)
		must(t, err)
		if other.ID == o.ID {
			t.Error("two accounts are one operator")
		}
		_, err = r.KnownLogin(ctx, l, "", "god")
		want(t, err, acts.ErrInvalid)
		must(t, r.RemoveOperator(ctx, one, other.ID))
	})
}

func tokens(t *testing.T, r *rig) {
	ctx := t.Context()
	one := r.first()
	manager := r.invite(one, acts.Manager)
	made, err := r.MakeToken(ctx, manager, acts.TokenInput{Name: "gate", Scopes: []acts.Scope{acts.RevokePasses, acts.ReadHolders, acts.ReadHolders}})
	must(t, err)
	actor, err := r.TokenActor(ctx, made.Secret)
	must(t, err)
	if !actor.May(acts.ActPassRevoke) || actor.May(acts.ActPassIssue) || actor.May(acts.ActConsentGive) || actor.May(acts.ActTokenMake) || actor.Operator != manager.Operator {
		t.Errorf("%+v", actor)
	}
	for _, secret := range []string{"", "flt_", made.Secret[1:], made.Secret + "A", strings.ToLower(made.Secret), "flt_" + strings.Repeat("A", 500), made.ID} {
		_, err := r.TokenActor(ctx, secret)
		want(t, err, acts.ErrSignedOut)
	}
	all, err := r.Tokens(ctx, one)
	must(t, err)
	if len(all) != 1 || all[0].Secret != "" || len(all[0].Scopes) != 2 {
		t.Errorf("%+v", all)
	}
	badTokens(t, r, manager)
	other := r.invite(one, acts.Manager)
	want(t, r.RevokeToken(ctx, other, made.ID), acts.ErrNotFound)
	want(t, r.RevokeToken(ctx, one, "no such\ntoken"), acts.ErrNotFound)
	must(t, r.RevokeToken(ctx, one, made.ID))
	_, err = r.TokenActor(ctx, made.Secret)
	want(t, err, acts.ErrSignedOut)
	second, err := r.MakeToken(ctx, manager, acts.TokenInput{Name: "gate", Scopes: []acts.Scope{acts.ReadHolders}})
	must(t, err)
	r.pass(91 * day)
	_, err = r.TokenActor(ctx, second.Secret)
	want(t, err, acts.ErrSignedOut)
	third, err := r.MakeToken(ctx, manager, acts.TokenInput{Name: "gate", Scopes: []acts.Scope{acts.ReadHolders}})
	must(t, err)
	must(t, r.RemoveOperator(ctx, one, manager.Operator))
	_, err = r.TokenActor(ctx, third.Secret)
	want(t, err, acts.ErrSignedOut)
}

func badTokens(t *testing.T, r *rig, by acts.Actor) {
	t.Helper()
	for name, in := range map[string]acts.TokenInput{
		"name":      {Scopes: []acts.Scope{acts.ReadSite}},
		"scopes":    {Name: "x"},
		"scopes[0]": {Name: "x", Scopes: []acts.Scope{"everything"}},
		"scopes[1]": {Name: "x", Scopes: []acts.Scope{acts.ReadSite, ""}},
		"expires":   {Name: "x", Scopes: []acts.Scope{acts.ReadSite}, Expires: r.clock().Add(400 * day)},
	} {
		_, err := r.MakeToken(t.Context(), by, in)
		var bad *acts.Invalid
		if !errors.As(err, &bad) || bad.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	token := by
	token.Scopes = acts.Scopes()
	_, err := r.MakeToken(t.Context(), token, acts.TokenInput{Name: "x", Scopes: []acts.Scope{acts.ReadSite}, Expires: r.clock().Add(time.Hour)})
	want(t, err, acts.ErrForbidden) // no token makes another
}
