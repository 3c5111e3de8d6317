package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestTwoEditAtOnce: the second of two who read the same is told, and nothing of
// the first is lost.
func TestTwoEditAtOnce(t *testing.T) {
	r := newRig(t)
	h := r.holder()
	path := "/holders/" + h.ID
	etag := r.do(ask{method: "GET", path: path}).Header().Get("ETag")
	edit := func(label, match string) ask {
		q := ask{method: "PUT", path: path, body: HolderInput{Label: label}}
		if match != "" {
			q.headers = map[string]string{"If-Match": match}
		}
		return q
	}
	r.refused(edit("nobody", ""), problemPrecondition)
	for _, match := range []string{"*", "v1", `W/"v1"`, `"v1", "v2"`, `"x"`, `"v-1"`, `"v99999999999999999999"`} {
		r.refused(edit("nobody", match), problemChanged)
	}
	var first Holder
	w := r.read(edit("first", etag), &first)
	if w.Header().Get("ETag") == etag || first.Version != 2 {
		t.Errorf("the version did not change: %s", w.Body)
	}
	r.refused(edit("second", etag), problemChanged)
	var v HolderView
	r.read(ask{method: "GET", path: path}, &v)
	if v.Holder.Label != "first" {
		t.Errorf("it is %q now", v.Holder.Label)
	}
	site := r.do(ask{method: "GET", path: "/site"}).Header().Get("ETag")
	q := ask{method: "PUT", path: "/site", body: r.exampleBody("changeSite"), headers: map[string]string{"If-Match": site}}
	r.read(q, nil)
	r.refused(q, problemChanged)
}

// TestOnce: a giving act that is sent again with its key is not done again.
func TestOnce(t *testing.T) {
	r := newRig(t)
	h := r.holder().ID
	q := ask{method: "POST", path: "/holders/" + h + "/passes", body: PassInput{Zones: []string{"main"}}, headers: map[string]string{onceHeader: "k-1"}}
	first := r.read(q, nil).Body.String()
	if again := r.read(q, nil).Body.String(); again != first {
		t.Errorf("another answer: %s", again)
	}
	other := q
	other.body = PassInput{Zones: []string{"main"}, Hours: "daily 06:00-07:00"}
	r.refused(other, problemUsed)
	q.token = string(acts.IssuePasses)
	if w := r.do(q); w.Code != http.StatusCreated || w.Body.String() == first {
		t.Errorf("another token got the answer of the first: %d", w.Code)
	}
	q.token = ""
	r.pass(answerTime)
	r.refused(q, problemDone) // the pass is in memory no more
	for _, key := range []string{strings.Repeat("a", 65), "a b", "ä", `"x"`} {
		q.headers = map[string]string{onceHeader: key}
		r.refused(q, problemRequest)
	}
}

// TestOnceAtTwoControllers: what was sent to one controller is not done by another
// over the same store, nor after a restart; and what failed there can be done here.
func TestOnceAtTwoControllers(t *testing.T) {
	r := newRealRig(t)
	h := r.holder().ID
	q := ask{method: "POST", path: "/holders/" + h + "/passes", body: PassInput{Zones: []string{"main"}}, headers: map[string]string{onceHeader: "k-1"}}
	first, answered := r.http, r.read(q, nil).Body.String()
	r.open()
	r.refused(q, problemDone)
	newValidator(t).answer(q, r.do(q))
	other := q
	other.body = PassInput{Zones: []string{"main"}, Hours: "daily 06:00-07:00"}
	r.refused(other, problemUsed)
	other.body, other.headers = PassInput{Zones: []string{"nowhere"}}, map[string]string{onceHeader: "k-2"}
	r.refused(other, problemInvalid)
	r.http = first
	if r.read(q, nil).Body.String() != answered {
		t.Error("the first controller answers otherwise")
	}
	other.body = PassInput{Zones: []string{"main"}}
	r.read(other, nil)
	var v HolderView
	r.read(ask{method: "GET", path: "/holders/" + h}, &v)
	if len(v.Passes) != 2 {
		t.Errorf("%d passes", len(v.Passes))
	}
}

// TestOnceAtOnce: of many who send the same at once, one is done.
func TestOnceAtOnce(t *testing.T) {
	r := newRig(t)
	h := r.holder().ID
	q := ask{method: "POST", path: "/holders/" + h + "/passes", body: PassInput{Zones: []string{"main"}}, headers: map[string]string{onceHeader: "k"}}
	var wait sync.WaitGroup
	for range testenv.Count(20, 500) {
		wait.Go(func() { r.do(q) })
	}
	wait.Wait()
	var v HolderView
	r.read(ask{method: "GET", path: "/holders/" + h}, &v)
	if len(v.Passes) != 1 {
		t.Errorf("%d passes", len(v.Passes))
	}
}

// TestOnceAfterFailure: what could not be done is tried again.
func TestOnceAfterFailure(t *testing.T) {
	r := newRig(t)
	h := r.holder().ID
	q := ask{method: "POST", path: "/holders/" + h + "/passes", body: PassInput{Zones: []string{"main"}}, headers: map[string]string{onceHeader: "k"}}
	r.acts.Break(acts.ErrLedger)
	r.refused(q, problemLedger)
	r.acts.Break(nil)
	r.read(q, nil)
}

