package holder_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/holder"
	"github.com/facelatch/facelatch/controller/holder/holdertest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
)

const origin = "https://doors.example"

// browser is somebody with cookies, who asks one page after another.
type browser struct {
	t       *testing.T
	h       http.Handler
	house   *holdertest.House
	cookies map[string]string
	lang    string
	from    string // where it is
}

func open(t *testing.T) *browser {
	t.Helper()
	house := holdertest.New()
	return &browser{t: t, h: handler(t, house), house: house, cookies: map[string]string{}, lang: "en", from: "192.0.2.1:1234"}
}

func handler(t *testing.T, house *holdertest.House) http.Handler {
	t.Helper()
	h, err := holder.New(holder.Config{
		Do: house, Site: house, Origin: origin, Now: holdertest.At,
		Contact: func() words.Text { return words.Both("电话 021-5555 0100", "Telephone 021-5555 0100") },
		Card:    func(acts.Issued, words.Tag) ([]byte, error) { return []byte("%PDF-1.3"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask makes a request as a browser on the page would; header is names and values.
func (b *browser) ask(method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(form.Encode()))
	r.RemoteAddr = b.from
	r.Header.Set("Accept-Language", b.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.ask(http.MethodGet, path, nil)
}

func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.ask(http.MethodPost, path, form)
}

// in opens a link.
func (b *browser) in() *browser {
	b.t.Helper()
	if w := b.post("/me/"+b.house.Link(), nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me/" {
		b.t.Fatalf("the link: %d", w.Code)
	}
	b.house.Done()
	return b
}

func (b *browser) expect(w *httptest.ResponseRecorder, status int, has ...string) {
	b.t.Helper()
	text := strings.ReplaceAll(w.Body.String(), "\u2060", "")
	for _, want := range has {
		if !strings.Contains(text, want) {
			b.t.Errorf("nothing of %q in the answer", want)
		}
	}
	if w.Code != status {
		b.t.Errorf("status %d, want %d: %.300s", w.Code, status, w.Body)
	}
}

// did checks which acts were done, in their order.
func (b *browser) did(want ...string) {
	b.t.Helper()
	done := slices.DeleteFunc(b.house.Done(), func(what string) bool { return what == "" })
	if !slices.Equal(done, want) {
		b.t.Errorf("done: %q, want %q", done, want)
	}
}

// TestOverview looks for everything that is held.
func TestOverview(t *testing.T) {
	b := open(t).in()
	b.expect(b.get("/me/"), http.StatusOK,
		`<html lang="en">`, "3 号楼 1201 室", "holder@garden-court.example", "Nobody keeps your face",
		"Face pass", "Plain pass", "Front door", "Garage", "Mon-Fri 07:00-19:00", "bound to your phone", "Valid until 2028-02-19 12:30", "Valid from 2027-03-11 12:30",
		"Earlier passes (1)", "Stopped on 2027-02-18", "For a guest: Aunt 阿姨", "Since 2027-02-18, at most until", "You signed it with a key of your own",
		"Taken back on 2026-09-10", "Staff attest", "Take it back now", "/receipt", "one, good until 2027-03-17", "Telephone 021-5555 0100",
	)
	b.lang = "zh-CN"
	b.expect(b.get("/me/"), http.StatusOK, `<html lang="zh-CN">`, "我的通行证", "前门</span>、<span", "周一至周五 07:00-19:00", "立即撤回")
	if text := b.get("/me/").Body.String(); strings.Count(text, "/withdraw\"") != 1 {
		t.Error("a consent that was withdrawn can be withdrawn again")
	}
}

// TestLinkWorksOnce follows a link, which says nothing until it is used.
func TestLinkWorksOnce(t *testing.T) {
	b := open(t)
	token := b.house.Link()
	unknown := strings.Repeat("Q", 26)
	// A program that looks at every address in a mail uses nothing up.
	for range 3 {
		b.expect(b.get("/me/"+token), http.StatusOK, "Open my page", "/me/"+token)
	}
	b.expect(b.get("/me/"+strings.ToLower(token)), http.StatusOK, "/me/"+token)
	good := strings.ReplaceAll(b.get("/me/"+token).Body.String(), token, unknown)
	if good != b.get("/me/"+unknown).Body.String() {
		t.Error("a link that there is not looks otherwise")
	}
	if w := b.post("/me/"+token, nil); w.Code != http.StatusSeeOther || b.cookies["__Host-holder"] == "" {
		t.Fatalf("%d", w.Code)
	}
	b.expect(b.get("/me/"), http.StatusOK, "My page")
	other := open(t)
	other.h = b.h
	used, never := other.post("/me/"+token, nil), other.post("/me/"+unknown, nil)
	if used.Code != http.StatusUnauthorized || used.Body.String() != never.Body.String() || len(other.cookies) > 0 {
		t.Errorf("a used link and one that never was are answered %d and %d", used.Code, never.Code)
	}
	for _, bad := range []string{"x", "ABC", strings.Repeat("A", 25), strings.Repeat("A", 27), strings.Repeat("1", 26), "%00"} {
		other.expect(other.get("/me/"+bad), http.StatusNotFound)
		other.expect(other.post("/me/"+bad, nil), http.StatusNotFound)
	}
}

// TestCookie checks how the browser is told to keep the session.
func TestCookie(t *testing.T) {
	b := open(t)
	w := b.post("/me/"+b.house.Link(), nil)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%v", cookies)
	}
	c := cookies[0]
	if c.Name != "__Host-holder" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		t.Errorf("%+v", c)
	}
	// A second link ends the session of the first.
	before := b.cookies["__Host-holder"]
	b.post("/me/"+b.house.Link(), nil)
	stale := open(t)
	stale.h, stale.cookies = b.h, map[string]string{"__Host-holder": before}
	stale.expect(stale.get("/me/"), http.StatusUnauthorized, "With a link")
}

// TestSignedOut asks for everything without a session, and with a made-up one.
func TestSignedOut(t *testing.T) {
	b := open(t)
	b.expect(b.get("/me/"), http.StatusOK, "Ask the operator for a link")
	for _, cookie := range []string{"", "x", strings.Repeat("A", 52), strings.Repeat("A", 5000)} {
		b.cookies = map[string]string{"__Host-holder": cookie}
		for _, path := range []string{"/me/consent/" + consentHash, "/me/consent/" + consentHash + "/receipt", "/me/export", "/me/delete", "/me/renew"} {
			b.expect(b.get(path), http.StatusUnauthorized, "With a link")
		}
		for _, path := range []string{"/me/consent/" + consentHash + "/withdraw", "/me/pass/" + facePass + "/replace", "/me/pass/" + facePass + "/revoke", "/me/guest", "/me/delete", "/me/passkey/remove", "/me/renew", "/me/contact", "/me/correction"} {
			b.expect(b.post(path, nil), http.StatusUnauthorized)
		}
	}
	b.did()
}

const (
	consentHash  = "c0010000000000000000000000000000"
	facePass     = "ab010000000000000000000000000000"
	phonePass    = "ab020000000000000000000000000000"
	elsewhere    = "ffffffffffffffffffffffffffffffff"
	withdrawPath = "/me/consent/" + consentHash + "/withdraw"
)

// TestWithdraw takes a consent back with one click, and gets a plain pass.
func TestWithdraw(t *testing.T) {
	b := open(t).in()
	b.expect(b.get("/me/consent/"+consentHash), http.StatusOK, "What you agreed to", "Garden Court Property Services", "How to change your mind", consentHash)
	w := b.get("/me/consent/" + consentHash + "/receipt")
	b.expect(w, http.StatusOK, "w3id.org/dpv")
	if w.Header().Get("Content-Type") != "application/ld+json" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", w.Header())
	}
	b.expect(b.get("/me/consent/"+consentHash+"/notice"), http.StatusOK, `"version":"2027-1"`)
	b.expect(b.get("/me/consent/"+elsewhere+"/notice"), http.StatusNotFound)
	b.did()
	w = b.post(withdrawPath, nil)
	b.expect(w, http.StatusOK, "Your consent is taken back", "within a minute", "You keep your way in", `action="/me/pass/`+facePass+`/replace"`)
	b.did("withdraw")
	w = b.post("/me/pass/"+facePass+"/replace", nil)
	b.expect(w, http.StatusCreated, "Your new pass", "data:image/png;base64,", "data:application/pdf;base64,", "It is shown only this once")
	b.did("replace")
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("a new pass may be kept by a cache")
	}
	b.expect(b.get("/me/"), http.StatusOK, "Earlier passes (2)")
	b.expect(b.post(withdrawPath, nil), http.StatusOK, "no face pass under it")
}

