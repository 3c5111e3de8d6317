package site

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Freshness is how old a bundle gets before another is made of the same
// content, so that doors know that they are up to date.
const Freshness = time.Hour

// Extras are what a bundle says that does not stand in the database.
type Extras struct {
	// Models make references, or did.
	Models []bundle.Model
	// Notice stands in the place of that of the site, in tests.
	Notice bundle.Notice
}

// Published is a bundle and all that it names. It does not change.
type Published struct {
	Number uint64
	Bundle []byte
	// Objects are by hash.
	Objects map[[32]byte]Object
}

// Object is something that a bundle names.
type Object struct {
	Data []byte
	// Zone is that of the doors that may have it; empty for all.
	Zone string
}

// Publisher makes the bundles of a site. It is not safe for concurrent use; any
// number of them may be at work, in any number of processes: the number of a
// bundle is given once, in the transaction that keeps it.
type Publisher struct {
	o      *Office
	extras Extras
	// keys and signs are what the transaction of the moment works with.
	keys  keyState
	signs signers
	// proved are the lists and PINs that were found to be good, by hash.
	proved map[[sha256.Size]byte]bool
	last   *Published
	stamp  store.Stamp
}

// Publisher returns one. The key that signs bundles is made where there is none,
// and recorded first.
func (o *Office) Publisher(ctx context.Context, extras Extras) (*Publisher, error) {
	if err := o.ensureBundleKey(ctx); err != nil {
		return nil, err
	}
	return &Publisher{o: o, extras: extras, proved: make(map[[sha256.Size]byte]bool)}, nil
}

// ensureBundleKey makes the first key that signs bundles, where there is none.
func (o *Office) ensureBundleKey(ctx context.Context) error {
	s, err := o.keyStateNow(ctx)
	if err != nil {
		return err
	}
	_, err = o.current(o.f.bundleKey(), s.Bundle)
	if s.Bundle != "" || !errors.Is(err, ErrNoKey) {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := o.Tell(ctx, ControllerItself, "bundle-key-made", map[string]string{"bundle-key": id.String()}); err != nil {
		return err
	}
	return CreateKey(o.disk, o.f.bundleKey(), key)
}

// Signers returns the keys that may sign bundles, now or later. It fails with
// [ErrNoKey] at a site that nobody has served yet.
func (o *Office) Signers() ([]*ecdsa.PublicKey, error) {
	s, err := o.keyStateNow(context.Background())
	if err != nil {
		return nil, err
	}
	k, err := o.signers(s)
	if err != nil {
		return nil, err
	}
	return k.public(), nil
}

// Changed returns whether something has changed since the last Publish that doors
// are to know. It costs little.
func (p *Publisher) Changed(ctx context.Context) (changed bool, err error) {
	err = p.o.store.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Stamp()
		changed = now != p.stamp || now.Unsigned
		return err
	})
	return changed, err
}

// Publish returns the newest bundle, after making another if what it says has
// changed or it is older than [Freshness]. It is in the database before anybody
// can have it. After an error the bundle before stands, and it can be tried again.
// warnings are about what had to be left out.
func (p *Publisher) Publish(ctx context.Context) (made *Published, warnings []string, err error) {
	if err := p.o.signAhead(ctx, signTogether, p.signer); err != nil {
		return p.last, nil, err
	}
	statement := p.statement()
	var next *Published
	var stamp store.Stamp
	var said []string
	err = p.o.store.Change(ctx, func(tx *store.Tx) (err error) {
		said = nil
		key, missing, err := p.read(tx)
		if err != nil {
			return err
		}
		if key != nil {
			if err := p.o.signLists(tx, key, math.MaxInt); err != nil {
				return err
			}
		}
		next, said, err = p.make(tx, key, statement)
		if missing != nil {
			said = append(said, "no status list is signed: "+missing.Error())
		}
		if err != nil {
			return err
		}
		stamp, err = tx.Stamp()
		return err
	})
	warnings = append(warnings, said...)
	if err != nil {
		return p.last, warnings, err
	}
	p.last, p.stamp = next, stamp
	if err := p.o.Show(ctx); err != nil {
		warnings = append(warnings, "the public files could not be written: "+err.Error())
	}
	return p.last, warnings, nil
}

