package api

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/facelatch/facelatch/controller/pages/pagestest"
)

// partyKey is a public key on P-256, of which nobody has the private half: that of
// RFC 7515, A.3.
const partyKey = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"enc"}`

func newParty(id string) NewParty {
	return NewParty{ID: id, PartyInput: PartyInput{
		Name: map[string]string{"en": "Harbour Bank", "zh-CN": "海港银行"}, Redirects: []string{"https://bank.example/back"}, Webhook: "https://bank.example/hook",
		Key: json.RawMessage(partyKey), Claims: []string{"family_name"}, Formats: []string{"dc+sd-jwt", "jwt"}, Secret: "new",
	}}
}

// TestPartySecret: it is told once, and kept unless it is asked for another.
func TestPartySecret(t *testing.T) {
	r := newRig(t)
	var made, now Party
	r.read(ask{method: "POST", path: "/relying-parties", body: newParty("bank")}, &made)
	if made.Secret == "" || !made.HasSecret {
		t.Errorf("%+v", made)
	}
	r.read(ask{method: "GET", path: "/relying-parties/bank"}, &now)
	if now.Secret != "" || !now.HasSecret || now.Version != 1 || len(now.Key) == 0 {
		t.Errorf("%+v", now)
	}
	change := func(version, secret string) (p Party) {
		t.Helper()
		in := newParty("").PartyInput
		in.Secret = secret
		r.read(ask{method: "PUT", path: "/relying-parties/bank", body: in, headers: map[string]string{"If-Match": version}}, &p)
		return p
	}
	if p := change(`"v1"`, ""); p.Secret != "" || !p.HasSecret || p.Version != 2 {
		t.Errorf("%+v", p)
	}
	if p := change(`"v2"`, "new"); p.Secret == "" || p.Secret == made.Secret {
		t.Errorf("%+v", p)
	}
	if p := change(`"v3"`, "none"); p.Secret != "" || p.HasSecret {
		t.Errorf("%+v", p)
	}
	r.refused(ask{
		method: "PUT", path: "/relying-parties/bank", body: newParty("").PartyInput, headers: map[string]string{"If-Match": `"v1"`},
	}, problemChanged)
}

// TestPartyFaults: each field that is wrong is named, and nothing of it is repeated.
func TestPartyFaults(t *testing.T) {
	r := newRealRig(t)
	wrong := newParty("bank")
	wrong.Webhook, wrong.Redirects = "http://bank.example/hook", []string{"https://a@bank.example/"}
	w := r.do(ask{method: "POST", path: "/relying-parties", body: wrong})
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 2 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for name, change := range map[string]func(*NewParty){
		"key":           func(n *NewParty) { n.Key = json.RawMessage(`{"kty":"oct","k":"AAAA"}`) },
		"claims[0]":     func(n *NewParty) { n.Claims = []string{"portrait"} },
		"name":          func(n *NewParty) { n.Name = nil },
		"secret_sha256": func(n *NewParty) { n.Redirects, n.Secret = nil, "none" },
	} {
		n := newParty("bank")
		change(&n)
		w := r.do(ask{method: "POST", path: "/relying-parties", body: n})
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusUnprocessableEntity || len(p.Errors) == 0 || p.Errors[0].Field != name {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// TestDeskCode: a desk has an address and no zone.
func TestDeskCode(t *testing.T) {
	r := newRealRig(t)
	var code JoinCode
	r.read(ask{method: "POST", path: "/join-codes", body: JoinInput{Kind: "desk", Name: "Counter 1", Origin: pagestest.DeskOrigin}}, &code)
	if code.Code == "" {
		t.Error("no code")
	}
	for name, in := range map[string]JoinInput{
		"no address":  {Kind: "desk", Name: "Counter 2"},
		"not https":   {Kind: "desk", Name: "Counter 2", Origin: "http://desk.example"},
		"a path":      {Kind: "desk", Name: "Counter 2", Origin: "https://desk.example/x"},
		"a zone":      {Kind: "desk", Name: "Counter 2", Origin: pagestest.DeskOrigin, Zone: "main"},
		"a door's":    {Kind: "door", Name: "Door", Zone: "main", Origin: pagestest.DeskOrigin},
		"a station's": {Kind: "station", Name: "Office", Origin: pagestest.DeskOrigin},
		"somebody's":  {Kind: "camera", Name: "Counter 2"},
	} {
		if w := r.do(ask{method: "POST", path: "/join-codes", body: in}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
