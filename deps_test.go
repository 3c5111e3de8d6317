package facelatch

import (
	"slices"
	"strings"
	"testing"
)

// A layer is a level of the architecture. A package imports its own layer and
// those above it in this list, never one below.
type layer int

const (
	vocabulary layer = iota // what a thing is: no input or output, no clock, no goroutines
	decisions               // what follows from it: pure functions and state machines
	machinery               // devices, the model runtime, stores, files
	services                // processes that talk to each other
	programs                // main packages and what only tests use: nobody imports them
)

// layers says where each package belongs, by the longest prefix of its path
// that stands here; a package whose name ends in "test" is for tests only. A
// package that matches none fails TestLayers: decide where it belongs, and
// write it down.
var layers = map[string]layer{
	"statuslist":    vocabulary,
	"picture":       vocabulary,
	"models":        vocabulary,
	"pass":          vocabulary,
	"consent":       vocabulary,
	"bundle":        vocabulary,
	"face":          vocabulary,
	"iddoc":         vocabulary,
	"internal/cose": vocabulary, // the COSE messages that the formats share
	"desk/party":    vocabulary, // who asks a desk: the controller registers it, the desk reads it

	"door":    decisions,
	"idcheck": decisions,
	"issue":   decisions,
	"ledger":  decisions,

	"device":   machinery,
	"card":     machinery,
	"eval":     machinery,
	"internal": machinery,

	"web":        services,
	"controller": services,
	"station":    services,
	"edge":       services,
	"desk":       services,
	"demo":       services, // starts the others as processes, and builds in none of them

	".":                programs,
	"cmd":              programs,
	"setup":            programs,
	"bench":            programs,
	"e2e":              programs,
	"internal/check":   programs,
	"internal/testenv": programs,
	"spec":             programs,
	"packaging":        programs, // Debian packages are built and installed in its tests

	"internal/mrzread/train": programs, // teaches the reader of printed lines
}

// vocabularyImports says which of our packages each vocabulary package may
// import. The order is a promise: a pass can be read without knowing what a
// face is, and a face cannot be touched without consent.
var vocabularyImports = map[string][]string{
	"internal/cose": {},
	"picture":       {},
	"models":        {},
	"models/sets":   {"models"}, // for setup and for tests; no part of the program
	"statuslist":    {"internal/cose"},
	"pass":          {"internal/cose", "statuslist"},
	"consent":       {"internal/cose", "pass"},
	"bundle":        {"internal/cose", "statuslist", "pass", "consent"},
	"face":          {"picture", "models", "pass", "consent"},
	"iddoc":         {"picture"},
	"desk/party":    {},
}

// rule forbids imports to some packages, those for tests excepted. Patterns are package paths, ours
// without the module's; a pattern that ends in /... matches everything below
// and the package itself, and ... alone matches all.
type rule struct {
	packages []string
	except   []string
	forbid   []string
	why      string
}

var rules = []rule{
	{
		packages: []string{"statuslist", "picture", "models", "pass", "consent", "bundle", "face", "iddoc", "internal/cose"},
		forbid:   []string{"os/...", "net/...", "syscall", "database/...", "log/...", "io/ioutil", "golang.org/x/sys/...", "plugin"},
		why:      "the vocabulary does no input or output: what sees a face or a key cannot write it anywhere",
	},
	{
		packages: []string{"statuslist", "picture", "models", "pass", "consent", "bundle", "face", "iddoc", "internal/cose", "desk/party"},
		forbid:   []string{"crypto/rand", "math/rand/..."},
		why:      "the vocabulary takes randomness as an argument, so that its vectors can be made again",
	},
	{
		packages: []string{"door", "idcheck", "issue", "ledger"},
		forbid:   []string{"os/...", "net/...", "syscall", "database/...", "log/..."},
		why:      "decisions are pure: what they need from the world comes through an interface that they declare",
	},
	{
		packages: []string{"..."},
		except:   []string{"internal/onnx", "internal/jp2"},
		forbid:   []string{"unsafe", "C", "github.com/ebitengine/purego/..."},
		why:      "internal/onnx is the native boundary, and internal/jp2 one in a child process; everywhere else memory is safe",
	},
	{
		packages: []string{"internal/onnx"},
		forbid:   []string{"net/...", "log/...", "os/exec"},
		why:      "the model runtime sees faces: it has no way to send or log one",
	},
	{
		packages: []string{"device/..."},
		forbid:   []string{"face", "consent", "pass", "issue", "door"},
		why:      "a device moves pictures, text or a bolt; it knows neither faces nor who may pass",
	},
	{
		packages: []string{"..."},
		except:   []string{"controller/...", "station", "edge/...", "desk/...", "web", "demo", "device/...", "cmd/...", "internal/doorapi", "internal/member", "internal/tlsrecord", "internal/visitors"},
		forbid:   []string{"net/..."},
		why:      "only services and network devices open connections: nothing is fetched or reported at run time",
	},
	{
		packages: []string{"..."},
		except:   []string{"picture/...", "bench"},
		forbid:   []string{"image/jpeg", "image/gif", "golang.org/x/image/webp"},
		why:      "pictures from outside are decoded in one place, which limits their size and wipes them",
	},
	{
		packages: []string{"..."},
		except:   []string{"device/qr"},
		forbid:   []string{"github.com/tetratelabs/wazero/...", "github.com/makiuchi-d/gozxing/..."},
		why:      "QR codes from outside are read in one place, in a sandbox",
	},
	{
		packages: []string{"..."},
		except:   []string{"internal/cose"},
		forbid:   []string{"github.com/veraison/go-cose/..."},
		why:      "what is canonical is decided in one place",
	},
	{
		packages: []string{"..."},
		except:   []string{"cmd/..."},
		forbid:   []string{"github.com/spf13/...", "github.com/schollz/..."},
		why:      "flags and progress bars belong to the command line",
	},
	{
		packages: []string{"..."},
		except:   []string{"internal/testenv", "bench"},
		forbid:   []string{"testing/...", "pgregory.net/rapid/...", "go.uber.org/goleak/...", "github.com/rogpeppe/go-internal/..."},
		why:      "what is for tests stays out of the program",
	},
}

