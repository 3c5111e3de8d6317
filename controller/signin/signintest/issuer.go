package signintest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Issuer is a small issuer of OpenID Connect at which everybody is who the test
// says. It checks PKCE, the client's id and secret, and that a code is used once.
type Issuer struct {
	URL    string
	Client *http.Client
	// ID and Secret are those of the one client.
	ID, Secret string
	// Now is its clock.
	Now func() time.Time

	key *ecdsa.PrivateKey

	mu     sync.Mutex // guards what follows
	claims map[string]any
	codes  map[string]url.Values
	asked  url.Values
	down   bool
}

// NewIssuer starts an issuer that ends with the test.
func NewIssuer(t testing.TB, now func() time.Time) *Issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{ID: "facelatch", Secret: "a secret", Now: now, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.isDown() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	i.URL, i.Client = server.URL, server.Client()
	return i
}

// Say sets who is at the issuer: claims such as "sub", "email", "auth_time". The
// issuer adds the others; one that is given here replaces its own.
func (i *Issuer) Say(claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.claims = claims
}

// Down takes the issuer down or up again.
func (i *Issuer) Down(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

// Asked returns what the last browser was sent with.
func (i *Issuer) Asked() url.Values {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

func (i *Issuer) isDown() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.down
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"ES256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	public, err := i.key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	answer(w, map[string]any{"keys": []any{map[string]string{
		"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig", "x": encode64(public[1:33]), "y": encode64(public[33:]),
	}}})
}

// authorize sends everybody back with a code.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != i.ID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	var secret [16]byte
	_, _ = rand.Read(secret[:])
	code := encode64(secret[:])
	i.mu.Lock()
	i.codes[code], i.asked = q, q
	i.mu.Unlock()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.URL}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	i.mu.Lock()
	q, known := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	given := i.claims
	i.mu.Unlock()
	secret, err := url.QueryUnescape(secret)
	hash := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if err != nil || !known || id != i.ID || secret != i.Secret || encode64(hash[:]) != q.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	now := i.Now().Unix()
	claims := map[string]any{"iss": i.URL, "aud": i.ID, "iat": now, "exp": now + 300, "nonce": q.Get("nonce")}
	for name, value := range given {
		claims[name] = value
	}
	answer(w, map[string]any{"access_token": "none", "token_type": "Bearer", "id_token": i.sign(claims)})
}

// sign makes a JSON Web Token with ES256 (RFC 7518, 3.4).
func (i *Issuer) sign(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	text := encode64([]byte(`{"alg":"ES256","kid":"1","typ":"JWT"}`)) + "." + encode64(body)
	hash := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, hash[:])
	if err != nil {
		panic(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + encode64(signature)
}
