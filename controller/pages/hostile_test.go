package pages_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/signin"
)

// hostile are texts that somebody could enter to break a page or fool its reader.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}}`, `javascript:alert(1)`,
	"flat \u202e3021-A", "A\u200b-1203", "A\x00B", "A\r\nSet-Cookie: x=1", "\xff\xfe", strings.Repeat("长", 5000), strings.Repeat("a", 70000),
}

// inside finds what of an entered text stands in a page as markup.
var inside = regexp.MustCompile(`<script>|<img src=x`)

// TestHostile sends hostile texts to every field of every form: the answer is a
// page that says what to do, nothing of the text is markup, and no answer is an
// error of the server.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("the pages are the same under the race detector")
	}
	f := furnish(t)
	fields := f.fieldNames(t)
	for _, text := range hostile {
		for _, route := range pages.Routes() {
			method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
			if method != http.MethodPost || route.JSON || strings.HasSuffix(path, "sign-out") || strings.HasSuffix(path, "delete") || strings.HasSuffix(path, "remove") {
				continue
			}
			f.clock.pass(3 * time.Second)
			pairs := []string{"version", "1"}
			for _, field := range fields {
				pairs = append(pairs, field, text)
			}
			a := f.owner.post(path, pairs...)
			f.harmless(t, path, "all fields", text, a)
		}
	}
	for _, text := range hostile {
		for _, route := range pages.Routes() {
			method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
			if method != http.MethodGet {
				continue
			}
			f.clock.pass(time.Second)
			q := httptest.NewRequest("GET", origin+path, nil)
			values := q.URL.Query()
			for _, name := range append(fields, "after", "done") {
				values.Set(name, text)
			}
			q.URL.RawQuery = values.Encode()
			f.harmless(t, path, "its query", text, f.owner.send(q))
		}
	}
}

// TestLabelsAreText: what is kept is shown as text wherever it stands.
func TestLabelsAreText(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	label := `<b>&"'`
	page := b.post("/office/holders/new", "label", label).is(http.StatusSeeOther)
	path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
	for _, at := range []string{"/office/holders", path, path + "/edit", path + "/delete", path + "/issue", "/office/holders/passes"} {
		body := b.get(at).is(http.StatusOK).Body.String()
		if strings.Contains(body, "<b>") || !strings.Contains(body, "&lt;b&gt;") {
			t.Errorf("%s shows the label as markup", at)
		}
	}
	b.post("/office/holders/new", "label", "a\u202eb").is(http.StatusUnprocessableEntity).has("cannot be shown")
	b.post("/office/holders/new", "label", strings.Repeat("a", 81)).is(http.StatusUnprocessableEntity).has("At most 80 characters.")
}

// TestLarge: a form that is too large is refused in words.
func TestLarge(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.post("/office/holders/new", "label", strings.Repeat("a", 600<<10)).is(http.StatusRequestEntityTooLarge).has("This is too large")
	b.request("POST", "/office/holders/new", "%zz", "application/x-www-form-urlencoded").is(http.StatusBadRequest).has("This form cannot be read")
	b.request("POST", "/office/holders/import", "x", "multipart/form-data; boundary=x").is(http.StatusBadRequest)
}

// TestTrouble: where the ledger or the store cannot be used, a page says that
// nothing was done, and what was entered can be sent again.
func TestTrouble(t *testing.T) {
	r := fakeRig(t)
	b := r.owner()
	for _, test := range []struct {
		err  error
		says string
	}{
		{acts.ErrLedger, "This cannot be recorded now"},
		{acts.ErrUnavailable, "The controller cannot save now"},
	} {
		r.acts.Break(test.err)
		a := b.post("/office/holders/new", "label", "A-1203", "contact", `"x"`).is(http.StatusServiceUnavailable).has(test.says, "Try again")
		if a.value("label") != "A-1203" || a.value("contact") != `"x"` {
			t.Error("what was entered is lost")
		}
	}
	r.acts.Break(nil)
	r.acts.Break(&acts.Invalid{Field: "label", Why: "is odd"})
	b.post("/office/holders/new", "label", "A-1203").is(http.StatusUnprocessableEntity).has("This cannot be taken: is odd")
}

// TestStoreGone: where it cannot even be looked up who is signed in, a page says so,
// and keeps what was entered.
func TestStoreGone(t *testing.T) {
	r := fakeRig(t)
	b := r.owner()
	must(t, r.store.DB.Close())
	a := b.post("/office/holders/new", "label", "A-1203").is(http.StatusServiceUnavailable).has("The controller cannot save now", "Try again")
	if a.value("label") != "A-1203" {
		t.Error("what was entered is lost")
	}
	b.get("/office/holders").is(http.StatusServiceUnavailable).has("The controller cannot save now")
	b.get("/office/sign-in").lacks("database is closed")
}

// TestSessionEnds: who comes back too late finds the form as it was.
func TestSessionEnds(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	r.clock.pass(signin.IdleTime)
	b.get("/office/holders?q=x").to("/office/sign-in?next=%2Foffice%2Fholders%3Fq%3Dx")
	a := b.post("/office/holders/new", "label", "A-1203").is(http.StatusUnauthorized).has("You are signed out", "Try again")
	if a.value("label") != "A-1203" {
		t.Error("what was entered is lost")
	}
	b.passkey("signin").is(http.StatusOK)
	b.post("/office/holders/new", "label", a.value("label")).is(http.StatusSeeOther)
	r.clock.pass(signin.LongestTime)
	b.get("/office/").to("/office/sign-in?next=%2Foffice%2F")
}

// TestRemovedOperator: whoever was removed is out at once; and removing asks for
// a passkey that was shown just now.
func TestRemovedOperator(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	other := b.staff(acts.Manager)
	path := "/office/operators/" + r.actor(other).Operator + "/remove"
	r.clock.pass(signin.FreshTime)
	b.get(path).is(http.StatusSeeOther)
	b.post(path).is(http.StatusSeeOther)
	other.get("/office/holders").is(http.StatusOK)
	b.passkey("stepup").is(http.StatusOK)
	b.get(path).is(http.StatusOK).has("signed out at once")
	b.post(path).to("/office/operators?done=operator-removed")
	other.get("/office/holders").is(http.StatusSeeOther)
	own := "/office/operators/" + r.actor(b).Operator + "/remove"
	b.post(own).is(http.StatusConflict).has("A site keeps at least one owner")
}

// TestTooMany: changes are limited for each operator, and tries for each place.
func TestTooMany(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	var a answer
	for range 130 {
		a = b.post("/office/site/zone/remove")
	}
	a.is(http.StatusTooManyRequests).has("Too many tries")
	if a.Header().Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	stranger := r.browser()
	for range 30 {
		a = stranger.post("/office/recover", "code", "0")
	}
	a.is(http.StatusTooManyRequests)
}
