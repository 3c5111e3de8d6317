package result_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

func TestBothFormats(t *testing.T) {
	m := maker(t)
	for _, f := range party.Formats() {
		token, err := m.Make(f, same(), now)
		must(t, err)
		v, err := result.Verify(token, expect(m, same()))
		must(t, err)
		want := &result.Verified{
			Format: f, ID: same().ID, Outcome: idcheck.SamePerson, Claims: everything(), Way: "face", Watched: true, Document: result.LinesVerified,
			Genuine: "unproved", Lines: "print", Portrait: "print", Notice: same().Notice, At: same().At, Issued: now, Expires: now.Add(result.DefaultLife),
			Status: same().Status,
		}
		if !reflect.DeepEqual(v, want) {
			t.Errorf("%s:\n%+v, want\n%+v", f, v, want)
		}
	}
}

// TestHeaders: what stands where others look for it, and what an ID Token has.
func TestHeaders(t *testing.T) {
	m := maker(t)
	for f, typ := range map[party.Format]string{party.JWT: "JWT", party.SDJWT: "dc+sd-jwt"} {
		token, err := m.Make(f, same(), now)
		must(t, err)
		header, body, disclosures := read(t, token)
		if header["typ"] != typ || header["alg"] != "ES256" || header["kid"] != m.Keys.Set().Keys[0].KeyID || len(header) != 3 {
			t.Errorf("%v", header)
		}
		if body["sub"] != same().ID || body["nonce"] != same().Nonce || body["aud"] != "harbour-bank" {
			t.Errorf("%v", body)
		}
		if f == party.JWT {
			fits(t, body)
			continue
		}
		if body["vct"] != result.CheckType || body["_sd_alg"] != "sha-256" || body["cnf"] != nil || len(disclosures) != len(party.Claims()) {
			t.Errorf("%v, %d disclosures", body, len(disclosures))
		}
		salts := map[any]bool{}
		for _, d := range disclosures {
			salt, err := base64.RawURLEncoding.DecodeString(d[0].(string))
			if err != nil || len(salt) != 16 || salts[d[0]] {
				t.Errorf("the salt %v", d[0])
			}
			salts[d[0]] = true
		}
	}
}

// TestDigest is an example of RFC 9901, section 4.2.3.
func TestDigest(t *testing.T) {
	const disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
	if got := result.Digest(disclosure); got != "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0" {
		t.Error(got)
	}
}

// TestOtherOutcomes: a check that ended otherwise says so and nothing of the person,
// and is no ID Token.
func TestOtherOutcomes(t *testing.T) {
	m := maker(t)
	for _, outcome := range idcheck.Outcomes()[1:] {
		in := same()
		in.Result.Outcome = outcome
		for _, f := range party.Formats() {
			token, err := m.Make(f, in, now)
			must(t, err)
			v, err := result.Verify(token, expect(m, in))
			must(t, err)
			header, body, disclosures := read(t, token)
			if v.Outcome != outcome || len(v.Claims) > 0 || len(disclosures) > 0 || body["verified_claims"] != nil || body["sub"] != nil || body["auth_time"] != nil {
				t.Errorf("%s: %+v, %v", outcome, v, body)
			}
			if header["typ"] == "JWT" || body["vct"] == result.CheckType {
				t.Errorf("%s could be taken for another outcome: %v", outcome, header)
			}
			fits(t, body)
		}
	}
}

