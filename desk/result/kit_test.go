package result_test

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

const (
	issuer = "https://desk.example"
	lists  = issuer + "/status/1"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return k
}

func maker(t testing.TB) result.Maker {
	t.Helper()
	keys, err := result.NewKeys(key(t))
	must(t, err)
	return result.Maker{Issuer: issuer, Keys: keys}
}

// everything is a value for each claim.
func everything() map[string]any {
	return map[string]any{
		party.GivenName: "ANNA MARIA", party.FamilyName: "ERIKSSON", party.Birthdate: "1974-08-12", party.Nationalities: []string{"UTO"},
		party.Over18: true, party.DocumentNumber: "L898902C3", party.DocumentType: "passport", party.DocumentIssuer: "UTX", party.DocumentExpiry: "2030-04-15",
	}
}

// same is a check at the counter that ended well, of which everything was asked.
func same() result.Input {
	return result.Input{
		ID: "5cuW6KxRkqRkvVqVq0vJ2g", Party: "harbour-bank", Nonce: "n-0S6_WzA2Mj", Asked: party.Claims(), Claims: everything(),
		Result: idcheck.Result{
			Outcome: idcheck.SamePerson, Reason: idcheck.FaceMatches, Way: idcheck.ByFace, DocumentChecked: true, LinesVerified: true,
			Proof: iddoc.Unproved, Threshold: 0.34567891,
		},
		Lines: iddoc.Print, Portrait: iddoc.Print, Notice: [32]byte{1, 2, 3}, At: now.Add(-3 * time.Second), Status: result.Place{URI: lists, Index: 77},
	}
}

// stranger is one that ended otherwise.
func stranger() result.Input {
	in := same()
	in.Result.Outcome, in.Result.Reason = idcheck.NotSamePerson, idcheck.FaceDiffers
	return in
}

func expect(m result.Maker, in result.Input) result.Expect {
	return result.Expect{Keys: m.Keys.Set(), Issuer: issuer, Party: in.Party, Nonce: in.Nonce, Now: now.Add(time.Second)}
}

// read is what anybody sees who takes a token apart: its body, and what was
// disclosed as [salt, name, value].
func read(t testing.TB, token string) (header, body map[string]any, disclosures [][]any) {
	t.Helper()
	parts := strings.Split(token, "~")
	sections := strings.Split(parts[0], ".")
	decode(t, sections[0], &header)
	decode(t, sections[1], &body)
	for _, d := range parts[1:] {
		if d != "" {
			var one []any
			decode(t, d, &one)
			disclosures = append(disclosures, one)
		}
	}
	return header, body, disclosures
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	must(t, err)
	must(t, json.Unmarshal(data, into))
}

// fits checks a body against the schema.
func fits(t testing.TB, body any) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(result.Schema()))
	must(t, err)
	must(t, compiler.AddResource("urn:schema", doc))
	schema, err := compiler.Compile("urn:schema")
	must(t, err)
	data, err := json.Marshal(body)
	must(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	must(t, err)
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
}

// packed and unpacked are the other half of a status list.
func packed(t testing.TB, bits []byte) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(bits)
	must(t, err)
	must(t, w.Close())
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

func unpacked(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	must(t, err)
	r, err := zlib.NewReader(bytes.NewReader(data))
	must(t, err)
	bits, err := io.ReadAll(r)
	must(t, err)
	return bits
}
