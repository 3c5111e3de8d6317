package api

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
)

// example is a request to a route that succeeds.
func (r *rig) example(of route) ask {
	r.t.Helper()
	q := ask{method: of.method, path: of.path}
	fill := func(name string, value func() string) {
		if strings.Contains(q.path, "{"+name+"}") {
			q.path = strings.ReplaceAll(q.path, "{"+name+"}", value())
		}
	}
	fill("holder", func() string {
		h := r.holder().ID
		if of.name == "answerCorrection" {
			r.acts.Ask(h, "It is 3-1202")
		}
		return h
	})
	fill("pass", func() string { return r.issued(r.holder().ID).ID })
	fill("kind", func() string { return "issuing" })
	fill("door", func() string { return r.acts.Join(site.KindDoor, "Front door", "main", site.Approved).String() })
	fill("consent", func() string {
		h := r.holder().ID
		r.acts.Consented(h, r.notice)
		var v HolderView
		r.read(ask{method: "GET", path: "/holders/" + h}, &v)
		return v.Consents[0].Hash
	})
	fill("party", func() string {
		var p Party
		r.read(ask{method: "POST", path: "/relying-parties", body: newParty("seaside-hotel")}, &p)
		return p.ID
	})
	if of.match {
		w := r.do(ask{method: "GET", path: q.path})
		q.headers = map[string]string{"If-Match": w.Header().Get("ETag")}
	}
	q.body = r.exampleBody(of.name)
	if of.csv {
		q.media = typeCSV
	}
	return q
}

func (r *rig) exampleBody(name string) any {
	switch name {
	case "addHolder", "editHolder":
		return HolderInput{Label: "3-1201", Contact: "a@b.example", Under14: true, Guardian: "3-1201 parent"}
	case "importHolders":
		return "label,contact\n3-1201,\n3-1202,b@c.example\n"
	case "issuePass":
		return PassInput{Zones: []string{"main"}, Hours: "Mon-Fri 07:00-19:00"}
	case "issuePasses":
		return BulkInput{Passes: []BulkPass{
			{Holder: r.holder().ID, PassInput: PassInput{Zones: []string{"main"}}},
			{Holder: strings.Repeat("9", 26), PassInput: PassInput{Zones: []string{"main"}}},
		}}
	case "publishNotice":
		return notice("2027-03-10")
	case "changeSite":
		var s Site
		r.read(ask{method: "GET", path: "/site"}, &s)
		s.Name, s.Rules = "Another", map[string]ZoneRules{"main": {Title: map[string]string{"en": "Main"}, Methods: []string{"plain", "face"}, Budget: 3, Prompts: 2, Light: true}}
		s.Offline = &Offline{FaceHours: 12, PlainHours: 24}
		s.Desk = &DeskRules{TwoPeople: true, Claims: []string{"over_18"}}
		return s.SiteInput
	case "answerCorrection":
		return CorrectionAnswer{Version: 1, Answer: "Put right"}
	case "addParty":
		return newParty("harbour-bank")
	case "changeParty":
		p := newParty("").PartyInput
		p.Secret, p.Claims = "new", nil
		return p
	case "makeJoinCode":
		return JoinInput{Kind: "door", Name: "Side door", Zone: "main"}
	}
	return nil
}

// prepare makes what some routes need to succeed.
func (r *rig) prepare() {
	r.t.Helper()
	var published Notice
	r.read(ask{method: "POST", path: "/notices", body: notice("first")}, &published)
	_, err := hex.Decode(r.notice[:], []byte(published.Hash))
	must(r.t, err)
	r.acts.Join(site.KindStation, "Desk", "", site.Joined)
	r.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)
	h := r.holder().ID
	r.issued(h)
	r.acts.Consented(h, r.notice)
	r.acts.Ask(h, "It is 3-1203")
}

// TestEveryRoute drives every route of a real site, and holds requests and answers
// to the document.
func TestEveryRoute(t *testing.T) {
	v := newValidator(t)
	for _, of := range routes() {
		t.Run(of.name, func(t *testing.T) {
			r := newRealRig(t)
			r.prepare()
			q := r.example(of)
			if of.body != nil && !of.csv && !v.takes(of, q.body) {
				t.Error("the request does not fit the document")
			}
			w := r.do(q)
			if w.Code != of.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			v.answer(q, w)
		})
	}
}

