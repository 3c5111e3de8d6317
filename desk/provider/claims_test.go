package provider

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/testenv"
)

// all may ask for everything.
func all() party.Party { return party.Party{ID: "bank", Claims: party.Claims()} }

func TestAsked(t *testing.T) {
	set := func(verification, claims string) string {
		return `{"id_token":{"verified_claims":{"verification":{` + verification + `},"claims":{` + claims + `}}}}`
	}
	const free = `"trust_framework":null`
	name := []string{party.FamilyName}
	for label, test := range map[string]struct {
		parameter string
		want      []string
	}{
		"nothing":                   {"", nil},
		"nothing of ours":           {`{"userinfo":{"given_name":null}}`, nil},
		"claims without a proof":    {`{"id_token":{"family_name":{"essential":true}}}`, nil},
		"null":                      {`{"id_token":null}`, nil},
		"userinfo, which isn't":     {`{"userinfo":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"family_name":null}}}}`, nil},
		"one":                       {set(free, `"family_name":null`), name},
		"essential":                 {set(free, `"family_name":{"essential":true,"purpose":"to open an account"}`), name},
		"unknown ones":              {set(free, `"family_name":null,"email":null,"height":null`), name},
		"in one order":              {set(free, `"over_18":null,"family_name":null`), []string{party.FamilyName, party.Over18}},
		"a guess":                   {set(free, `"family_name":{"value":"ERIKSSON"}`), nil},
		"guesses":                   {set(free, `"family_name":{"values":["ERIKSSON"]},"over_18":null`), []string{party.Over18}},
		"our framework":             {set(`"trust_framework":{"value":"urn:facelatch:desk:1"}`, `"family_name":null`), name},
		"ours among others":         {set(`"trust_framework":{"values":["eidas","urn:facelatch:desk:1"]}`, `"family_name":null`), name},
		"another framework":         {set(`"trust_framework":{"value":"eidas"}`, `"family_name":null`), nil},
		"others":                    {set(`"trust_framework":{"values":["eidas"]}`, `"family_name":null`), nil},
		"a framework that is text":  {set(`"trust_framework":"eidas"`, `"family_name":null`), nil},
		"fresh":                     {set(free+`,"time":{"max_age":3600}`, `"family_name":null`), name},
		"too fresh":                 {set(free+`,"time":{"max_age":10}`, `"family_name":null`), nil},
		"an age in letters":         {set(free+`,"time":{"max_age":"old"}`, `"family_name":null`), nil},
		"a level":                   {set(free+`,"assurance_level":{"value":"high"}`, `"family_name":null`), nil},
		"whatever level":            {set(free+`,"assurance_level":null`, `"family_name":null`), name},
		"a document":                {set(free+`,"evidence":[{"type":{"value":"document"}}]`, `"family_name":null`), name},
		"a bill":                    {set(free+`,"evidence":[{"type":{"value":"electronic_record"}}]`, `"family_name":null`), nil},
		"a bill or a document":      {set(free+`,"evidence":[{"type":{"value":"electronic_record"}},{"type":{"value":"document"}}]`, `"family_name":null`), name},
		"a method, the person's":    {set(free+`,"evidence":[{"type":{"value":"document"},"check_details":[{"check_method":{"value":"pvp"}}]}]`, `"family_name":null`), nil},
		"whatever method":           {set(free+`,"evidence":[{"type":{"value":"document"},"check_details":[{"check_method":null}]}]`, `"family_name":null`), name},
		"a passport and no other":   {set(free+`,"evidence":[{"type":{"value":"document"},"document_details":{"type":{"value":"passport"}}}]`, `"family_name":null`), nil},
		"its number, with its type": {set(free+`,"evidence":[{"type":{"value":"document"},"document_details":{"document_number":null}}]`, ``), []string{party.DocumentNumber, party.DocumentType}},
		"its issuer and end": {
			set(free+`,"evidence":[{"type":{"value":"document"},"document_details":{"issuer":{"country_code":null},"date_of_expiry":null,"height":null}}]`, ``),
			[]string{party.DocumentType, party.DocumentIssuer, party.DocumentExpiry},
		},
		"by our names": {set(free, `"document_number":null`), []string{party.DocumentNumber, party.DocumentType}},
		"two sets, one of ours": {
			`{"id_token":{"verified_claims":[{"verification":{"trust_framework":{"value":"eidas"}},"claims":{"given_name":null}},{"verification":{"trust_framework":null},"claims":{"family_name":null}}]}}`,
			name,
		},
	} {
		if got, err := asked(test.parameter, all()); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, %v, want %v", label, got, err, test.want)
		}
	}
	for label, bad := range map[string]string{
		"no object": `[]`, "null": `null`, "no JSON": `{`, "twice": `{"id_token":{},"id_token":{}}`, "a number": `{"id_token":1}`,
		"verified by a number": `{"id_token":{"verified_claims":1}}`, "no set": `{"id_token":{"verified_claims":[]}}`, "many": `{"id_token":{"verified_claims":[` + strings.Repeat("{},", 8) + `{}]}}`,
		"no verification": `{"id_token":{"verified_claims":{"claims":{}}}}`, "no claims": `{"id_token":{"verified_claims":{"verification":{"trust_framework":null}}}}`,
		"no framework": set(``, ``), "evidence of nothing": set(free+`,"evidence":[]`, ``), "evidence without a type": set(free+`,"evidence":[{}]`, ``),
		"evidence, an object": set(free+`,"evidence":{}`, ``), "long": `{"a":"` + strings.Repeat("a", 8<<10) + `"}`,
	} {
		if got, err := asked(bad, all()); err == nil || got != nil {
			t.Errorf("%s: %v", label, got)
		}
	}
}

