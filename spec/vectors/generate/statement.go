package main

import (
	"crypto/ed25519"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// statement is what a bundle says of its site's ledger, which has one entry.
func statement(site pass.SiteID) []byte {
	key := ed25519.NewKeyFromSeed(bytesOf("ledger", ed25519.SeedSize))
	origin := ledger.Origin(site)
	signer := must(ledger.NewSigner(origin, key))
	public := must(ledger.KeyOf(origin, key.Public()))
	c := ledger.Checkpoint{Origin: origin, Size: 1, Root: tlog.RecordHash(ledger.Commitment{1}.Encode())}
	return ledger.Statement{Key: public, Checkpoint: ledger.Signed{Bytes: must(c.Sign(signer))}}.Encode()
}
