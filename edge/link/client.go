// Package link is the one line between a door and its controller: joining with
// a code, and from then on mutual TLS (1.3 only) with certificates of the site's
// own authority and of nobody else.
//
// The door asks and the controller answers; nothing listens. What is fetched is
// verified by whoever takes it, not believed because of where it came from.
//
// This package never sends anything about a passage: it has no function that
// could. It follows no redirect, uses no proxy, and keeps nothing on disk.
package link

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/doorapi"
)

var (
	// ErrNothingNew is returned by [Client.Bundle] when nothing came while it
	// waited.
	ErrNothingNew = errors.New("there is no newer bundle")
	// ErrNotYet is returned by [Client.Secrets] before somebody has compared the
	// fingerprint.
	ErrNotYet = errors.New("nobody has compared this door's fingerprint at a station yet")
	// ErrRemoved is returned once the operator has removed the door. It is final.
	ErrRemoved = errors.New("the operator has removed this door from the site")
	// ErrOver is returned where the controller does not speak with a door whose
	// certificate has ended: it was away for too long to renew it. It is final.
	ErrOver = errors.New("this door's certificate has ended, and only a door that joins again gets another (docs/edge.md)")
	// ErrAnswer is returned for an answer that is not one.
	ErrAnswer = errors.New("the controller answered with something else than it should")
)

const (
	dialTime = 10 * time.Second
	// askTime is how long everything but the waiting for a bundle may take.
	askTime = 30 * time.Second
	// pollTime is how long a bundle may take, its transfer included.
	pollTime = doorapi.PollTime + 30*time.Second
)

// Client asks one controller. It is safe for concurrent use.
type Client struct {
	http *http.Client
	base string
	over func() bool // whether the door's certificate has ended; nil for a door without one
	// mirror has copies; nil where there is none.
	mirror *mirror
}

// Trust is what a [Client] shows and believes.
type Trust struct {
	// Authority is whose certificates count.
	Authority *x509.Certificate
	// Certificate returns the door's own, which is renewed from time to time.
	Certificate func() tls.Certificate
	// Now is the time at which certificates are judged.
	Now func() time.Time
	// Mirror is the address of a web server with copies, https://host/path, or
	// empty.
	Mirror string
}

// NewClient returns a client for the controller at an address, host:port. It
// does not connect yet.
func NewClient(address string, t Trust) *Client {
	roots := x509.NewCertPool()
	roots.AddCert(t.Authority)
	c := newClient(address, &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: doorapi.ServerName, RootCAs: roots, Time: t.Now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			own := t.Certificate()
			return &own, nil
		},
	})
	c.over = func() bool {
		own := t.Certificate()
		return own.Leaf != nil && !t.Now().Before(own.Leaf.NotAfter)
	}
	c.mirror = newMirror(t.Mirror, t)
	return c
}

func newClient(address string, config *tls.Config) *Client {
	// A line that was pulled is noticed within twenty seconds, not when the
	// waiting ends.
	dialer := &net.Dialer{Timeout: dialTime, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	return &Client{base: "https://" + address, http: &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: config, TLSHandshakeTimeout: dialTime,
			MaxConnsPerHost: 4, IdleConnTimeout: 2 * time.Minute, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes connections that nobody uses.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.mirror.close()
}

// Bundle returns the newest bundle as it was signed, once there is one whose
// number is above after; with 0, at once. It fails with [ErrNothingNew] if none
// came for a while.
func (c *Client) Bundle(ctx context.Context, after uint64) ([]byte, error) {
	path := doorapi.PathBundle
	if after > 0 {
		path += "?after=" + strconv.FormatUint(after, 10)
	}
	ctx, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	return c.do(ctx, http.MethodGet, path, nil, bundle.MaxSize)
}

// Object returns the bytes that an object names, and nothing else: from the mirror
// where it is there, so that the controller is asked for what is new to few.
func (c *Client) Object(ctx context.Context, o bundle.Object) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if data, ok := c.mirror.object(ctx, o); ok {
		return data, nil
	}
	data, err := c.do(ctx, http.MethodGet, doorapi.PathObjects+o.String(), nil, int64(o.Size))
	if err != nil {
		return nil, err
	}
	return data, o.Match(data)
}

// Secrets returns what stations sealed to the door. It fails with [ErrNotYet].
func (c *Client) Secrets(ctx context.Context) ([][]byte, error) {
	var r doorapi.SecretsResponse
	err := c.ask(ctx, http.MethodGet, doorapi.PathSecrets, nil, &r)
	return r.Secrets, err
}

// Counts hands over the counts of a day that is over.
func (c *Client) Counts(ctx context.Context, counts doorapi.Counts) error {
	return c.ask(ctx, http.MethodPost, doorapi.PathCounts, counts, nil)
}

// Report hands over what the machine has to say of itself.
func (c *Client) Report(ctx context.Context, r doorapi.Report) error {
	return c.ask(ctx, http.MethodPost, doorapi.PathReports, r, nil)
}

// ask sends one JSON value and reads another; either may be nil.
func (c *Client) ask(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	data, err := c.do(ctx, method, path, sent, doorapi.MaxBody)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrAnswer, path, err)
	}
	return nil
}

// do makes one request. A body that ends too early is an error.
func (c *Client) do(ctx context.Context, method, path string, body []byte, largest int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil && c.over != nil && c.over() {
		return nil, fmt.Errorf("%w: %w", ErrOver, err)
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return answer(response, path, largest)
}

// answer reads the body of a response, or why there is none.
func answer(response *http.Response, path string, largest int64) ([]byte, error) {
	if response.StatusCode == http.StatusNotModified {
		return nil, ErrNothingNew
	}
	if response.StatusCode >= 300 {
		return nil, problem(response)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, largest+1))
	if err == nil && int64(len(data)) > largest {
		err = fmt.Errorf("%w: more than %d bytes from %s", ErrAnswer, largest, path)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// problem reads why a request was refused.
func problem(r *http.Response) error {
	p := &doorapi.Problem{Status: r.StatusCode, Title: http.StatusText(r.StatusCode)}
	data, err := io.ReadAll(io.LimitReader(r.Body, doorapi.MaxBody))
	if err == nil && r.Header.Get("Content-Type") == doorapi.TypeProblem {
		_ = json.Unmarshal(data, p) // else the status has to do
	}
	switch p.Type {
	case doorapi.ProblemRemoved:
		return fmt.Errorf("%w: %w", ErrRemoved, p)
	case doorapi.ProblemNotYet:
		return fmt.Errorf("%w: %w", ErrNotYet, p)
	}
	return p
}
