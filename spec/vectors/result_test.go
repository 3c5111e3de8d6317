package vectors_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/spec/vectors"
)

// refusals are the reasons of spec/result.md, and the error of each here.
func refusals() map[string]error {
	return map[string]error{
		"form": result.ErrToken, "signature": result.ErrSignature, "issuer": result.ErrIssuer, "audience": result.ErrAudience,
		"nonce": result.ErrNonce, "expired": result.ErrExpired, "future": result.ErrNotYet, "revoked": result.ErrRevoked, "status": result.ErrStatus,
	}
}

// TestResults: what the vectors accept says what they say, and what they refuse is
// refused for their reason; every reason is there.
func TestResults(t *testing.T) {
	if os.Getenv("FACELATCH_WRITE") != "" {
		writeResults(t)
	}
	all, err := vectors.TheResults()
	must(t, err)
	e := result.Expect{Issuer: all.Issuer, Party: all.Party, Nonce: all.Nonce, Now: all.Now, Status: func(uri string) (string, error) {
		if list, ok := all.Lists[uri]; ok {
			return list, nil
		}
		return "", errors.New("there is no such list")
	}}
	must(t, json.Unmarshal(all.Keys, &e.Keys))
	left := refusals()
	for _, v := range all.Results {
		got, err := result.Verify(v.Token, e)
		if v.Refused != "" {
			if !errors.Is(err, refusals()[v.Refused]) || refusals()[v.Refused] == nil {
				t.Errorf("%s: %v, want %s", v.Name, err, v.Refused)
			}
			delete(left, v.Refused)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		claims, _ := json.Marshal(got.Claims)
		want, _ := json.Marshal(v.Claims)
		if string(got.Outcome) != v.Outcome || string(claims) != string(want) && len(got.Claims)+len(v.Claims) > 0 {
			t.Errorf("%s says %s, %s", v.Name, got.Outcome, claims)
		}
	}
	if len(left) > 0 {
		t.Errorf("no vector is refused for %v", slices.Sorted(maps.Keys(left)))
	}
}

// resultsKit makes vectors.
type resultsKit struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	make result.Maker
	all  vectors.Results
}

func publishedKey(t *testing.T, last byte) *ecdsa.PrivateKey {
	scalar := make([]byte, 32)
	scalar[0], scalar[31] = 1, last
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	must(t, err)
	return key
}

// writeResults makes the file anew. Signatures and salts are random, so it is another
// one each time, and says the same.
func writeResults(t *testing.T) {
	k := &resultsKit{t: t, key: publishedKey(t, 7)}
	keys, err := result.NewKeys(k.key)
	must(t, err)
	k.make = result.Maker{Issuer: "https://desk.example", Keys: keys}
	set, err := json.Marshal(keys.Set())
	must(t, err)
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	k.all = vectors.Results{Keys: set, Issuer: k.make.Issuer, Party: "harbour-bank", Nonce: "n-0S6_WzA2Mj", Now: at, Lists: map[string]string{}}
	bits := make([]byte, 128)
	bits[78/8] |= 1 << (78 % 8)
	k.all.Lists[k.list(1)], err = k.make.StatusList(bits, k.list(1), at.Add(-time.Minute), time.Hour)
	must(t, err)
	k.all.Lists[k.list(2)], err = k.make.StatusList(bits, k.list(2), at.Add(-3*time.Hour), time.Hour)
	must(t, err)
	k.accepted()
	k.refused()
	data, err := json.MarshalIndent(k.all, "", "  ")
	must(t, err)
	must(t, os.WriteFile("result.json", append(data, '\n'), 0o644))
}

func (k *resultsKit) list(n int) string { return fmt.Sprintf("%s/statuses/%d", k.all.Issuer, n) }

