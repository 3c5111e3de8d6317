package pages

import (
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// tokenView is a token as a list shows it.
type tokenView struct {
	ID, Name, Until string
	Scopes          []acts.Scope
	Own             bool
}

func (v *visit) tokenViews() (shown []tokenView, err error) {
	all, err := v.c.Acts.Tokens(v.r.Context(), v.actor)
	for _, t := range all {
		shown = append(shown, tokenView{t.ID, t.Name, v.lastDay(t.Expires), t.Scopes, t.Operator == v.me.ID})
	}
	return shown, err
}

func (v *visit) tokensPage() error {
	all, err := v.tokenViews()
	if err != nil {
		return err
	}
	return v.show(page{name: "tokens", title: "tokens.title", data: all})
}

func (v *visit) tokenForm() error {
	return v.showToken(0, filled("until", v.now().In(v.location()).AddDate(0, 0, 90).Format(time.DateOnly)))
}

// scopes are those that the operator's own role can do.
func (v *visit) scopes() (may []acts.Scope) {
	for _, s := range acts.Scopes() {
		if slices.ContainsFunc(acts.Rights(), func(r acts.Right) bool { return r.Scope == s && v.actor.May(r.Act) }) {
			may = append(may, s)
		}
	}
	return may
}

func (v *visit) showToken(status int, f *form) error {
	return v.show(page{name: "tokenform", title: "tokenform.title", status: status, data: struct {
		Form   *form
		Scopes []acts.Scope
	}{f, v.scopes()}})
}

// makeToken makes a token and shows it, once.
func (v *visit) makeToken() error {
	f := v.entered()
	in := acts.TokenInput{Name: v.text(f, "name", acts.MaxLabel, true)}
	for _, s := range v.scopes() {
		if f.Has("scope", string(s)) {
			in.Scopes = append(in.Scopes, s)
		}
	}
	if len(in.Scopes) == 0 {
		f.wrong["scope"] = v.say("wrong.scope")
	}
	day, err := time.ParseInLocation(time.DateOnly, f.Get("until"), v.location())
	if in.Expires = day.AddDate(0, 0, 1); err != nil || !in.Expires.After(v.now()) || in.Expires.After(v.now().AddDate(1, 0, 0)) {
		f.wrong["until"] = v.say("wrong.year")
	}
	if f.ok() {
		made, err := v.c.Acts.MakeToken(v.r.Context(), v.actor, in)
		if err == nil {
			return v.show(page{name: "token", title: "token.title", once: true, data: made})
		}
		if err := v.take(f, err, map[string]string{"expires": "until", "scopes": "scope"}); err != nil {
			return err
		}
	}
	return v.showToken(http.StatusUnprocessableEntity, f)
}

func (v *visit) revokeTokenPage() error {
	all, err := v.tokenViews()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t tokenView) bool { return t.ID == v.r.PathValue("id") })
	if i < 0 {
		return acts.ErrNotFound
	}
	return v.show(page{name: "tokenrevoke", title: "tokenrevoke.title", data: all[i]})
}

func (v *visit) revokeToken() error {
	if err := v.c.Acts.RevokeToken(v.r.Context(), v.actor, v.r.PathValue("id")); err != nil {
		return err
	}
	return v.to(Path+"tokens", "token-revoked")
}
