package handover

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/party"
)

const (
	sendTime      = 15 * time.Second // for all of one request
	connectTime   = 5 * time.Second
	maxHeaders    = 16 << 10
	maxAnswer     = 4 << 10
	idleTime      = 30 * time.Second
	maxIdleOfEach = 2
)

// newClient makes a client for TLS alone, that follows no redirect, uses no proxy, and
// connects where [guard] lets it.
func newClient(o SenderOptions) *http.Client {
	g := guard{allowed: o.Allowed, dialer: net.Dialer{Timeout: connectTime, Resolver: o.Resolver}}
	return &http.Client{
		Timeout:       sendTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: g.dial,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: sendTime, MaxResponseHeaderBytes: maxHeaders,
			IdleConnTimeout: idleTime, MaxIdleConnsPerHost: maxIdleOfEach, DisableCompression: true,
		},
	}
}

// deliver sends one event, and acknowledges it if the party took it.
func (s *Sender) deliver(ctx context.Context, to, id string) error {
	p, ok := s.with.Outbox.with.Party(to)
	if !ok || p.Webhook == "" {
		if s.with.Outbox.find(to, id) == nil {
			return errGone
		}
		return errNoWebhook
	}
	e, err := s.with.Outbox.Get(to, id)
	if errors.Is(err, ErrMissing) {
		return errGone
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errHere, err)
	}
	if err := s.post(ctx, p, e); err != nil {
		return err
	}
	if err := s.with.Outbox.Ack(to, id); err != nil { // the party has it, and gets it again under the same id
		return fmt.Errorf("%w: %w", errHere, err)
	}
	return nil
}

// post sends an event, and returns nil for an answer of 2xx.
func (s *Sender) post(ctx context.Context, p party.Party, e Sealed) error {
	signature, err := sign(s.with.Key(), s.with.Issuer, e, time.Now())
	if err != nil {
		return fmt.Errorf("%w: %w", errHere, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Webhook, strings.NewReader(e.JWE))
	if err != nil || request.URL.Scheme != "https" {
		return errors.New("its address is not https")
	}
	request.Header.Set("Content-Type", ContentType)
	request.Header.Set(SignatureHeader, signature)
	request.Header.Set("User-Agent", "Facelatch")
	response, err := s.client.Do(request)
	if err != nil {
		return withoutAddress(ctx, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer)) // for the connection's sake; nobody reads it
	switch status := response.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests:
		return fmt.Errorf("%w: it answered %d", errRefused, status)
	default:
		return fmt.Errorf("it answered %d", status)
	}
}

// withoutAddress is an error without the whole address, in which parties put secrets.
func withoutAddress(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
