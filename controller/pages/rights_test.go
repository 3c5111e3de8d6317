package pages_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/site"
)

// furnished is a site with something of everything, and an address of each kind.
type furnished struct {
	*rig
	owner *browser
	names *strings.Replacer
}

func furnish(t *testing.T) furnished { return furnishOver(t, newRig(t)) }

func furnishOver(t *testing.T, r *rig) furnished {
	t.Helper()
	b := r.owner()
	door := r.acts.Join(site.KindDoor, "Front door left", "main", site.Joined)
	desk := r.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)
	b.post("/office/desks/parties/new", "id", "harbour-bank", "name-en", "Harbour Bank", "redirects", "https://bank.example/back", "claim", "over_18", "secret", "none").is(http.StatusSeeOther)
	b.post("/office/holders/new", "label", "A-1203", "contact", "a1203@house.example")
	all, _, err := r.acts.Holders(t.Context(), r.actor(b), acts.Query{Limit: 1})
	must(t, err)
	id := all[0].ID
	publish(t, b, "1")
	notices, err := r.acts.Notices(t.Context())
	must(t, err)
	r.acts.Consented(id, notices[0].Hash)
	b.post("/office/holders/one/"+id+"/issue", "zone", "main", "hours", "always").is(http.StatusOK)
	h, err := r.acts.Holder(t.Context(), r.actor(b), id)
	must(t, err)
	b.post("/office/tokens/new", "name", "Lift", "scope", "site:read", "until", r.clock.now().AddDate(0, 2, 0).Format(time.DateOnly)).is(http.StatusOK)
	tokens, err := r.acts.Tokens(t.Context(), r.actor(b))
	must(t, err)
	return furnished{r, b, strings.NewReplacer(
		"holders/one/{id}", "holders/one/"+id, "doors/{id}", "doors/"+door.String(), "desks/{id}", "desks/"+desk.String(), "{party}", "harbour-bank", "operators/{id}", "operators/"+r.actor(b).Operator,
		"tokens/{id}", "tokens/"+tokens[0].ID, "{pass}", h.Passes[len(h.Passes)-1].ID.String(), "version/{hash}", "version/"+hexText(notices[0].Hash[:]), "{kind}", "issuing",
		"{hash}", h.Consents[0].Hash.String(), "{token}", "nothing", "{job}", "nothing", "{$}", "",
	)}
}

// actor is who a browser acts as.
func (r *rig) actor(b *browser) acts.Actor { return r.actorOf(b, r.signin) }

