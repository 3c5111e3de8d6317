// Command generate makes the test vectors of spec/pass.md and the fuzzing seeds
// that are taken from them. Everything comes from fixed keys and fixed bytes,
// and ECDSA signatures are deterministic (RFC 6979), so that running it again
// changes nothing; a test compares what it makes with what is committed.
//
// Run it as "go generate ./spec/vectors".
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// root is the repository's root, seen from where go generate runs.
const root = "../.."

func main() {
	log.SetFlags(0)
	files, err := Files()
	if err != nil {
		log.Fatal(err)
	}
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// Files returns every generated file by its path from the repository's root.
func Files() (map[string][]byte, error) {
	w := newWorld()
	accept := w.accepts()
	refuse := w.refuses()
	consents := w.consents()
	site := w.publish()
	lists := w.refusedLists()
	files := make(map[string][]byte)
	for name, v := range map[string]any{
		"accept": accept, "refuse": refuse, "consent": consents,
		"site": site, "statuslist": lists, "base45": base45(),
	} {
		var buf bytes.Buffer
		e := json.NewEncoder(&buf)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(v); err != nil {
			return nil, err
		}
		files["spec/vectors/"+name+".json"] = buf.Bytes()
	}
	for _, a := range accept {
		seed(files, "pass", "FuzzParse", "accept-"+a.Name, a.Text)
	}
	for _, r := range refuse {
		seed(files, "pass", "FuzzParse", "refuse-"+r.Name, r.Text)
	}
	for _, c := range consents {
		seed(files, "consent", "FuzzDecode", c.Name, []byte(c.Record))
	}
	for _, l := range site.StatusLists {
		seed(files, "statuslist", "FuzzVerify", fmt.Sprintf("accept-%d-entries", l.Size), []byte(l.Token))
	}
	for _, l := range lists {
		seed(files, "statuslist", "FuzzVerify", "refuse-"+l.Name, []byte(l.Token))
	}
	return files, nil
}

// seed adds a seed in the form that go test reads.
func seed[T string | []byte](files map[string][]byte, pkg, fuzz, name string, value T) {
	files[pkg+"/testdata/fuzz/"+fuzz+"/"+name] = fmt.Appendf(nil, "go test fuzz v1\n%T(%q)\n", value, value)
}

// check stops at what cannot fail for fixed input.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](v T, err error) T {
	check(err)
	return v
}