// TestFailures: each error is the problem that it is, and of a failure of this side
// nobody outside is told more.
func TestFailures(t *testing.T) {
	v, r := newValidator(t), newRig(t)
	h := r.holder()
	for err, kind := range map[error]string{
		acts.ErrLedger: problemLedger, acts.ErrUnavailable: problemUnavailable, acts.ErrConflict: problemConflict,
		acts.ErrWithdrawn: problemWithdrawn, errors.New("a secret of the disk"): problemFailed, acts.ErrNotFound: problemNotFound,
	} {
		r.acts.Break(err)
		q := ask{method: "POST", path: "/holders/" + h.ID + "/passes", body: PassInput{Zones: []string{"main"}}}
		p := r.refused(q, kind)
		if strings.Contains(p.Detail, "secret") {
			t.Errorf("told: %+v", p)
		}
		v.answer(q, r.do(q))
	}
	if len(r.said) == 0 || !strings.Contains(r.said[0], "a secret of the disk") {
		t.Errorf("the operator is not told: %q", r.said)
	}
	r.acts.Break(&acts.Invalid{Field: "zones[0]", Why: "is not a zone of this site"})
	p := r.refused(ask{method: "POST", path: "/holders/" + h.ID + "/passes", body: PassInput{Zones: []string{"x"}}}, problemInvalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "zones[0]" {
		t.Errorf("%+v", p)
	}
}

// TestLimits: too many requests of a token, and too many tokens that are not good
// from an address, wait; others do not.
func TestLimits(t *testing.T) {
	v, r := newValidator(t), newRig(t)
	q := ask{method: "GET", path: "/ledger", token: string(acts.ReadLedger)}
	for range callsEach {
		r.read(q, nil)
	}
	r.refused(q, problemTooMany)
	v.answer(q, r.do(q))
	r.read(ask{method: "GET", path: "/ledger"}, nil)
	r.pass(limitTime)
	r.read(q, nil)
	for range strangersEach {
		r.refused(ask{method: "GET", path: "/ledger", token: "guess"}, problemToken)
	}
	w := r.do(ask{method: "GET", path: "/ledger", token: "guess"})
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	r.refused(ask{method: "GET", path: "/ledger"}, problemTooMany) // from the same address
	r.pass(limitTime)
	r.read(ask{method: "GET", path: "/ledger"}, nil)
}

// TestTokens: what is no Authorization of one bearer is nobody's.
func TestTokens(t *testing.T) {
	r := newRig(t)
	for i, header := range []string{"", "flt_owner", "Basic flt_owner", "Bearer", "Bearer  ", "Bearer flt_owner extra", "Bearer " + strings.Repeat("a", 300)} {
		if i%10 == 9 {
			r.pass(limitTime)
		}
		w := r.do(ask{method: "GET", path: "/ledger", token: "-", headers: map[string]string{"Authorization": header}})
		if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
	r.read(ask{method: "GET", path: "/ledger", token: "-", headers: map[string]string{"Authorization": "bearer flt_owner"}}, nil)
}

// TestPromise6NoTokenConsents: no scope lets a program consent for somebody, or do
// anything about operators and tokens; there is no route that could.
func TestNoTokenConsents(t *testing.T) {
	for _, r := range routes() {
		for _, act := range []acts.Act{acts.ActConsentGive, acts.ActPassFace, acts.ActOperatorInvite, acts.ActOperatorChange, acts.ActTokenMake, acts.ActHolderLink} {
			if r.act == act {
				t.Errorf("%s %s is %s", r.method, r.path, act)
			}
		}
	}
}

// TestPages: pages of holders follow each other, and hold each holder once.
func TestPages(t *testing.T) {
	r := newRig(t)
	for range 7 {
		r.holder()
	}
	seen := make(map[string]bool)
	for after, pages := "", 0; ; pages++ {
		var page HolderPage
		r.read(ask{method: "GET", path: "/holders?limit=3&after=" + after}, &page)
		for _, h := range page.Holders {
			if seen[h.ID] {
				t.Errorf("%s is there twice", h.ID)
			}
			seen[h.ID] = true
		}
		if after = page.Next; after == "" || pages > 9 {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d holders", len(seen))
	}
}

// TestDocs: docs/api.md names every type of problem and every scope.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "api.md"))
	must(t, err)
	for _, p := range ProblemTypes() {
		if !strings.Contains(string(data), "`"+p.Type+"`") {
			t.Errorf("docs/api.md does not name %s", p.Type)
		}
	}
	for _, s := range acts.Scopes() {
		if !strings.Contains(string(data), "`"+string(s)+"`") {
			t.Errorf("docs/api.md does not name %s", s)
		}
	}
	for _, r := range routes() {
		if !strings.Contains(string(data), "`"+r.method+" "+r.path+"`") {
			t.Errorf("docs/api.md does not name %s %s", r.method, r.path)
		}
	}
}

// FuzzBody gives any body: what the check takes can be read, and it never fails in
// another way than by a problem.
func FuzzBody(f *testing.F) {
	all := routes()
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		of := all[int(which)%len(all)]
		if of.body == nil || of.csv {
			return
		}
		w := newRig(t)
		q := ask{method: of.method, path: of.path, body: body}
		for _, name := range []string{"holder", "pass", "consent", "door", "party"} {
			q.path = strings.ReplaceAll(q.path, "{"+name+"}", map[string]string{"holder": strings.Repeat("9", 26)}[name])
		}
		q.headers = map[string]string{"If-Match": `"v1"`}
		answer := w.do(q)
		if answer.Code >= 500 {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		if answer.Code >= 400 && json.Unmarshal(answer.Body.Bytes(), &Problem{}) != nil {
			t.Errorf("no problem: %s", answer.Body)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzBody") }
