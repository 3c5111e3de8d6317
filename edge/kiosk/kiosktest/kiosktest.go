// Package kiosktest is a kiosk page without a browser: it pairs, connects,
// answers challenges and pings, sends codes, PINs and frames, and shows what
// it was told. Tests drive a real kiosk.Server with it.
//
// It speaks the protocol from docs/kiosk.md with code of its own, so that a
// mistake in package kiosk does not cancel out. It keeps nothing on a disk.
package kiosktest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// ErrPair is wrapped by the errors of Pair that are the server's answer; its
// text ends with the answer's reason.
var ErrPair = errors.New("not paired")

// Kiosk is a tablet: a key, and the id that pairing gave it.
type Kiosk struct {
	// URL is where the page is, without a slash at the end:
	// "https://127.0.0.1:8443". Origin is what is sent as such; usually URL.
	URL, Origin string
	// Roots are what the tablet trusts.
	Roots *x509.CertPool
	// DialContext, if set, takes the place of the network.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// ID is set by Pair.
	ID  string
	Key *ecdsa.PrivateKey
}

// New returns a kiosk with a fresh key that is not paired.
func New(url string, roots *x509.CertPool) (*Kiosk, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &Kiosk{URL: url, Origin: url, Roots: roots, Key: key}, nil
}

// Client returns an HTTP client that trusts what the tablet trusts. Close its
// idle connections when done.
func (k *Kiosk) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:     k.DialContext,
		TLSClientConfig: &tls.Config{RootCAs: k.Roots, MinVersion: tls.VersionTLS12},
	}}
}

// Pair types a pairing code.
func (k *Kiosk) Pair(ctx context.Context, code string) error {
	spki, err := x509.MarshalPKIXPublicKey(&k.Key.PublicKey)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"code": code, "key": base64.StdEncoding.EncodeToString(spki)})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, k.URL+"/pair", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Origin", k.Origin)
	request.Header.Set("Content-Type", "application/json")
	client := k.Client()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct{ Kiosk, Why string }
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<10)).Decode(&answer); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %d %s", ErrPair, response.StatusCode, answer.Why)
	}
	k.ID = answer.Kiosk
	return nil
}

// Sign answers a challenge: r then s, 32 bytes each.
func (k *Kiosk) Sign(door, nonce string) ([]byte, error) {
	hash := sha256.Sum256([]byte("facelatch kiosk v1\n" + k.Origin + "\n" + door + "\n" + nonce))
	r, s, err := ecdsa.Sign(rand.Reader, k.Key, hash[:])
	if err != nil {
		return nil, err
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}

// Dial opens the WebSocket and does nothing more; Hello comes next. The caller
// closes it.
func (k *Kiosk) Dial(ctx context.Context) (*websocket.Conn, error) {
	client := k.Client()
	defer client.CloseIdleConnections()
	ws, _, err := websocket.Dial(ctx, k.URL+"/ws", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {k.Origin}},
	})
	return ws, err
}
