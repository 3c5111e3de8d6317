package kiosk

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Config is what a Server needs. Every field is needed but Now.
type Config struct {
	// Door is the door's id, which the kiosk signs.
	Door string
	// Origins are the exact origins under which the page is opened, such as
	// "https://front.local:8443"; see Origins.
	Origins []string
	// Certificate returns the certificate to serve now; it is called for each
	// TLS handshake, so that a renewed one is used at once.
	Certificate func() (*tls.Certificate, error)
	// Pages are the static files; index.html is the page.
	Pages fs.FS
	// Store keeps the paired kiosk.
	Store Store
	// Frames takes the frames.
	Frames Frames
	// Now is the clock that screens' Until, pairing codes and nonces are
	// measured by; nil means time.Now.
	Now func() time.Time
}

// errConfig is what every error of Config.valid wraps.
var errConfig = errors.New("kiosk")

func (c Config) valid() error {
	switch {
	case c.Door == "" || strings.ContainsFunc(c.Door, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("%w: Door: want an id of printable characters", errConfig)
	case len(c.Origins) == 0:
		return fmt.Errorf("%w: Origins: want at least one", errConfig)
	case c.Certificate == nil, c.Pages == nil, c.Store == nil, c.Frames == nil:
		return fmt.Errorf("%w: Certificate, Pages, Store and Frames are needed", errConfig)
	}
	for _, o := range c.Origins {
		if err := validOrigin(o); err != nil {
			return fmt.Errorf("%w: Origins: %w", errConfig, err)
		}
	}
	return nil
}

// validOrigin checks that a browser could send the origin exactly like this
// (RFC 6454 6.2): lower case, no path, no default port.
func validOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" || u.Host == "" || "https://"+u.Host != origin || u.Port() == "443" ||
		strings.ToLower(origin) != origin {
		return fmt.Errorf("%q is not an origin such as https://front.local:8443", origin)
	}
	return nil
}

// Origins returns the origins of a server that is reached by the given host
// names and addresses on one port, as browsers write them.
func Origins(hosts []string, port uint16) []string {
	var origins []string
	for _, host := range hosts {
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
			host = "[" + ip.String() + "]"
		}
		if port != 443 {
			host = fmt.Sprintf("%s:%d", host, port)
		}
		if o := "https://" + host; !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return origins
}

// authorities returns what the Host header of a request may be.
func (c Config) authorities() []string {
	var hosts []string
	for _, o := range c.Origins {
		hosts = append(hosts, strings.TrimPrefix(o, "https://"))
	}
	return hosts
}

func (c Config) tls() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// No CBC and no static RSA for TLS 1.2; 1.3 has none of them.
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		NextProtos:     []string{"http/1.1"}, // a WebSocket needs it
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.Certificate() },
	}
}