// read finds the keys that the site works with. Bundles are made without the issuing
// key too: missing says why it is not there.
func (p *Publisher) read(tx *store.Tx) (key *ecdsa.PrivateKey, missing, err error) {
	if p.keys, err = keyStateOf(tx); err == nil {
		p.signs, err = p.o.signers(p.keys)
	}
	if err != nil {
		return nil, nil, err
	}
	key, missing = p.o.issuing(p.keys)
	return key, missing, nil
}

// signer is the key for lists, nil without one.
func (p *Publisher) signer(tx *store.Tx) (crypto.Signer, error) {
	key, _, err := p.read(tx)
	if err != nil || key == nil {
		return nil, err
	}
	return key, nil
}

// make returns the newest bundle, which it may have to make.
func (p *Publisher) make(tx *store.Tx, key *ecdsa.PrivateKey, statement []byte) (*Published, []string, error) {
	b, objects, warnings, err := p.content(tx, key)
	if err != nil {
		return nil, warnings, err
	}
	row, held, err := p.newest(tx, b.Site)
	if err != nil {
		return nil, warnings, err
	}
	if held != nil && p.fresh(held) {
		same, err := p.same(b, held, row.Body)
		if err != nil || same {
			return &Published{Number: row.Number, Bundle: row.Body, Objects: objects}, warnings, err
		}
	}
	b.Number, b.Issued, b.Checkpoint = row.Number+1, p.o.now().UTC().Truncate(time.Second), statement
	if held != nil {
		b.Checkpoint = ledger.Later(held.Checkpoint, statement)
		if p.fresh(held) && b.Issued.Before(held.Issued) {
			b.Issued = held.Issued // the clock went back a little
		}
	}
	data, err := bundle.Sign(rand.Reader, p.signs.key, b)
	if err != nil {
		return nil, warnings, err
	}
	return &Published{Number: b.Number, Bundle: data, Objects: objects}, warnings, tx.AddBundle(store.BundleRow{Number: b.Number, Body: data})
}

// newest returns the newest bundle that was made, or none.
func (p *Publisher) newest(tx *store.Tx, site pass.SiteID) (row store.BundleRow, held *bundle.Bundle, err error) {
	row, err = tx.NewestBundle()
	if errors.Is(err, store.ErrNotFound) {
		return row, nil, nil
	}
	if err != nil {
		return row, nil, err
	}
	signers, err := bundle.Keys(p.signs.known())
	if err != nil {
		return row, nil, err
	}
	if held, err = bundle.Verify(row.Body, signers, site); err != nil {
		return row, nil, fmt.Errorf("%w: bundle %d: %w", ErrDamaged, row.Number, err)
	}
	return row, held, nil
}

// fresh says that a bundle is young enough, by a clock that may have gone back a
// little.
func (p *Publisher) fresh(held *bundle.Bundle) bool {
	return p.o.now().Sub(held.Issued).Abs() < Freshness
}

// same returns whether a bundle would say what another says, but for the number,
// the date and the checkpoint.
func (p *Publisher) same(b, held *bundle.Bundle, body []byte) (bool, error) {
	b.Number, b.Issued, b.Checkpoint = held.Number, held.Issued, held.Checkpoint
	again, err := bundle.Sign(rand.Reader, p.signs.key, b)
	if err != nil {
		return false, err
	}
	one, err1 := cose.ParseSign1(again)
	other, err2 := cose.ParseSign1(body)
	if err := errors.Join(err1, err2); err != nil {
		return false, err
	}
	return bytes.Equal(one.Payload, other.Payload), nil
}

// statement is what the published ledger says of itself, for doors to compare; none
// if it cannot be read, because a bundle may take rights away and waits for
// nothing.
func (p *Publisher) statement() []byte {
	s, err := keeper.OpenPublic(p.o.f.ledger()).Statement()
	if err != nil {
		return nil
	}
	return s
}
