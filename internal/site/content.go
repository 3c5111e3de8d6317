package site

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// content returns what the next bundle says, without number and date, and the
// objects that it names.
func (p *Publisher) content(tx *store.Tx, key *ecdsa.PrivateKey) (b *bundle.Bundle, objects map[[32]byte]Object, warnings []string, err error) {
	config, _, err := configOf(tx)
	if err != nil {
		return nil, nil, nil, err
	}
	if b, err = config.draft(); err != nil {
		return nil, nil, nil, err
	}
	issuers, err := p.o.issuers(p.keys)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, key := range issuers {
		b.Issuers = append(b.Issuers, key)
	}
	b.Signers = p.signs.public()
	b.Models = p.extras.Models
	if err := p.notice(tx, b, config); err != nil {
		return nil, nil, nil, err
	}
	refused, err := refusedOf(tx)
	if err != nil {
		return nil, nil, nil, err
	}
	if b.Refused = refused.Epochs; len(b.Refused) > bundle.MaxRefused {
		// The oldest have long ended: a door keeps no more than 16.
		b.Refused = b.Refused[len(b.Refused)-bundle.MaxRefused:]
	}
	objects = make(map[[32]byte]Object)
	if b.Lists, warnings, err = p.lists(tx, issuers, objects); err != nil {
		return nil, nil, warnings, err
	}
	return b, objects, warnings, p.pins(tx, key, b, issuers, objects)
}

// lists returns the status lists. One that no door could use is left out, with a
// warning: its passes are refused, and those of the others are not.
func (p *Publisher) lists(tx *store.Tx, issuers map[pass.KeyID]*ecdsa.PublicKey, objects map[[32]byte]Object) (all []bundle.List, warnings []string, err error) {
	rows, err := tx.Lists()
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		if err := p.prove(row, issuers); err != nil {
			warnings = append(warnings, fmt.Sprintf("status list %d is left out: %v", row.List, err))
			continue
		}
		l := bundle.List{Number: row.List, Object: bundle.ObjectOf(row.Signed)}
		all, objects[l.SHA256] = append(all, l), Object{Data: row.Signed}
	}
	return all, warnings, nil
}

// errUnsigned is said of a list that nobody could sign yet.
var errUnsigned = errors.New("it is not signed")

// prove verifies a signed list, once.
func (p *Publisher) prove(row store.ListRow, issuers map[pass.KeyID]*ecdsa.PublicKey) error {
	if row.Signed == nil {
		return errUnsigned
	}
	hash := sha256.Sum256(row.Signed)
	if p.proved[hash] {
		return nil
	}
	if len(row.Signed) > bundle.MaxListObject {
		return fmt.Errorf("%w: %d bytes", ErrDamaged, len(row.Signed))
	}
	_, err := statuslist.Verify(row.Signed, issuers, pass.StatusURI(row.List), p.o.now())
	if err == nil {
		if len(p.proved) > 2*bundle.MaxLists {
			clear(p.proved)
		}
		p.proved[hash] = true
	}
	return err
}

// pins names the PINs of each zone that takes them.
func (p *Publisher) pins(tx *store.Tx, key *ecdsa.PrivateKey, b *bundle.Bundle, issuers map[pass.KeyID]*ecdsa.PublicKey, objects map[[32]byte]Object) error {
	for i, z := range b.Zones {
		if !z.Methods.Has(bundle.PIN) {
			continue
		}
		data, err := p.pinObject(tx, key, b.Site, z.Name, issuers)
		if err != nil {
			return err
		}
		o := bundle.ObjectOf(data)
		b.Zones[i].PINs, objects[o.SHA256] = o, Object{Data: data, Zone: z.Name}
	}
	return nil
}

// pinObject returns the signed PINs of a zone: those signed before, if they are
// the same, so that the same content has the same hash.
func (p *Publisher) pinObject(tx *store.Tx, key *ecdsa.PrivateKey, site pass.SiteID, zone string, issuers map[pass.KeyID]*ecdsa.PublicKey) ([]byte, error) {
	entries, err := entriesOf(tx, zone, p.o.now())
	if err != nil {
		return nil, err
	}
	data, err := tx.PINObject(zone)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		old, err := bundle.VerifyPINs(data, issuers, site, zone)
		if err == nil && sameEntries(old.Entries, entries) {
			return data, tx.PINsSigned(zone)
		}
	}
	if key == nil {
		return nil, fmt.Errorf("%w: PINs cannot be signed", ErrNoKey)
	}
	pins := &bundle.PINs{Site: site, Zone: zone, Issued: p.o.now().UTC().Truncate(time.Second), Entries: entries}
	if data, err = bundle.SignPINs(rand.Reader, key, pins); err != nil {
		return nil, err
	}
	return data, errors.Join(tx.PutPINObject(zone, data), tx.PINsSigned(zone))
}

func sameEntries(a, b []bundle.Entry) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}
