package browsertest

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		s := &station{offer: offer(t), text: passes[0].Text}
		server := httptest.NewServer(s.handler(page))
		defer server.Close()
		w.Base = server.URL
		walks = append(walks, w)
	}
	run(t, "enrol.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable})
}

// offer is what a station offers, with the notice of the demo.
func offer(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "cmd", "facelatch", "notice.txt"))
	if err != nil {
		t.Fatal(err)
	}
	en, zh, _ := strings.Cut(string(data), "\n\n\n")
	offer, err := json.Marshal(map[string]any{
		"site": "Garden Court", "demo": true, "kinds": []string{"plain", "face"}, "until": "2027-11-21",
		"zones":  []map[string]string{{"en": "Front door", "zh-CN": "前门"}, {"en": "Garage", "zh-CN": "车库"}},
		"notice": map[string]any{"id": strings.Repeat("ab", 32), "text": map[string]string{"en": en, "zh-CN": zh}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return offer
}
