package main

import (
	"crypto"
	"crypto/rand"
	"fmt"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// readNotice reads a notice from a file.
func readNotice(path string) (consent.Notice, error) {
	data, err := readSmall(path, 2*consent.MaxNotice)
	if err != nil {
		return consent.Notice{}, err
	}
	n, err := consent.DecodeNotice(data)
	if err != nil {
		err = usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return n, err
}

// agreeTo makes the record that a person read a notice and agreed, on the terms that
// are not about the notice: signed with a key of their own, or attested where there
// is none.
func agreeTo(n consent.Notice, t consent.Terms, own crypto.Signer) (*consent.Record, error) {
	var err error
	if t.Notice, err = n.Hash(); err != nil {
		return nil, err
	}
	t.Purpose, t.Lang = pass.PurposeAccess, consent.English
	if own != nil {
		t.Attester = "" // the signature says it
		return consent.Sign(rand.Reader, own, t)
	}
	return consent.Attest(rand.Reader, t)
}
