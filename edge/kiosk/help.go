package kiosk

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
)

// Help serves the page that says how to make a tablet trust the site's
// certificates, over plain HTTP, and the authority's certificate: as /ca.crt
// for Android, Linux and ChromeOS, as /ca.mobileconfig for iPadOS and iOS. It
// serves nothing else, sets no cookie and answers GET only.
//
// BUG(trust): plain HTTP can be changed on its way, so whoever installs the
// certificate compares its fingerprint (see Fingerprint) with what the door
// prints. What limits a mistake is that the authority can vouch for private
// names and addresses only.
type Help struct {
	Site      string            // its name, in the profile's title
	Authority *x509.Certificate // of the site
	Pages     fs.FS             // index.html and what it shows
}

// Serve answers on l until ctx is done, and closes l.
func (h Help) Serve(ctx context.Context, l net.Listener) error {
	handler, err := h.handler()
	if err != nil {
		_ = l.Close()
		return err
	}
	return serve(ctx, gated{l, &gate{}}, handler)
}

func (h Help) handler() (http.Handler, error) {
	pages, err := newFiles(h.Pages)
	if err != nil {
		return nil, fmt.Errorf("%w: the help pages: %w", errConfig, err)
	}
	certificate := download("application/x-x509-ca-cert", "ca.crt", h.Authority.Raw)
	profile := download("application/x-apple-aspen-config", "facelatch.mobileconfig", h.profile())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", pages.serve)
	for _, name := range []string{"ca", "authority"} {
		mux.Handle("GET /"+name+".crt", certificate)
		mux.Handle("GET /"+name+".mobileconfig", profile)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	}), nil
}

func download(contentType, name string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(body) // whoever asked is gone
	})
}

// Fingerprint returns a certificate's SHA-256 as systems show it: upper-case
// pairs of hex digits, with colons.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return strings.Join(pairs, ":")
}

// profile returns a configuration profile with the authority's certificate
// (Apple, Configuration Profile Reference: com.apple.security.root). Its
// identifiers follow from the certificate, so that installing it again
// replaces it. It is not signed, and the system says so.
func (h Help) profile() []byte {
	sum := sha256.Sum256(h.Authority.Raw)
	id := hex.EncodeToString(sum[:8])
	title := escape("Facelatch: " + h.Site)
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadType</key><string>Configuration</string>
	<key>PayloadVersion</key><integer>1</integer>
	<key>PayloadIdentifier</key><string>facelatch.%[1]s</string>
	<key>PayloadUUID</key><string>%[2]s</string>
	<key>PayloadDisplayName</key><string>%[3]s</string>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key><string>com.apple.security.root</string>
			<key>PayloadVersion</key><integer>1</integer>
			<key>PayloadIdentifier</key><string>facelatch.%[1]s.authority</string>
			<key>PayloadUUID</key><string>%[4]s</string>
			<key>PayloadDisplayName</key><string>%[3]s</string>
			<key>PayloadContent</key>
			<data>%[5]s</data>
		</dict>
	</array>
</dict>
</plist>
`, id, uuid(sum[:16]), title, uuid(sum[16:]), base64.StdEncoding.EncodeToString(h.Authority.Raw))
}

// uuid shapes 16 bytes as a UUID of version 8 (RFC 9562 5.8).
func uuid(b []byte) string {
	u := [16]byte(b)
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
