package state

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"github.com/facelatch/facelatch/bundle"
)

const (
	keyFile   = "key.pem"
	relayFile = "relay-key.pem"
	keyType   = "PRIVATE KEY" // PKCS #8 (RFC 7468 section 10)
	relayType = "FACELATCH RELAY KEY"
)

func (f *Folder) writeKeys(i *Identity) error {
	der, err := x509.MarshalPKCS8PrivateKey(i.Key)
	if err != nil {
		return err
	}
	if err := f.writeKey(keyFile, keyType, der); err != nil {
		return err
	}
	return f.writeKey(relayFile, relayType, i.Relay.Export())
}

// writeKey clears der, and the text that it makes of it.
func (f *Folder) writeKey(name, kind string, der []byte) error {
	defer clear(der)
	text := encodePEM(kind, der)
	defer clear(text)
	return f.own.Write(name, text)
}

func (f *Folder) readKeys(i *Identity) error {
	der, err := f.readKey(keyFile, keyType)
	if err != nil {
		return err
	}
	defer clear(der)
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return f.own.Damaged(keyFile, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return f.own.Damaged(keyFile, errors.New("the key is not on P-256"))
	}
	seed, err := f.readKey(relayFile, relayType)
	if err != nil {
		return err
	}
	defer clear(seed)
	if i.Relay, err = bundle.ImportDoorKey(seed); err != nil {
		return f.own.Damaged(relayFile, err)
	}
	i.Key = ec
	return nil
}

func (f *Folder) readKey(name, kind string) ([]byte, error) {
	data, err := f.own.Read(name, 1<<14)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	block, rest := pem.Decode(data)
	if block == nil || block.Type != kind || len(rest) > 0 {
		return nil, f.own.Damaged(name, errors.New("there is no "+kind+" in it"))
	}
	return block.Bytes, nil
}
