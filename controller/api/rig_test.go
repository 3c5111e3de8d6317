package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages/pagestest"
	"github.com/facelatch/facelatch/controller/public/publictest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// someActs are acts in memory or of a real site, and tokens whose secret says what
// they may: "flt_owner" all that an owner's can, "flt_auditor" all that an
// auditor's can, and "flt_holders:read" that scope of an owner.
type someActs struct{ pagestest.Site }

func (a someActs) TokenActor(_ context.Context, secret string) (acts.Actor, error) {
	name, ok := strings.CutPrefix(secret, "flt_")
	actor := acts.Actor{Role: acts.Owner, Operator: "someone", Pseudonym: "op-abcd"}
	for _, r := range acts.Roles() {
		if name == string(r) {
			actor.Role, actor.Scopes = r, acts.Scopes()
			return actor, nil
		}
	}
	for _, s := range acts.Scopes() {
		if name == string(s) {
			actor.Scopes = []acts.Scope{s}
			return actor, nil
		}
	}
	if ok && name == "nothing" {
		actor.Scopes = []acts.Scope{}
		return actor, nil
	}
	return acts.Actor{}, acts.ErrSignedOut
}

func (a someActs) HolderExport(ctx context.Context, actor acts.Actor, id string) ([]byte, error) {
	if real, ok := a.Site.(*pagestest.Real); ok {
		return real.HolderExport(ctx, actor, id)
	}
	v, err := a.Holder(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v.Holder)
}

// rig is an API over acts.
type rig struct {
	t    testing.TB
	acts someActs
	http http.Handler
	// notice is the hash of one that prepare published.
	notice [32]byte

	mu   sync.Mutex // guards what follows
	at   time.Time
	said []string
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(d)
}

// newRig is over acts in memory.
func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)}
	r.acts = someActs{pagestest.New(r.now)}
	r.open()
	return r
}

// newRealRig is over a real site.
func newRealRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)}
	r.acts = someActs{pagestest.NewReal(t, r.now)}
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	r.http, err = New(Config{
		Acts: r.acts, Now: r.now,
		JoinText: func(acts.JoinCode) (string, error) { return "FLJ1:UNRUWZLBNRSSA2DPOVZWKLTFPBQW24DMMU", nil },
		Say: func(text string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.said = append(r.said, text)
		},
	})
	must(r.t, err)
}

// ask is a request.
type ask struct {
	method, path string
	token        string // "owner" if empty; "-" for none
	body         any    // a string or []byte as it is, else as JSON; nil for none
	media        string
	headers      map[string]string
}

func (q ask) request() *http.Request {
	var body []byte
	switch b := q.body.(type) {
	case nil:
	case string:
		body = []byte(b)
	case []byte:
		body = b
	default:
		body, _ = json.Marshal(b)
	}
	r := httptest.NewRequest(q.method, Path+strings.TrimPrefix(q.path, "/"), bytes.NewReader(body))
	if q.body != nil && q.media == "" {
		q.media = typeJSON
	}
	if q.media != "" {
		r.Header.Set("Content-Type", q.media)
	}
	switch q.token {
	case "":
		r.Header.Set("Authorization", "Bearer flt_owner")
	case "-":
	default:
		r.Header.Set("Authorization", "Bearer flt_"+q.token)
	}
	for name, value := range q.headers {
		r.Header.Set(name, value)
	}
	return r
}

func (r *rig) do(q ask) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.http.ServeHTTP(w, q.request())
	return w
}

// read asks for what has to succeed.
func (r *rig) read(q ask, into any) *httptest.ResponseRecorder {
	r.t.Helper()
	w := r.do(q)
	if w.Code >= 300 {
		r.t.Fatalf("%s %s: %d %s", q.method, q.path, w.Code, w.Body)
	}
	if into != nil {
		must(r.t, json.Unmarshal(w.Body.Bytes(), into))
	}
	return w
}

// refused checks that a request is refused with a problem, and returns it.
func (r *rig) refused(q ask, kind string) Problem {
	r.t.Helper()
	w := r.do(q)
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != typeProblem {
		r.t.Fatalf("%s %s: no problem: %d %s", q.method, q.path, w.Code, w.Body)
	}
	if p.Type != kind || p.Status != w.Code || p.Title == "" {
		r.t.Errorf("%s %s %v: %d %+v, want %s", q.method, q.path, q.body, w.Code, p, kind)
	}
	return p
}

func (r *rig) holder() Holder {
	r.t.Helper()
	var h Holder
	r.read(ask{method: "POST", path: "/holders", body: HolderInput{Label: "3-1201"}}, &h)
	return h
}

func (r *rig) issued(holder string) Issued {
	r.t.Helper()
	var made Issued
	r.read(ask{method: "POST", path: "/holders/" + holder + "/passes", body: PassInput{Zones: []string{"main"}}}, &made)
	return made
}

// notice is one that can be published.
func notice(version string) NoticeInput {
	n := publictest.Notice()
	in := NoticeInput{Version: version, Rules: string(n.Rules), Jurisdiction: n.Jurisdiction, Zones: n.Zones, Text: make(map[string]map[string]string)}
	for lang, text := range n.Text {
		in.Text[string(lang)] = make(map[string]string)
		for field, words := range text {
			in.Text[string(lang)][string(field)] = words
		}
	}
	return in
}
