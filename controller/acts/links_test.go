package acts_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

func TestLinks(t *testing.T) { onSQLite(t, links) }

func links(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	link, err := r.MakeLink(ctx, desk(), h.ID)
	must(t, err)
	s, err := r.OpenLink(ctx, link.Token)
	must(t, err)
	if fmt.Sprint(s.Actor) != fmt.Sprint(holder(h.ID)) {
		t.Errorf("who: %+v", s.Actor)
	}
	_, err = r.OpenLink(ctx, link.Token)
	want(t, err, acts.ErrSignedOut) // once
	for _, token := range []string{"", "x", link.Token[1:], strings.ToLower(link.Token), s.Token} {
		_, err = r.OpenLink(ctx, token)
		want(t, err, acts.ErrSignedOut)
	}
	old, err := r.MakeLink(ctx, desk(), h.ID)
	must(t, err)
	own, err := r.MakeLink(ctx, s.Actor, h.ID)
	must(t, err)
	_, _, err = r.OpenLinkAt(ctx, s.Actor, own.Token)
	want(t, err, acts.ErrForbidden)
	who, under14, err := r.OpenLinkAt(ctx, station(), own.Token)
	if must(t, err); who != h.ID || under14 {
		t.Errorf("at the station: %s, %t", who, under14)
	}
	_, _, err = r.OpenLinkAt(ctx, station(), own.Token)
	want(t, err, acts.ErrSignedOut)
	_, err = r.MakeLink(ctx, s.Actor, "another")
	want(t, err, acts.ErrNotFound)
	idle(t, r, s)
	passkeys(t, r, h.ID)
	r.pass(8 * 24 * time.Hour)
	_, err = r.OpenLink(ctx, old.Token)
	want(t, err, acts.ErrSignedOut) // too late
}

// idle: a session that is used lasts, and no longer than sessions do.
func idle(t *testing.T, r *rig, s acts.Session) {
	ctx := t.Context()
	for range 29 {
		r.pass(25 * time.Minute)
		got, err := r.SessionOf(ctx, s.Token)
		if r.clock().Before(s.Expires) {
			must(t, err)
			if got.Actor.Holder != s.Actor.Holder {
				t.Errorf("got %+v", got)
			}
		} else {
			want(t, err, acts.ErrSignedOut)
		}
	}
	link, err := r.MakeLink(ctx, desk(), s.Actor.Holder)
	must(t, err)
	s, err = r.OpenLink(ctx, link.Token)
	must(t, err)
	r.pass(30 * time.Minute)
	_, err = r.SessionOf(ctx, s.Token)
	want(t, err, acts.ErrSignedOut)
}

func passkeys(t *testing.T, r *rig, id string) {
	ctx := t.Context()
	key := acts.Passkey{ID: []byte("credential"), Label: "phone", Credential: []byte("{}")}
	must(t, r.AddPasskey(ctx, holder(id), key))
	want(t, r.AddPasskey(ctx, holder(id), key), acts.ErrConflict)
	want(t, r.AddPasskey(ctx, owner(), key), acts.ErrForbidden)
	for field, bad := range map[string]acts.Passkey{
		"id":         {Credential: key.Credential},
		"label":      {ID: []byte{1}, Label: "a\nb", Credential: key.Credential},
		"credential": {ID: []byte{1}, Credential: make([]byte, 5000)},
	} {
		var invalid *acts.Invalid
		if err := r.AddPasskey(ctx, holder(id), bad); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	v, err := r.Holder(ctx, desk(), id)
	must(t, err)
	if len(v.Passkeys) != 1 || v.Passkeys[0].Credential != nil {
		t.Errorf("staff see %+v", v.Passkeys)
	}
	who, found, err := r.PasskeyOwner(ctx, key.ID)
	must(t, err)
	if who != id || found.Label != "phone" {
		t.Errorf("%s, %+v", who, found)
	}
	found.Credential = []byte(`{"n":1}`)
	s, err := r.SignIn(ctx, found)
	must(t, err)
	must(t, r.SignOut(ctx, s.Token))
	_, err = r.SessionOf(ctx, s.Token)
	want(t, err, acts.ErrSignedOut)
	all, err := r.HolderPasskeys(ctx, id)
	must(t, err)
	if len(all) != 1 || string(all[0].Credential) != `{"n":1}` {
		t.Errorf("%+v", all)
	}
	want(t, r.RemovePasskey(ctx, holder("another"), key.ID), acts.ErrNotFound)
	must(t, r.RemovePasskey(ctx, holder(id), key.ID))
	_, err = r.SignIn(ctx, found)
	want(t, err, acts.ErrSignedOut)
	_, _, err = r.PasskeyOwner(ctx, key.ID)
	want(t, err, acts.ErrSignedOut)
}

// TestNoSecretOnTheDisk: whoever has the database can open no link and no session.
func TestNoSecretOnTheDisk(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		h := r.add("flat 1")
		one, err := r.MakeLink(t.Context(), desk(), h.ID)
		must(t, err)
		two, err := r.MakeLink(t.Context(), desk(), h.ID)
		must(t, err)
		s, err := r.OpenLink(t.Context(), two.Token)
		must(t, err)
		for _, name := range []string{r.url, r.url + "-wal"} {
			data, err := os.ReadFile(name)
			must(t, err)
			for _, secret := range []string{one.Token, two.Token, s.Token} {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s has a secret", name)
				}
			}
		}
	})
}