func TestCompiles(t *testing.T) {
	for _, p := range load(t) {
		for _, err := range p.errors {
			t.Error(err)
		}
	}
}

// TestLayers checks every import among our own packages.
func TestLayers(t *testing.T) {
	for _, p := range load(t) {
		own, known := layerOf(p.path)
		if !known {
			t.Errorf("%s stands in no layer: add it to layers in deps_test.go", p.path)
			continue
		}
		for _, imported := range p.ours {
			its, _ := layerOf(imported)
			switch {
			case its == programs && own != programs:
				t.Errorf("%s imports %s, which only programs and tests may import", p.path, imported)
			case its > own:
				t.Errorf("%s imports %s, which is further down the list of layers", p.path, imported)
			case own == services && its == services && imported != "web" && service(p.path) != service(imported):
				t.Errorf("%s imports %s: services talk to each other, they are not built into each other", p.path, imported)
			}
		}
	}
}

// TestVocabularyOrder checks imports inside the vocabulary.
func TestVocabularyOrder(t *testing.T) {
	for _, p := range load(t) {
		if l, _ := layerOf(p.path); l != vocabulary {
			continue
		}
		allowed, known := vocabularyImports[p.path]
		if !known {
			t.Errorf("%s is vocabulary: say in vocabularyImports what it may import", p.path)
		}
		for _, imported := range p.ours {
			if !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s; of ours it may import %q", p.path, imported, allowed)
			}
		}
	}
}

func TestImportRules(t *testing.T) {
	for _, p := range load(t) {
		for _, r := range rules {
			if !matchesAny(r.packages, p.path) || matchesAny(r.except, p.path) || forTests(p.path) {
				continue
			}
			for _, imported := range p.imports {
				if matchesAny(r.forbid, imported) {
					t.Errorf("%s imports %s: %s", p.path, imported, r.why)
				}
			}
		}
	}
}

// TestRulesNameRealPackages catches a rule that a renamed package has emptied.
func TestRulesNameRealPackages(t *testing.T) {
	real := load(t)
	for _, r := range rules {
		for _, pattern := range append(slices.Clone(r.packages), r.except...) {
			found := slices.ContainsFunc(real, func(p *pkg) bool { return matches(pattern, p.path) })
			if !found {
				t.Errorf("no package matches %q, in the rule that says %q", pattern, r.why)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"os/...", "os", true},
		{"os/...", "os/exec", true},
		{"os/...", "osx", false},
		{"os", "os/exec", false},
		{"...", "anything/at/all", true},
	} {
		if matches(test.pattern, test.path) != test.want {
			t.Errorf("%q matches %q: want %t", test.pattern, test.path, test.want)
		}
	}
}

// service returns the service that a package is a part of: its top folder.
func service(path string) string {
	top, _, _ := strings.Cut(path, "/")
	return top
}

// forTests says whether a package is support for tests, such as picturetest.
func forTests(path string) bool { return strings.HasSuffix(path, "test") }

func layerOf(path string) (layer, bool) {
	if forTests(path) {
		return programs, true
	}
	for prefix := path; ; {
		if l, ok := layers[prefix]; ok {
			return l, true
		}
		slash := strings.LastIndexByte(prefix, '/')
		if slash < 0 {
			return programs, false
		}
		prefix = prefix[:slash]
	}
}

func matches(pattern, path string) bool {
	prefix, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pattern == path
	}
	return strings.HasPrefix(path+"/", prefix)
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}