// TestMayNot: what a party may not ask for is left out, and the type of a document
// as well.
func TestMayNot(t *testing.T) {
	const everything = `{"id_token":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"family_name":null,"birthdate":null,"document_number":null}}}}`
	for _, test := range []struct{ may, want []string }{
		{nil, nil},
		{[]string{party.Over18}, nil},
		{[]string{party.Birthdate}, []string{party.Birthdate}},
		{[]string{party.DocumentNumber}, []string{party.DocumentNumber}},
		{[]string{party.DocumentType, party.FamilyName}, []string{party.FamilyName}},
		{[]string{party.DocumentType, party.DocumentNumber}, []string{party.DocumentNumber, party.DocumentType}},
	} {
		p := all()
		p.Claims = test.may
		if got, err := asked(everything, p); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, %v", test.may, got, err)
		}
	}
}

// FuzzAsked: what is asked for is known, permitted, there once and in order.
func FuzzAsked(f *testing.F) {
	f.Add(`{"id_token":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"family_name":null}}}}`)
	f.Fuzz(func(t *testing.T, parameter string) {
		p := all()
		p.Claims = []string{party.FamilyName, party.DocumentNumber, party.Over18}
		got, err := asked(parameter, p)
		if err != nil && got != nil {
			t.Fatal("claims with an error")
		}
		at := -1
		for _, c := range got {
			next := slices.Index(party.Claims(), c)
			if !p.May(c) || next <= at {
				t.Fatalf("%v", got)
			}
			at = next
		}
	})
}

// FuzzAuthorize: whatever is asked, a browser is sent to the registered address or to
// the check, and nowhere else; and a check is begun only for what is whole.
func FuzzAuthorize(f *testing.F) {
	const home = "https://bank.example/back"
	f.Add("client_id=bank&redirect_uri=https%3A%2F%2Fbank.example%2Fback&response_type=code&scope=openid&code_challenge_method=S256&code_challenge=" + strings.Repeat("a", 43))
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		p := all()
		p.Redirects = []string{home}
		from, redirect, err := who(values, func(id string) (party.Party, bool) { return p, id == p.ID })
		if err != nil {
			if redirect != "" || from.ID != "" {
				t.Fatal("a party with an error")
			}
			return
		}
		if redirect != home {
			t.Fatalf("%q", redirect)
		}
		req, fail := parse(values, from, redirect)
		whole := len(req.challenge) == 43 && values.Get("response_type") == "code" && values.Get("code_challenge_method") == "S256"
		if fail == nil && !whole {
			t.Fatal("a request that is not whole is taken")
		}
		w := httptest.NewRecorder()
		back := url.Values{}
		if fail != nil {
			back = url.Values{"error": {fail.code}, "error_description": {fail.description}}
		}
		(&Provider{o: Options{Issuer: "https://desk.example"}}).back(w, httptest.NewRequest(http.MethodGet, "/authorize", nil), redirect, req.state, back)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || to.Scheme+"://"+to.Host+to.Path != home || to.Query().Get("state") != req.state {
			t.Fatalf("%v, %v", to, err)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzAsked")
	testenv.Corpus(t, "FuzzAuthorize")
}