// TestPasses replaces and stops passes.
func TestPasses(t *testing.T) {
	b := open(t).in()
	b.expect(b.post("/me/pass/"+phonePass+"/replace", nil), http.StatusCreated, "Your new pass")
	b.expect(b.post("/me/pass/"+facePass+"/revoke", nil), http.StatusSeeOther)
	b.did("replace", "revoke")
	for _, id := range []string{elsewhere, "x", "ab01", strings.Repeat("z", 32)} {
		b.expect(b.post("/me/pass/"+id+"/replace", nil), http.StatusNotFound, "There is no such page")
		b.expect(b.post("/me/pass/"+id+"/revoke", nil), http.StatusNotFound)
		b.expect(b.get("/me/consent/"+id), http.StatusNotFound)
		b.expect(b.get("/me/consent/"+id+"/receipt"), http.StatusNotFound)
		b.expect(b.post("/me/consent/"+id+"/withdraw", nil), http.StatusNotFound)
	}
	b.did()
}

// TestStation makes a code for a station, which is a link to the page.
func TestStation(t *testing.T) {
	b := open(t).in()
	b.expect(b.post("/me/station", nil), http.StatusCreated, "Show this code at the station", "data:image/png;base64,", "2027-03-17")
	b.did("link")
	b.house.Fail(acts.ErrForbidden)
	b.expect(b.post("/me/station", nil), http.StatusForbidden)
}

