package holder_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/holder/holdertest"
)

// child opens the page of a child whose guardian's year ends in some days.
func child(t *testing.T, days int) *browser {
	t.Helper()
	house := holdertest.New().Child(days)
	b := &browser{t: t, h: handler(t, house), house: house, cookies: map[string]string{}, lang: "en", from: "192.0.2.1:1234"}
	return b.in()
}

// shownNotice is the name of the notice in a form.
func shownNotice(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`name="notice" value="([0-9a-f]{64})"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("no notice in the form")
	}
	return found[1]
}

// TestRenewal: a guardian is reminded before the year ends, reads the notice, and
// agrees or does not with as many clicks; nothing is chosen for them.
func TestRenewal(t *testing.T) {
	b := child(t, 40)
	b.expect(b.get("/me/"), http.StatusOK, "What was agreed to ends on 2027-04-19", "A guardian agrees for a year at a time", `href="/me/renew"`)
	page := b.get("/me/renew")
	b.expect(page, http.StatusOK, "For the guardian", "Garden Court Property Services", "I agree for another year: with my child", "Without a face: a plain pass")
	text := page.Body.String()
	if strings.Contains(text, "checked") || strings.Contains(text, "selected") || strings.Contains(text, "autofocus") {
		t.Error("something is chosen already")
	}
	if class := regexp.MustCompile(`<button class="([^"]*)" name="choice"`).FindAllStringSubmatch(text, -1); len(class) != 2 || class[0][1] != class[1][1] {
		t.Errorf("the two ways look different: %q", class)
	}
	notice := shownNotice(t, text)
	b.expect(b.post("/me/renew", url.Values{"choice": {"plain"}, "notice": {notice}}), http.StatusOK, "Nothing was agreed to", "stops on 2027-04-19", "Show me the code")
	b.did()
	for _, form := range []url.Values{{"choice": {"face"}}, {"choice": {"face"}, "notice": {strings.Repeat("0", 64)}}, {"choice": {"face"}, "notice": {"x"}}} {
		b.expect(b.post("/me/renew", form), http.StatusConflict, "The text has changed", "I agree for another year")
	}
	b.expect(b.post("/me/renew", nil), http.StatusOK, "Nothing was agreed to")
	b.did()
	b.expect(b.post("/me/renew", url.Values{"choice": {"face"}, "notice": {notice}}), http.StatusCreated, "It is recorded, until 2028-03-10", "/receipt", "Show me the code")
	b.did("consent")
	// Once is enough.
	if text := b.get("/me/").Body.String(); strings.Contains(text, "/me/renew") {
		t.Error("it is asked for again")
	}
	b.expect(b.post("/me/renew", url.Values{"choice": {"face"}, "notice": {notice}}), http.StatusNotFound)
	b.did()
}

// TestYearIsOver: after the year the page says so, and that plain passes go on; a
// consent that was taken back is not asked for again.
func TestYearIsOver(t *testing.T) {
	b := child(t, -3)
	b.expect(b.get("/me/"), http.StatusOK, "What was agreed to ended on 2027-03-07", "Ended on 2027-03-07", "Plain pass", "Valid until 2028-03-10")
	b.expect(b.post("/me/renew", nil), http.StatusOK, "Plain passes go on as they are")
	b.lang = "zh-CN"
	b.expect(b.get("/me/renew"), http.StatusOK, "请监护人先读内容", "普通通行证")

	b = child(t, 61)
	if text := b.get("/me/").Body.String(); strings.Contains(text, "/me/renew") {
		t.Error("it is asked for too early")
	}
	b.expect(b.get("/me/renew"), http.StatusNotFound)
	b = child(t, 40)
	b.expect(b.post(withdrawPath, nil), http.StatusOK)
	b.expect(b.get("/me/renew"), http.StatusNotFound)
}

// TestCorrections: a holder changes how they can be reached, and asks for the rest.
func TestCorrections(t *testing.T) {
	b := open(t).in()
	b.expect(b.get("/me/"), http.StatusOK, `name="contact" value="holder@garden-court.example"`, "is the operator&#39;s choice")
	if w := b.post("/me/contact", url.Values{"version": {"1"}, "contact": {"new@garden-court.example"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me/#kept" {
		t.Errorf("%d %s", w.Code, w.Header())
	}
	b.did("contact")
	b.expect(b.get("/me/"), http.StatusOK, "new@garden-court.example")
	b.expect(b.post("/me/contact", url.Values{"version": {"1"}, "contact": {"late"}}), http.StatusConflict, "Something has changed meanwhile", `value="late"`)
	b.expect(b.post("/me/contact", url.Values{"contact": {"x"}}), http.StatusBadRequest)
	long := strings.Repeat("x", 121)
	b.expect(b.post("/me/contact", url.Values{"version": {"2"}, "contact": {long}}), http.StatusUnprocessableEntity, long, `role="alert"`)
	b.expect(b.post("/me/correction", url.Values{"wish": {""}}), http.StatusUnprocessableEntity, `role="alert"`)
	b.did()
	b.expect(b.post("/me/correction", url.Values{"wish": {"It is <b>1202</b>"}}), http.StatusSeeOther)
	b.did("wish")
	b.expect(b.get("/me/"), http.StatusOK, "You wrote on 2027-03-10:", "It is &lt;b&gt;1202&lt;/b&gt;", "It is not answered yet")
	b.house.Answer("Put right. Thank you.")
	b.expect(b.get("/me/"), http.StatusOK, "Answered on 2027-03-10:", "Put right. Thank you.")
	b.house.Fail(acts.ErrLedger)
	b.expect(b.post("/me/correction", url.Values{"wish": {"x"}}), http.StatusServiceUnavailable, "so nothing was done")
}
