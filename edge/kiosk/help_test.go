package kiosk_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/facelatch/facelatch/edge/kiosk"
)

// helped serves the help page of a rig's site and returns its address.
func (r *rig) helped() string {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	h := kiosk.Help{
		Site: `Linden & "Hof"`, Authority: r.authority,
		Pages: fstest.MapFS{"index.html": {Data: []byte("<!doctype html>how to")}, "help.css": {Data: []byte("p{}")}},
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Serve(ctx, l) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

func fetch(t *testing.T, client *http.Client, url string) (*http.Response, []byte) {
	t.Helper()
	defer client.CloseIdleConnections()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// A tablet that trusts what the help page gives it, and nothing else, can use
// the door; one that trusts nothing cannot.
func TestHelpMakesTrust(t *testing.T) {
	r := start(t)
	url := r.helped()
	k := r.paired()
	k.Roots = x509.NewCertPool()
	if _, err := k.Connect(r.soon()); err == nil {
		t.Fatal("a tablet that trusts nothing connected")
	}
	for _, path := range []string{"/ca.crt", "/ca.mobileconfig"} {
		response, body := fetch(t, &http.Client{}, url+path)
		der := body
		if path == "/ca.mobileconfig" {
			der = fromProfile(t, body)
		}
		authority, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if response.Header.Get("Set-Cookie") != "" || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/x-") {
			t.Errorf("%s: %v", path, response.Header)
		}
		k.Roots = x509.NewCertPool()
		k.Roots.AddCert(authority)
		p := r.connect(k)
		p.Close()
		r.until("it is gone", func() bool { return !r.server.State().Connected })
	}
}

// fromProfile returns the certificate in a configuration profile, which has to
// be well-formed XML with two different UUIDs.
func fromProfile(t *testing.T, profile []byte) []byte {
	t.Helper()
	var plist struct {
		Dict struct {
			Keys    []string `xml:"key"`
			Strings []string `xml:"string"`
			Array   struct {
				Dict struct {
					Strings []string `xml:"string"`
					Data    string   `xml:"data"`
				} `xml:"dict"`
			} `xml:"array"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal(profile, &plist); err != nil {
		t.Fatal(err)
	}
	outer, inner := plist.Dict.Strings, plist.Dict.Array.Dict.Strings
	if len(outer) != 4 || len(inner) != 4 || outer[0] != "Configuration" || inner[0] != "com.apple.security.root" || outer[2] == inner[2] {
		t.Fatalf("%q %q", outer, inner)
	}
	uuid := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)
	if !uuid.MatchString(outer[2]) || !uuid.MatchString(inner[2]) || outer[3] != `Facelatch: Linden & "Hof"` {
		t.Errorf("%q %q", outer, inner)
	}
	der, err := base64.StdEncoding.DecodeString(plist.Dict.Array.Dict.Data)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// The help page is all there is without TLS.
func TestHelpServesNothingElse(t *testing.T) {
	r := start(t)
	url := r.helped()
	for path, status := range map[string]int{"/": 200, "/help.css": 200, "/ws": 404, "/pair": 404, "/ca.key": 404, "/../ca.crt": 200} {
		response, _ := fetch(t, &http.Client{}, url+path)
		if response.StatusCode != status || response.Header.Get("Set-Cookie") != "" ||
			!strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'") {
			t.Errorf("%s: %d %v", path, response.StatusCode, response.Header)
		}
	}
	response, err := http.Post(url+"/pair", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", response.StatusCode)
	}
}

func TestFingerprint(t *testing.T) {
	got := kiosk.Fingerprint(start(t).authority)
	if !regexp.MustCompile(`^([0-9A-F]{2}:){31}[0-9A-F]{2}$`).MatchString(got) {
		t.Error(got)
	}
}
