package front_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/front"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/signin/signintest"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// browser is somebody at a browser.
type browser struct {
	t             *testing.T
	f             *front.Front
	cookies       map[string]string
	authenticator signintest.Authenticator
}

func (b *browser) ask(method, path, kind, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(body))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Content-Type", kind)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.f.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return w
}

func (b *browser) get(path string) *httptest.ResponseRecorder { return b.ask("GET", path, "", "") }

// setUp makes the first operator, with a passkey or, not yet, without.
func (b *browser) setUp(passkey bool) {
	b.t.Helper()
	code, _, err := b.f.SetupCode(b.t.Context())
	must(b.t, err)
	form := url.Values{"code": {code}, "name": {"Front office"}}.Encode()
	if w := b.ask("POST", "/office/set-up", "application/x-www-form-urlencoded", form); w.Code != http.StatusSeeOther {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
	if !passkey {
		return
	}
	options := b.ask("POST", "/office/passkey/options", "application/json", `{"for":"add","next":"/office/"}`)
	said, err := b.authenticator.Create(options.Body.Bytes())
	must(b.t, err)
	if w := b.ask("POST", "/office/passkey/answer", "application/json", string(said)); w.Code != http.StatusOK {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
}

// with opens pages of a house, after change.
func (h house) with(t *testing.T, change func(*front.Config)) *browser {
	t.Helper()
	c := front.Config{
		Office: h.office, Dir: h.dir, Authority: h.authority, Origin: origin, Address: "192.168.1.2:7443",
		Engine: public.Engine{Models: models.Default(), Measured: public.Measured()},
	}
	change(&c)
	f, err := front.New(c)
	must(t, err)
	t.Cleanup(func() { must(t, f.Close()) })
	return &browser{t: t, f: f, cookies: make(map[string]string), authenticator: signintest.Authenticator{Origin: origin}}
}

// TestPapers: what operators print is for operators who are signed in, and for
// nobody else; the page of the site leads to it.
func TestPapers(t *testing.T) {
	h := newHouse(t)
	dir := home.Dir(testenv.Home(t))
	var fonts card.Fonts
	var err error
	fonts.Regular, err = dir.Read(home.FontRegular())
	must(t, err)
	fonts.Bold, err = dir.Read(home.FontBold())
	must(t, err)
	own := consent.Text{consent.Operator: "Garden Court Services", consent.Address: "A", consent.Contact: "C", consent.Complaint: "P"}
	with := h.office.Config.Draft()
	with.Jurisdiction, with.Version, with.Written = "CN", "1", map[consent.Lang]consent.Text{consent.English: own, consent.Chinese: own}
	n, err := consent.Draft(consent.Everybody, with)
	must(t, err)
	must(t, h.office.PublishNotice(t.Context(), site.Operator, n))
	b := h.with(t, func(c *front.Config) { c.Fonts = fonts })
	for _, path := range []string{"/papers/sign.pdf", "/papers/assessment", "/papers/anything"} {
		if w := b.get(path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/office/sign-in?next=/office/site" {
			t.Errorf("%s for a stranger: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	b.setUp(false)
	if w := b.get("/papers/assessment"); w.Code != http.StatusSeeOther {
		t.Errorf("without a passkey yet: %d", w.Code)
	}
	b.setUp(true)
	for path, text := range map[string]string{
		"/papers/sign.pdf?zone=front&size=a5": "%PDF-", "/papers/sign.pdf": "%PDF-",
		"/papers/assessment?lang=en": "Garden Court Services", "/papers/assessment?lang=zh-CN": `lang="zh-CN"`,
	} {
		if w := b.get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s: %d %.200s", path, w.Code, w.Body)
		}
	}
	page := b.get("/office/site").Body.String()
	for _, link := range []string{`href="/papers/sign.pdf?zone=front"`, `href="/papers/sign.pdf"`, `href="/papers/assessment?lang=en"`} {
		if !strings.Contains(page, link) {
			t.Errorf("no %s in %s", link, page)
		}
	}
}

// TestNewsOfDoors: operators see what a door has, when it was last heard of, and
// what its machine said is wrong with it.
func TestNewsOfDoors(t *testing.T) {
	h := newHouse(t)
	secret, err := h.office.MakeCode(t.Context(), site.Operator, site.KindDoor, "Front door", "front")
	must(t, err)
	door, err := h.office.Join(t.Context(), secret[:], site.Member{Kind: site.KindDoor, TLSKey: []byte("key"), RelayKey: make([]byte, 1216)})
	must(t, err)
	must(t, h.office.AddReport(t.Context(), door.ID, "camera", 3))
	b := h.with(t, func(c *front.Config) {
		c.Contact = "Reception 021-5555"
		c.Doors = func() pages.DoorNews {
			return pages.DoorNews{Bundle: 12, Seen: map[pass.DoorID]pages.DoorSeen{door.ID: {At: time.Now(), Bundle: 11}}}
		}
	})
	b.setUp(true)
	page := b.get("/office/doors").Body.String()
	for _, text := range []string{"rules no. 11, newest no. 12", "Its camera failed: 3 in all, the last on " + time.Now().Format("2006")} {
		if !strings.Contains(page, text) {
			t.Errorf("no %q in %s", text, page)
		}
	}
	if page := b.get("/en").Body.String(); !strings.Contains(page, "Reception 021-5555") {
		t.Error("the public page does not say whom to ask")
	}
	if page := b.get("/me/").Body.String(); !strings.Contains(page, "Reception 021-5555") {
		t.Error("the holder's page does not say whom to ask")
	}
}
