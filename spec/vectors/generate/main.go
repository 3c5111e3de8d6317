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

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
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
	shown := w.presentations()
	site := w.publish()
	lists := w.refusedLists()
	bundles := newBundles(w, site).all()
	relays := w.relayed()
	files := make(map[string][]byte)
	for name, v := range map[string]any{
		"accept": accept, "refuse": refuse, "consent": consents,
		"site": site, "statuslist": lists, "base45": base45(),
		"presentation": shown, "bundle": bundles, "relay": relays, "agreement": w.agreement(),
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
	seeds(files, accept, refuse)
	newSeeds(files, shown, bundles, relays)
	for _, c := range consents {
		seed(files, "consent", "FuzzDecode", "record-"+c.Name, []byte(c.Record))
	}
	for _, l := range site.StatusLists {
		seed(files, "statuslist", "FuzzVerify", fmt.Sprintf("accept-%d-entries", l.Size), []byte(l.Token))
	}
	for _, l := range lists {
		seed(files, "statuslist", "FuzzVerify", "refuse-"+l.Name, []byte(l.Token))
	}
	for i, bits := range [][]byte{{0xb9, 0xa3}, make([]byte, 8192), bytesOf("bits", 512)} {
		seed(files, "statuslist", "FuzzInflate", "accept-"+itoa(i), packed(bits))
	}
	seed(files, "statuslist", "FuzzInflate", "refuse-nothing", packed(nil))
	for i, hours := range []string{"", "Mon-Fri 07:00-19:00", "daily 00:00-24:00", "Fri-Mon 22:00-02:00, Sat+Sun 08:00-09:00"} {
		seed(files, "pass", "FuzzParseSchedule", "accept-"+itoa(i), hours)
	}
	seed(files, "pass", "FuzzParseSchedule", "refuse-minute", "Mon 07:60-08:00")
	for i, pair := range base45().Accept {
		seed(files, "pass", "FuzzBase45", "accept-"+itoa(i), pair.Text)
	}
	for i, text := range base45().Refuse {
		seed(files, "pass", "FuzzBase45", "refuse-"+itoa(i), text)
	}
	return files, nil
}

// seeds adds what is taken from passes: the texts, the messages, the sealed
// references and what is in them.
func seeds(files map[string][]byte, accept []vectors.Accept, refuse []vectors.Refuse) {
	for _, a := range accept {
		seed(files, "pass", "FuzzParse", "accept-"+a.Name, a.Text)
		seed(files, "internal/cose", "FuzzSign1", "accept-"+a.Name, []byte(a.Bytes))
		if len(a.References) == 0 {
			continue
		}
		sealed := unwrap(decode(open(a.Text).unprotected).get(-65537))
		seed(files, "internal/cose", "FuzzEncrypt0", "accept-"+a.Name, sealed)
		var inside object
		for _, r := range a.References {
			inside = append(inside, pair{byteString(r.Model), byteString(r.Bytes)})
		}
		seed(files, "pass", "FuzzReferences", "accept-"+a.Name, inside.encode())
	}
	for _, r := range refuse {
		seed(files, "pass", "FuzzParse", "refuse-"+r.Name, r.Text)
		if r.Bytes != nil && r.Reason == string(pass.ReasonMalformed) {
			seed(files, "internal/cose", "FuzzSign1", "refuse-"+r.Name, []byte(r.Bytes))
		}
	}
}

// seed adds a seed in the form that go test reads.
func seed[T string | []byte](files map[string][]byte, pkg, fuzz, name string, value T) {
	kind := "string"
	if _, ok := any(value).([]byte); ok {
		kind = "[]byte"
	}
	files[pkg+"/testdata/fuzz/"+fuzz+"/"+name] = fmt.Appendf(nil, "go test fuzz v1\n%s(%q)\n", kind, value)
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
