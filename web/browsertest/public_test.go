package browsertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/facelatch/facelatch/controller/papers"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
)

// publicFacts are those of the house, or of a house without faces.
type publicFacts struct{ plain bool }

func (p publicFacts) Facts() (public.Facts, error) {
	f := publictest.Asking(3) // which has the most to say
	if p.plain {
		f.Zones, f.Demo = f.Zones[1:], true
	}
	return f, nil
}

// TestPublic looks at the site's public page and at the impact assessment, in both
// languages and sizes, and as they are printed.
func TestPublic(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	bases := map[string]string{}
	for name, source := range map[string]public.Source{"faces": publicFacts{}, "plain": publicFacts{plain: true}} {
		mux := http.NewServeMux()
		mux.Handle("/", public.New(source))
		mux.HandleFunc("GET /assessment/{lang}", assessment)
		server := httptest.NewServer(mux)
		defer server.Close()
		bases[name] = server.URL
	}
	run(t, "public.mjs", map[string]any{"bases": bases, "shots": shots(t), "executable": executable})
}

// assessment serves the impact assessment of the house.
func assessment(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", papers.Policy())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := papers.Assessment(w, publictest.Asking(3), words.Tag(r.PathValue("lang"))); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// TestPictograms evaluates the drawings of doors' screens, and compares them with
// those of the public page and of signs.
func TestPictograms(t *testing.T) {
	browser(t)
	bundle := filepath.Join(t.TempDir(), "pictures.mjs")
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(testenv.Root(t), "web", "src", "shared", "pictures.ts")},
		Outfile:     bundle, Bundle: true, Format: api.FormatESModule, Write: true,
	})
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	script := `const { pictures } = await import(process.argv[1]); console.log(JSON.stringify(pictures));`
	out, err := exec.CommandContext(t.Context(), "node", "--input-type=module", "--eval", script, bundle).Output()
	if err != nil {
		t.Fatal(err)
	}
	var drawn map[string]string
	if err := json.Unmarshal(out, &drawn); err != nil {
		t.Fatal(err)
	}
	for _, name := range public.Drawings() {
		inside, err := public.Drawing(name)
		if err != nil || !strings.HasSuffix(drawn[name], ">"+inside+"</svg>") {
			t.Errorf("%s is drawn in another way on screens: %v\n%s", name, err, drawn[name])
		}
	}
}
