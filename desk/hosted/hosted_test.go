package hosted

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestOneCheck is a check from its order to its acknowledgement.
func TestOneCheck(t *testing.T) {
	r := newRig(t)
	w := r.do(ask{method: "POST", path: "/checks", body: order, as: "a.bank"})
	link := decoded[Link](r, w, 201)
	if o := r.desk.orders[link.ID]; o.Nonce != nonce || !slices.Equal(o.Claims, []string{"given_name"}) || o.Party.ID != "a.bank" {
		t.Errorf("%+v", o)
	}
	if !strings.Contains(link.Link, "#secret-of-"+link.ID) || w.Header().Get("Location") != "/api/checks/"+link.ID || !link.Expires.After(start) {
		t.Errorf("%+v, at %s", link, w.Header().Get("Location"))
	}
	at := "/checks/" + link.ID
	if c := decoded[Check](r, r.do(ask{method: "GET", path: at, as: "a.bank"}), 200); c.Status != "open" || c.Expires == nil || c.Result != nil || c.Outcome != "" {
		t.Errorf("%+v", c)
	}
	r.problem(r.do(ask{method: "POST", path: at + "/ack", as: "a.bank"}), 409, "not-ended")
	r.ended("a.bank", link.ID)
	c := decoded[Check](r, r.do(ask{method: "GET", path: at, as: "a.bank"}), 200)
	if c.Status != "ended" || c.Outcome != "same-person" || c.Reason != "because" || c.Result == nil || c.Result.ID != link.ID || strings.Count(c.Result.JWE, ".") != 4 || c.Failed {
		t.Errorf("%+v", c)
	}
	all := decoded[Events](r, r.do(ask{method: "GET", path: "/events", as: "a.bank"}), 200)
	if len(all.Events) != 1 || all.Waiting != 1 || all.Events[0] != *c.Result {
		t.Errorf("%+v", all)
	}
	r.problem(r.do(ask{method: "POST", path: at + "/cancel", as: "a.bank"}), 409, "ended")
	for range 2 {
		if w := r.do(ask{method: "POST", path: at + "/ack", as: "a.bank"}); w.Code != 204 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if c := decoded[Check](r, r.do(ask{method: "GET", path: at, as: "a.bank"}), 200); c.Result != nil || c.Outcome != "same-person" {
		t.Errorf("%+v", c)
	}
	if all := decoded[Events](r, r.do(ask{method: "GET", path: "/events", as: "a.bank"}), 200); len(all.Events) != 0 || all.Events == nil {
		t.Errorf("%+v", all)
	}
}

// TestForgottenCheck: a result is there though the desk started anew, without what the
// desk has forgotten; and one that is acknowledged before its check is known to have
// ended is acknowledged.
func TestForgottenCheck(t *testing.T) {
	r := newRig(t)
	r.ended("a.bank", "forgotten")
	c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/forgotten", as: "a.bank"}), 200)
	if c.Status != "ended" || c.Outcome != "" || c.Result == nil {
		t.Errorf("%+v", c)
	}
	link := r.begin("a.bank")
	r.ended("a.bank", link.ID)
	r.desk.status[link.ID] = Status{}
	if w := r.do(ask{method: "POST", path: "/checks/" + link.ID + "/ack", as: "a.bank"}); w.Code != 204 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r.desk.end(link.ID, "same-person", false)
	if c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/" + link.ID, as: "a.bank"}), 200); !c.Failed || c.Result != nil {
		t.Errorf("%+v", c)
	}
}

// TestOthersAreNotThere: what is another's is answered as what there is not, word for
// word, and nothing happens to it.
func TestOthersAreNotThere(t *testing.T) {
	r := newRig(t)
	open, ended := r.begin("a.bank").ID, r.begin("a.bank").ID
	r.ended("a.bank", ended)
	for _, id := range []string{open, ended} {
		for _, q := range []ask{{method: "GET", path: "/checks/%s"}, {method: "POST", path: "/checks/%s/cancel"}, {method: "POST", path: "/checks/%s/ack"}} {
			q.as = "hotel"
			path := q.path
			q.path = fmt.Sprintf(path, id)
			others := r.do(q)
			q.path = fmt.Sprintf(path, "none")
			none := r.do(q)
			if others.Code != none.Code || others.Body.String() != none.Body.String() {
				t.Errorf("%s: another's answers %d %s, none %d %s", path, others.Code, others.Body, none.Code, none.Body)
			}
		}
	}
	if all := decoded[Events](r, r.do(ask{method: "GET", path: "/events", as: "hotel"}), 200); all.Waiting != 0 {
		t.Errorf("%+v", all)
	}
	if c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/" + open, as: "a.bank"}), 200); c.Status != "open" {
		t.Errorf("cancelled by another: %+v", c)
	}
	if c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/" + ended, as: "a.bank"}), 200); c.Result == nil {
		t.Errorf("acknowledged by another: %+v", c)
	}
}

