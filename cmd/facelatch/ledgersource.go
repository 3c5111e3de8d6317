package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/ledger"
)

const (
	// fileTime is how long one file of a ledger may take, and fileTries how often
	// it is asked for.
	fileTime  = 30 * time.Second
	fileTries = 3
	// maxCA is the longest file of certificates.
	maxCA = 1 << 20
)

// ledgerAt returns the ledger at an address: a URL that begins with https://, or
// with http:// for this machine itself, or with file://, or a folder.
func ledgerAt(address, ca string) (ledger.Source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || len(u.Scheme) == 1 {
		return folderAt(address)
	}
	switch {
	case u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
		return folderAt(filepath.FromSlash(u.Path))
	case u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, usagef("%s: plain http is for this machine itself; use https", address)
	case u.Scheme == "https" || u.Scheme == "http":
		return webLedger(u, ca)
	}
	return nil, usagef("%q is no address of a ledger: https://..., file://... or a folder", address)
}

// loopback returns whether a host is this machine itself.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// folderLedger is a ledger in a folder.
type folderLedger string

// folderAt returns the ledger in a folder as a web server serves it, or in a
// keeper's own, whose public part is a folder below it.
func folderAt(path string) (ledger.Source, error) {
	for _, dir := range []string{path, filepath.Join(path, "public")} {
		if _, err := os.Stat(filepath.Join(dir, ledger.CheckpointFile)); err == nil {
			return folderLedger(dir), nil
		}
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil, usagef("there is no folder %s", path)
	}
	return nil, usagef("there is no ledger in %s", path)
}

// Read is a method of [ledger.Source].
func (f folderLedger) Read(_ context.Context, path string, limit int) ([]byte, error) {
	data, err := readShort(filepath.Join(string(f), filepath.FromSlash(path)), limit)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, ledger.ErrMissing
	}
	return data, err
}

// webLedgerSource is a ledger on a web server.
type webLedgerSource struct {
	base   string // with a slash at its end
	client *http.Client
}

func webLedger(u *url.URL, ca string) (ledger.Source, error) {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: fileTime,
	}
	if ca != "" {
		roots, err := readCA(ca)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return webLedgerSource{strings.TrimSuffix(u.String(), "/") + "/", &http.Client{
		Transport: transport, Timeout: fileTime, CheckRedirect: sameKind,
	}}, nil
}

func readCA(path string) (*x509.CertPool, error) {
	data, err := readShort(path, maxCA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s has no certificate in PEM", path)
	}
	return roots, nil
}

// sameKind follows few redirects, and none that leaves https.
func sameKind(next *http.Request, before []*http.Request) error {
	if len(before) > 3 {
		return errors.New("it is redirected too often")
	}
	if next.URL.Scheme != before[0].URL.Scheme {
		return errors.New("it is redirected to another scheme")
	}
	return nil
}

// Read is a method of [ledger.Source]. What fails on the way is tried again.
func (w webLedgerSource) Read(ctx context.Context, path string, limit int) (data []byte, err error) {
	for try := range fileTries {
		if data, err = w.get(ctx, path, limit); err == nil || final(err) || ctx.Err() != nil {
			return data, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(try+1) * 200 * time.Millisecond):
		}
	}
	return nil, err
}

// final says whether trying again is of no use.
func final(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.Is(err, ledger.ErrMissing) || errors.Is(err, ledger.ErrTooLong) || errors.As(err, &certificate) ||
		errors.Is(err, syscall.ECONNREFUSED)
}

func (w webLedgerSource) get(ctx context.Context, path string, limit int) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, ledger.ErrMissing
	default:
		return nil, fmt.Errorf("the server answered %d", answer.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = ledger.ErrTooLong
	}
	return data, err
}
