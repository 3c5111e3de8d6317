package pages_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

var staff, second = asking{staff: "s-1"}, asking{staff: "s-2"}

func TestByFace(t *testing.T) {
	s := newSite(t)
	counter, person, secret := s.begin(t, nil)
	me := asking{secret: secret}
	s.must(t, 409, staff, "POST", counter+"/document", of(3))
	s.must(t, 409, me, "POST", person+"/frame", faceOf(3))
	if s.looked() {
		t.Fatal("a picture was looked at before the choice")
	}
	other := s.choice(t, person, secret, "face")
	other["notice"] = strings.Repeat("00", 32)
	s.must(t, 409, me, "POST", person+"/choose", other)
	s.must(t, 204, me, "POST", person+"/choose", s.choice(t, person, secret, "face"))
	s.must(t, 403, me, "POST", person+"/document", of(3))
	s.must(t, 204, staff, "POST", counter+"/document", of(3))
	s.must(t, 204, me, "POST", person+"/frame", faceOf(3))
	for path, as := range map[string]asking{counter: staff, person: me} {
		v := s.must(t, 200, as, "GET", path, nil)
		r := v["result"].(map[string]any)
		if v["step"] != "ended" || r["outcome"] != "same-person" || r["handedOn"] != true {
			t.Errorf("%v", v)
		}
		if said := fmt.Sprint(v); strings.Contains(said, "ANNA") || strings.Contains(said, "score") {
			t.Errorf("the page is told %s", said)
		}
	}
	if len(s.done) != 1 || s.done[0].Claims[party.GivenName] != "ANNA MARIA" || s.done[0].Order.Staff != "s-1" {
		t.Errorf("%+v", s.done)
	}
	s.must(t, 410, me, "POST", person+"/frame", faceOf(3))
	s.must(t, 204, me, "POST", person+"/cancel", map[string]any{})
}

