package result_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestNothingElse: whatever a check was, its result has no number but times and a
// place in a list, nothing of a threshold, and no claim that was not asked for.
func TestNothingElse(t *testing.T) {
	m := maker(t)
	rapid.Check(t, func(t *rapid.T) {
		in := same()
		in.Asked = rapid.SliceOfDistinct(rapid.SampledFrom(party.Claims()), rapid.ID).Draw(t, "asked")
		maps.DeleteFunc(in.Claims, func(claim string, _ any) bool { return !slices.Contains(in.Asked, claim) })
		in.Result.Outcome = rapid.SampledFrom(idcheck.Outcomes()).Draw(t, "outcome")
		in.Result.Way = rapid.SampledFrom([]idcheck.Way{idcheck.ByFace, idcheck.ByStaff}).Draw(t, "way")
		in.Result.Threshold = rapid.Float64Range(0.01, 0.99).Draw(t, "threshold")
		in.Result.Suspected = rapid.Bool().Draw(t, "suspected")
		in.Result.LinesVerified = rapid.Bool().Draw(t, "lines verified")
		in.Result.DocumentChecked = in.Result.LinesVerified || rapid.Bool().Draw(t, "document checked")
		in.Result.Proof = rapid.SampledFrom([]iddoc.Proof{iddoc.Unproved, iddoc.Signed, iddoc.Original}).Draw(t, "proof")
		format := rapid.SampledFrom(party.Formats()).Draw(t, "format")
		token, err := m.Make(format, in, now)
		if err != nil {
			t.Fatal(err)
		}
		said := said(t, token)
		allowed := []string{strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(in.At.Unix(), 10), strconv.FormatInt(now.Add(result.DefaultLife).Unix(), 10), "77"}
		for _, n := range numbers(t, said) {
			if !slices.Contains(allowed, n) {
				t.Fatalf("the number %s occurs in %s", n, said)
			}
		}
		if digits := strconv.FormatFloat(in.Result.Threshold, 'f', 6, 64)[1:7]; strings.Contains(said, digits) {
			t.Fatalf("the threshold occurs in %s", said)
		}
		v, err := result.Verify(token, expect(m, in))
		if err != nil {
			t.Fatal(err)
		}
		for claim, value := range everything() {
			has := v.Claims[claim] != nil
			want := slices.Contains(in.Asked, claim) && in.Result.Outcome == idcheck.SamePerson && in.Result.LinesVerified
			text, mark := value.(string)
			if has != want || mark && !want && strings.Contains(said, `"`+text+`"`) {
				t.Fatalf("%s: %t, want %t: %s", claim, has, want, said)
			}
		}
	})
}

// said is everything that can be read in a token, as JSON.
func said(t *rapid.T, token string) string {
	parts := strings.Split(token, "~")
	sections := strings.Split(parts[0], ".")
	var all []string
	for _, text := range append(sections[:2], parts[1:]...) {
		data, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 {
			all = append(all, string(data))
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}

// numbers are those of a JSON text.
func numbers(t *rapid.T, text string) (all []string) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return all
		}
		if n, ok := token.(json.Number); ok {
			all = append(all, n.String())
		}
	}
}

// TestEveryBit: a token of which any bit is another is refused.
func TestEveryBit(t *testing.T) {
	m := maker(t)
	step := testenv.Count(5, 1) // odd, so that it comes to each bit of a byte
	if testing.Short() {
		step = 27
	}
	for _, f := range party.Formats() {
		token, err := m.Make(f, same(), now)
		must(t, err)
		for i := 0; i < 8*len(token); i += step {
			changed := []byte(token)
			changed[i/8] ^= 1 << (i % 8)
			if v, err := result.Verify(string(changed), expect(m, same())); err == nil || v != nil {
				t.Fatalf("%s: bit %d may be changed", f, i)
			}
		}
	}
}

