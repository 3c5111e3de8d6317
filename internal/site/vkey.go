package site

import "github.com/facelatch/facelatch/ledger"

// LedgerKey returns the public key with which everybody can check the site's
// ledger. It fails with [ErrNoKey], [ErrExposed] and [ErrDamaged].
func (o *Office) LedgerKey() (ledger.Key, error) {
	key, err := o.f.readLedgerKey()
	if err != nil {
		return ledger.Key{}, err
	}
	return ledger.KeyOf(ledger.Origin(o.Config.ID), key.Public())
}
