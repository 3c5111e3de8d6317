package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// hostile are texts that have harmed other programs.
func hostile() []string {
	return []string{
		"", " ", "\x00", "a\x00b", "\u202eevil", "\ufeff", "\u2028", "a\r\nSet-Cookie: x=y", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`,
		"'; DROP TABLE holders; --", "{{.}}", "${jndi:ldap://x}", "%s%n%x", "../../etc/passwd", "=cmd|' /C calc'!A0", strings.Repeat("a", 5000),
		strings.Repeat("\u0301", 300), "👨‍👩‍👧‍👦", "\u0000", strings.Repeat("((((", 50), "\\", "NaN", "null", "true", "0", "-1",
	}
}

// mutation is a body that differs from a good one in one place.
type mutation struct {
	field string
	body  any
}

// mutations returns a good body with each of its values, and each value in them,
// replaced by everything that could be sent instead, and with everything that could
// be sent in those fields of its type which it does not have.
func mutations(t testing.TB, good any, of reflect.Type) (all []mutation) {
	t.Helper()
	data, err := json.Marshal(good)
	must(t, err)
	var tree any
	must(t, json.Unmarshal(data, &tree))
	walk(tree, of, "", func(changed any) any { return changed }, &all)
	return all
}

// members are the fields of a struct as they are called in JSON, with their types.
func members(of reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for of != nil && of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct {
		return all
	}
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			maps.Copy(all, members(f.Type))
		case f.IsExported() && name != "" && name != "-":
			all[name] = f.Type
		}
	}
	return all
}

// inside is the type of what is in an array or a map.
func inside(of reflect.Type) reflect.Type {
	if of != nil && (of.Kind() == reflect.Slice || of.Kind() == reflect.Map) {
		return of.Elem()
	}
	return nil
}

// odd is what can stand in any field instead of what should.
func odd() []any {
	instead := []any{nil, true, 0, -1, 1 << 40, 1.5, []any{}, []any{nil}, []any{[]any{[]any{}}}, map[string]any{}, map[string]any{"x": 1}}
	for _, text := range hostile() {
		instead = append(instead, text)
	}
	return instead
}

// walk adds the mutations of a value of a type, which is nil where it does not
// matter; put makes a whole body of a changed value.
func walk(value any, of reflect.Type, at string, put func(any) any, all *[]mutation) {
	for _, other := range odd() {
		*all = append(*all, mutation{at, put(other)})
	}
	switch v := value.(type) {
	case map[string]any:
		for _, unknown := range []string{"x", "Label", "__proto__", "id", "face", "document", "\u202e", strings.Repeat("k", 300)} {
			with := maps.Clone(v)
			with[unknown] = "x"
			*all = append(*all, mutation{at, put(with)})
		}
		fields := members(of)
		for name := range fields {
			if _, there := v[name]; there {
				continue
			}
			for _, other := range odd() {
				with := maps.Clone(v)
				with[name] = other
				*all = append(*all, mutation{below(at, name), put(with)})
			}
		}
		for name := range v {
			its := fields[name]
			if its == nil {
				its = inside(of)
			}
			without := maps.Clone(v)
			delete(without, name)
			*all = append(*all, mutation{below(at, name), put(without)})
			walk(v[name], its, below(at, name), func(changed any) any {
				with := maps.Clone(v)
				with[name] = changed
				return put(with)
			}, all)
		}
	case []any:
		if len(v) > 0 {
			walk(v[0], inside(of), at+"[0]", func(changed any) any {
				with := slices.Clone(v)
				with[0] = changed
				return put(with)
			}, all)
			*all = append(*all, mutation{at, put(slices.Repeat(v[:1], 6000))})
		}
	}
}

// TestBadInput sends every route's body with each field in every wrong way. What
// the document does not allow is refused, naming the field; whatever it allows is
// answered as the document says, and never with a failure of this side.
func TestBadInput(t *testing.T) {
	v := newValidator(t)
	for _, of := range routes() {
		if of.body == nil || of.csv {
			continue
		}
		t.Run(of.name, func(t *testing.T) {
			r := newRig(t)
			r.prepare()
			q := r.example(of)
			refused := 0
			for i, m := range mutations(t, q.body, of.body) {
				if testing.Short() && i%10 != 0 {
					continue
				}
				if i%200 == 0 {
					r.pass(limitTime)
				}
				data, err := json.Marshal(m.body)
				must(t, err)
				q.body = data
				w := r.do(q)
				if of.match { // the version may have moved on
					q.headers["If-Match"] = r.do(ask{method: "GET", path: q.path}).Header().Get("ETag")
				}
				if w.Code >= http.StatusInternalServerError {
					t.Fatalf("%s: %d %s\n%.200v", m.field, w.Code, w.Body, m.body)
				}
				fits := v.takes(of, m.body)
				if tooLarge := w.Code == http.StatusRequestEntityTooLarge; fits != (w.Code != http.StatusUnprocessableEntity || schemaTook(w.Body.Bytes())) && !tooLarge {
					t.Errorf("%s: fits is %t, and %d %s\n%.200v", m.field, fits, w.Code, w.Body, m.body)
				}
				if !fits {
					refused++
				}
			}
			if refused < 30 && !testing.Short() {
				t.Errorf("only %d were refused", refused)
			}
		})
	}
}

// schemaTook says that a refusal came from the act and not from the form: then it
// names the field as the act does.
func schemaTook(body []byte) bool {
	var p Problem
	if json.Unmarshal(body, &p) != nil || len(p.Errors) != 1 {
		return false
	}
	why := p.Errors[0].Why
	return !strings.HasPrefix(why, "has to ") && why != "is missing" && why != "is not known here"
}

// TestBodies sends what is no JSON, too large, of another type, or where nothing is
// expected.
func TestBodies(t *testing.T) {
	r := newRig(t)
	for name, body := range map[string]string{
		"nothing": "", "cut off": `{"label":"x"`, "two": `{"label":"x"}{"label":"y"}`, "twice": `{"label":"x","label":"y"}`,
		"twice, below": `{"label":"x","under14":{"a":1,"a":2}}`, "not UTF-8": "{\"label\":\"\xff\"}", "deep": strings.Repeat("[", 20000),
		"deep objects": strings.Repeat(`{"label":`, 1000), "a comment": `{"label":"x"} // y`, "a tab": "{\"label\":\"\t\"}", "NaN": `{"under14":NaN}`,
	} {
		if p := r.refused(ask{method: "POST", path: "/holders", body: body}, problemRequest); p.Detail == "" {
			t.Errorf("%s: nobody is told why", name)
		}
	}
	large := `{"label":"x","contact":"` + strings.Repeat("a", maxBody) + `"}`
	r.refused(ask{method: "POST", path: "/holders", body: large}, problemLarge)
	r.refused(ask{method: "POST", path: "/holders.csv", media: typeCSV, body: strings.Repeat("a", 5<<20)}, problemLarge)
	for _, media := range []string{"text/plain", "application/xml", "multipart/form-data", "nothing"} {
		r.refused(ask{method: "POST", path: "/holders", body: `{"label":"x"}`, media: media}, problemMedia)
	}
	r.refused(ask{method: "POST", path: "/holders.csv", body: `{}`}, problemMedia)
	r.refused(ask{method: "GET", path: "/holders", body: `{}`}, problemRequest)
	r.read(ask{method: "POST", path: "/holders", body: `{"label":"x"}`, media: "application/json; charset=utf-8"}, nil)
}

// TestQueries sends parameters in every wrong way.
func TestQueries(t *testing.T) {
	v, r := newValidator(t), newRig(t)
	for _, path := range []string{
		"/holders?limit=0", "/holders?limit=501", "/holders?limit=x", "/holders?limit=", "/holders?limit=1&limit=2", "/holders?limit=1.5",
		"/holders?text=" + strings.Repeat("a", 81), "/holders?face=1", "/holders?after=" + strings.Repeat("a", 3000), "/holders?%00=1",
		"/notices/current?rules=adults", "/site?x=1", "/ledger?x",
	} {
		q := ask{method: "GET", path: path}
		p := r.refused(q, problemInvalid)
		if len(p.Errors) == 0 {
			t.Errorf("%s: no field is named", path)
		}
		if !strings.HasPrefix(path, "/site") && !strings.HasPrefix(path, "/ledger") {
			v.answer(q, r.do(q))
		}
	}
	r.refused(ask{method: "DELETE", path: "/doors/" + strings.Repeat("0", 16) + "?stolen=maybe"}, problemInvalid)
	for _, text := range []string{"%25", "_", "a'b", "%E5%AE%A2", "%00"} {
		r.read(ask{method: "GET", path: "/holders?text=" + text}, nil)
	}
}
