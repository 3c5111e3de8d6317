package browsertest

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/web"
)

// TestEnrol walks the enrolment page to a plain pass and to a face pass, in both
// languages, and checks that the two are offered alike; in make soak in every
// size, too.
func TestEnrol(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	passes, err := vectors.Accepts()
	if err != nil {
		t.Fatal(err)
	}
	page := withLibraries(t, web.Enrol())
	var walks []walk
	for _, w := range []walk{
		{Size: "landscape", Lang: "en"},
		{Size: "phone", Lang: "zh-CN"},
		{Size: "landscape", Lang: "zh-CN"},
		{Size: "phone", Lang: "en"},
	}[:testenv.Count(2, 4)] {
		code, err := qr.Encode(passes[0].Text, qr.LevelL)
		if err != nil {
			t.Fatal(err)
		}
		s := &station{offer: offer(t), text: passes[0].Text, svg: code.SVG(45)}
		server := httptest.NewServer(s.handler(page))
		defer server.Close()
		w.Base = server.URL
		walks = append(walks, w)
	}
	run(t, "enrol.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable})
}

// offer is what a station offers, with the drafts of the notices.
func offer(t *testing.T) []byte {
	t.Helper()
	offer, err := json.Marshal(map[string]any{
		"site": "Garden Court", "demo": true, "kinds": []string{"plain", "face"}, "until": "2027-11-21", "look": 16, "prompts": 2,
		"zones":  []map[string]string{{"en": "Front door", "zh-CN": "前门"}, {"en": "Garage", "zh-CN": "车库"}},
		"notice": offered(t, consent.Everybody), "children": offered(t, consent.Children),
	})
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

// offered is a notice as a station writes it.
func offered(t *testing.T, rules consent.Rules) map[string]any {
	t.Helper()
	n, err := consent.Draft(rules, consent.DraftFor{Site: "Garden Court", Days: 365})
	if err != nil {
		t.Fatal(err)
	}
	id := map[consent.Rules]string{consent.Everybody: strings.Repeat("ab", 32), consent.Children: strings.Repeat("cd", 32)}[rules]
	title, sections := make(map[consent.Lang]string), make(map[consent.Lang][]map[string]any)
	for _, lang := range consent.Langs() {
		title[lang] = n.Title(lang)
		for _, s := range n.Sections(lang) {
			sections[lang] = append(sections[lang], map[string]any{"heading": s.Heading, "text": s.Paragraphs})
		}
	}
	return map[string]any{"id": id, "version": n.Version, "title": title, "sections": sections}
}
