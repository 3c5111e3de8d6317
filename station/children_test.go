package station

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/facelatch/facelatch/consent"
)

// TestGuardian: for a child, a guardian agrees to the notice for children, for a
// year, and the record says so; to another notice nobody can.
func TestGuardian(t *testing.T) {
	r := newRig(t, nil)
	choice := r.choice("face")
	choice["guardian"], choice["notice"], choice["lang"] = true, r.site.hashOf(consent.Children), "zh-CN"
	var answer struct{ Enrolment string }
	if status := r.post("/api/choose", choice, &answer); status != 200 {
		t.Fatal(status)
	}
	r.sit(answer.Enrolment, 1)
	if _, status := r.finish(answer.Enrolment); status != 200 {
		t.Fatal(status)
	}
	terms := r.site.prepared[0].Consent.Terms()
	n, _ := noticeFor(r.site.about, consent.Children)
	if terms.By != consent.ByGuardian || terms.Lang != consent.Chinese || terms.Attester != "station-1" || terms.Fits(n, true) != nil {
		t.Errorf("%+v", terms)
	}
	if terms.Until.After(terms.Given.AddDate(1, 0, 0)) || r.site.prepared[0].Expires.After(terms.Until) {
		t.Errorf("a child's pass lasts from %s to %s", terms.Given, terms.Until)
	}
	adult := r.begin("face")
	if terms := r.server.all[adult].request.Consent.Terms(); terms.By != consent.ByHolder || terms.Lang != consent.English {
		t.Errorf("%+v", terms)
	}
	for name, c := range map[string]struct {
		guardian bool
		rules    consent.Rules
	}{"the other notice": {true, consent.Everybody}, "the children's": {false, consent.Children}} {
		choice["guardian"], choice["notice"] = c.guardian, r.site.hashOf(c.rules)
		if status := r.post("/api/choose", choice, nil); status != http.StatusConflict {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// TestWithoutNotices: where there is no notice, nobody can agree: there are plain
// passes and no others, and for children neither.
func TestWithoutNotices(t *testing.T) {
	r := newRig(t, nil)
	all := r.site.about.Notices
	for name, c := range map[string]struct {
		notices         map[string]json.RawMessage
		faces, children bool
	}{
		"both":     {all, true, true},
		"one":      {map[string]json.RawMessage{"everybody": all["everybody"]}, true, false},
		"none":     {nil, false, false},
		"children": {map[string]json.RawMessage{"children": all["children"]}, false, false},
		"swapped":  {map[string]json.RawMessage{"everybody": all["children"]}, false, false},
		"noise":    {map[string]json.RawMessage{"everybody": json.RawMessage(`{}`)}, false, false},
	} {
		r.site.set(func() { r.site.about.Notices = c.notices })
		var o offer
		if status := r.get("/api/notice", &o); status != 200 || (len(o.Kinds) == 2) != c.faces || (o.Children != nil) != c.children || (o.Notice != nil) != c.faces {
			t.Errorf("%s: %d, %+v", name, status, o)
		}
		r.finish(r.begin("plain"))
		choice := map[string]any{"kind": "face", "agreed": true, "lang": "en", "notice": ""}
		if status := r.post("/api/choose", choice, nil); !c.faces && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, status)
		}
	}
	r.site.set(func() { r.site.about.Notices = all })
	choice := r.choice("face")
	for _, lang := range []string{"", "fr", "zh"} {
		if choice["lang"] = lang; r.post("/api/choose", choice, nil) != http.StatusBadRequest {
			t.Errorf("in the language %q", lang)
		}
	}
}