// TestWhatIsSaid: the words for how a check was done.
func TestWhatIsSaid(t *testing.T) {
	m := maker(t)
	for name, test := range map[string]struct {
		change func(*result.Input)
		want   func(*result.Verified) bool
		method string
	}{
		"at the counter, by face": {func(*result.Input) {}, func(v *result.Verified) bool { return v.Watched && v.Way == "face" }, "bvp"},
		"on a phone": {
			func(in *result.Input) { in.Result.Unattended = true },
			func(v *result.Verified) bool { return !v.Watched }, "bvr",
		},
		"by staff": {
			func(in *result.Input) { in.Result.Way, in.Result.Looked = idcheck.ByStaff, 2 },
			func(v *result.Verified) bool { return v.Way == "staff" }, "pvp",
		},
		"a chip": {
			func(in *result.Input) { in.Result.Proof, in.Lines, in.Portrait = iddoc.Signed, iddoc.Chip, iddoc.Chip },
			func(v *result.Verified) bool {
				return v.Genuine == "signed" && v.Lines == "chip" && v.Portrait == "chip"
			}, "bvp",
		},
		"typed lines": {func(in *result.Input) { in.Lines = iddoc.Typed }, func(v *result.Verified) bool { return v.Lines == "typed" }, "bvp"},
		"faces alone": {
			func(in *result.Input) { in.Result.DocumentChecked, in.Result.LinesVerified = false, false },
			func(v *result.Verified) bool { return v.Document == result.NotChecked && len(v.Claims) == 0 }, "",
		},
		"lines that were not verified": {
			func(in *result.Input) { in.Result.LinesVerified = false },
			func(v *result.Verified) bool { return v.Document == result.LinesNotVerified && len(v.Claims) == 0 }, "",
		},
		"no claims": {
			func(in *result.Input) { in.Asked, in.Claims = nil, nil },
			func(v *result.Verified) bool { return v.Outcome == idcheck.SamePerson && len(v.Claims) == 0 }, "",
		},
		"nobody chose": {
			func(in *result.Input) {
				in.Result = idcheck.Result{Outcome: idcheck.Abandoned, Unattended: true}
				in.Lines, in.Portrait, in.Notice = 0, 0, [32]byte{}
			},
			func(v *result.Verified) bool {
				return v.Way == "" && v.Notice == [32]byte{} && v.Document == result.LinesNotVerified
			}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := same()
			test.change(&in)
			for _, f := range party.Formats() {
				token, err := m.Make(f, in, now)
				must(t, err)
				v, err := result.Verify(token, expect(m, in))
				must(t, err)
				if !test.want(v) {
					t.Errorf("%s: %+v", f, v)
				}
				_, body, _ := read(t, token)
				if f == party.JWT {
					fits(t, body)
				}
				data, err := json.Marshal(body)
				must(t, err)
				if has := strings.Contains(string(data), `"check_method":"`+test.method+`"`); test.method != "" && !has || test.method == "" && body["verified_claims"] != nil {
					t.Errorf("%s: %s", f, data)
				}
			}
		})
	}
}

