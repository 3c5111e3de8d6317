package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// attestedHere is the attester of a consent that is recorded with pass issue.
const attestedHere = "command-line"

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

// agreeTo makes the record that somebody attests: the person read the site's notice
// and agreed, for a pass that ends at until.
func agreeTo(dir string, id pass.SiteID, attester string, now, until time.Time) (*consent.Record, error) {
	n, err := site.CurrentNotice(dir, consent.Everybody)
	if errors.Is(err, consent.ErrDraft) {
		return nil, usagef("nobody can agree to anything here yet: %v (facelatch notice --help)", err)
	}
	if err != nil {
		return nil, err
	}
	hash, err := n.Hash()
	if err != nil {
		return nil, err
	}
	return consent.Attest(rand.Reader, consent.Terms{
		Site: id, Purpose: pass.PurposeAccess, Notice: hash, Given: now.Truncate(time.Second), Until: until,
		By: consent.ByHolder, Lang: consent.English, Attester: attester,
	})
}