// TestOtherTexts: what decoders differ about does not make another text the same
// token.
func TestOtherTexts(t *testing.T) {
	m := maker(t)
	token, err := m.Make(party.SDJWT, same(), now)
	must(t, err)
	jwt, err := m.Make(party.JWT, same(), now)
	must(t, err)
	parts := strings.Split(token, "~")
	for name, text := range map[string]string{
		"empty": "", "a space": jwt + " ", "a line": "\n" + jwt, "a break inside": jwt[:9] + "\n" + jwt[9:], "padding": jwt + "=",
		"four parts": jwt + ".", "JSON": `{"payload":""}`, "an end": token + "~", "a key binding": token + jwt, "no last separator": strings.TrimSuffix(token, "~"),
		"a disclosure twice": token + parts[1] + "~", "one of another": token + base64.RawURLEncoding.EncodeToString([]byte(`["c2FsdA","over_21",true]`)) + "~",
		"the JWT as an SD-JWT": jwt + "~", "the SD-JWT as a JWT": parts[0], "long": strings.Repeat("a", result.MaxToken+1),
		"many": token + strings.Repeat("YQ~", 100),
	} {
		if _, err := result.Verify(text, expect(m, same())); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestAlgorithms: neither no signature nor another algorithm is taken.
func TestAlgorithms(t *testing.T) {
	m := maker(t)
	token, err := m.Make(party.JWT, same(), now)
	must(t, err)
	body := strings.Split(token, ".")[1]
	kid := m.Keys.Set().Keys[0].KeyID
	for _, header := range []string{
		`{"alg":"none","kid":"%s","typ":"JWT"}`, `{"alg":"HS256","kid":"%s","typ":"JWT"}`, `{"alg":"ES256","kid":"%s","typ":"JWT","crit":["exp"],"exp":1}`, `{"kid":"%s"}`,
	} {
		head := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, header, kid))
		for _, signature := range []string{"", "AA", strings.Split(token, ".")[2]} {
			if _, err := result.Verify(head+"."+body+"."+signature, expect(m, same())); err == nil {
				t.Errorf("%s with %q is taken", header, signature)
			}
		}
	}
}

