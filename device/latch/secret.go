package latch

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxSecret is the most bytes of a secret's file, or a certificate's.
const maxSecret = 1 << 20

// readSecret returns what a file holds, without white space at its ends. It
// fails with [ErrConfig] if others than its owner can read the file.
func readSecret(field, path string) ([]byte, error) { return readWith(field, path, 0o077) }

// readWith is readSecret, with the bits that the file's mode may not have.
func readWith(field, path string, refused fs.FileMode) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("latch.%s: %w", field, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("latch.%s: %w", field, err)
	}
	if info.Mode().Perm()&refused != 0 {
		return nil, bad(field, "others than the owner can read "+path+": chmod 600 it, and change the secret if others had access")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return nil, fmt.Errorf("latch.%s: %w", field, err)
	}
	return bytes.TrimSpace(data), nil
}

// trust returns the TLS settings for a server whose certificate comes from the
// authorities in a file, or from the system's if there is none.
func trust(caFile string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	pem, err := readWith("ca_file", caFile, 0) // is no secret
	if pem == nil || err != nil {
		return c, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, bad("ca_file", "holds no certificate in PEM")
	}
	return c, nil
}

var errNotAnswering = errors.New("it does not answer in time")
