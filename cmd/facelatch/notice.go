package main

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// notice is the text that a person agrees to, in English and Chinese. Another
// text is another file beside it with another number; this one never changes,
// because records of consent hold its hash.
//
//go:embed notice.txt
var notice string

// agree makes the record that the operator attests: the person read the notice
// and agreed, for a pass that ends at until.
func agree(site pass.SiteID, now, until time.Time) (*consent.Record, error) {
	return consent.Attest(rand.Reader, consent.Terms{
		Site: site, Purpose: pass.PurposeAccess, Notice: sha256.Sum256([]byte(notice)),
		Given: now.Truncate(time.Second), Until: until,
	})
}
