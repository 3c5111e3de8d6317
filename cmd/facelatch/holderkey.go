package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
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

// ownKey reads --consent-key: the private key of the person who agrees. It is used
// for one signature and kept nowhere.
func ownKey(path string) (crypto.Signer, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // nobody has one
	}
	data, err := readShort(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	bad := usagef("--consent-key %s: not a private key on P-256, in PEM (PKCS #8)", path)
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, bad
	}
	defer clear(block.Bytes)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, bad
	}
	return key, nil
}
