package acts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

const (
	// tokenPrefix begins every API token, so that it is found where it was left.
	tokenPrefix = "flt_"
	// tokenTime is how long a token is good where nothing is said, and maxTokenTime
	// the longest.
	tokenTime    = 90 * day
	maxTokenTime = 366 * day
)

// MakeToken makes an API token of the operator who acts: it can what both its
// scopes and the operator's role allow, for as long as the operator is there. It
// fails with [ErrForbidden], [ErrInvalid] and [ErrLedger].
func (a *Acts) MakeToken(ctx context.Context, actor Actor, in TokenInput) (Token, error) {
	if err := actor.may(ActTokenMake); err != nil {
		return Token{}, err
	}
	t, err := in.token(a.now())
	if err != nil {
		return Token{}, err
	}
	t.ID, t.Operator, t.Secret = newID(), actor.Operator, tokenPrefix+rand.Text()+rand.Text()
	e, err := a.siteEntry(actor, ActTokenMake, map[string]string{"token": t.ID, "scopes": joinScopes(t.Scopes), "expires": t.Expires.Format(time.DateOnly)})
	if err != nil {
		return Token{}, err
	}
	err = a.give(ctx, giving{entries: []entry{e}, effect: func(tx *store.Tx) error {
		if _, err := activeOperator(tx, actor.Operator); err != nil {
			return err
		}
		return tx.AddToken(store.TokenRow{
			Hash: hashOf(t.Secret), ID: t.ID, Operator: t.Operator, Name: t.Name, Scopes: joinScopes(t.Scopes), Expires: t.Expires.Unix(),
		})
	}})
	if err != nil {
		return Token{}, err
	}
	return t, nil
}

// token checks an input.
func (in TokenInput) token(now time.Time) (t Token, err error) {
	if t.Name, err = checkWords("name", in.Name, 1, MaxLabel); err != nil {
		return t, err
	}
	if len(in.Scopes) == 0 {
		return t, invalid("scopes", "is missing")
	}
	for i, s := range in.Scopes {
		if !slices.Contains(Scopes(), s) {
			return t, invalid(indexed("scopes", i), "is not a scope")
		}
	}
	t.Scopes = slices.Compact(slices.Sorted(slices.Values(in.Scopes)))
	if t.Expires = in.Expires.UTC().Truncate(time.Second); in.Expires.IsZero() {
		t.Expires = now.Add(tokenTime).UTC().Truncate(time.Second)
	}
	if !now.Before(t.Expires) || t.Expires.Sub(now) > maxTokenTime {
		return t, invalid("expires", "is not within a year from now")
	}
	return t, nil
}

func joinScopes(scopes []Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

func splitScopes(text string) []Scope {
	scopes := []Scope{} // not nil, which would be all of the role
	for _, word := range strings.Fields(text) {
		scopes = append(scopes, Scope(word))
	}
	return scopes
}

func tokenOf(r store.TokenRow) Token {
	return Token{ID: r.ID, Name: r.Name, Operator: r.Operator, Scopes: splitScopes(r.Scopes), Expires: time.Unix(r.Expires, 0).UTC()}
}

// Tokens returns all that are good, without their secrets. It fails with
// [ErrForbidden].
func (a *Acts) Tokens(ctx context.Context, actor Actor) (all []Token, err error) {
	if err := actor.may(ActTokenView); err != nil {
		return nil, err
	}
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.TokenRow, error) { return tx.Tokens(a.now().Unix()) })
	for _, r := range rows {
		all = append(all, tokenOf(r))
	}
	return all, err
}

// RevokeToken ends a token at once: an owner's any, another's their own. It fails
// with [ErrForbidden] and [ErrNotFound].
func (a *Acts) RevokeToken(ctx context.Context, actor Actor, id string) error {
	if err := actor.may(ActTokenRevoke); err != nil {
		return err
	}
	e, err := a.siteEntry(actor, ActTokenRevoke, map[string]string{"token": id})
	if err != nil {
		return ErrNotFound // such a token there never was
	}
	return a.take(ctx, func(tx *store.Tx) error {
		t, err := tx.TokenByID(id)
		if err != nil {
			return err
		}
		if actor.Role != Owner && t.Operator != actor.Operator {
			return store.ErrNotFound
		}
		return tx.DropToken(id)
	}, e)
}

// TokenActor returns who an API token lets act. It fails with [ErrSignedOut].
func (a *Acts) TokenActor(ctx context.Context, secret string) (Actor, error) {
	if len(secret) > 2*len(tokenPrefix)+128 || !strings.HasPrefix(secret, tokenPrefix) {
		return Actor{}, ErrSignedOut
	}
	hash := hashOf(secret)
	var actor Actor
	err := a.with.Store.Read(ctx, func(tx *store.Tx) error {
		t, err := tx.Token(hash)
		if err != nil {
			return err
		}
		if t.Expires <= a.now().Unix() || subtle.ConstantTimeCompare(t.Hash, hash) != 1 {
			return store.ErrNotFound
		}
		row, err := activeOperator(tx, t.Operator)
		actor = operatorOf(row).actor()
		actor.Scopes = splitScopes(t.Scopes)
		return err
	})
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			err = ErrSignedOut
		}
		return Actor{}, told(err)
	}
	return actor, nil
}
