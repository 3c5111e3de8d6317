package browsertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/web"
)

// TestPresentationVectors checks the phone's encoding byte by byte.
func TestPresentationVectors(t *testing.T) {
	browser(t)
	all, err := vectors.ThePresentations()
	must(t, err)
	all.Presentations = slices.DeleteFunc(all.Presentations, func(v vectors.Presentation) bool { return v.Steps == nil })
	if len(all.Presentations) == 0 {
		t.Fatal("no vector has steps")
	}
	module := filepath.Join(t.TempDir(), "present.mjs")
	result := api.Build(api.BuildOptions{EntryPoints: []string{"../src/phone/present.ts"}, Outfile: module, Bundle: true, Format: api.FormatESModule, Write: true})
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	run(t, "steps.mjs", map[string]any{"module": "file://" + module, "vectors": all.Presentations})
}

// issuer issues passes to phones and judges what they show, as the vectors' site
// does at a moment of theirs.
type issuer struct {
	key    *ecdsa.PrivateKey
	claims pass.Claims
	trust  pass.Trust
	now    time.Time
}

// TestPhone walks the phone's page in both languages, with a station that
// issues to its key and a door that judges what it shows.
func TestPhone(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	all, err := vectors.ThePresentations()
	must(t, err)
	v := all.Presentations[slices.IndexFunc(all.Presentations, func(v vectors.Presentation) bool { return v.Steps != nil })]
	bound, err := pass.Parse(v.Steps.Pass)
	must(t, err)
	site, err := vectors.TheSite()
	must(t, err)
	trust, err := site.Trust()
	must(t, err)
	key, err := site.IssuingKeys[0].PrivateKey()
	must(t, err)
	passes, err := vectors.Accepts()
	must(t, err)
	i := &issuer{key, bound.Claims(), trust, v.At}
	mux := http.NewServeMux()
	mux.Handle("/", web.Serve(withLibraries(t, web.Phone())))
	mux.HandleFunc("POST /control/issue", answer(i.issue))
	mux.HandleFunc("POST /control/judge", answer(i.judge))
	server := httptest.NewServer(mux)
	defer server.Close()
	var nonce pass.Challenge
	nonce.Nonce[0], nonce.Nonce[15] = 7, 9
	run(t, "phone.mjs", map[string]any{
		"base": server.URL, "shots": shots(t), "executable": executable, "now": v.At, "paper": passes[0].Text, "foreign": v.Steps.Pass,
		"nonce": map[string]any{"text": nonce.Text(), "bytes": nonce.Nonce[:]}, "door": map[string]any{"text": "a1b2c3d4e5f60718"},
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer makes a handler of a function over JSON; an error is said in it.
func answer[Q any](f func(Q) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		err := json.NewDecoder(r.Body).Decode(&q)
		said := map[string]string{}
		if err == nil {
			said["text"], err = f(q)
		}
		if err != nil {
			said["error"] = err.Error()
		}
		_ = json.NewEncoder(w).Encode(said)
	}
}

// issue signs a plain pass for the key that a phone shows.
func (i *issuer) issue(q struct{ Key string }) (string, error) {
	digits, found := strings.CutPrefix(q.Key, "FLH1:")
	point := decode45(digits)
	if !found || len(point) != 64 {
		return "", fmt.Errorf("%q is no key", q.Key)
	}
	holder, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, point...))
	if err != nil {
		return "", err
	}
	claims := i.claims
	claims.Holder = holder
	signed, err := pass.Sign(nil, i.key, claims)
	if err != nil {
		return "", err
	}
	return pass.Join(signed, nil)
}

// judge does what a door does with a presentation.
func (i *issuer) judge(q struct {
	Text  string
	Nonce []byte
	Door  string
},
) (string, error) {
	p, err := pass.ParsePresentation(q.Text)
	if err != nil {
		return "", err
	}
	ok, err := p.Pass().Verify(i.trust, i.claims.Zones[0], i.now)
	if err != nil {
		return "", err
	}
	var asked pass.Challenge
	copy(asked.Nonce[:], q.Nonce)
	if q.Door != "" {
		if asked.Door, err = pass.ParseDoorID(q.Door); err != nil {
			return "", err
		}
	}
	return "", p.Verify(ok, asked, i.now)
}

// decode45 is Base45 (RFC 9285) for whole pairs, apart from the product's own.
func decode45(text string) []byte {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var data []byte
	for ; len(text) >= 3; text = text[3:] {
		n := strings.IndexByte(alphabet, text[0]) + 45*strings.IndexByte(alphabet, text[1]) + 2025*strings.IndexByte(alphabet, text[2])
		data = append(data, byte(n>>8), byte(n))
	}
	return data
}
