package pages_test

import (
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
)

func hexText(data []byte) string { return hex.EncodeToString(data) }

var area = regexp.MustCompile(`(?s)<textarea id="([^"]+)"[^>]*>(.*?)</textarea>`)

// publish writes a notice, as an operator does: everything that is still to be
// written, and the rest as the draft has it.
func publish(t testing.TB, b *browser, version string) {
	t.Helper()
	form := b.get("/office/notices/new").is(http.StatusOK)
	pairs := []string{"rules", "everybody", "jurisdiction", "CN", "version", version}
	for _, found := range area.FindAllStringSubmatch(form.Body.String(), -1) {
		text := unescape(found[2])
		if text == "" {
			text = "House Management Ltd, telephone 021 5555 0100"
		}
		pairs = append(pairs, found[1], text)
	}
	b.post("/office/notices/check", pairs...).is(http.StatusOK).has("Is this right?")
	b.post("/office/notices/publish", pairs...).to("/office/notices?done=published")
}

// TestSetUp walks the whole setting up.
func TestSetUp(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.get("/office/codes").is(http.StatusOK)
	codes := b.post("/office/codes").is(http.StatusOK)
	if n := len(regexp.MustCompile(`<li><code>[0-9A-Z-]{24}</code>`).FindAllString(codes.Body.String(), -1)); n != 10 {
		t.Errorf("%d codes", n)
	}
	b.get("/office/start").is(http.StatusOK).has("three minutes")
	form := b.get("/office/site/edit?start=1").is(http.StatusOK)
	if form.value("timezone") != "Asia/Shanghai" {
		t.Error("the time zone is not one to expect")
	}
	b.post("/office/site/edit", "start", "1", "version", form.value("version"), "name", "Garden Court", "timezone", "Asia/Shanghai").to("/office/site/zone?start=2")
	form = b.get("/office/site/zone?start=2").is(http.StatusOK)
	b.post("/office/site/zone", "start", "2", "version", form.value("version"), "zone", form.value("zone"), "title-en", "Front door", "title-zh-CN", "前门",
		"method", "plain", "method", "face", "hours", "week", "week-from", "06:00", "week-to", "23:00", "end-from", "", "end-to", "").to("/office/notices/new?start=3")
	b.get("/office/notices/new?start=3").is(http.StatusOK).has("For you to write")
	publish(t, b, "1")
	b.get("/office/doors/new?start=4").is(http.StatusOK)
	b.post("/office/doors/new", "start", "4", "kind", "door", "name", "Front door", "zone", "main").is(http.StatusOK).has("FLJ1:")
	b.get("/office/?done=started").is(http.StatusOK).has("That was it.")
	b.get("/office/site").has("Garden Court", "Front door", "Mon–Fri 06:00–23:00")
	for at := time.Now(); !strings.Contains(b.get("/office/record").Body.String(), "Settings changed"); time.Sleep(20 * time.Millisecond) {
		r.clock.pass(2 * time.Second) // checkpoints are published by the site's clock
		if time.Since(at) > time.Minute {
			t.Fatal("the record does not say what was done")
		}
	}
	b.get("/office/record").is(http.StatusOK).has("Notice published", r.actor(b).Pseudonym)
	// In Chinese, by choice.
	b.post("/office/language", "language", "zh-CN", "back", "/office/site").to("/office/site")
	b.get("/office/site").is(http.StatusOK).has("场所设置", "前门", "周一–周五 06:00–23:00")
}

// TestNoticeKeepsInput: what is missing is said beside its field, and all that was
// entered stays.
func TestNoticeKeepsInput(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	a := b.post("/office/notices/check", "rules", "everybody", "version", "1", "jurisdiction", "CN", "en:operator", "House <Management>").is(http.StatusUnprocessableEntity)
	a.has("House <Management>", "Something has to stand here.")
	a = b.post("/office/notices/check", "rules", "nobody", "version", "1 2").is(http.StatusUnprocessableEntity)
	_ = a
	publish(t, b, "1")
	// A second version shows what changed.
	publish(t, b, "2")
	all, err := r.acts.Notices(t.Context())
	must(t, err)
	if len(all) != 2 || all[0].Rules != consent.Everybody {
		t.Fatalf("%d notices", len(all))
	}
	b.get("/office/notices").is(http.StatusOK).has("version 2", "in force")
	b.get("/office/notices/version/" + hexText(all[0].Hash[:])).is(http.StatusOK).has("Nothing is different from the version before")
	b.get("/office/notices/version/00").is(http.StatusNotFound)
}