// TestSignedNonsense: even what the desk's key has signed is refused where its parts
// contradict each other, as a result of something else would.
func TestSignedNonsense(t *testing.T) {
	m := maker(t)
	good := func(t *testing.T) map[string]any {
		token, err := m.Make(party.JWT, same(), now)
		must(t, err)
		_, body, _ := read(t, token)
		return body
	}
	for name, test := range map[string]struct {
		typ    string
		change func(body map[string]any)
	}{
		"another type":        {"statuslist+jwt", func(map[string]any) {}},
		"no type":             {"", func(map[string]any) {}},
		"another outcome":     {"JWT", func(b map[string]any) { b["desk_check"].(map[string]any)["outcome"] = "abandoned" }},
		"claims with it":      {"outcome+jwt", func(b map[string]any) { b["desk_check"].(map[string]any)["outcome"] = "abandoned"; delete(b, "sub") }},
		"another's subject":   {"JWT", func(b map[string]any) { b["sub"] = "somebody" }},
		"no word of what was": {"JWT", func(b map[string]any) { delete(b, "desk_check") }},
		"watched or not":      {"JWT", func(b map[string]any) { delete(b["desk_check"].(map[string]any), "watched") }},
		"a bad notice":        {"JWT", func(b map[string]any) { b["desk_check"].(map[string]any)["notice_sha256"] = "00" }},
		"two for whom it is":  {"JWT", func(b map[string]any) { b["aud"] = []string{"harbour-bank", "hotel"} }},
		"a vct in a JWT":      {"JWT", func(b map[string]any) { b["vct"] = result.CheckType }},
		"no vct in an SD-JWT": {"dc+sd-jwt", func(map[string]any) {}},
		"another trust framework": {"JWT", func(b map[string]any) {
			b["verified_claims"].(map[string]any)["verification"].(map[string]any)["trust_framework"] = "eidas"
		}},
		"a value that cannot be it": {"JWT", func(b map[string]any) {
			b["verified_claims"].(map[string]any)["claims"].(map[string]any)["over_18"] = 18
		}},
	} {
		body := good(t)
		test.change(body)
		data, err := json.Marshal(body)
		must(t, err)
		token, err := m.Keys.Sign(test.typ, data)
		must(t, err)
		if test.typ == "dc+sd-jwt" {
			token += "~"
		}
		if _, err := result.Verify(token, expect(m, same())); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, data := range []string{`{"iss":"a","iss":"b"}`, `[]`, `{"desk_check":{"id":"a","id":"b"}}`, `not JSON`} {
		token, err := m.Keys.Sign("JWT", []byte(data))
		must(t, err)
		if _, err := result.Verify(token, expect(m, same())); !errors.Is(err, result.ErrToken) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// TestSignedDigests: digests that contradict each other are refused although they
// are signed (RFC 9901, 7.1).
func TestSignedDigests(t *testing.T) {
	m := maker(t)
	one := base64.RawURLEncoding.EncodeToString([]byte(`["c2FsdHNhbHRzYWx0c2FsdA","a",1]`))
	is := result.Digest(one)
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for name, body := range map[string]string{
		"twice":         `{"_sd_alg":"sha-256","x":{"_sd":["` + is + `","` + is + `"]}}`,
		"in two places": `{"_sd_alg":"sha-256","x":{"_sd":["` + is + `"]},"y":{"_sd":["` + is + `"]}}`,
		"taken":         `{"_sd_alg":"sha-256","x":{"_sd":["` + is + `"],"a":2}}`,
		"no list":       `{"_sd_alg":"sha-256","x":{"_sd":"` + is + `"}}`,
		"no text":       `{"_sd_alg":"sha-256","x":{"_sd":[1]}}`,
		"items":         `{"_sd_alg":"sha-256","x":[{"...":"` + is + `"}]}`,
		"SHA-1":         `{"_sd_alg":"sha-1","x":{"_sd":["` + is + `"]}}`,
		"none":          `{"x":{"_sd":["` + is + `"]}}`,
		"deep":          `{"_sd_alg":"sha-256","x":` + deep + `,"_sd":["` + is + `"]}`,
	} {
		token, err := m.Keys.Sign("dc+sd-jwt", []byte(body))
		must(t, err)
		if _, err := result.Verify(token+"~"+one+"~", expect(m, same())); !errors.Is(err, result.ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzVerify: what is not taken is nothing, and what is taken was signed by the desk
// as it is.
func FuzzVerify(f *testing.F) {
	m := maker(f)
	var good []string
	for _, in := range []result.Input{same(), stranger()} {
		for _, format := range party.Formats() {
			token, err := m.Make(format, in, now)
			must(f, err)
			good = append(good, token)
			f.Add(token)
		}
	}
	f.Fuzz(func(t *testing.T, token string) {
		v, err := result.Verify(token, expect(m, same()))
		if (err == nil) != (v != nil) {
			t.Fatal("a result with an error")
		}
		signed, _, _ := strings.Cut(token, "~")
		if err == nil && !slices.ContainsFunc(good, func(g string) bool { return strings.HasPrefix(g, signed) }) {
			t.Fatal("it was taken, and nobody signed it")
		}
		if shown, err := result.Disclose(token, party.Over18); err == nil && len(shown) > len(token) {
			t.Fatal("less is more")
		}
	})
}

// FuzzBody: whatever the desk's key has signed, reading it does not fail in another
// way than with an error.
func FuzzBody(f *testing.F) {
	m := maker(f)
	token, err := m.Make(party.SDJWT, same(), now)
	must(f, err)
	parts := strings.Split(token, "~")
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(parts[0], ".")[1])
	must(f, err)
	f.Add(data, strings.Join(parts[1:], "~"))
	f.Fuzz(func(t *testing.T, body []byte, disclosures string) {
		signed, err := m.Keys.Sign("dc+sd-jwt", body)
		if err != nil {
			t.Skip()
		}
		e := expect(m, same())
		list, err := m.Keys.Sign("statuslist+jwt", body)
		must(t, err)
		e.Status = func(string) (string, error) { return list, nil }
		if v, err := result.Verify(signed+"~"+disclosures, e); err == nil {
			for claim, value := range v.Claims {
				if err := party.CheckValue(claim, value); err != nil || v.Outcome != idcheck.SamePerson {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzVerify")
	testenv.Corpus(t, "FuzzBody")
}
