package pages

import (
	"encoding/base64"
	"net/url"

	"github.com/facelatch/facelatch/controller/signin"
)

// own is an operator's own page.
type own struct {
	ways
	Passkeys []ownKey
	Sessions []ownSession
	Codes    int
	// May says that passkeys and codes are this operator's to have: not where an
	// issuer lets them in.
	May bool
}

type ownKey struct {
	ID, Name, Added, Used string
	Only                  bool
}

type ownSession struct {
	ID, Browser, Way, Started, Seen string
	This                            bool
}

// welcomePage lets somebody who has just come add the first passkey.
func (v *visit) welcomePage() error {
	return v.show(page{name: "welcome", title: "welcome.title", data: v.ways(Path+"codes", filled())})
}

// confirmPage asks for a passkey once more, and goes on.
func (v *visit) confirmPage() error {
	return v.show(page{name: "confirm", title: "confirm.title", data: struct {
		ways
		ByOpenID bool
	}{v.ways(v.value("next"), filled()), v.session.By == signin.ByOpenID}})
}

// fresh says whether a passkey was shown just now. Where it was not, it leads to
// where one is, and from there back to a page.
func (v *visit) fresh(back string) (bool, error) {
	if v.c.SignIn.CheckFresh(v.session) == nil {
		return true, nil
	}
	return false, v.to(Path+"confirm?next="+url.QueryEscape(back), "")
}

func (v *visit) accountPage() error {
	ctx := v.r.Context()
	keys, err := v.c.SignIn.PasskeysOf(ctx, v.me.ID)
	if err != nil {
		return err
	}
	open, err := v.c.SignIn.Open(ctx, v.me.ID)
	if err != nil {
		return err
	}
	left, err := v.c.SignIn.CodesLeft(ctx, v.me.ID)
	if err != nil {
		return err
	}
	p := own{ways: v.ways(Path+"account", filled()), Codes: left, May: v.session.By != signin.ByOpenID}
	for _, k := range keys {
		p.Passkeys = append(p.Passkeys, ownKey{base64.RawURLEncoding.EncodeToString(k.ID), k.Name, v.day(k.Added), v.day(k.Used), len(keys) == 1})
	}
	for _, s := range open {
		p.Sessions = append(p.Sessions, ownSession{s.ID(), s.Browser, v.say("way." + string(s.By)), v.moment(s.Started), v.moment(s.Seen), s.Hash == v.session.Hash})
	}
	return v.show(page{name: "account", title: "account.title", data: p})
}

func (v *visit) endSession() error {
	if err := v.c.SignIn.End(v.r.Context(), v.me.ID, v.value("session")); err != nil {
		return err
	}
	return v.to(Path+"account", "session-ended")
}

func (v *visit) endOthers() error {
	if err := v.c.SignIn.EndOthers(v.r.Context(), v.session); err != nil {
		return err
	}
	return v.to(Path+"account", "session-ended")
}

func (v *visit) removePasskey() error {
	id, err := base64.RawURLEncoding.DecodeString(v.value("passkey"))
	if err != nil {
		return signin.ErrNotFound
	}
	if fresh, err := v.fresh(Path + "account"); !fresh {
		return err
	}
	if err := v.c.SignIn.RemovePasskey(v.r.Context(), v.session, id); err != nil {
		return err
	}
	return v.to(Path+"account", "passkey-removed")
}

func (v *visit) codesPage() error {
	if fresh, err := v.fresh(Path + "codes"); !fresh {
		return err
	}
	left, err := v.c.SignIn.CodesLeft(v.r.Context(), v.me.ID)
	if err != nil {
		return err
	}
	return v.show(page{name: "codes", title: "codes.title", data: struct{ Left int }{left}})
}

// makeCodes shows ten new codes, once.
func (v *visit) makeCodes() error {
	if fresh, err := v.fresh(Path + "codes"); !fresh {
		return err
	}
	codes, err := v.c.SignIn.NewCodes(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	return v.show(page{name: "newcodes", title: "newcodes.title", once: true, data: codes})
}
