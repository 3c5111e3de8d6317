package station

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
)

// askTime is how long a request may take. A controller may wait for its turn for
// most of it.
const askTime = 40 * time.Second

// errAway is wrapped by what keeps a controller from answering.
var errAway = errors.New("the controller cannot be reached")

// errNotNow is wrapped where a controller answers that its database or its ledger
// cannot be used.
var errNotNow = errors.New("the controller can be reached, and can save nothing now")

// client asks one controller. It follows no redirect and uses no proxy.
type client struct {
	base string

	mu     sync.Mutex // guards what follows
	http   *http.Client
	config *tls.Config
}

func newClient(base string, config *tls.Config) *client {
	c := &client{base: base}
	c.use(config)
	return c
}

// use makes connections with another configuration from now on.
func (c *client) use(config *tls.Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
	c.config = config
	c.http = &http.Client{
		Transport:     &http.Transport{TLSClientConfig: config, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c *client) current() *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.http
}

// certificate returns the one that is shown.
func (c *client) certificate() *x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config.Certificates[0].Leaf
}

// shown is the certificate with its key.
func (c *client) shown() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &c.config.Certificates[0]
}

func (c *client) close() { c.current().CloseIdleConnections() }

// ask sends one JSON value and reads another; either may be nil. A refusal is a
// [*doorapi.Problem].
func (c *client) ask(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		sent = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.current().Do(request)
	if err != nil {
		return fmt.Errorf("%w: %w", errAway, err)
	}
	defer response.Body.Close()
	// Lists of doors are long because of their keys: some 2 KB for each.
	data, err := io.ReadAll(io.LimitReader(response.Body, 512*doorapi.MaxBody))
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return refusal(response, data)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("the controller's answer to %s: %w", path, err)
	}
	return nil
}

// refusal reads why a request was refused.
func refusal(r *http.Response, data []byte) error {
	p := &doorapi.Problem{Status: r.StatusCode, Title: http.StatusText(r.StatusCode)}
	if r.Header.Get("Content-Type") == doorapi.TypeProblem {
		_ = json.Unmarshal(data, p) // else the status has to do
	}
	return p
}

// isProblem says whether a controller refused for a reason.
func isProblem(err error, kind string) bool {
	var p *doorapi.Problem
	return errors.As(err, &p) && p.Type == kind
}