// TestDisclose: whoever has an SD-JWT can show a part of it, and no more can be
// read from what is shown.
func TestDisclose(t *testing.T) {
	m := maker(t)
	token, err := m.Make(party.SDJWT, same(), now)
	must(t, err)
	for _, kept := range [][]string{{}, {party.Over18}, {party.DocumentIssuer, party.Nationalities}, party.Claims()} {
		part, err := result.Disclose(token, kept...)
		must(t, err)
		v, err := result.Verify(part, expect(m, same()))
		must(t, err)
		if got := slices.Sorted(maps.Keys(v.Claims)); !slices.Equal(got, slices.Sorted(slices.Values(kept))) {
			t.Errorf("got %v, want %v", got, kept)
		}
		_, body, disclosures := read(t, part)
		data, err := json.Marshal([]any{body, disclosures})
		must(t, err)
		if !slices.Contains(kept, party.FamilyName) && (strings.Contains(string(data), "ERIKSSON") || strings.Contains(string(data), "L898902C3")) {
			t.Errorf("it says more: %s", data)
		}
	}
	for _, bad := range []string{"", "a", "a~b", "a~!~"} {
		if _, err := result.Disclose(bad); !errors.Is(err, result.ErrToken) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestLint: what must not be signed is refused.
func TestLint(t *testing.T) {
	m := maker(t)
	for name, change := range map[string]func(*result.Input){
		"no id":        func(in *result.Input) { in.ID = "" },
		"nobody":       func(in *result.Input) { in.Party = "" },
		"a long nonce": func(in *result.Input) { in.Nonce = strings.Repeat("a", 513) },
		"open":         func(in *result.Input) { in.Result.Open = true },
		"an outcome":   func(in *result.Input) { in.Result.Outcome = "certainly" },
		"no choice":    func(in *result.Input) { in.Result.Way = 0 },
		"no notice":    func(in *result.Input) { in.Notice = [32]byte{} },
		"no status":    func(in *result.Input) { in.Status = result.Place{} },
		"staff and nobody": func(in *result.Input) {
			in.Result.Way, in.Result.Unattended, in.Result.Looked = idcheck.ByStaff, true, 1
		},
		"not asked":         func(in *result.Input) { in.Asked = in.Asked[1:] },
		"an impossible one": func(in *result.Input) { in.Claims[party.Over18] = "very" },
	} {
		in := same()
		change(&in)
		if token, err := m.Make(party.JWT, in, now); !errors.Is(err, result.ErrInput) || token != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.Make("xml", same(), now); !errors.Is(err, result.ErrInput) {
		t.Error(err)
	}
	m.Random = strings.NewReader("little")
	if _, err := m.Make(party.JWT, same(), now); err == nil {
		t.Error("an id was made of nothing")
	}
}

// TestKeys: keys are found by thumbprint, and one that is exchanged still verifies.
func TestKeys(t *testing.T) {
	old := maker(t)
	token, err := old.Make(party.JWT, same(), now)
	must(t, err)
	before := old.Keys.Set().Keys[0].Key.(*ecdsa.PublicKey)
	keys, err := result.NewKeys(key(t), before, before)
	must(t, err)
	if set := keys.Set(); len(set.Keys) != 2 || set.Keys[1].KeyID != old.Keys.Set().Keys[0].KeyID {
		t.Errorf("%v", set)
	}
	fresh := result.Maker{Issuer: issuer, Keys: keys}
	if _, err := result.Verify(token, expect(fresh, same())); err != nil {
		t.Error(err)
	}
	for _, k := range keys.Set().Keys {
		thumb, err := k.Thumbprint(crypto.SHA256)
		must(t, err)
		if k.KeyID != base64.RawURLEncoding.EncodeToString(thumb) || !k.IsPublic() || k.Use != "sig" || k.Algorithm != "ES256" {
			t.Errorf("%+v", k)
		}
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	if _, err := result.NewKeys(edwards); !errors.Is(err, result.ErrKey) {
		t.Error(err)
	}
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	if _, err := result.NewKeys(wide); !errors.Is(err, result.ErrKey) {
		t.Error(err)
	}
	if _, err := result.NewKeys(key(t), nil); !errors.Is(err, result.ErrKey) {
		t.Error(err)
	}
}

// TestRefused: each thing that can be wrong with a good token has its error.
func TestRefused(t *testing.T) {
	m := maker(t)
	at := now.Add(result.DefaultLife)
	for name, test := range map[string]struct {
		change func(*result.Expect)
		want   error
	}{
		"another desk":          {func(e *result.Expect) { e.Issuer = "https://other.example" }, result.ErrIssuer},
		"another party":         {func(e *result.Expect) { e.Party = "hotel" }, result.ErrAudience},
		"a replay":              {func(e *result.Expect) { e.Nonce = "n-the-next" }, result.ErrNonce},
		"no nonce expected":     {func(e *result.Expect) { e.Nonce = "" }, result.ErrNonce},
		"expired":               {func(e *result.Expect) { e.Now = at }, result.ErrExpired},
		"from the future":       {func(e *result.Expect) { e.Now = now.Add(-61 * time.Second) }, result.ErrNotYet},
		"another key":           {func(e *result.Expect) { e.Keys = maker(t).Keys.Set() }, result.ErrSignature},
		"no key":                {func(e *result.Expect) { e.Keys = jose.JSONWebKeySet{} }, result.ErrSignature},
		"a key for other uses":  {func(e *result.Expect) { e.Keys.Keys[0].Use = "enc" }, result.ErrSignature},
		"a list that isn't had": {func(e *result.Expect) { e.Status = func(string) (string, error) { return "", errors.New("away") } }, result.ErrStatus},
	} {
		for _, f := range party.Formats() {
			token, err := m.Make(f, same(), now)
			must(t, err)
			e := expect(m, same())
			test.change(&e)
			if v, err := result.Verify(token, e); !errors.Is(err, test.want) || v != nil {
				t.Errorf("%s, %s: %v", name, f, err)
			}
		}
	}
	token, err := m.Make(party.JWT, same(), now)
	must(t, err)
	e := expect(m, same())
	e.Now = at.Add(-time.Second)
	if _, err := result.Verify(token, e); err != nil {
		t.Errorf("in its last second: %v", err)
	}
}