// TestEveryHolder: a holder with everything that one can have fits the document.
func TestEveryHolder(t *testing.T) {
	v, r := newValidator(t), newRealRig(t)
	r.prepare()
	var page HolderPage
	r.read(ask{method: "GET", path: "/holders"}, &page)
	for _, h := range page.Holders {
		q := ask{method: "GET", path: "/holders/" + h.ID}
		v.answer(q, r.do(q))
	}
}

// TestScopes asks each route with every scope, every role and no token.
func TestScopes(t *testing.T) {
	v := newValidator(t)
	rights := make(map[acts.Act]acts.Right)
	for _, right := range acts.Rights() {
		rights[right.Act] = right
	}
	for _, of := range routes() {
		t.Run(of.name, func(t *testing.T) {
			r := newRig(t)
			r.prepare()
			q := r.example(of)
			for _, token := range []string{"-", "unknown"} {
				q.token = token
				r.refused(q, problemToken)
				v.answer(q, r.do(q))
			}
			q.token = "nothing"
			r.refused(q, problemForbidden)
			for _, scope := range acts.Scopes() {
				if scope != rights[of.act].Scope {
					q.token = string(scope)
					r.refused(q, problemForbidden)
				}
			}
			v.answer(q, r.do(q))
			for _, role := range acts.Roles() {
				actor := acts.Actor{Role: role, Operator: "x", Pseudonym: "y"}
				if !actor.May(of.act) {
					q.token = string(role)
					r.refused(q, problemForbidden)
				}
			}
			q.token = string(rights[of.act].Scope)
			if w := r.do(q); w.Code != of.status {
				t.Errorf("with its scope: %d %s", w.Code, w.Body)
			}
		})
	}
}

// TestPassesAreRead with a scope of their own.
func TestPassesAreRead(t *testing.T) {
	r := newRig(t)
	h := r.holder().ID
	r.issued(h)
	for token, want := range map[string]int{"": 1, string(acts.ReadHolders): 0} {
		var v HolderView
		r.read(ask{method: "GET", path: "/holders/" + h, token: token}, &v)
		if len(v.Passes) != want {
			t.Errorf("%q reads %d passes", token, len(v.Passes))
		}
	}
}

// TestMethodsAndPaths: whatever is not there is refused with a problem.
func TestMethodsAndPaths(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"", "nothing", "holders/x/y/z", "faces", "operators", "tokens"} {
		r.refused(ask{method: "GET", path: path}, problemNotFound)
	}
	for path, allow := range map[string]string{"holders": "GET, POST", "site": "GET, PUT", "openapi.json": "", "ledger": "GET"} {
		for _, method := range []string{"PATCH", "DELETE", "TRACE"} {
			w := r.do(ask{method: method, path: path})
			if allow != "" && (w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != allow) {
				t.Errorf("%s %s: %d, Allow %q", method, path, w.Code, w.Header().Get("Allow"))
			}
			if w.Code < 400 {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
	}
	w := r.do(ask{method: "GET", path: "site"})
	for name, value := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if w.Header().Get(name) != value {
			t.Errorf("%s: %q", name, w.Header().Get(name))
		}
	}
}

// TestIDs: what cannot be an id is the id of nothing, and is told to nobody.
func TestIDs(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{
		"holders/x", "holders/" + strings.Repeat("9", 26), "holders/" + strings.Repeat("A", 26), "holders/%00", "holders/..%2f..",
		"holders/" + strings.Repeat("9", 4000), "holders/%e2%80%ae" + strings.Repeat("9", 25),
	} {
		r.refused(ask{method: "GET", path: path}, problemNotFound)
		r.refused(ask{method: "DELETE", path: path}, problemNotFound)
	}
	for _, path := range []string{"passes/x/revoke", "passes/" + strings.Repeat("0", 32) + "/revoke", "consents/" + strings.Repeat("F", 32) + "/withdraw"} {
		r.refused(ask{method: "POST", path: path}, problemNotFound)
	}
	r.refused(ask{method: "DELETE", path: "doors/" + strings.Repeat("0", 16)}, problemNotFound)
	for _, path := range []string{"relying-parties/nobody", "relying-parties/" + strings.Repeat("a", 65), "relying-parties/A", "relying-parties/%00"} {
		r.refused(ask{method: "GET", path: path}, problemNotFound)
		r.refused(ask{method: "DELETE", path: path}, problemNotFound)
	}
}