// TestByStaff: two people look, each with a session of their own; lines are typed as
// people type.
func TestByStaff(t *testing.T) {
	s := newSite(t)
	counter, person, secret := s.begin(t, map[string]any{"twoPeople": true})
	s.must(t, 204, asking{secret: secret}, "POST", person+"/choose", s.choice(t, person, secret, "staff"))
	s.must(t, 409, asking{secret: secret}, "POST", person+"/frame", faceOf(3))
	typed := []string{strings.ToLower(lines()[0]), lines()[1][:20] + " " + lines()[1][20:]}
	s.must(t, 204, staff, "POST", counter+"/lines", map[string]any{"lines": typed})
	s.must(t, 204, staff, "POST", counter+"/look", map[string]any{"found": idcheck.SamePerson})
	s.must(t, 409, staff, "POST", counter+"/look", map[string]any{"found": idcheck.SamePerson})
	all := s.must(t, 200, second, "GET", "/desk/v1/counter/checks", nil)["checks"].([]any)
	one := all[0].(map[string]any)
	if len(all) != 1 || one["mine"] != false || one["reason"] != "second-look-missing" {
		t.Errorf("%v", all)
	}
	s.must(t, 204, second, "POST", counter+"/look", map[string]any{"found": idcheck.SamePerson})
	if s.looked() || len(s.done) != 1 || s.done[0].Result.Looked != 2 {
		t.Errorf("%+v", s.done)
	}
	if all := s.must(t, 200, second, "GET", "/desk/v1/counter/checks", nil)["checks"].([]any); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

// TestSignOut: whoever signs out leaves no check of theirs behind, and those of others
// alone.
func TestSignOut(t *testing.T) {
	s := newSite(t)
	s.elsewhere = map[string]bool{"s-2": true}
	mine, _, _ := s.begin(t, nil)
	second := asking{staff: "s-2"}
	other := s.must(t, 200, second, "POST", "/desk/v1/counter/checks", map[string]any{"party": "bank"})["id"].(string)
	s.must(t, 204, second, "POST", "/desk/v1/counter/sign-out", nil)
	if v := s.must(t, 200, staff, "GET", "/desk/v1/counter/checks/"+other, nil); v["step"] != "reading" {
		t.Errorf("signed in elsewhere, too, and the check is at %v", v["step"])
	}
	s.must(t, 403, asking{staff: "s-1", origin: "https://evil.example"}, "POST", "/desk/v1/counter/sign-out", nil)
	s.must(t, 204, staff, "POST", "/desk/v1/counter/sign-out", nil)
	v := s.must(t, 200, second, "GET", mine, nil)
	if v["step"] != "ended" || v["result"].(map[string]any)["outcome"] != "abandoned" {
		t.Errorf("after signing out: %v", v)
	}
	if all := s.must(t, 200, second, "GET", "/desk/v1/counter/checks", nil)["checks"].([]any); len(all) != 1 {
		t.Errorf("%v", all)
	}
	s.must(t, 204, asking{}, "POST", "/desk/v1/counter/sign-out", nil)
}

// TestAlone: on a phone of their own the person does everything, and staff cannot.
func TestAlone(t *testing.T) {
	s := newSite(t)
	c, secret, err := s.room.Begin(check.Order{Party: "bank", PartyName: map[string]string{"en": "Bank"}, Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	person, me := "/desk/v1/checks/"+c.ID(), asking{secret: secret}
	s.must(t, 404, staff, "GET", "/desk/v1/counter/checks/"+c.ID(), nil)
	s.must(t, 404, staff, "POST", "/desk/v1/counter/checks/"+c.ID()+"/look", map[string]any{"found": idcheck.SamePerson})
	s.must(t, 204, me, "POST", person+"/choose", s.choice(t, person, secret, "face"))
	s.must(t, 422, me, "POST", person+"/document", []byte("\xff\xd8 no picture"))
	s.must(t, 204, me, "POST", person+"/document", of(3))
	for range check.Frames {
		time.Sleep(750 * time.Millisecond)
		s.must(t, 204, me, "POST", person+"/frame", faceOf(4))
	}
	r := s.must(t, 200, me, "GET", person, nil)["result"].(map[string]any)
	if r["outcome"] != "not-same-person" || r["unattended"] != true {
		t.Errorf("%v", r)
	}
}

// TestWhoMayAsk: only the desk's own pages may, staff who are signed in and may run
// checks, and who has the secret of the check.
func TestWhoMayAsk(t *testing.T) {
	s := newSite(t)
	counter, person, secret := s.begin(t, nil)
	_, _, otherSecret := s.begin(t, nil)
	for _, tt := range []struct {
		name   string
		as     asking
		method string
		path   string
		status int
	}{
		{"nobody", asking{}, "GET", counter, 401},
		{"nobody's list", asking{}, "GET", "/desk/v1/counter/checks", 401},
		{"who may not", asking{staff: "visitor"}, "GET", counter, 403},
		{"another site", asking{staff: "s-1", origin: "https://evil.example"}, "GET", counter, 403},
		{"another name", asking{staff: "s-1", host: "evil.example"}, "GET", counter, 421},
		{"another site's form", asking{staff: "s-1", kind: "text/plain"}, "POST", counter + "/look", 415},
		{"staff as the person", asking{staff: "s-1"}, "GET", person, 404},
		{"another's secret", asking{secret: otherSecret}, "GET", person, 404},
		{"the person as staff", asking{secret: secret}, "GET", counter, 401},
		{"the person's look", asking{secret: secret}, "POST", person + "/look", 404},
		{"no check", asking{staff: "s-1"}, "GET", counter + "x", 404},
		{"by reading", asking{staff: "s-1"}, "GET", counter + "/cancel", 404},
	} {
		if status, answer := s.ask(t, tt.as, tt.method, tt.path, map[string]any{}); status != tt.status {
			t.Errorf("%s: %d, want %d: %v", tt.name, status, tt.status, answer)
		}
	}
	for range 20 {
		s.ask(t, asking{secret: "x"}, "GET", person, nil)
	}
	s.must(t, 429, asking{secret: "x"}, "GET", person, nil)
	s.must(t, 200, asking{secret: secret}, "GET", person, nil)
	if v := s.must(t, 200, asking{}, "GET", "/desk/v1/counter", nil); v["signedIn"] != false || v["parties"] != nil {
		t.Errorf("%v", v)
	}
}

func TestBadRequests(t *testing.T) {
	s := newSite(t)
	begin := "/desk/v1/counter/checks"
	for name, body := range map[string]any{
		"nobody":        map[string]any{"party": "other"},
		"unknown claim": map[string]any{"party": "bank", "claims": []string{party.FamilyName}},
		"claim twice":   map[string]any{"party": "bank", "claims": []string{party.GivenName, party.GivenName}},
		"something new": map[string]any{"party": "bank", "staff": "s-9"},
		"much":          map[string]any{"party": strings.Repeat("x", 5000)},
		"no object":     "x",
	} {
		if status, _ := s.ask(t, staff, "POST", begin, body); status < 400 || status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
	}
	counter, person, secret := s.begin(t, nil)
	me := asking{secret: secret}
	s.must(t, 409, me, "POST", person+"/choose", map[string]any{"way": "face", "notice": "zz", "claims": []string{}})
	choice := s.choice(t, person, secret, "other")
	s.must(t, 409, me, "POST", person+"/choose", choice)
	s.must(t, 204, me, "POST", person+"/choose", s.choice(t, person, secret, "face"))
	s.must(t, 413, staff, "POST", counter+"/document", make([]byte, 6<<20+1))
	s.must(t, 204, staff, "POST", counter+"/document", of(3))
	s.must(t, 413, me, "POST", person+"/frame", make([]byte, 3<<19+1))
	s.must(t, 204, staff, "POST", counter+"/settle", nil)
}

// TestWaits: an answer waits for a change, and no longer.
func TestWaits(t *testing.T) {
	s := newSite(t)
	counter, person, secret := s.begin(t, nil)
	v := s.must(t, 200, staff, "GET", counter, nil)
	got := make(chan any)
	go func() {
		v := s.must(t, 200, staff, "GET", fmt.Sprintf("%s?after=%v", counter, v["version"]), nil)
		got <- v["step"]
	}()
	select {
	case <-got:
		t.Error("it is answered before anything changed")
	case <-time.After(100 * time.Millisecond):
	}
	s.must(t, 204, asking{secret: secret}, "POST", person+"/choose", s.choice(t, person, secret, "staff"))
	if step := <-got; step != "chosen" {
		t.Errorf("at %v", step)
	}
}

func TestFiles(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{"/desk/": "<p>counter", "/p/any": "<p>person", "/desk/other": "", "/": ""} {
		response, err := s.Client().Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if want == "" && response.StatusCode != http.StatusNotFound || want != "" && string(data) != want {
			t.Errorf("%s: %d %s", path, response.StatusCode, data)
		}
	}
}

func TestOptions(t *testing.T) {
	good := pages.Options{
		Room: check.New(check.Options{}), Staff: func(*http.Request) (string, bool) { return "", false },
		Parties: func() []party.Party { return nil }, Page: fstest.MapFS{"person.html": {}}, Address: "https://desk.example:8446",
	}
	if p, err := pages.New(good); err != nil || p.Link("a", "b") != "https://desk.example:8446/p/a#b" {
		t.Error(err)
	}
	for name, change := range map[string]func(*pages.Options){
		"no room": func(o *pages.Options) { o.Room = nil },
		"http":    func(o *pages.Options) { o.Address = "http://desk.example" },
		"a path":  func(o *pages.Options) { o.Address = "https://desk.example/x" },
		"no page": func(o *pages.Options) { o.Page = fstest.MapFS{} },
	} {
		bad := good
		change(&bad)
		if _, err := pages.New(bad); !errors.Is(err, pages.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
