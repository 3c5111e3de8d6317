package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/testenv"
)

//go:generate env FACELATCH_WRITE=1 go test -count=1 -run ^TestDocument$ .

// TestDocument: docs/openapi.json is what the routes say, and so is what is served.
func TestDocument(t *testing.T) {
	made, err := Document()
	must(t, err)
	file := filepath.Join(testenv.Root(t), "docs", "openapi.json")
	if os.Getenv("FACELATCH_WRITE") == "1" {
		must(t, os.WriteFile(file, made, 0o644))
	}
	written, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(made, written) {
		t.Error("docs/openapi.json is not what the routes say: go generate ./controller/api")
	}
	w := newRig(t).do(ask{method: "GET", path: "openapi.json", token: "-"})
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), made) {
		t.Errorf("served: %d, %d bytes", w.Code, w.Body.Len())
	}
}

// TestRoutesAndRights: whatever a token may do has a route, and each route is
// something that a token may do.
func TestRoutesAndRights(t *testing.T) {
	routed, names := make(map[acts.Act]bool), make(map[string]bool)
	for _, r := range routes() {
		routed[r.act] = true
		if names[r.name] || r.name == "" || r.summary == "" || r.status == 0 {
			t.Errorf("%s %s: a row that cannot be", r.method, r.path)
		}
		names[r.name] = true
	}
	for _, right := range acts.Rights() {
		if right.Act == acts.ActPassView {
			continue // passes are read with their holder
		}
		if routed[right.Act] != (right.Scope != "") {
			t.Errorf("%s: a route is %t, the scope is %q", right.Act, routed[right.Act], right.Scope)
		}
	}
}

// validator checks answers against the document as it is written, with a library
// that knows nothing of this package.
type validator struct {
	t        testing.TB
	document openAPI
	compiler *jsonschema.Compiler
}

func newValidator(t testing.TB) *validator {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "openapi.json"))
	must(t, err)
	v := &validator{t: t, compiler: jsonschema.NewCompiler()}
	must(t, json.Unmarshal(data, &v.document))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	must(t, err)
	v.compiler.DefaultDraft(jsonschema.Draft2020)
	v.compiler.AssertFormat()
	v.compiler.AssertContent()
	must(t, v.compiler.AddResource("openapi.json", doc))
	return v
}

// at compiles the schema at a JSON pointer.
func (v *validator) at(parts ...string) *jsonschema.Schema {
	v.t.Helper()
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(p)
	}
	s, err := v.compiler.Compile("openapi.json#/" + strings.Join(parts, "/"))
	must(v.t, err)
	return s
}

// template is the path of a request as the document has it.
func (v *validator) template(path string) string {
	path, _, _ = strings.Cut("/"+strings.TrimPrefix(path, "/"), "?")
	var fits []string
	for template := range v.document.Paths {
		form := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), "[^/]+")
		if regexp.MustCompile("^" + form + "$").MatchString(path) {
			fits = append(fits, template)
		}
	}
	slices.SortFunc(fits, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") })
	if len(fits) == 0 {
		v.t.Fatalf("the document has no path for %s", path)
	}
	return fits[0]
}

// answer checks an answer: its status, its media type and its body.
func (v *validator) answer(q ask, w *httptest.ResponseRecorder) {
	v.t.Helper()
	template, method := v.template(q.path), strings.ToLower(q.method)
	status := fmt.Sprint(w.Code)
	said, ok := v.document.Paths[template][method].Responses[status]
	if !ok {
		v.t.Errorf("%s %s: the status %s is not in the document: %s", q.method, template, status, w.Body)
		return
	}
	media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if len(said.Content) == 0 {
		if w.Body.Len() > 0 || media != "" {
			v.t.Errorf("%s %s: a body that is not in the document: %s", q.method, template, w.Body)
		}
		return
	}
	if _, ok := said.Content[media]; !ok {
		v.t.Errorf("%s %s: the media type %q is not in the document", q.method, template, media)
		return
	}
	for name := range said.Headers {
		if w.Header().Get(name) == "" {
			v.t.Errorf("%s %s: the header %s is missing", q.method, template, name)
		}
	}
	if media == typeCSV {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	must(v.t, err)
	if err := v.at("paths", template, method, "responses", status, "content", media, "schema").Validate(value); err != nil {
		v.t.Errorf("%s %s: %v\n%s", q.method, template, err, w.Body)
	}
}

// takes says whether a body fits the document.
func (v *validator) takes(r route, body any) bool {
	v.t.Helper()
	data, err := json.Marshal(body)
	must(v.t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	must(v.t, err)
	return v.at("paths", r.path, strings.ToLower(r.method), "requestBody", "content", typeJSON, "schema").Validate(value) == nil
}
