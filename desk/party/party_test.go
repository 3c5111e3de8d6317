package party_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/testenv"
)

// bank is a party of which everything is filled in.
func bank(t testing.TB) party.Party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, hash, err := party.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return party.Party{
		ID: "harbour-bank", Name: map[string]string{"en": "Harbour Bank", "zh-CN": "海港银行"},
		Redirects: []string{"https://bank.example/back", "https://bank.example/app?from=desk"}, Webhook: "https://hooks.bank.example:8443/desk",
		Key: jose.JSONWebKey{Key: key.Public(), KeyID: "2026-1", Use: "enc"}, SecretHash: hash,
		Claims: []string{party.FamilyName, party.Over18}, Formats: []party.Format{party.SDJWT, party.JWT},
	}
}

func TestRoundTrip(t *testing.T) {
	p := bank(t)
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := party.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("%v\n%s\n%s", err, data, again)
	}
	if !got.HasKey() || got.Public() || got.Format() != party.SDJWT || !got.Takes(party.JWT) || !got.May(party.Over18) || got.May(party.Birthdate) {
		t.Errorf("%+v", got)
	}
	if !got.Redirect("https://bank.example/back") || got.Redirect("https://bank.example/back/") || got.Redirect("https://bank.example/BACK") {
		t.Error("a redirect is compared character for character")
	}
	if got.NameIn("zh-CN") != "海港银行" || got.NameIn("fr") != "Harbour Bank" {
		t.Errorf("%q, %q", got.NameIn("zh-CN"), got.NameIn("fr"))
	}
	least := party.Party{ID: "a", Name: map[string]string{"de": "Haus"}, Redirects: []string{"https://a.example"}}
	if err := least.Valid(); err != nil || least.NameIn("en") != "Haus" || !least.Takes(party.JWT) || least.Takes(party.SDJWT) || least.Format() != party.JWT {
		t.Error(err)
	}
}

func TestSecret(t *testing.T) {
	secret, hash, err := party.NewSecret(rand.Reader)
	if err != nil || len(secret) != 43 {
		t.Fatal(err, len(secret))
	}
	p := party.Party{SecretHash: hash}
	if !p.Authentic(secret) || p.Authentic(secret+"x") || p.Authentic("") {
		t.Error("a secret is compared wrongly")
	}
	if (party.Party{}).Authentic("") {
		t.Error("a party without a secret takes the empty one")
	}
	if _, _, err := party.NewSecret(strings.NewReader("too short")); err == nil {
		t.Error("a secret was made of nothing")
	}
}

// TestValid: each fault is told with the field that has it.
func TestValid(t *testing.T) {
	outside, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	redirect := func(address string) func(*party.Party) {
		return func(p *party.Party) { p.Redirects = []string{address} }
	}
	for name, test := range map[string]struct {
		change func(*party.Party)
		field  string
	}{
		"no id":                 {func(p *party.Party) { p.ID = "" }, "id"},
		"id in capitals":        {func(p *party.Party) { p.ID = "Bank" }, "id"},
		"id with a slash":       {func(p *party.Party) { p.ID = "a/b" }, "id"},
		"no name":               {func(p *party.Party) { p.Name = nil }, "name"},
		"a language that isn't": {func(p *party.Party) { p.Name = map[string]string{"english!": "B"} }, "name"},
		"a name that turns":     {func(p *party.Party) { p.Name["en"] = "Bank\u202eknaB" }, "name.en"},
		"a name of two lines":   {func(p *party.Party) { p.Name["en"] = "Bank\nof" }, "name.en"},
		"a name unseen":         {func(p *party.Party) { p.Name["en"] = "\u200b" }, "name.en"},
		"a long name":           {func(p *party.Party) { p.Name["en"] = strings.Repeat("B", 81) }, "name.en"},
		"http":                  {redirect("http://bank.example/"), "redirects[0]"},
		"a script":              {redirect("javascript:alert(1)"), "redirects[0]"},
		"a name in front":       {redirect("https://bank.example@evil.example/"), "redirects[0]"},
		"a fragment":            {redirect("https://bank.example/#a"), "redirects[0]"},
		"an empty fragment":     {redirect("https://bank.example/#"), "redirects[0]"},
		"no host":               {redirect("https:///back"), "redirects[0]"},
		"relative":              {redirect("/back"), "redirects[0]"},
		"opaque":                {redirect("https:bank.example"), "redirects[0]"},
		"a star":                {redirect("https://*.bank.example/"), "redirects[0]"},
		"a backslash":           {redirect(`https://bank.example\@evil.example/`), "redirects[0]"},
		"capitals":              {redirect("https://Bank.example/"), "redirects[0]"},
		"a space":               {redirect("https://bank.example/a b"), "redirects[0]"},
		"up":                    {redirect("https://bank.example/a/../b"), "redirects[0]"},
		"an empty port":         {redirect("https://bank.example:/a"), "redirects[0]"},
		"a code of its own":     {redirect("https://bank.example/?code=1"), "redirects[0]"},
		"long":                  {redirect("https://bank.example/" + strings.Repeat("a", 512)), "redirects[0]"},
		"twice":                 {func(p *party.Party) { p.Redirects = append(p.Redirects, p.Redirects[0]) }, "redirects[2]"},
		"many":                  {func(p *party.Party) { p.Redirects = make([]string, 17) }, "redirects"},
		"webhook":               {func(p *party.Party) { p.Webhook = "ftp://bank.example" }, "webhook"},
		"webhook, no key":       {func(p *party.Party) { p.Key = jose.JSONWebKey{} }, "key"},
		"RSA":                   {func(p *party.Party) { p.Key.Key = outside.Public() }, "key"},
		"for signing":           {func(p *party.Party) { p.Key.Use = "sig" }, "key"},
		"another algorithm":     {func(p *party.Party) { p.Key.Algorithm = "RSA-OAEP" }, "key"},
		"another curve":         {func(p *party.Party) { p.Key.Key = wide.Public() }, "key"},
		"a strange kid":         {func(p *party.Party) { p.Key.KeyID = "a\nb" }, "key"},
		"a claim":               {func(p *party.Party) { p.Claims = []string{"email"} }, "claims[0]"},
		"a claim twice":         {func(p *party.Party) { p.Claims = []string{party.Over18, party.Over18} }, "claims[1]"},
		"a format":              {func(p *party.Party) { p.Formats = []party.Format{"xml"} }, "formats[0]"},
		"nothing to prove":      {func(p *party.Party) { p.SecretHash, p.Redirects = [32]byte{}, nil }, "secret_sha256"},
	} {
		t.Run(name, func(t *testing.T) {
			p := bank(t)
			p.Name = maps.Clone(p.Name)
			test.change(&p)
			err := p.Valid()
			var field *party.FieldError
			if !errors.As(err, &field) || field.Field != test.field || !errors.Is(err, party.ErrParty) {
				t.Errorf("got %v", err)
			}
			if _, err := p.Encode(); !errors.Is(err, party.ErrParty) {
				t.Errorf("it was written: %v", err)
			}
		})
	}
}