// input is a check that ended well, changed.
func (k *resultsKit) input(change func(*result.Input)) result.Input {
	in := result.Input{
		ID: "5cuW6KxRkqRkvVqVq0vJ2g", Party: k.all.Party, Nonce: k.all.Nonce, Asked: []string{party.FamilyName, party.Over18, party.DocumentNumber},
		Claims: map[string]any{party.FamilyName: "ERIKSSON", party.Over18: true, party.DocumentNumber: "L898902C3"},
		Result: idcheck.Result{
			Outcome: idcheck.SamePerson, Reason: idcheck.FaceMatches, Way: idcheck.ByFace, DocumentChecked: true, LinesVerified: true, Proof: iddoc.Unproved,
		},
		Lines: iddoc.Print, Portrait: iddoc.Print, Notice: [32]byte{1, 2, 3}, At: k.all.Now.Add(-3 * time.Second), Status: result.Place{URI: k.list(1), Index: 77},
	}
	if change != nil {
		change(&in)
	}
	return in
}

func (k *resultsKit) token(f party.Format, m result.Maker, at time.Time, change func(*result.Input)) string {
	text, err := m.Make(f, k.input(change), at)
	must(k.t, err)
	return text
}

func (k *resultsKit) add(name, about, refused, token string, more ...string) {
	v := vectors.ResultText{Vector: vectors.Vector{Name: name, About: about, Requirements: more}, Token: token, Refused: refused}
	if refused == "" {
		v.Outcome = "same-person"
		v.Claims = map[string]any{"family_name": "ERIKSSON", "over_18": true, "document_number": "L898902C3"}
	}
	k.all.Results = append(k.all.Results, v)
}

func (k *resultsKit) accepted() {
	now := k.all.Now
	k.add("jwt", "a result that is good, as a JWT", "", k.token(party.JWT, k.make, now, nil), "R-FORM-1")
	k.add("sd-jwt", "the same as an SD-JWT VC", "", k.token(party.SDJWT, k.make, now, nil), "R-FORM-2", "R-SD-1")
	k.add("last-second", "one that holds for a second more", "", k.token(party.JWT, k.make, now.Add(time.Second-24*time.Hour), nil), "R-TIME-1")
	k.add("other-outcome", "a check that did not succeed, which says nothing of a person", "", k.token(party.JWT, k.make, now, func(in *result.Input) {
		in.Result.Outcome, in.Result.Reason = idcheck.NotSamePerson, idcheck.FaceDiffers
	}), "R-OUT-1")
	last := &k.all.Results[len(k.all.Results)-1]
	last.Outcome, last.Claims = "not-same-person", nil
}