// TestTwoOperators: who saves second sees what the first changed, and loses
// nothing.
func TestTwoOperators(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	other := b.staff("manager")
	fields := func(a answer, name, days string) []string {
		return []string{
			"version", a.value("version"), "name", name, "was:name", a.value("was:name"), "timezone", "UTC", "was:timezone", "UTC",
			"plain-days", days, "was:plain-days", a.value("was:plain-days"), "face-days", "300", "was:face-days", a.value("was:face-days"),
			"guests", "2", "guest-hours", "48", "guest-ahead", "14", "keep-years", "3", "offline-face", "24", "offline-plain", "168",
		}
	}
	mine, theirs := b.get("/office/site/edit"), other.get("/office/site/edit")
	other.post("/office/site/edit", fields(theirs, "Their name", "700")...).to("/office/site?done=saved")
	a := b.post("/office/site/edit", fields(mine, "My name", "731")...).is(http.StatusConflict)
	a.has("Somebody else saved this page", "Their name", "700")
	if a.value("name") != "My name" || a.value("plain-days") != "700" {
		t.Errorf("name %q, days %q", a.value("name"), a.value("plain-days"))
	}
	b.post("/office/site/edit", fields(a, "My name", "700")...).to("/office/site?done=saved")
	b.get("/office/site").has("My name", "700 days")
}

// TestTwoZones: the same for a zone.
func TestTwoZones(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	form := b.get("/office/site/zone?name=main")
	send := func(a answer, en string, methods ...string) answer {
		pairs := []string{"version", a.value("version"), "zone", "main", "title-en", en, "was:title-en", a.value("was:title-en"), "title-zh-CN", "前门", "hours", "always"}
		for _, m := range methods {
			pairs = append(pairs, "method", m)
		}
		return b.post("/office/site/zone", pairs...)
	}
	send(form, "Front", "plain").to("/office/site?done=saved")
	a := send(form, "Entrance", "plain", "face").is(http.StatusConflict).has("It is now: Front")
	send(a, "Entrance", "plain", "face").to("/office/site?done=saved")
	send(b.get("/office/site/zone?name=main"), "Entrance", "face").is(http.StatusUnprocessableEntity).has("A face is never the only way in")
}