func (r *rig) actorOf(b *browser, s *signin.Service) acts.Actor {
	r.t.Helper()
	q := httptest.NewRequest("GET", origin+"/office/", nil)
	for name, value := range b.cookies {
		q.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	who, err := s.Who(q)
	must(r.t, err)
	actor, _, err := r.acts.OperatorActor(r.t.Context(), who.Operator)
	must(r.t, err)
	return actor
}

// TestRights walks every route as every role, by the table of rights: who may is
// answered, and who may not is refused, whatever the page offers.
func TestRights(t *testing.T) {
	f := furnish(t)
	who := map[acts.Role]*browser{acts.Owner: f.owner}
	for _, role := range acts.Roles()[1:] {
		who[role] = f.owner.staff(role)
	}
	rights := acts.Rights()
	for _, route := range pages.Routes() {
		if route.Open {
			continue
		}
		i := slices.IndexFunc(rights, func(r acts.Right) bool { return r.Act == route.Act })
		if i < 0 {
			t.Errorf("%s needs %q, which stands in no table", route.Pattern, route.Act)
			continue
		}
		method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
		for role, b := range who {
			f.clock.pass(2e9)
			var a answer
			if method == http.MethodGet {
				a = b.get(path)
			} else {
				a = b.post(path)
			}
			if may := slices.Contains(rights[i].Roles, role); may == (a.Code == http.StatusForbidden) {
				t.Errorf("%s answers the %s with %d", route.Pattern, role, a.Code)
			}
		}
	}
}

// offers are the addresses that a page leads to, with the tag that does.
var offers = regexp.MustCompile(`<[a-z]+[^>]*(?:href|action|formaction)="(/office/[^"?]*)[^>]*>`)

// TestOffers reads every page as every role: none leads to what the role may not
// do.
func TestOffers(t *testing.T) {
	if testing.Short() {
		t.Skip("the pages are the same under the race detector")
	}
	f := furnish(t)
	mux := http.NewServeMux()
	needs := map[string]acts.Act{}
	for _, route := range pages.Routes() {
		mux.HandleFunc(route.Pattern, func(http.ResponseWriter, *http.Request) {})
		if !route.Open {
			needs[route.Pattern] = route.Act
		}
	}
	for _, role := range acts.Roles() {
		b := f.owner
		if role != acts.Owner {
			b = f.owner.staff(role)
		}
		actor := f.actor(b)
		for _, route := range pages.Routes() {
			if !strings.HasPrefix(route.Pattern, "GET ") || route.Open || !actor.May(route.Act) {
				continue
			}
			page := b.get(strings.TrimPrefix(f.names.Replace(route.Pattern), "GET "))
			for _, offer := range offers.FindAllStringSubmatch(page.Body.String(), -1) {
				to, method := html.UnescapeString(offer[1]), "GET"
				if strings.HasPrefix(to, "/office/static/") {
					continue
				}
				if strings.Contains(offer[0], `method="post"`) || strings.Contains(offer[0], "formaction") {
					method = "POST"
				}
				_, found := mux.Handler(httptest.NewRequest(method, origin+to, nil))
				if act, known := needs[found]; found == "" || known && !actor.May(act) {
					t.Errorf("%s leads the %s to %s (%s %s)", route.Pattern, role, to, found, act)
				}
			}
		}
	}
}

// TestEverybodyElse: without a session every page leads to signing in and nothing
// is done; and every answer has the headers that keep it to itself.
func TestEverybodyElse(t *testing.T) {
	f := furnish(t)
	stranger := f.rig.browser()
	for _, route := range pages.Routes() {
		method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
		for name, b := range map[string]*browser{"stranger": stranger, "owner": f.owner} {
			if name == "owner" && method == http.MethodPost {
				continue
			}
			f.clock.pass(5e9)
			a := b.request(method, path, "", "")
			h := a.Header()
			policy := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("%s: the policy lacks %s", route.Pattern, want)
				}
			}
			if strings.Contains(policy, "unsafe") || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
				t.Errorf("%s: %v", route.Pattern, h)
			}
			if body := a.Body.String(); strings.Contains(body, "style=") || strings.Contains(body, "<style") || strings.Contains(body, " onclick") || strings.Contains(body, "<script>") {
				t.Errorf("%s has something inline", route.Pattern)
			}
			if name == "owner" || route.Open {
				continue
			}
			if method == http.MethodGet && !strings.HasPrefix(h.Get("Location"), "/office/sign-in") || method == http.MethodPost && a.Code != http.StatusUnauthorized && a.Code != http.StatusBadRequest {
				t.Errorf("%s answers a stranger with %d to %q", route.Pattern, a.Code, h.Get("Location"))
			}
		}
	}
}

// TestForeign: what another site's page sends is refused before anything is read.
func TestForeign(t *testing.T) {
	f := furnish(t)
	for _, route := range pages.Routes() {
		method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
		if method != http.MethodPost {
			continue
		}
		q := httptest.NewRequest(method, origin+path, strings.NewReader("label=x"))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Sec-Fetch-Site", "cross-site")
		q.Header.Set("Accept-Language", "en")
		q.Header.Set("Origin", "https://evil.example")
		f.owner.send(q).is(http.StatusForbidden).has("another site's page")
	}
	q := httptest.NewRequest("GET", "https://evil.example/office/sign-in", nil)
	f.owner.send(q).is(http.StatusMisdirectedRequest)
}
