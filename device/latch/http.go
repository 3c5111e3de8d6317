package latch

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// hookTimeout bounds a request to a web hook, from the dial to the end of the
// answer, and the wait for a broker.
const hookTimeout = 3 * time.Second

// minKey is the fewest bytes of the key that signs requests.
const minKey = 16

// hook is a latch behind a web address. Whoever answers there times the pulse:
// this program may die, and the network may go, while the door is open.
type hook struct {
	client *http.Client
	url    string
	tls    *tls.Config
	key    []byte
	now    func() time.Time
}

func openHTTP(c Config) (Latch, error) {
	key, err := readSecret("secret_file", c.SecretFile)
	if err != nil {
		return nil, err
	}
	if len(key) < minKey {
		return nil, bad("secret_file", fmt.Sprintf("holds %d bytes, the fewest is %d", len(key), minKey))
	}
	settings, err := trust(c.CAFile)
	if err != nil {
		return nil, err
	}
	return &hook{url: c.URL, key: key, tls: settings, now: time.Now, client: &http.Client{
		Timeout: hookTimeout,
		// The order is for this address, and for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig:        settings,
			MaxResponseHeaderBytes: 16 << 10,
			// A connection for each order: net/http sends a request again by itself
			// only on one that it had used before.
			DisableKeepAlives: true,
		},
	}}, nil
}

func (h *hook) Unlatch(ctx context.Context, pulse time.Duration) error {
	body := fmt.Appendf(nil, `{"do":"unlatch","pulse_ms":%d}`, pulse.Milliseconds())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, fill(h.url, pulse), bytes.NewReader(body))
	if err != nil {
		return bad("url", "cannot be asked for")
	}
	r.GetBody = nil // never send it twice
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(SignatureHeader, Sign(h.key, body, h.now(), nonce))
	answer, err := h.client.Do(r)
	if err != nil {
		return shorten(err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4096)
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("%w: the hook answered with status %d", ErrFailed, answer.StatusCode)
	}
	return nil
}

// Check connects, with TLS where the address has it, and asks nothing.
func (h *hook) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	u, err := url.Parse(fill(h.url, MinPulse))
	if err != nil {
		return bad("url", "cannot be read as a URL")
	}
	var dial interface {
		DialContext(context.Context, string, string) (net.Conn, error)
	} = &net.Dialer{}
	port := or(u.Port(), "80")
	if u.Scheme == "https" {
		dial, port = &tls.Dialer{Config: h.tls}, or(u.Port(), "443")
	}
	conn, err := dial.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return conn.Close()
}

func (h *hook) Close() error {
	h.client.CloseIdleConnections()
	return nil
}

// shorten leaves out the address, which may hold a key in its query.
func shorten(err error) error {
	var wrapped *url.Error
	if !errors.As(err, &wrapped) {
		return err
	}
	if wrapped.Timeout() {
		return fmt.Errorf("%w: %w", ErrFailed, errNotAnswering)
	}
	return fmt.Errorf("%w: %w", ErrFailed, wrapped.Err)
}
