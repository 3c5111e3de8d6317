package handover

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
)

// hook is a party's server, with TLS.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	got  []*http.Request
	body []string
}

func newHook(t *testing.T, answer http.HandlerFunc) *hook {
	t.Helper()
	h := &hook{}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		data, _ := io.ReadAll(q.Body)
		h.mu.Lock()
		h.got, h.body = append(h.got, q), append(h.body, string(data))
		h.mu.Unlock()
		answer(w, q)
	}))
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // who is refused, or killed, hangs up
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

// roots trusts a test's servers, whose names are example.com and 127.0.0.1.
func (h *hook) sender(r *rig, key Key, allowed func(string) bool) *Sender {
	roots := h.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return NewSender(SenderOptions{Outbox: r.Outbox, Key: func() Key { return key }, Issuer: "https://desk.example", Allowed: allowed, Roots: roots, Say: r.say})
}

func (r *rig) at(of, webhook string) party.Party {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parties[of]
	p.Webhook = webhook
	r.parties[of] = p
	return p
}

// TestWebhook is one delivery over TLS, read by a party that has the desk's JWK set, a
// JOSE library and its own key, and nothing of ours.
func TestWebhook(t *testing.T) {
	r := newRig(t, "bank")
	h := newHook(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	r.at("bank", h.URL+"/in?secret=x")
	r.put("bank", "a")
	desk := newKey(t)
	s := h.sender(r, Key{"desk-1", desk}, func(at string) bool { return "https://"+at == h.URL })
	must(t, s.deliver(t.Context(), "bank", "a"))
	if len(h.got) != 1 || len(r.pending("bank")) != 0 {
		t.Fatalf("%d requests", len(h.got))
	}
	q, sent := h.got[0], h.body[0]
	if q.Method != "POST" || q.Header.Get("Content-Type") != "application/jose" || strings.Contains(sent, "plain") {
		t.Errorf("%s %v", q.Method, q.Header)
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &desk.PublicKey, KeyID: "desk-1", Use: "sig"}}}
	event, err := verified(set, q.Header.Get("Facelatch-Signature"), sent)
	must(t, err)
	if event["event"] != "a" || event["aud"] != "bank" || event["iss"] != "https://desk.example" || event["typ"] != "facelatch-event" {
		t.Errorf("%v", event)
	}
	if at := time.Unix(int64(event["iat"].(float64)), 0); time.Since(at) > time.Minute || time.Until(at) > time.Minute {
		t.Errorf("sent at %s", at)
	}
	if got := r.decrypted(Sealed{Party: "bank", JWE: sent}); got != marker+"a" {
		t.Errorf("the party reads %q", got)
	}
	for name, bad := range map[string][2]string{
		"another body": {q.Header.Get("Facelatch-Signature"), sent + "x"}, "another header": {"e30" + q.Header.Get("Facelatch-Signature")[3:], sent}, "no signature": {"", sent},
	} {
		if _, err := verified(set, bad[0], bad[1]); err == nil {
			t.Errorf("%s: verified", name)
		}
	}
}

func verified(set jose.JSONWebKeySet, signature, sent string) (map[jose.HeaderKey]any, error) {
	jws, err := jose.ParseDetached(signature, []byte(sent), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	header := jws.Signatures[0].Protected
	keys := set.Key(header.KeyID)
	if len(keys) != 1 {
		return nil, errors.New("no such key")
	}
	return header.ExtraHeaders, jws.DetachedVerify([]byte(sent), keys[0].Key)
}

// TestWhatAWebhookMayNot: addresses inside, plain HTTP, redirects, certificates of
// nobody, proxies; and answers without an end are not read.
func TestWhatAWebhookMayNot(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	r := newRig(t, "bank")
	other := newHook(t, func(http.ResponseWriter, *http.Request) {})
	h := newHook(t, func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/redirect":
			http.Redirect(w, q, other.URL, http.StatusTemporaryRedirect)
		case "/endless":
			w.WriteHeader(http.StatusOK)
			for range 1 << 14 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		}
	})
	plain := httptest.NewServer(h.Config.Handler)
	defer plain.Close()
	port := func(url string) string { _, p, _ := net.SplitHostPort(url[strings.LastIndex(url, "/")+1:]); return p }
	all := func(string) bool { return true }
	key := Key{"desk-1", newKey(t)}
	for name, test := range map[string]struct {
		webhook string
		allowed func(string) bool
		want    error
	}{
		"inside":    {h.URL, nil, ErrInside},
		"localhost": {"https://localhost:" + port(h.URL), nil, ErrInside},
		"redirect":  {h.URL + "/redirect", all, nil},
		"plain":     {plain.URL, all, nil},
		"own name":  {"https://localhost:" + port(h.URL), all, nil},
		"a file":    {"file:///etc/passwd", all, nil},
		"nothing":   {"https://", all, nil},
	} {
		r.at("bank", test.webhook)
		r.put("bank", "a")
		err := h.sender(r, key, test.allowed).deliver(t.Context(), "bank", "a")
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if len(r.pending("bank")) != 1 {
			t.Errorf("%s: it is gone", name)
		}
	}
	s := h.sender(r, key, all)
	s.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	r.at("bank", h.URL)
	var unknown *tls.CertificateVerificationError
	if err := s.deliver(t.Context(), "bank", "a"); !errors.As(err, &unknown) {
		t.Errorf("a certificate of nobody: %v", err)
	}
	if len(other.got) != 0 {
		t.Error("a redirect was followed")
	}
	r.at("bank", h.URL+"/endless")
	must(t, h.sender(r, key, all).deliver(t.Context(), "bank", "a"))
}