func (k *resultsKit) refused() {
	now, good := k.all.Now, k.token(party.JWT, k.make, k.all.Now, nil)
	sd := k.token(party.SDJWT, k.make, now, nil)
	other, err := result.NewKeys(publishedKey(k.t, 8))
	must(k.t, err)
	elsewhere, stranger := k.make, k.make
	elsewhere.Issuer, stranger.Keys = "https://other.example", other
	change := func(f func(*result.Input)) string { return k.token(party.JWT, k.make, now, f) }
	k.add("expired", "a result that holds no longer", "expired", k.token(party.JWT, k.make, now.Add(-24*time.Hour), nil), "R-TIME-1")
	k.add("future", "a result from more than a minute later", "future", k.token(party.JWT, k.make, now.Add(61*time.Second), nil), "R-TIME-2")
	k.add("other-party", "a result for another party", "audience", change(func(in *result.Input) { in.Party = "seaside-hotel" }), "R-AUD-1")
	k.add("other-nonce", "an answer to another question", "nonce", change(func(in *result.Input) { in.Nonce = "another-nonce" }), "R-NONCE-1")
	k.add("no-nonce", "an answer to no question", "nonce", change(func(in *result.Input) { in.Nonce = "" }), "R-NONCE-1")
	k.add("revoked", "its bit in the status list is 1", "revoked", change(func(in *result.Input) { in.Status.Index = 78 }), "R-STATUS-1")
	k.add("stale-list", "its status list holds no longer", "status", change(func(in *result.Input) { in.Status.URI = k.list(2) }), "R-STATUS-2")
	k.add("no-list", "there is no such status list", "status", change(func(in *result.Input) { in.Status.URI = k.list(3) }), "R-STATUS-2")
	k.add("no-place", "the status list has no such place", "status", change(func(in *result.Input) { in.Status.Index = 4096 }), "R-STATUS-2")
	k.add("other-desk", "a result of another desk with the same key", "issuer", k.token(party.JWT, elsewhere, now, nil), "R-ISS-1")
	k.add("unknown-key", "signed with a key that the desk has not published", "signature", k.token(party.JWT, stranger, now, nil), "R-SIG-1")
	k.add("none", "not signed at all", "form", k.unsigned(good), "R-SIG-2")
	k.add("mac", "signed with the public key as a secret", "form", k.mac(good), "R-SIG-2")
	k.add("changed", "another claim under the same signature", "signature", k.changed(good), "R-SIG-1")
	k.add("image", "a picture is attached", "form", k.signed(good, func(b map[string]any) {
		b["verified_claims"].(map[string]any)["verification"].(map[string]any)["evidence"].([]any)[0].(map[string]any)["attachments"] = []any{map[string]any{"content_type": "image/jpeg", "content": "/9j/"}}
	}), "R-BARE-1")
	k.add("score", "a score is told", "form", k.signed(good, func(b map[string]any) { b["desk_check"].(map[string]any)["score"] = 0.71 }), "R-BARE-1")
	k.add("outcome-as-login", "an outcome that is not same-person, typed as one that is", "form", k.signed(good, func(b map[string]any) { b["desk_check"].(map[string]any)["outcome"] = "inconclusive" }), "R-OUT-1")
	k.add("wrong-disclosure", "a disclosure that nobody signed", "form", sd+base64.RawURLEncoding.EncodeToString([]byte(`["ICEiIyQlJicoKSorLC0uLw","over_18",true]`))+"~", "R-SD-1")
	k.add("disclosed-twice", "a disclosure that is there twice", "form", sd+strings.Split(sd, "~")[1]+"~", "R-SD-1")
	k.add("key-binding", "something after the last separator", "form", sd+good, "R-SD-2")
	k.add("white-space", "another spelling of a good result", "form", strings.Replace(good, ".", ".\n", 1), "R-FORM-1")
}

func (k *resultsKit) body(token string) map[string]any {
	var body map[string]any
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	must(k.t, err)
	must(k.t, json.Unmarshal(data, &body))
	return body
}

func encoded(v any) string {
	data, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(data)
}

func (k *resultsKit) unsigned(token string) string {
	kid := k.make.Keys.Set().Keys[0].KeyID
	return encoded(map[string]any{"alg": "none", "typ": "JWT", "kid": kid}) + "." + strings.Split(token, ".")[1] + "."
}

func (k *resultsKit) changed(token string) string {
	body := k.body(token)
	body["verified_claims"].(map[string]any)["claims"].(map[string]any)["family_name"] = "OTHER"
	parts := strings.Split(token, ".")
	return parts[0] + "." + encoded(body) + "." + parts[2]
}

// signed is another body under a good signature.
func (k *resultsKit) signed(token string, change func(map[string]any)) string {
	body := k.body(token)
	change(body)
	return k.sign(jose.ES256, k.key, body)
}

func (k *resultsKit) mac(token string) string {
	point, err := k.key.PublicKey.Bytes()
	must(k.t, err)
	return k.sign(jose.HS256, point, k.body(token))
}

func (k *resultsKit) sign(alg jose.SignatureAlgorithm, key any, body map[string]any) string {
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", k.make.Keys.Set().Keys[0].KeyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	must(k.t, err)
	data, err := json.Marshal(body)
	must(k.t, err)
	signed, err := signer.Sign(data)
	must(k.t, err)
	text, err := signed.CompactSerialize()
	must(k.t, err)
	return text
}
