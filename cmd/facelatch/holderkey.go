package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/facelatch/facelatch/issue"
)

// maxKeyFile is the largest file with a key that is read, in bytes.
const maxKeyFile = 4 << 10

// holderKey reads --holder-key: a file with the key, or the key itself.
func holderKey(given string) (*ecdsa.PublicKey, error) {
	if given == "" {
		return nil, nil
	}
	text := given
	info, err := os.Stat(given)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxKeyFile) {
		return nil, usagef("--holder-key %s: not a file with a key", given)
	}
	if err == nil {
		data, err := os.ReadFile(given)
		if err != nil {
			return nil, err
		}
		text = string(data)
	}
	key, bad := parseHolderKey(strings.TrimSpace(text))
	switch {
	case bad == nil:
		return key, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--holder-key %s: no such file, and %v", given, bad)
	}
	return nil, usagef("--holder-key: %v", bad)
}

// parseHolderKey reads x and y in Base64, as a phone's page has them, or a public
// key in PEM.
func parseHolderKey(text string) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(data) == 0 {
			return nil, issue.ErrHolder
		}
		return issue.ParseHolder(data)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok || block.Type != "PUBLIC KEY" {
		return nil, fmt.Errorf("%w, or a PUBLIC KEY in PEM", issue.ErrHolder)
	}
	if _, err := issue.EncodeHolder(key); err != nil {
		return nil, err
	}
	return key, nil
}
