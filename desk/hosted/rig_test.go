package hosted

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	nonce = "0123456789abcdef"
	order = `{"claims":["given_name"],"nonce":"` + nonce + `"}`
)

// desk are checks that a test ends as it likes.
type desk struct {
	mu     sync.Mutex // guards what follows
	orders map[string]Order
	status map[string]Status
	full   bool
	fails  error
}

func (d *desk) Begin(_ context.Context, o Order) (Begun, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.full:
		return Begun{}, ErrFull
	case d.fails != nil:
		return Begun{}, d.fails
	}
	id := rand.Text()
	d.orders[id], d.status[id] = o, Status{Expires: start.Add(time.Minute)}
	return Begun{ID: id, Link: "https://desk.example/c/" + id + "#secret-of-" + id, Expires: start.Add(time.Minute)}, nil
}

func (d *desk) Status(of, id string) (Status, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails != nil {
		return Status{}, d.fails
	}
	if o, ok := d.orders[id]; !ok || o.Party.ID != of {
		return Status{}, ErrNotFound
	}
	return d.status[id], nil
}

func (d *desk) Cancel(of, id string) error {
	s, err := d.Status(of, id)
	if err != nil {
		return err
	}
	if s.Ended {
		return ErrEnded
	}
	d.end(id, "abandoned", true)
	return nil
}

func (d *desk) end(id, outcome string, handedOn bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status[id] = Status{Ended: true, Outcome: outcome, Reason: "because", HandedOn: handedOn}
}

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// rig is the API with two parties, and what checks every answer against the document.
type rig struct {
	t        testing.TB
	handler  http.Handler
	desk     *desk
	outbox   *handover.Outbox
	parties  map[string]party.Party
	secrets  map[string]string
	document map[string]any
	compiler *jsonschema.Compiler
	// compiling is held while compiler is used.
	compiling sync.Mutex

	mu   sync.Mutex // guards what follows
	now  time.Time
	said []string
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{
		t: t, desk: &desk{orders: make(map[string]Order), status: make(map[string]Status)}, now: start,
		parties: make(map[string]party.Party), secrets: make(map[string]string),
	}
	for _, id := range []string{"a.bank", "hotel"} {
		secret, hash, err := party.NewSecret(rand.Reader)
		must(t, err)
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		r.secrets[id] = secret
		r.parties[id] = party.Party{ID: id, Name: map[string]string{"en": id}, Key: jose.JSONWebKey{Key: &key.PublicKey}, SecretHash: hash, Claims: []string{"given_name", "over_18"}}
	}
	r.parties["public"] = party.Party{ID: "public"}
	find := func(id string) (party.Party, bool) { p, ok := r.parties[id]; return p, ok }
	var err error
	r.outbox, err = handover.Open(handover.Options{Dir: t.TempDir(), Party: find, Now: r.clock, Disk: &durabletest.Disk{}})
	must(t, err)
	r.handler, err = New(Config{Checks: r.desk, Outbox: r.outbox, Party: find, Now: r.clock, Say: r.say})
	must(t, err)
	r.readDocument()
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *rig) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, text)
}

// ended ends a check with a result that is kept for its party.
func (r *rig) ended(of, id string) {
	r.t.Helper()
	must(r.t, r.outbox.Put(context.Background(), handover.Event{ID: id, Party: of, Body: []byte("signed")}))
	r.desk.end(id, "same-person", true)
}

// ask is a request.
type ask struct {
	method, path, body string
	as                 string // the party, "" for nobody
	header             map[string]string
	from               string
}

func (r *rig) do(q ask) *httptest.ResponseRecorder {
	r.t.Helper()
	request := httptest.NewRequest(q.method, "/api"+q.path, strings.NewReader(q.body))
	if q.body != "" {
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if q.as != "" {
		request.SetBasicAuth(q.as, r.secrets[q.as])
	}
	if q.from != "" {
		request.RemoteAddr = q.from
	}
	for name, value := range q.header {
		request.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, request)
	r.judge(q, w)
	return w
}

func (r *rig) readDocument() {
	r.t.Helper()
	data, err := Document()
	must(r.t, err)
	must(r.t, json.Unmarshal(data, &r.document))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	must(r.t, err)
	r.compiler = jsonschema.NewCompiler()
	r.compiler.DefaultDraft(jsonschema.Draft2020)
	r.compiler.AssertFormat()
	must(r.t, r.compiler.AddResource("openapi.json", doc))
}

// judge holds an answer to the document, with a library that knows nothing of this
// package.
func (r *rig) judge(q ask, w *httptest.ResponseRecorder) {
	r.t.Helper()
	path, _, _ := strings.Cut(q.path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 2 && parts[1] == "checks" {
		parts[2] = "{id}"
	}
	path = strings.Join(parts, "/")
	if w.Header().Get("Cache-Control") != "no-store" {
		r.t.Errorf("%s %s may be stored", q.method, path)
	}
	methods, _ := r.document["paths"].(map[string]any)[path].(map[string]any)
	known, _ := methods[strings.ToLower(q.method)].(map[string]any)
	if known == nil {
		return // served all the same: 404 and 405, and the document
	}
	status := fmt.Sprint(w.Code)
	said, ok := known["responses"].(map[string]any)[status].(map[string]any)
	if !ok {
		r.t.Errorf("%s %s: the status %s is not in the document: %s", q.method, path, status, w.Body)
		return
	}
	media := w.Header().Get("Content-Type")
	contents, _ := said["content"].(map[string]any)
	if (contents == nil) != (w.Body.Len() == 0) || contents != nil && contents[media] == nil {
		r.t.Errorf("%s %s: %s of %q is not in the document: %s", q.method, path, status, media, w.Body)
		return
	}
	if contents == nil {
		return
	}
	at := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	r.compiling.Lock()
	defer r.compiling.Unlock()
	s, err := r.compiler.Compile("openapi.json#/paths/" + at.Replace(path) + "/" + strings.ToLower(q.method) + "/responses/" + status + "/content/" + at.Replace(media) + "/schema")
	must(r.t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	must(r.t, err)
	if err := s.Validate(value); err != nil {
		r.t.Errorf("%s %s: %v\n%s", q.method, path, err, w.Body)
	}
}

// problem checks that an answer is a problem.
func (r *rig) problem(w *httptest.ResponseRecorder, status int, kind string) {
	r.t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Status != status || p.Type != "urn:facelatch:"+kind || p.Title == "" {
		r.t.Errorf("%d %s, want %d %s", w.Code, w.Body, status, kind)
	}
}

func decoded[T any](r *rig, w *httptest.ResponseRecorder, status int) (v T) {
	r.t.Helper()
	if w.Code != status {
		r.t.Fatalf("%d: %s", w.Code, w.Body)
	}
	must(r.t, json.Unmarshal(w.Body.Bytes(), &v))
	return v
}

func (r *rig) begin(as string) Link {
	r.t.Helper()
	return decoded[Link](r, r.do(ask{method: "POST", path: "/checks", body: order, as: as}), 201)
}