// TestHolder walks a holder's whole stay.
func TestHolder(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.get("/office/holders").is(http.StatusOK).has("There are no holders yet")
	b.post("/office/holders/new", "label", "", "contact", "x").is(http.StatusUnprocessableEntity).has("Please fill this in.")
	b.post("/office/holders/new", "label", "B-7", "under14", "yes").is(http.StatusUnprocessableEntity)
	page := b.post("/office/holders/new", "label", "A-1203", "contact", "a1203@house.example").is(http.StatusSeeOther)
	path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
	b.get(path).is(http.StatusOK).has("A-1203", "a1203@house.example", "No pass yet.")
	form := b.get(path + "/edit").is(http.StatusOK)
	b.post(path+"/edit", "version", form.value("version"), "label", "A-1203", "contact", "new").to(path + "?done=saved")
	b.post(path+"/edit", "version", form.value("version"), "label", "A-1204", "was:label", "A-1203", "contact", "a1203@house.example", "was:contact", "a1203@house.example").
		is(http.StatusConflict).has("It is now: new")

	b.get(path + "/issue").is(http.StatusOK)
	b.post(path+"/issue", "hours", "always").is(http.StatusUnprocessableEntity).has("Choose at least one zone.")
	b.post(path+"/issue", "zone", "main", "until", "2020-01-01").is(http.StatusUnprocessableEntity).has("This day has passed.")
	b.post(path+"/issue", "zone", "main", "until", "2040-01-01").is(http.StatusUnprocessableEntity).has("At the longest until")
	b.post(path+"/issue", "zone", "main", "hours", "own", "own", "sometimes").is(http.StatusUnprocessableEntity).has("These hours cannot be read")
	last := r.clock.now().AddDate(0, 2, 0).UTC().Format(time.DateOnly)
	shown := b.post(path+"/issue", "zone", "main", "until", last, "hours", "week", "week-from", "08:00", "week-to", "18:00").is(http.StatusOK)
	shown.has(r.clock.now().AddDate(0, 2, 0).UTC().Format("2 January 2006"), "It is shown once")
	text := shown.value("text")
	if !strings.HasPrefix(text, "FL1:") || !strings.Contains(shown.Body.String(), "<svg") {
		t.Errorf("it shows %q", text)
	}
	for kind, want := range map[string]string{"png": "\x89PNG", "svg": "<svg"} {
		file := b.post("/office/pass/file", "text", text, "as", kind).is(http.StatusOK)
		if !strings.HasPrefix(file.Body.String(), want) || !strings.HasPrefix(file.Header().Get("Content-Disposition"), `attachment; filename="pass-`) {
			t.Errorf("the %s: %v", kind, file.Header())
		}
	}
	for _, bad := range []string{"", "FL1:", text[:40], text + "0", strings.Repeat("A", 9000)} {
		b.post("/office/pass/file", "text", bad, "as", "png").is(http.StatusBadRequest)
	}
	revoke := regexp.MustCompile(path + `/passes/[0-9a-f]{32}/revoke`).FindString(b.get(path).has("good").Body.String())
	replace := strings.TrimSuffix(revoke, "revoke") + "replace"
	b.get(replace).is(http.StatusOK).has("Replace a lost pass?")
	b.post(replace).is(http.StatusOK).has("It is shown once")
	b.get(path).has("revoked", "good")
	revoke = regexp.MustCompile(path + `/passes/[0-9a-f]{32}/revoke`).FindString(b.get(path).Body.String())
	b.get(revoke).is(http.StatusOK)
	b.post(revoke).to(path + "?done=revoked")

	link := b.post(path+"/link").is(http.StatusOK).has("https://house.example/me/", "opens once")
	if !strings.Contains(link.Body.String(), "<svg") {
		t.Error("the link has no code")
	}
	b.get(path + "/delete").is(http.StatusOK).has("erased for good")
	b.post(path + "/delete").to("/office/holders?done=deleted")
	b.get(path).is(http.StatusNotFound).has("not there any more")
}

// TestLinkByMail: where a holder gave an address for mail, the operator's own mail
// program opens with the link in a letter; where the contact is something else, or
// would say more than an address, there is no such thing.
func TestLinkByMail(t *testing.T) {
	b := newRig(t).owner()
	for contact, want := range map[string]string{
		"a1203@house.example":           `href="mailto:a1203@house.example?subject=`,
		"a?cc=b@house.example":          `href="mailto:a%3Fcc=b@house.example?subject=`,
		"021 5555 0100":                 "",
		"Ann <a1203@house.example>":     "",
		"a@house.example,b@ill.example": "",
	} {
		page := b.post("/office/holders/new", "label", "A-1203", "contact", contact).is(http.StatusSeeOther)
		path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
		link := b.post(path + "/link").is(http.StatusOK)
		found := regexp.MustCompile(`href="mailto:[^"]*"`).FindString(link.Body.String())
		if !strings.HasPrefix(found, want) || want == "" && found != "" {
			t.Errorf("%s: %s", contact, found)
		}
		if want != "" && !strings.Contains(found, "https%3A%2F%2Fhouse.example%2Fme%2F") {
			t.Errorf("%s: the link is not in the letter: %s", contact, found)
		}
	}
}

// TestWithdraw: an operator can take a consent back, and offers a plain pass.
func TestWithdraw(t *testing.T) {
	f := furnishOver(t, fakeRig(t)) // face passes come from stations
	path := strings.TrimPrefix(f.names.Replace("holders/one/{id}"), "")
	page := f.owner.get("/office/"+path).is(http.StatusOK).has("Face pass", "attested by the operator")
	withdraw := regexp.MustCompile(`/office/` + path + `/consents/[0-9a-f]{32}/withdraw`).FindString(page.Body.String())
	f.owner.get(withdraw).is(http.StatusOK).has("Do this only when the holder asks for it.")
	done := f.owner.post(withdraw).is(http.StatusOK).has("refused now: 1", "Would the holder like a plain pass")
	offer := regexp.MustCompile(`/office/` + path + `/passes/[0-9a-f]{32}/replace`).FindString(done.Body.String())
	f.owner.post(offer).is(http.StatusOK).has("It is shown once")
	f.owner.get("/office/"+path).has("over", "revoked").lacks("Withdraw ")
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(s)
}
