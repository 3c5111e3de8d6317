package result_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
)

const document = "../../docs/tokens.md"

var update = flag.Bool("update", false, "write the examples into docs/tokens.md")

// example is a block of the document: a comment with its name, then a fenced block.
var example = regexp.MustCompile("(?s)(<!-- example: ([a-z-]+) -->\n```json\n)(.*?)(```)")

// TestDocument: what docs/tokens.md shows is what is made, and the schema is the one
// that results are held to.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile(document)
	must(t, err)
	want, seen := examples(t), 0
	out := example.ReplaceAllStringFunc(string(data), func(block string) string {
		m := example.FindStringSubmatch(block)
		content, ok := want[m[2]]
		if !ok {
			t.Fatalf("no example is named %q", m[2])
		}
		seen++
		if m[3] != content && !*update {
			t.Errorf("the example %q is not what is made; run go test ./desk/result -run TestDocument -update", m[2])
		}
		return m[1] + content + m[4]
	})
	if seen != len(want) {
		t.Errorf("%d examples in the document, want %d", seen, len(want))
	}
	for _, claim := range party.Claims() {
		if !strings.Contains(out, "| `"+claim+"` |") {
			t.Errorf("the claim %s is not in the table", claim)
		}
	}
	if *update {
		must(t, os.WriteFile(document, []byte(out), 0o644))
	}
}

// examples are made with a key, salts and times that are always the same.
func examples(t *testing.T) map[string]string {
	t.Helper()
	raw := bytes.Repeat([]byte{7}, 32)
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	must(t, err)
	keys, err := result.NewKeys(private)
	must(t, err)
	m := result.Maker{Issuer: issuer, Keys: keys, Random: &counter{}}
	in := same()
	in.Asked = []string{party.FamilyName, party.Over18, party.DocumentNumber, party.DocumentType}
	in.Claims = map[string]any{party.FamilyName: "ERIKSSON", party.Over18: true, party.DocumentNumber: "L898902C3", party.DocumentType: "passport"}
	in.Result.Unattended = true
	jwt, err := m.Make(party.JWT, in, now)
	must(t, err)
	vc, err := m.Make(party.SDJWT, in, now)
	must(t, err)
	in.Result.Outcome = idcheck.Inconclusive
	other, err := m.Make(party.JWT, in, now)
	must(t, err)
	list, err := m.StatusList(make([]byte, 1<<14), lists, now, time.Hour)
	must(t, err)
	set, err := json.Marshal(keys.Set())
	must(t, err)
	return map[string]string{
		"schema": string(result.Schema()), "keys": indent(t, set),
		"jwt-header": part(t, jwt, 0), "jwt-body": part(t, jwt, 1), "sd-jwt-header": part(t, vc, 0), "sd-jwt-body": part(t, vc, 1), "disclosures": disclosures(t, vc),
		"other-header": part(t, other, 0), "other-body": part(t, other, 1), "list-header": part(t, list, 0), "list-body": part(t, list, 1),
	}
}

// counter are bytes that count up.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = c.n
		c.n++
	}
	return len(b), nil
}

// part is the header or the body of a token, indented.
func part(t *testing.T, token string, n int) string {
	t.Helper()
	signed, _, _ := strings.Cut(token, "~")
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(signed, ".")[n])
	must(t, err)
	return indent(t, data)
}

func indent(t *testing.T, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	must(t, json.Indent(&b, data, "", "  "))
	return b.String() + "\n"
}

func disclosures(t *testing.T, token string) string {
	t.Helper()
	var lines []string
	parts := strings.Split(token, "~")
	for _, d := range parts[1 : len(parts)-1] {
		data, err := base64.RawURLEncoding.DecodeString(d)
		must(t, err)
		lines = append(lines, "  "+string(data))
	}
	return fmt.Sprintf("[\n%s\n]\n", strings.Join(lines, ",\n"))
}