// TestDecodeStrictly: what readers could differ about is refused.
func TestDecodeStrictly(t *testing.T) {
	const rest = `"name":{"en":"A"},"redirects":["https://a.example"]}`
	if _, err := party.Decode([]byte(`{"id":"a",` + rest)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"nothing":        ``,
		"a list":         `[]`,
		"not known":      `{"id":"a","colour":"red",` + rest,
		"other spelling": `{"ID":"a",` + rest,
		"twice":          `{"id":"a","id":"b",` + rest,
		"twice inside":   `{"id":"a","name":{"en":"A","en":"B"},"redirects":["https://a.example"]}`,
		"null":           `{"id":"a","webhook":null,` + rest,
		"null inside":    `{"id":"a","claims":[null],` + rest,
		"after it":       `{"id":"a",` + rest + `{}`,
		"cut":            `{"id":"a","name":{"en":"A"`,
		"a number":       `{"id":1,` + rest,
		"deep":           `{"id":"a","key":{"x":[[[[[1]]]]]},` + rest,
		"no key":         `{"id":"a","key":{"kty":"EC"},` + rest,
		"a short hash":   `{"id":"a","secret_sha256":"00",` + rest,
		"a zero hash":    `{"id":"a","secret_sha256":"` + strings.Repeat("0", 64) + `",` + rest,
		"capital hash":   `{"id":"a","secret_sha256":"` + strings.Repeat("AB", 32) + `",` + rest,
		"long":           `{"id":"` + strings.Repeat("a", party.MaxSize) + `",` + rest,
	} {
		if p, err := party.Decode([]byte(data)); !errors.Is(err, party.ErrParty) || p.ID != "" {
			t.Errorf("%s: %v, %+v", name, err, p)
		}
	}
}

// TestPrivateKeyRefused: a private key is refused, and not a digit of it told.
func TestPrivateKeyRefused(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	data, err := jose.JSONWebKey{Key: key}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	_, err = party.Decode([]byte(`{"id":"a","name":{"en":"A"},"redirects":["https://a.example"],"key":` + string(data) + `}`))
	if !errors.Is(err, party.ErrParty) || !strings.Contains(err.Error(), "not a public key") {
		t.Error(err)
	}
}

func TestCheckValue(t *testing.T) {
	good := map[string]any{
		party.GivenName: "ANNA MARIA", party.FamilyName: "ERIKSSON", party.Birthdate: "1974-08-12", party.Nationalities: []string{"UTO"},
		party.Over18: false, party.DocumentNumber: "L898902C3", party.DocumentType: "passport", party.DocumentIssuer: "D", party.DocumentExpiry: "2028-02-29",
	}
	if len(good) != len(party.Claims()) {
		t.Error("a claim has no example")
	}
	for claim, value := range good {
		if err := party.CheckValue(claim, value); err != nil {
			t.Error(err)
		}
	}
	for claim, values := range map[string][]any{
		party.GivenName: {"", " A", "A\x00", 1, nil, strings.Repeat("A", 81)}, party.Birthdate: {"74-08-12", "1974-02-30", "1974-08"},
		party.Nationalities: {[]string{}, []string{"utopia"}, "UTO", []any{"UTO"}}, party.Over18: {"true", 1}, party.DocumentNumber: {"", "A-1"},
		party.DocumentType: {"library card"}, party.DocumentIssuer: {"UTOPIA"}, party.DocumentExpiry: {"2028", "2027-02-29"},
	} {
		for _, value := range values {
			if err := party.CheckValue(claim, value); !errors.Is(err, party.ErrValue) {
				t.Errorf("%s: %v is taken: %v", claim, value, err)
			}
		}
	}
	if err := party.CheckValue("email", "a@b"); !errors.Is(err, party.ErrClaim) {
		t.Error(err)
	}
}

// FuzzDecode: what is not taken is nothing, and what is taken is valid, and read
// again from what it is written as.
func FuzzDecode(f *testing.F) {
	data, err := bank(f).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := party.Decode(data)
		if err != nil {
			if p.ID != "" || p.Name != nil || !errors.Is(err, party.ErrParty) {
				t.Fatal("a party with an error", err)
			}
			return
		}
		written, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		q, err := party.Decode(written)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := q.Encode(); err != nil || !bytes.Equal(written, again) {
			t.Fatal(err, "it changes when it is written again")
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzDecode") }
