package handover_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/testenv"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocument: the example of docs/webhooks.md is receiver_test.go, which TestReceiver
// runs, and the page names every setting of what is sent.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "webhooks.md"))
	must(t, err)
	example, err := os.ReadFile("receiver_test.go")
	must(t, err)
	_, code, _ := strings.Cut(string(page), "```go\n")
	code, _, _ = strings.Cut(code, "```\n")
	if code != strings.Replace(string(example), "package handover_test", "package receiver", 1) {
		t.Error("the example in docs/webhooks.md is not receiver_test.go")
	}
	for _, word := range []string{handover.SignatureHeader, handover.SignatureType, handover.ContentType, "`event`", "`iat`", "`aud`", "`iss`", "`b64`", "24 hours"} {
		if !strings.Contains(string(page), word) {
			t.Errorf("docs/webhooks.md does not name %s", word)
		}
	}
}

const issuer = "https://desk.example"

// delivery is a result on its way to a Receiver, which fails for the first time.
type delivery struct {
	outbox   *handover.Outbox
	sender   *handover.Sender
	receiver *Receiver
	server   *httptest.Server
	deskKey  *ecdsa.PrivateKey

	mu    sync.Mutex // guards what follows
	taken []map[string]any
	ids   []string
}

func newDelivery(t *testing.T) *delivery {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	desk, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	keys, err := result.NewKeys(desk)
	must(t, err)
	d := &delivery{deskKey: desk}
	d.receiver = &Receiver{Desk: issuer, Party: "bank", Key: key, Keys: func() (jose.JSONWebKeySet, error) { return keys.Set(), nil }, Take: d.take}
	d.server = httptest.NewTLSServer(d.receiver)
	t.Cleanup(d.server.Close)
	bank := party.Party{ID: "bank", Webhook: d.server.URL + "/results", Key: jose.JSONWebKey{Key: &key.PublicKey}}
	d.outbox, err = handover.Open(handover.Options{Dir: t.TempDir(), Party: func(string) (party.Party, bool) { return bank, true }})
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(d.server.Certificate())
	d.sender = handover.NewSender(handover.SenderOptions{
		Outbox: d.outbox, Issuer: issuer, Roots: roots, Key: func() handover.Key { return handover.Key{ID: keys.Set().Keys[0].KeyID, Signer: desk} },
		Allowed: func(at string) bool { return "https://"+at == d.server.URL },
	})
	token, err := result.Maker{Issuer: issuer, Keys: keys}.Make(party.JWT, result.Input{
		ID: "0123456789abcdef", Party: "bank", Nonce: "nonce-of-the-check", Result: idcheck.Result{Outcome: idcheck.Abandoned}, At: time.Now(),
		Status: result.Place{URI: issuer + "/statuses/1", Index: 7},
	}, time.Now())
	must(t, err)
	must(t, d.outbox.Put(t.Context(), handover.Event{ID: "0123456789abcdef", Party: "bank", Body: []byte(token)}))
	return d
}

func (d *delivery) take(event string, result map[string]any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken, d.ids = append(d.taken, result), append(d.ids, event)
	if len(d.taken) == 1 {
		return errors.New("the disk is full")
	}
	return nil
}

func (d *delivery) waiting() int {
	_, waiting, _ := d.outbox.Pending("bank", 0)
	return waiting
}

// TestReceiver has a result delivered to the example of the page: it comes again under
// the same id until it is taken, and then no more.
func TestReceiver(t *testing.T) {
	d := newDelivery(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	done := make(chan struct{})
	go func() {
		d.sender.Run(ctx)
		close(done)
	}()
	for d.waiting() > 0 && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	<-done
	if len(d.taken) != 2 || !slices.Equal(d.ids, []string{"0123456789abcdef", "0123456789abcdef"}) {
		t.Fatalf("taken: %q", d.ids)
	}
	if got := d.taken[1]; got["nonce"] != "nonce-of-the-check" || got["aud"] != "bank" || got["desk_check"].(map[string]any)["outcome"] != "abandoned" {
		t.Errorf("%v", got)
	}
}

// TestReceiverRefuses what others send, or what was sent at another time, to another
// party or as something else.
func TestReceiverRefuses(t *testing.T) {
	d := newDelivery(t)
	sealed, err := d.outbox.Get("bank", "0123456789abcdef")
	must(t, err)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	set, err := d.receiver.Keys()
	must(t, err)
	d.taken = []map[string]any{nil} // the next one is taken
	for name, test := range map[string]struct {
		change func(h map[jose.HeaderKey]any)
		key    *ecdsa.PrivateKey
		body   string
		status int
	}{
		"good":          {nil, d.deskKey, sealed.JWE, 204},
		"again":         {nil, d.deskKey, sealed.JWE, 204},
		"another key":   {nil, other, sealed.JWE, 401},
		"old":           {func(h map[jose.HeaderKey]any) { h["iat"] = time.Now().Add(-6 * time.Minute).Unix() }, d.deskKey, sealed.JWE, 401},
		"ahead":         {func(h map[jose.HeaderKey]any) { h["iat"] = time.Now().Add(6 * time.Minute).Unix() }, d.deskKey, sealed.JWE, 401},
		"no time":       {func(h map[jose.HeaderKey]any) { delete(h, "iat") }, d.deskKey, sealed.JWE, 401},
		"another party": {func(h map[jose.HeaderKey]any) { h["aud"] = "hotel" }, d.deskKey, sealed.JWE, 401},
		"another desk":  {func(h map[jose.HeaderKey]any) { h["iss"] = "https://other.example" }, d.deskKey, sealed.JWE, 401},
		"a result":      {func(h map[jose.HeaderKey]any) { h["typ"] = "JWT" }, d.deskKey, sealed.JWE, 401},
		"no event":      {func(h map[jose.HeaderKey]any) { delete(h, "event") }, d.deskKey, sealed.JWE, 401},
		"not a JWE":     {nil, d.deskKey, "hello", 422},
	} {
		header := map[jose.HeaderKey]any{"kid": set.Keys[0].KeyID, "typ": "facelatch-event", "iss": issuer, "aud": "bank", "event": "e", "iat": time.Now().Unix()}
		if test.change != nil {
			test.change(header)
		}
		options := new(jose.SignerOptions).WithBase64(false)
		for k, v := range header {
			options.WithHeader(k, v)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: test.key}, options)
		must(t, err)
		jws, err := signer.Sign([]byte(test.body))
		must(t, err)
		signature, err := jws.DetachedCompactSerialize()
		must(t, err)
		q := httptest.NewRequest("POST", "/results", strings.NewReader(test.body))
		q.Header.Set("Facelatch-Signature", signature)
		w := httptest.NewRecorder()
		d.receiver.ServeHTTP(w, q)
		if w.Code != test.status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