// TestGuest makes a guest's pass, and fills the form in wrongly.
func TestGuest(t *testing.T) {
	b := open(t).in()
	good := func() url.Values {
		return url.Values{"label": {"Aunt"}, "zone": {"front"}, "day": {"2027-03-12"}, "hours": {"24"}}
	}
	b.expect(b.post("/me/guest", good()), http.StatusCreated, "For the guest", "Aunt", "2027-03-12", "Front door")
	b.did("guest")
	for field, change := range map[string]func(url.Values){
		"Please choose at least one door": func(v url.Values) { v.Del("zone") },
		"Please choose a shorter time":    func(v url.Values) { v.Set("hours", "73") },
		"Please choose another day":       func(v url.Values) { v.Set("day", "2027-13-40") },
		"Please call the guest by":        func(v url.Values) { v.Set("label", strings.Repeat("长", 81)) },
	} {
		form := good()
		change(form)
		b.expect(b.post("/me/guest", form), http.StatusUnprocessableEntity, field, `role="alert"`)
	}
	for _, hours := range []string{"", "-1", "0", "1e3", "99999999999999999999", "24; drop"} {
		form := good()
		form.Set("hours", hours)
		b.expect(b.post("/me/guest", form), http.StatusUnprocessableEntity)
	}
	b.did()
	kept := good()
	kept.Set("hours", "73")
	b.expect(b.post("/me/guest", kept), http.StatusUnprocessableEntity, `value="Aunt"`, `value="2027-03-12"`, `value="front" checked`)
	form := good()
	form.Set("label", `"><script>alert(1)</script>`)
	b.expect(b.post("/me/guest", form), http.StatusCreated)
	if text := b.get("/me/").Body.String(); strings.Contains(text, "<script>alert") || !strings.Contains(text, "&lt;script&gt;alert") {
		t.Error("a guest's label is markup")
	}
	b.expect(b.post("/me/guest", url.Values{"label": {strings.Repeat("x", 20<<10)}}), http.StatusRequestEntityTooLarge)
}