func TestCancel(t *testing.T) {
	r := newRig(t)
	link := r.begin("a.bank")
	if w := r.do(ask{method: "POST", path: "/checks/" + link.ID + "/cancel", as: "a.bank"}); w.Code != 204 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/" + link.ID, as: "a.bank"}), 200); c.Outcome != "abandoned" {
		t.Errorf("%+v", c)
	}
	r.problem(r.do(ask{method: "POST", path: "/checks/none/cancel", as: "a.bank"}), 404, "not-found")
}

// TestSecrets: every way to prove who asks, and what is none.
func TestSecrets(t *testing.T) {
	r := newRig(t)
	good := "Bearer a.bank." + r.secrets["a.bank"]
	if w := r.do(ask{method: "GET", path: "/events", header: map[string]string{"Authorization": good}}); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for i, bad := range []string{
		"", "Bearer", "Bearer a.bank", "Bearer a.bank.", "Bearer .", good + "x", "Bearer hotel." + r.secrets["a.bank"], "Basic x", "Basic eA==", "Bearer public.", "Bearer nobody.x",
		"Digest a.bank." + r.secrets["a.bank"], "Bearer a.bank." + strings.Repeat("x", 1000),
	} {
		w := r.do(ask{method: "GET", path: "/events", header: map[string]string{"Authorization": bad}, from: fmt.Sprintf("192.0.2.%d:1", i)})
		r.problem(w, 401, "no-secret")
		if len(w.Header().Values("WWW-Authenticate")) != 2 {
			t.Errorf("%q: %v", bad, w.Header())
		}
	}
}

