package handover_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Receiver is the webhook of a relying party, for results that are JWTs.
type Receiver struct {
	// Desk is the desk's address, and Party our id there.
	Desk, Party string
	// Key belongs to the public key that is registered for us.
	Key *ecdsa.PrivateKey
	// Keys returns what the desk publishes at /jwks, fetched over TLS and kept no
	// longer than its Cache-Control says.
	Keys func() (jose.JSONWebKeySet, error)
	// Take keeps a result, for good: once it returns nil the desk forgets it. The same
	// event may come again, and is then taken without doing anything twice. It looks
	// the nonce up among those of checks that are open.
	Take func(event string, result map[string]any) error
}

func (r Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, 256<<10))
	if err != nil {
		http.Error(w, "the body did not arrive", http.StatusBadRequest)
		return
	}
	keys, err := r.Keys()
	if err != nil {
		http.Error(w, "the keys of the desk are not to be had", http.StatusServiceUnavailable)
		return
	}
	event, err := r.verify(q.Header.Get("Facelatch-Signature"), body, keys)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	result, err := r.open(string(body), keys)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if err := r.Take(event, result); err != nil {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// verify returns the id of the event, if the desk sent it to us, now.
func (r Receiver) verify(signature string, body []byte, keys jose.JSONWebKeySet) (event string, err error) {
	jws, err := jose.ParseDetached(signature, body, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err
	}
	header := jws.Signatures[0].Protected
	key := keys.Key(header.KeyID)
	if len(key) != 1 {
		return "", errors.New("no such key")
	}
	if err := jws.DetachedVerify(body, key[0].Key); err != nil {
		return "", err
	}
	sent, _ := header.ExtraHeaders["iat"].(float64)
	age := time.Since(time.Unix(int64(sent), 0))
	event, _ = header.ExtraHeaders["event"].(string)
	switch {
	case header.ExtraHeaders["typ"] != "facelatch-event", header.ExtraHeaders["iss"] != r.Desk, header.ExtraHeaders["aud"] != r.Party, event == "":
		return "", errors.New("not an event for us")
	case age < -5*time.Minute || age > 5*time.Minute:
		return "", errors.New("not sent now")
	}
	return event, nil
}

// open decrypts a result and verifies the desk's signature of it.
func (r Receiver) open(body string, keys jose.JSONWebKeySet) (result map[string]any, err error) {
	jwe, err := jose.ParseEncryptedCompact(body, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return nil, err
	}
	text, err := jwe.Decrypt(r.Key)
	if err != nil {
		return nil, err
	}
	token, err := jwt.ParseSigned(string(text), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	if typ := token.Headers[0].ExtraHeaders["typ"]; typ != "JWT" && typ != "outcome+jwt" {
		return nil, fmt.Errorf("a result of type %v", typ)
	}
	var registered jwt.Claims
	if err := token.Claims(keys, &registered, &result); err != nil {
		return nil, err
	}
	return result, registered.Validate(jwt.Expected{Issuer: r.Desk, AnyAudience: jwt.Audience{r.Party}, Time: time.Now()})
}