// TestExportAndDelete takes everything along, and leaves.
func TestExportAndDelete(t *testing.T) {
	b := open(t).in()
	w := b.get("/me/export")
	b.expect(w, http.StatusOK, "1201")
	var any map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &any); err != nil || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%v, %v", err, w.Header())
	}
	b.expect(b.get("/me/delete"), http.StatusOK, "3 years", "Now valid: 3", "Delete everything now")
	b.did("export")
	b.expect(b.post("/me/delete", nil), http.StatusOK, "Everything of you is deleted")
	b.did("delete")
	if len(b.cookies) != 0 {
		t.Errorf("left: %v", b.cookies)
	}
	b.expect(b.get("/me/"), http.StatusOK, "With a link")
}

// TestSignOut ends the session for good.
func TestSignOut(t *testing.T) {
	b := open(t).in()
	session := b.cookies["__Host-holder"]
	b.expect(b.post("/me/signout", nil), http.StatusOK, "You are signed out")
	b.cookies["__Host-holder"] = session
	b.expect(b.get("/me/"), http.StatusUnauthorized)
}

// TestOtherSites asks as other sites' pages would, and under other names.
func TestOtherSites(t *testing.T) {
	b := open(t).in()
	for name, header := range map[string][]string{
		"cross-site":       {"Sec-Fetch-Site", "cross-site"},
		"same-site":        {"Sec-Fetch-Site", "same-site"},
		"another origin":   {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		"a null origin":    {"Sec-Fetch-Site", "", "Origin", "null"},
		"neither":          {"Sec-Fetch-Site", ""},
		"a similar origin": {"Sec-Fetch-Site", "", "Origin", "https://doors.example.evil.example"},
	} {
		for _, path := range []string{withdrawPath, "/me/delete", "/me/guest", "/me/signout", "/me/" + b.house.Link()} {
			w := b.ask(http.MethodPost, path, nil, header...)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s: %s is answered %d", name, path, w.Code)
			}
		}
		b.did()
	}
	r := httptest.NewRequest(http.MethodGet, "https://10.0.0.1/me/", nil)
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("under another name: %d", w.Code)
	}
}

// TestHeaders checks every answer's headers.
func TestHeaders(t *testing.T) {
	b := open(t).in()
	for _, path := range []string{"/me/", "/me/export", "/me/consent/" + consentHash, "/me/nothing", "/me/delete", "/elsewhere"} {
		h := b.get(path).Header()
		if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy %q", path, policy)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	for file, kind := range map[string]string{"style.css": "text/css", "passkey.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		w := b.get("/me/-/" + file)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", file, w.Code, w.Header().Get("Content-Type"))
		}
	}
	if w := b.get("/me/-/index.html"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	text := b.get("/me/").Body.String()
	if strings.Count(text, "<script") != 1 || regexp.MustCompile(` style=| on[a-z]+=`).MatchString(text) {
		t.Error("a script or a style in the page")
	}
}

// TestLimits tries links until there were too many tries, and not from elsewhere.
func TestLimits(t *testing.T) {
	b := open(t)
	for i := range 20 {
		if w := b.post("/me/"+strings.Repeat("Q", 26), nil); w.Code != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", i, w.Code)
		}
	}
	w := b.post("/me/"+b.house.Link(), nil)
	b.expect(w, http.StatusTooManyRequests, "Please wait a minute")
	if w.Header().Get("Retry-After") == "" {
		t.Error("for how long?")
	}
	// Looking at the page of a link costs nothing, and others are not kept out.
	b.expect(b.get("/me/"+strings.Repeat("Q", 26)), http.StatusOK)
	b.from = "198.51.100.7:99"
	b.in()
	for range 60 {
		b.post("/me/pass/"+elsewhere+"/revoke", nil)
	}
	b.expect(b.post("/me/pass/"+elsewhere+"/revoke", nil), http.StatusTooManyRequests)
	b.expect(b.get("/me/"), http.StatusOK)
}

