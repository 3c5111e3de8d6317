package edgetest

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/http"
	"net/http/httptest"
)

// Mirror serves a folder as any web server would, with a certificate of the site's
// authority, to those who show one, and returns its address. Each answer is told to
// seen.
func (s *Site) Mirror(dir string, seen func(path string, status int)) string {
	s.t.Helper()
	key := Key(s.t)
	cert := s.certify(&x509.Certificate{
		Subject: pkix.Name{CommonName: "mirror"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &key.PublicKey)
	roots := x509.NewCertPool()
	roots.AddCert(s.authority)
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noted := &noteStatus{ResponseWriter: w, status: http.StatusOK}
		files.ServeHTTP(noted, r)
		seen(r.URL.Path, noted.status)
	}))
	server.TLS = &tls.Config{
		MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
		Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}},
	}
	server.StartTLS()
	s.t.Cleanup(server.Close)
	return server.URL
}

type noteStatus struct {
	http.ResponseWriter
	status int
}

// WriteHeader is a method of [http.ResponseWriter].
func (n *noteStatus) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}