// TestLimits: strangers wait, and lock out nobody who comes from the same place; a
// party that asks too often waits, and no other does.
func TestLimits(t *testing.T) {
	r := newRig(t)
	for range strangersEach {
		r.problem(r.do(ask{method: "GET", path: "/events"}), 401, "no-secret")
	}
	w := r.do(ask{method: "GET", path: "/events"})
	r.problem(w, 429, "too-many")
	if w.Header().Get("Retry-After") == "" {
		t.Error("for how long?")
	}
	for range callsEach {
		if w := r.do(ask{method: "GET", path: "/events", as: "a.bank"}); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	r.problem(r.do(ask{method: "GET", path: "/events", as: "a.bank"}), 429, "too-many")
	if w := r.do(ask{method: "GET", path: "/events", as: "hotel"}); w.Code != 200 {
		t.Errorf("another waits: %d", w.Code)
	}
	r.later(limitTime)
	if w := r.do(ask{method: "GET", path: "/events", as: "a.bank"}); w.Code != 200 {
		t.Errorf("after a minute: %d", w.Code)
	}
}

func TestBadRequests(t *testing.T) {
	r := newRig(t)
	p := r.parties["a.bank"]
	p.Key.Key = nil
	p.ID = "keyless"
	r.parties["keyless"], r.secrets["keyless"] = p, r.secrets["a.bank"]
	post := func(body string) ask { return ask{method: "POST", path: "/checks", body: body, as: "a.bank"} }
	n := `"nonce":"` + nonce + `"`
	for name, test := range map[string]struct {
		q      ask
		status int
		kind   string
	}{
		"no body":        {post(""), 415, "media-type"},
		"a form":         {ask{method: "POST", path: "/checks", body: "nonce=" + nonce, as: "a.bank", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, "media-type"},
		"empty":          {post(" "), 400, "bad-request"},
		"not JSON":       {post("{"), 400, "bad-request"},
		"cut off":        {post(`{` + n), 400, "bad-request"},
		"a list":         {post(`[]`), 400, "bad-request"},
		"two values":     {post(`{` + n + `}{}`), 400, "bad-request"},
		"twice":          {post(`{` + n + `,` + n + `}`), 400, "bad-request"},
		"unknown":        {post(`{` + n + `,"image":"x"}`), 400, "bad-request"},
		"capitals":       {post(`{"Nonce":"` + nonce + `"}`), 400, "bad-request"},
		"null":           {post(`{"nonce":null}`), 400, "bad-request"},
		"a number":       {post(`{"nonce":1234567890123456}`), 400, "bad-request"},
		"null claims":    {post(`{` + n + `,"claims":null}`), 400, "bad-request"},
		"deep":           {post(`{` + n + `,"claims":[[[]]]}`), 400, "bad-request"},
		"many claims":    {post(`{` + n + `,"claims":[` + strings.Repeat(`"x",`, 100) + `"x"]}`), 400, "bad-request"},
		"not UTF-8":      {post("{\"nonce\":\"\xff\"}"), 400, "bad-request"},
		"large":          {post(`{` + strings.Repeat(" ", maxBody) + n + `}`), 413, "too-large"},
		"no nonce":       {post(`{}`), 422, "invalid"},
		"short nonce":    {post(`{"nonce":"x"}`), 422, "invalid"},
		"a claim":        {post(`{` + n + `,"claims":["birthdate"]}`), 422, "invalid"},
		"claims twice":   {post(`{` + n + `,"claims":["over_18","over_18"]}`), 422, "invalid"},
		"no key":         {ask{method: "POST", path: "/checks", body: order, as: "keyless"}, 422, "invalid"},
		"a body":         {ask{method: "POST", path: "/checks/x/ack", body: "{}", as: "a.bank"}, 400, "bad-request"},
		"a query":        {ask{method: "GET", path: "/checks/x?x=1", as: "a.bank"}, 400, "bad-request"},
		"limit 0":        {ask{method: "GET", path: "/events?limit=0", as: "a.bank"}, 400, "bad-request"},
		"limit 101":      {ask{method: "GET", path: "/events?limit=101", as: "a.bank"}, 400, "bad-request"},
		"limit twice":    {ask{method: "GET", path: "/events?limit=1&limit=1", as: "a.bank"}, 400, "bad-request"},
		"no id":          {ask{method: "GET", path: "/checks/a%2Fb", as: "a.bank"}, 404, "not-found"},
		"no such":        {ask{method: "GET", path: "/checks/none", as: "a.bank"}, 404, "not-found"},
		"no path":        {ask{method: "GET", path: "/people", as: "a.bank"}, 404, "not-found"},
		"method":         {ask{method: "DELETE", path: "/checks", as: "a.bank"}, 405, "method"},
		"key of another": {ask{method: "POST", path: "/checks", body: order, as: "a.bank", header: map[string]string{"Idempotency-Key": "a b"}}, 400, "bad-request"},
	} {
		t.Run(name, func(t *testing.T) { r.problem(r.do(test.q), test.status, test.kind) })
	}
	if len(r.desk.orders) != 0 {
		t.Error("a check was begun")
	}
	var p422 Problem
	must(t, json.Unmarshal(r.do(post(`{"claims":["x","x"]}`)).Body.Bytes(), &p422))
	if len(p422.Errors) != 3 || p422.Errors[0].Field != "nonce" || p422.Errors[2].Field != "claims[1]" {
		t.Errorf("%+v", p422)
	}
}

// TestFailures: a full desk says when to come again, and of what fails on this side
// nobody outside is told more.
func TestFailures(t *testing.T) {
	r := newRig(t)
	r.desk.full = true
	w := r.do(ask{method: "POST", path: "/checks", body: order, as: "a.bank"})
	r.problem(w, 503, "busy")
	if w.Header().Get("Retry-After") == "" {
		t.Error("for how long?")
	}
	r.desk.full, r.desk.fails = false, errors.New("the disk of 10.0.0.1 is broken")
	for _, q := range []ask{{method: "POST", path: "/checks", body: order}, {method: "GET", path: "/checks/x"}, {method: "POST", path: "/checks/x/cancel"}} {
		q.as = "a.bank"
		w := r.do(q)
		r.problem(w, 500, "failed")
		if strings.Contains(w.Body.String(), "10.0.0.1") {
			t.Errorf("%s", w.Body)
		}
	}
	if len(r.said) != 3 || !strings.Contains(r.said[0], "10.0.0.1") {
		t.Errorf("said: %q", r.said)
	}
}

// TestOnce: a request with a key is done once, however often and by how many it is
// sent, and its answer is the same.
func TestOnce(t *testing.T) {
	r := newRig(t)
	with := func(as, key, body string) *httptest.ResponseRecorder {
		return r.do(ask{method: "POST", path: "/checks", body: body, as: as, header: map[string]string{"Idempotency-Key": key}})
	}
	var all sync.WaitGroup
	links := make([]Link, 8)
	for i := range links {
		all.Go(func() { links[i] = decoded[Link](r, with("a.bank", "k", order), 201) })
	}
	all.Wait()
	for _, l := range links {
		if l != links[0] {
			t.Errorf("%+v, and %+v", l, links[0])
		}
	}
	if len(r.desk.orders) != 1 {
		t.Errorf("%d checks", len(r.desk.orders))
	}
	r.problem(with("a.bank", "k", `{"nonce":"`+nonce+`"}`), 409, "key-used")
	if decoded[Link](r, with("hotel", "k", order), 201) == links[0] {
		t.Error("another party gets the answer")
	}
	r.desk.full = true
	r.problem(with("a.bank", "failed", order), 503, "busy")
	r.desk.full = false
	decoded[Link](r, with("a.bank", "failed", order), 201) // what failed was not done
	r.later(answerTime)
	if decoded[Link](r, with("a.bank", "k", order), 201) == links[0] {
		t.Error("the answer is kept for longer than its check")
	}
	for i := range maxAnswers {
		if i%callsEach == 0 {
			r.later(limitTime)
		}
		with("a.bank", fmt.Sprint(i), order)
	}
	r.problem(with("a.bank", "more", order), 429, "too-many")
}

// TestManyAtOnce begins, reads and acknowledges two hundred checks at once.
func TestManyAtOnce(t *testing.T) {
	r := newRig(t)
	var all sync.WaitGroup
	for range 100 {
		for _, as := range []string{"a.bank", "hotel"} {
			all.Go(func() {
				l := r.begin(as)
				r.ended(as, l.ID)
				if c := decoded[Check](r, r.do(ask{method: "GET", path: "/checks/" + l.ID, as: as}), 200); c.Result == nil {
					t.Errorf("%+v", c)
				}
				if w := r.do(ask{method: "POST", path: "/checks/" + l.ID + "/ack", as: as}); w.Code != http.StatusNoContent {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
	}
	all.Wait()
	if _, waiting, err := r.outbox.Pending("a.bank", 1); waiting != 0 || err != nil {
		t.Errorf("%d wait, %v", waiting, err)
	}
}

func TestDocument(t *testing.T) {
	r := newRig(t)
	w := r.do(ask{method: "GET", path: "/openapi.json"})
	made, err := Document()
	must(t, err)
	if w.Code != 200 || w.Body.String() != string(made) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	names := make(map[string]bool)
	for _, row := range routes() {
		if names[row.name] || row.summary == "" || row.about == "" || row.status == 0 {
			t.Errorf("%s %s: a row that cannot be", row.method, row.path)
		}
		names[row.name] = true
	}
	page, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "webhooks.md"))
	must(t, err)
	for _, kind := range ProblemTypes() {
		if !strings.Contains(string(page), fmt.Sprintf("| `%s` | %d |", kind.Type, kind.Status)) {
			t.Errorf("docs/webhooks.md does not explain %s", kind.Type)
		}
		if kind.Type != problemMethod && !strings.Contains(string(made), kind.Type) {
			t.Errorf("%s is not in the document", kind.Type)
		}
	}
}

func TestConfig(t *testing.T) {
	if _, err := New(Config{}); !errors.Is(err, ErrConfig) {
		t.Errorf("error %v", err)
	}
	if h, err := New(Config{Checks: &desk{}, Outbox: newRig(t).outbox, Party: func(string) (party.Party, bool) { return party.Party{}, false }}); err != nil || h == nil {
		t.Errorf("error %v", err)
	}
}
