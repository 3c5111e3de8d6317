package browsertest

import (
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// publicFacts are those of the house, or of a house without faces.
type publicFacts struct{ plain bool }

func (p publicFacts) Facts() (public.Facts, error) {
	f := publictest.Facts()
	if p.plain {
		f.Zones, f.Demo = f.Zones[1:], true
	}
	return f, nil
}

// TestPublic looks at the site's public page, in both languages and sizes, and
// as it is printed.
func TestPublic(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	bases := map[string]string{}
	for name, source := range map[string]public.Source{"faces": publicFacts{}, "plain": publicFacts{plain: true}} {
		server := httptest.NewServer(public.New(source))
		defer server.Close()
		bases[name] = server.URL
	}
	run(t, "public.mjs", map[string]any{"bases": bases, "shots": shots(t), "executable": executable})
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
