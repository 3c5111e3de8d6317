package doorapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// ticketKey is a key whose public half stays the same, so that a corpus can have
// tickets that verify.
func ticketKey(t testing.TB, last byte) *ecdsa.PrivateKey {
	t.Helper()
	scalar := make([]byte, 32)
	scalar[0], scalar[31] = 1, last
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ticketKeys(t testing.TB, keys ...*ecdsa.PrivateKey) (set jose.JSONWebKeySet) {
	t.Helper()
	for _, key := range keys {
		public, err := TicketKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		set.Keys = append(set.Keys, public)
	}
	return set
}

var ticketNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ticket() Ticket {
	return Ticket{
		Site: pass.SiteID{1, 2, 3}, Desk: pass.DoorID{4, 5, 6}, Staff: "op-7k2m", Role: "front-desk", ID: strings.Repeat("A", 26),
		Issued: ticketNoon, Expires: ticketNoon.Add(TicketTime),
	}
}

func signTicket(t testing.TB, key *ecdsa.PrivateKey, of Ticket) string {
	t.Helper()
	text, err := SignTicket(key, of)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTicket(t *testing.T) {
	key, other := ticketKey(t, 1), ticketKey(t, 2)
	text := signTicket(t, key, ticket())
	for name, keys := range map[string]jose.JSONWebKeySet{"one key": ticketKeys(t, key), "several": ticketKeys(t, other, key)} {
		got, err := VerifyTicket(text, keys, ticket().Site, ticket().Desk, ticketNoon)
		if err != nil || got != ticket() {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	// What a desk is told of a key survives being written and read.
	data, err := ticketKeys(t, key).Keys[0].MarshalJSON()
	if err != nil || strings.Contains(string(data), `"d"`) {
		t.Fatalf("%s, %v", data, err)
	}
	var again jose.JSONWebKey
	if err := again.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyTicket(text, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{again}}, ticket().Site, ticket().Desk, ticketNoon); err != nil {
		t.Error(err)
	}
}

func TestTicketTimes(t *testing.T) {
	key := ticketKey(t, 1)
	text := signTicket(t, key, ticket())
	for after, want := range map[time.Duration]error{
		-TicketSkew - time.Second:             ErrTicketTime,
		-TicketSkew:                           nil,
		TicketTime:                            nil,
		TicketTime + TicketSkew - time.Second: nil,
		TicketTime + TicketSkew:               ErrTicketTime,
		24 * time.Hour:                        ErrTicketTime,
	} {
		_, err := VerifyTicket(text, ticketKeys(t, key), ticket().Site, ticket().Desk, ticketNoon.Add(after))
		if !errors.Is(err, want) {
			t.Errorf("%v later: %v, want %v", after, err, want)
		}
	}
}

// TestTicketForAnother: a ticket opens one desk of one site, and is signed by a key
// that the desk was told.
func TestTicketForAnother(t *testing.T) {
	key, other := ticketKey(t, 1), ticketKey(t, 2)
	good, keys := signTicket(t, key, ticket()), ticketKeys(t, key)
	for name, test := range map[string]struct {
		text string
		keys jose.JSONWebKeySet
		site pass.SiteID
		desk pass.DoorID
		want error
	}{
		"another site":      {good, keys, pass.SiteID{9}, ticket().Desk, ErrTicket},
		"another desk":      {good, keys, ticket().Site, pass.DoorID{9}, ErrTicket},
		"another key":       {signTicket(t, other, ticket()), keys, ticket().Site, ticket().Desk, ErrTicketKey},
		"no key":            {good, jose.JSONWebKeySet{}, ticket().Site, ticket().Desk, ErrTicketKey},
		"the same id twice": {good, ticketKeys(t, key, key), ticket().Site, ticket().Desk, ErrTicketKey},
	} {
		got, err := VerifyTicket(test.text, test.keys, test.site, test.desk, ticketNoon)
		if !errors.Is(err, test.want) || got != (Ticket{}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	// A key that takes the name of another.
	named := ticketKeys(t, other)
	named.Keys[0].KeyID = keys.Keys[0].KeyID
	if _, err := VerifyTicket(good, named, ticket().Site, ticket().Desk, ticketNoon); !errors.Is(err, ErrTicket) {
		t.Errorf("signed by another: %v", err)
	}
}

// forged is a token that somebody else's rules would take.
func forged(t testing.TB, alg jose.SignatureAlgorithm, key any, kid string, options *jose.SignerOptions, body string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options.WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestForgedTickets(t *testing.T) {
	key := ticketKey(t, 1)
	keys := ticketKeys(t, key)
	kid := keys.Keys[0].KeyID
	good := signTicket(t, key, ticket())
	parts := strings.Split(good, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	typed := func() *jose.SignerOptions { return (&jose.SignerOptions{}).WithType(TicketType) }
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"` + TicketType + `","kid":"` + kid + `"}`))
	late := strings.Replace(string(body), `"exp":`, `"exp":1`, 1)
	for name, text := range map[string]string{
		"empty":              "",
		"none":               none + "." + parts[1] + ".",
		"no signature":       parts[0] + "." + parts[1] + ".",
		"other body":         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(late)) + "." + parts[2],
		"the key as a MAC":   forged(t, jose.HS256, der, kid, typed(), string(body)),
		"no type":            forged(t, jose.ES256, key, kid, &jose.SignerOptions{}, string(body)),
		"another type":       forged(t, jose.ES256, key, kid, (&jose.SignerOptions{}).WithType("JWT"), string(body)),
		"with a key in it":   forged(t, jose.ES256, key, kid, &jose.SignerOptions{EmbedJWK: true, ExtraHeaders: typed().ExtraHeaders}, string(body)),
		"with another claim": forged(t, jose.ES256, key, kid, typed(), strings.Replace(string(body), "{", `{"admin":true,`, 1)),
		"lives too long":     forged(t, jose.ES256, key, kid, typed(), late),
		"something after":    forged(t, jose.ES256, key, kid, typed(), string(body)+"{}"),
		"too long":           good + strings.Repeat("A", maxTicket),
		"as JSON":            `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
	} {
		got, err := VerifyTicket(text, keys, ticket().Site, ticket().Desk, ticketNoon)
		if !errors.Is(err, ErrTicket) || got != (Ticket{}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestTicketThatNoDeskTakes(t *testing.T) {
	key := ticketKey(t, 1)
	for name, change := range map[string]func(*Ticket){
		"nobody":   func(t *Ticket) { t.Staff = "" },
		"a name":   func(t *Ticket) { t.Staff = "A Name" },
		"no role":  func(t *Ticket) { t.Role = "" },
		"no id":    func(t *Ticket) { t.ID = "" },
		"too long": func(t *Ticket) { t.Expires = t.Issued.Add(TicketTime + time.Second) },
		"no time":  func(t *Ticket) { t.Expires = t.Issued },
	} {
		wrong := ticket()
		change(&wrong)
		if text, err := SignTicket(key, wrong); !errors.Is(err, ErrTicket) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	large, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), append(make([]byte, 47), 7))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SignTicket(large, ticket()); !errors.Is(err, ErrTicketKey) {
		t.Errorf("a key on P-384: %v", err)
	}
}

// FuzzTicket: what is not verified is nothing, and what is says what was signed.
func FuzzTicket(f *testing.F) {
	key := ticketKey(f, 1)
	keys := ticketKeys(f, key)
	f.Add(signTicket(f, key, ticket()))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := VerifyTicket(text, keys, ticket().Site, ticket().Desk, ticketNoon)
		if err != nil {
			if got != (Ticket{}) {
				t.Errorf("%v beside %v", got, err)
			}
			return
		}
		if got != ticket() {
			t.Errorf("%q became %v, which nobody signed", text, got)
		}
	})
}

// FuzzTicketBody: what is read of a body can be signed again, and says the same.
func FuzzTicketBody(f *testing.F) {
	key := ticketKey(f, 1)
	keys := ticketKeys(f, key)
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readTicket(body)
		if err != nil {
			if got != (Ticket{}) || !errors.Is(err, ErrTicket) {
				t.Errorf("%v beside %v", got, err)
			}
			return
		}
		again, err := VerifyTicket(signTicket(t, key, got), keys, got.Site, got.Desk, got.Issued)
		if err != nil || again != got {
			t.Errorf("%s became %v, %v", hex.EncodeToString(body), again, err)
		}
	})
}

func TestTicketCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzTicket")
	testenv.Corpus(t, "FuzzTicketBody")
}
