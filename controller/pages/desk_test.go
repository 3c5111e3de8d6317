package pages_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages/pagestest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

// partyKey is a public key on P-256: that of RFC 7515, A.3.
const partyKey = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`

var ticketShape = regexp.MustCompile(`<form method="post" action="([^"]*)" data-go><input type="hidden" name="([^"]*)" value="([^"]*)">`)

// TestOpenCounter: who may check at desks is sent to the desk's own address, with a
// ticket in the body of a form and nowhere else; nobody else is.
func TestOpenCounter(t *testing.T) {
	r := newRig(t)
	owner := r.owner()
	desk := r.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)
	door := r.acts.Join(site.KindDoor, "Front door", "main", site.Joined)
	path := "/office/desks/" + desk.String() + "/counter"
	for _, role := range acts.Roles() {
		b := owner
		if role != acts.Owner {
			b = owner.staff(role)
		}
		list := b.get("/office/desks").is(http.StatusOK).has("Counter 1", pagestest.DeskOrigin)
		if role == acts.Auditor {
			b.post(path).is(http.StatusForbidden)
			if strings.Contains(list.Body.String(), path) {
				t.Error("an auditor is offered a counter")
			}
			continue
		}
		a := b.post(path).is(http.StatusOK)
		found := ticketShape.FindStringSubmatch(a.Body.String())
		if found == nil || html.UnescapeString(found[1]) != pagestest.DeskOrigin+doorapi.PathCounter || found[2] != doorapi.FieldTicket || len(found[3]) < 10 {
			t.Fatalf("%s: %q", role, found)
		}
		policy := a.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "form-action 'self' "+pagestest.DeskOrigin+";") || a.Header().Get("Cache-Control") != "no-store" || a.Header().Get("Location") != "" {
			t.Errorf("%v", a.Header())
		}
		for name, values := range a.Header() {
			if strings.Contains(strings.Join(values, " "), found[3]) {
				t.Errorf("the ticket stands in %s", name)
			}
		}
		if strings.Count(a.Body.String(), found[3]) != 1 {
			t.Error("the ticket stands in the page more than once")
		}
	}
	owner.post("/office/desks/" + door.String() + "/counter").is(http.StatusNotFound)
	owner.post("/office/desks/nothing/counter").is(http.StatusNotFound)
	if policy := owner.get("/office/desks").Header().Get("Content-Security-Policy"); strings.Contains(policy, pagestest.DeskOrigin) {
		t.Errorf("other pages may send forms there: %s", policy)
	}
}

// TestAtTheCounterAlone: whoever may open counters and nothing else is led to them from
// wherever signing in ends, and finds nothing of the site beside.
func TestAtTheCounterAlone(t *testing.T) {
	r := newRig(t)
	owner := r.owner()
	r.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)
	r.acts.Join(site.KindDoor, "Front door", "main", site.Joined)
	b := owner.staff(acts.CounterStaff)
	b.get("/office/").to("/office/desks")
	page := b.get("/office/desks").is(http.StatusOK).has("Counter 1", "Open the counter", "Sign out")
	for _, not := range []string{"Front door", "Rules for checks", "Relying parties", "/office/holders", "/office/site", "/office/record", "Add a desk"} {
		if strings.Contains(page.Body.String(), not) {
			t.Errorf("whoever is at a counter is shown %q", not)
		}
	}
	b.get("/office/account").is(http.StatusOK).has("Opens the counters of desks")
	b.get("/office/doors").is(http.StatusForbidden)
	b.get("/office/site").is(http.StatusForbidden)
}

// TestDeskNotice: an operator says in their own words what people are told, in both
// languages, loses nothing to somebody who is faster, and can go back.
func TestDeskNotice(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.get("/office/desks").is(http.StatusOK).has("The program’s own text", "a member of staff can look instead")
	form := b.get("/office/desks/notice").is(http.StatusOK).has("up to three pictures")
	if form.value("number") != "0" {
		t.Errorf("number %q", form.value("number"))
	}
	b.post("/office/desks/notice", "number", "0", "what", "text", "text-en", "", "text-zh", strings.Repeat("长", 2001)).
		is(http.StatusUnprocessableEntity)
	b.post("/office/desks/notice", "number", "0", "what", "text", "text-en", "Garden Bank compares.\r\n\r\nOr staff look.", "text-zh", "花园银行比对，或由人查看。").to("/office/desks?done=desk-notice")
	b.get("/office/desks").has("Your text, version 1", "Garden Bank compares.")
	b.post("/office/desks/notice", "number", "0", "what", "text", "text-en", "Mine.", "text-zh", "我的。").
		is(http.StatusConflict).has("Somebody else has published", "Garden Bank compares.", "Mine.")
	b.post("/office/desks/notice", "number", "1", "what", "own").to("/office/desks?done=desk-notice")
	b.get("/office/desks").has("The program’s own text")
	b.staff(acts.FrontDesk).post("/office/desks/notice", "number", "2", "what", "own").is(http.StatusForbidden)
}

