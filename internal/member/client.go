// Package member is how a member of a site that is neither door nor controller, a
// station or a desk, asks its controller: over mutual TLS, under the site's own
// authority.
//
// It never follows a redirect, never uses a proxy, and keeps nothing on disk.
package member

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

// AskTime is how long a request may take. A controller may wait for its turn for
// most of it.
const AskTime = 40 * time.Second

// ErrAway is wrapped by what keeps a controller from answering.
var ErrAway = errors.New("the controller cannot be reached")

// maxAnswer is the largest answer that is read, in bytes: lists of doors are long
// because of their keys, some 2 KB for each.
const maxAnswer = 512 * doorapi.MaxBody

// Client asks one controller. Its methods may be called at once.
type Client struct {
	base string

	mu     sync.Mutex // guards what follows
	http   *http.Client
	config *tls.Config
}

// NewClient returns a client of the controller at a URL such as
// https://192.168.1.20:7443, which shows the one certificate of config.
func NewClient(base string, config *tls.Config) *Client {
	c := &Client{base: base}
	c.Use(config)
	return c
}

// Use makes connections with another configuration from now on.
func (c *Client) Use(config *tls.Config) {
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

func (c *Client) current() *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.http
}

// Certificate returns the one that is shown.
func (c *Client) Certificate() *x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config.Certificates[0].Leaf
}

// Shown is the certificate with its key.
func (c *Client) Shown() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &c.config.Certificates[0]
}

// Close closes connections that nobody uses.
func (c *Client) Close() { c.current().CloseIdleConnections() }

// Ask sends one JSON value and reads another; either may be nil. A refusal is a
// [*doorapi.Problem], and what kept the controller from answering is an [ErrAway].
func (c *Client) Ask(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, AskTime)
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
	data, _, err := c.do(request)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("the controller's answer to %s: %w", path, err)
	}
	return nil
}

// Changed gets what stands at a path, with its ETag, once that is another than tag: a
// controller is waited for as long as it lets a request wait (doorapi.PollTime). Where
// nothing changed, or with an empty tag where nothing is there, data is nil and the
// tag that which was given. The errors are those of [Client.Ask].
func (c *Client) Changed(ctx context.Context, path, tag string) (data []byte, now string, err error) {
	ctx, cancel := context.WithTimeout(ctx, doorapi.PollTime+AskTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, tag, err
	}
	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}
	data, header, err := c.do(request)
	if err != nil || data == nil {
		return nil, tag, err
	}
	return data, header.Get("ETag"), nil
}

// do returns nil data where nothing was modified.
func (c *Client) do(request *http.Request) (data []byte, header http.Header, err error) {
	response, err := c.current().Do(request)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer response.Body.Close()
	if data, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	switch {
	case response.StatusCode == http.StatusNotModified:
		return nil, response.Header, nil
	case response.StatusCode >= 300:
		return nil, nil, refusal(response, data)
	}
	return data, response.Header, nil
}

// refusal reads why a request was refused.
func refusal(r *http.Response, data []byte) error {
	p := &doorapi.Problem{Status: r.StatusCode, Title: http.StatusText(r.StatusCode)}
	if r.Header.Get("Content-Type") == doorapi.TypeProblem {
		_ = json.Unmarshal(data, p) // else the status has to do
	}
	return p
}

// IsProblem says whether a controller refused for a reason.
func IsProblem(err error, kind string) bool {
	var p *doorapi.Problem
	return errors.As(err, &p) && p.Type == kind
}