// TestErrors answers each error in its own words, and unknown ones without
// telling them.
func TestErrors(t *testing.T) {
	b := open(t).in()
	for _, test := range []struct {
		err    error
		status int
		has    string
	}{
		{acts.ErrLedger, http.StatusServiceUnavailable, "so nothing was done"},
		{acts.ErrUnavailable, http.StatusServiceUnavailable, "database does not answer"},
		{acts.ErrConflict, http.StatusConflict, "Something has changed meanwhile"},
		{acts.ErrForbidden, http.StatusForbidden, "This cannot be done here"},
		{acts.ErrWithdrawn, http.StatusConflict, "This consent has ended"},
		{&acts.Invalid{Field: "secret-field", Why: "secret-why"}, http.StatusUnprocessableEntity, "This cannot be taken"},
		{errors.New("postgres://secret@db"), http.StatusInternalServerError, "It is our fault"},
		{fmt.Errorf("secret %w", acts.ErrNotFound), http.StatusNotFound, "There is no such page"},
	} {
		b.house.Fail(test.err)
		for _, path := range []string{withdrawPath, "/me/pass/" + facePass + "/replace"} {
			w := b.post(path, nil)
			b.expect(w, test.status, test.has)
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%v is told to people", test.err)
			}
		}
		b.house.Fail(nil)
	}
}

// TestLanguage chooses a language, which stays.
func TestLanguage(t *testing.T) {
	b := open(t)
	token := b.house.Link()
	b.expect(b.get("/me/"+token), http.StatusOK, "/me/language/zh-CN?back="+token)
	if w := b.get("/me/language/zh-CN?back=" + token); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me/"+token {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	b.expect(b.get("/me/"+token), http.StatusOK, `lang="zh-CN"`, "打开我的页面")
	for _, back := range []string{"//evil.example", "https://evil.example", "../../evil", "%0d%0aX: y"} {
		if w := b.get("/me/language/en?back=" + url.QueryEscape(back)); w.Header().Get("Location") != "/me/" {
			t.Errorf("back to %s", w.Header().Get("Location"))
		}
	}
	b.expect(b.get("/me/language/fr"), http.StatusNotFound)
}

// TestConfig refuses what cannot be.
func TestConfig(t *testing.T) {
	house := holdertest.New()
	for name, c := range map[string]holder.Config{
		"nothing":   {},
		"no origin": {Do: house, Site: house},
		"http":      {Do: house, Site: house, Origin: "http://doors.example"},
		"a path":    {Do: house, Site: house, Origin: "https://doors.example/me/"},
		"no acts":   {Origin: origin},
	} {
		if h, err := holder.New(c); !errors.Is(err, holder.ErrConfig) || h != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := holder.New(holder.Config{Do: house, Site: house, Origin: "https://10.0.0.1:8443", Now: time.Now}); err != nil {
		t.Error(err)
	}
}

// TestTextsAreUsed finds texts that nothing says any more.
func TestTextsAreUsed(t *testing.T) {
	folder := filepath.Join(testenv.Root(t), "controller", "holder")
	var sources strings.Builder
	for _, name := range []string{"layout.html", "overview.html", "steps.html"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(data)
	}
	data, err := os.ReadFile(filepath.Join(folder, "lang", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`^(sorry|standing|guests\.wrong)\.|\.title$`) // put together from two parts
	for key := range texts {
		if !made.MatchString(key) && !strings.Contains(sources.String(), `"`+key+`"`) {
			t.Errorf("nothing says %s", key)
		}
	}
}

// broken is a site that says nothing of itself.
type broken struct{ *holdertest.House }

func (broken) SiteConfig(context.Context) (acts.SiteConfig, error) {
	return acts.SiteConfig{}, acts.ErrUnavailable
}

// TestUnavailable: withdrawing needs nothing beyond the act itself.
func TestUnavailable(t *testing.T) {
	b := open(t).in()
	var err error
	if b.h, err = holder.New(holder.Config{Do: b.house, Site: broken{b.house}, Origin: origin, Now: holdertest.At}); err != nil {
		t.Fatal(err)
	}
	b.expect(b.post(withdrawPath, nil), http.StatusOK, "Your consent is taken back")
	b.expect(b.get("/me/"), http.StatusServiceUnavailable, "does not answer")
}