// TestDeskIsNoDoorOnPages: a desk stands among desks, with no zone and nothing to be
// approved, and is removed as what it is.
func TestDeskIsNoDoorOnPages(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	id := r.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)
	for _, path := range []string{"/office/doors", "/office/"} {
		if strings.Contains(b.get(path).is(http.StatusOK).Body.String(), "Counter 1</strong>") {
			t.Errorf("%s lists a desk", path)
		}
	}
	if strings.Contains(b.get("/office/desks").Body.String(), "to be approved") {
		t.Error("a desk waits to be approved")
	}
	b.get("/office/doors/" + id.String() + "/remove").is(http.StatusOK).has("Results that it signs")
	a := b.post("/office/doors/"+id.String()+"/remove", "why", "stolen").is(http.StatusSeeOther)
	if to := a.Header().Get("Location"); !strings.HasPrefix(to, "/office/desks") {
		t.Errorf("goes to %s", to)
	}
}

func TestAddDesk(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.post("/office/desks/new", "name", "Counter 1", "origin", "https://desk.example:8443").is(http.StatusOK).has("facelatch desk join", "FLJ1:")
	for _, wrong := range []string{"", "desk.example", "http://desk.example", "https://desk.example/", "https://desk.example; script-src *", "https://Desk.example"} {
		a := b.post("/office/desks/new", "name", "Counter 2", "origin", wrong).is(http.StatusUnprocessableEntity)
		if wrong != "" {
			a.has("An address like https://desk.example")
		}
		if a.value("name") != "Counter 2" {
			t.Error("what was entered is lost")
		}
	}
	b.post("/office/doors/new", "kind", "desk", "name", "Counter 3", "zone", "main").is(http.StatusUnprocessableEntity)
}

// TestParties: a relying party is added with its secret shown once, changed and
// removed, and what is wrong is said at its field, in both languages.
func TestParties(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	add := func(pairs ...string) answer {
		return b.post("/office/desks/parties/new", append([]string{
			"id", "bank", "name-en", "Harbour Bank", "name-zh", "海港银行", "redirects", "https://bank.example/back",
			"webhook", "https://bank.example/hook", "key", partyKey, "claim", "over_18", "format", "jwt", "secret", "new",
		}, pairs...)...)
	}
	add().is(http.StatusOK).has("The client secret", "shown once")
	add().is(http.StatusConflict).has("Another one has this already.")
	b.get("/office/desks/parties").is(http.StatusOK).has("Harbour Bank", "18 or older", "Proves itself with a secret.")
	for field, wrong := range map[string][]string{
		"redirects": {"http://bank.example/", "https://bank.example/#x", "https://bank.example/?code=1", "https://a@bank.example/", "https://a.example/\nhttps://a.example/"},
		"webhook":   {"http://bank.example/hook", "https://", "https://a:b@bank.example/"},
		"key":       {"{", "{}", `{"kty":"oct","k":"AAAA"}`, partyKey[:len(partyKey)-1] + `,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`},
	} {
		for _, value := range wrong {
			for language, says := range map[string]string{"en": map[string]string{
				"redirects": "One address in each line", "webhook": "An https address, the host", "key": "A public JSON Web Key",
			}[field], "zh-CN": map[string]string{"redirects": "每行一个地址", "webhook": "须为 https 地址", "key": "公钥"}[field]} {
				b.language = language
				entered := map[string]string{"redirects": "https://a.example/", "webhook": "", "key": partyKey}
				entered[field] = value
				pairs := []string{"id", "other", "name-en", "Other", "secret", "new"}
				for name, value := range entered {
					pairs = append(pairs, name, value)
				}
				a := b.post("/office/desks/parties/new", pairs...)
				a.is(http.StatusUnprocessableEntity).has(says)
				if !strings.Contains(a.Body.String(), `id="fault-`+field+`"`) {
					t.Errorf("%s %q: not at the field", field, value)
				}
			}
		}
	}
	b.language = "en"
	changes(t, b)
}

// changes changes and removes a relying party, also over somebody else's change.
func changes(t *testing.T, b *browser) {
	t.Helper()
	path := "/office/desks/parties/one/bank/"
	before := b.get(path + "edit").is(http.StatusOK)
	same := []string{"name-en", "Harbour Bank", "redirects", "https://bank.example/back", "key", partyKey, "claim", "birthdate", "format", "jwt", "secret", "keep", "version", before.value("version")}
	b.post(path+"edit", append(same, "webhook", "https://bank.example/other", "was:webhook", "https://bank.example/hook")...).is(http.StatusSeeOther)
	late := b.post(path+"edit", append(same, "webhook", "https://bank.example/hook", "was:webhook", "https://bank.example/hook")...).is(http.StatusConflict)
	if late.value("webhook") != "https://bank.example/other" || late.value("version") != "2" {
		t.Errorf("webhook %q, version %q", late.value("webhook"), late.value("version"))
	}
	b.get("/office/desks/parties").is(http.StatusOK).has("date of birth")
	b.get(path + "remove").is(http.StatusOK).has("Harbour Bank")
	b.post(path + "remove").is(http.StatusSeeOther)
	b.get(path + "edit").is(http.StatusNotFound)
	b.post(path + "remove").is(http.StatusNotFound)
}

func TestDeskRules(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	version := b.get("/office/desks/rules").is(http.StatusOK).value("version")
	b.post("/office/desks/rules", "version", version, "two-people", "yes", "claim", "over_18").is(http.StatusSeeOther)
	b.get("/office/desks").has("a second member of staff has to agree", "18 or older")
	b.post("/office/desks/rules", "version", version, "claim", "over_18").is(http.StatusConflict).has("Somebody else has changed this meanwhile.")
	b.post("/office/desks/rules", "version", b.get("/office/desks/rules").value("version")).is(http.StatusUnprocessableEntity).has("Choose at least one.")
}
