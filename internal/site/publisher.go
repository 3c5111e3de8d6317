package site

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/pass"
)

// Freshness is how old a bundle gets before another is made of the same
// content, so that doors know that they are up to date.
const Freshness = time.Hour

// ErrServed is returned where another process serves the site already.
var ErrServed = errors.New("another process serves this site already")

// Extras are what a bundle says that does not stand in the folder.
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

// Publisher makes the bundles of a site, in one process at a time. It is not
// safe for concurrent use, and takes no turn with who issues: files are read as
// they are, each of them whole.
type Publisher struct {
	f      folder
	disk   Disk
	lock   *os.File
	now    func() time.Time
	extras Extras
	key    *ecdsa.PrivateKey // signs bundles
	// number is the highest that was ever begun.
	number uint64
	last   *Published
	held   *bundle.Bundle // last, verified
}

// OpenPublisher takes hold of the making of bundles until Close. The key that
// signs them is made where there is none, and recorded first. It fails with
// [ErrServed].
func OpenPublisher(dir string, extras Extras, now func() time.Time) (*Publisher, error) {
	return openPublisher(dir, durable.Disk{}, extras, now)
}

func openPublisher(dir string, disk Disk, extras Extras, now func() time.Time) (made *Publisher, err error) {
	office, err := openOffice(dir, disk, now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	p := &Publisher{f: office.f, disk: disk, now: now, extras: extras}
	if p.lock, err = os.OpenFile(filepath.Join(p.f.bundles(), "lock"), os.O_RDWR|os.O_CREATE, secret); err != nil {
		return nil, err
	}
	if p.lock, err = hold(p.lock, time.Second); errors.Is(err, ErrBusy) {
		err = ErrServed
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if made == nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if err := p.load(office); err != nil {
		return nil, err
	}
	return p, nil
}

// load reads where bundles stand.
func (p *Publisher) load(office *Office) (err error) {
	if err := errors.Join(durable.Sweep(p.f.bundles()), durable.Sweep(p.f.pinObjects())); err != nil {
		return err
	}
	if p.key, err = office.bundleKey(); err != nil {
		return err
	}
	if p.number, err = p.readNumber(); err != nil {
		return err
	}
	data, err := read(p.f.newest(), bundle.MaxSize)
	if isNew(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.keep(office.Config.ID, data, nil); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, p.f.newest(), err)
	}
	p.number = max(p.number, p.held.Number)
	return nil
}

// Close lets another process serve the site.
func (p *Publisher) Close() error { return p.lock.Close() }

func (f folder) newest() string     { return filepath.Join(f.bundles(), "newest.cose") }
func (f folder) number() string     { return filepath.Join(f.bundles(), "number") }
func (f folder) bundleKey() string  { return filepath.Join(f.bundles(), "signing-key.pem") }
func (f folder) pinObjects() string { return filepath.Join(f.bundles(), "pins") }

func (p *Publisher) readNumber() (uint64, error) {
	data, err := read(p.f.number(), 32)
	if isNew(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %s", ErrDamaged, p.f.number())
	}
	return n, nil
}

// bundleKey reads the key that signs bundles, or makes it.
func (o *Office) bundleKey() (*ecdsa.PrivateKey, error) {
	path := o.f.bundleKey()
	key, err := ReadKey(path)
	if !errors.Is(err, ErrNoKey) {
		return key, err
	}
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	if err := o.record().Site(o.now(), "bundle-key-made", map[string]string{"bundle-key": id.String()}); err != nil {
		return nil, err
	}
	return key, CreateKey(o.disk, path, key)
}

// Signers returns the keys that may sign bundles. It fails with [ErrNoKey] at a
// site that nobody has served yet.
func Signers(dir string) ([]*ecdsa.PublicKey, error) {
	key, err := ReadKey(folder(dir).bundleKey())
	if err != nil {
		return nil, err
	}
	return []*ecdsa.PublicKey{&key.PublicKey}, nil
}

// Publish returns the newest bundle, after making another if what it says has
// changed or it is older than [Freshness]. Its number is on the disk before
// anybody can have it. After an error the bundle before stands, and it can be
// tried again. warnings are about what had to be left out.
func (p *Publisher) Publish() (made *Published, warnings []string, err error) {
	b, objects, warnings, err := p.content()
	if err != nil {
		return p.last, warnings, err
	}
	if p.fresh() {
		same, err := p.same(b)
		if err != nil {
			return p.last, warnings, err
		}
		if same {
			p.last = &Published{Number: p.last.Number, Bundle: p.last.Bundle, Objects: objects}
			return p.last, warnings, nil
		}
	}
	if err := p.next(b); err != nil {
		return p.last, warnings, err
	}
	data, err := bundle.Sign(rand.Reader, p.key, b)
	if err != nil {
		return p.last, warnings, err
	}
	if err := p.disk.Write(p.f.newest(), data, secret); err != nil {
		return p.last, warnings, err
	}
	return p.last, warnings, p.keep(b.Site, data, objects)
}

// next gives a bundle its number, once that is durable.
func (p *Publisher) next(b *bundle.Bundle) error {
	p.number++ // never given out again, whatever comes of it
	b.Number, b.Issued, b.Checkpoint = p.number, p.issued(), p.checkpoint()
	return p.disk.Write(p.f.number(), []byte(strconv.FormatUint(p.number, 10)+"\n"), secret)
}

// fresh says that the newest bundle is young enough, by a clock that may have
// gone back a little.
func (p *Publisher) fresh() bool {
	return p.held != nil && p.now().Sub(p.held.Issued).Abs() < Freshness
}

// issued is now, or the date of the bundle before if the clock went back a
// little.
func (p *Publisher) issued() time.Time {
	now := p.now().UTC().Truncate(time.Second)
	if p.fresh() && now.Before(p.held.Issued) {
		return p.held.Issued
	}
	return now
}

// keep makes a signed bundle the newest.
func (p *Publisher) keep(site pass.SiteID, data []byte, objects map[[32]byte]Object) error {
	signers, err := bundle.Keys([]*ecdsa.PublicKey{&p.key.PublicKey})
	if err != nil {
		return err
	}
	held, err := bundle.Verify(data, signers, site)
	if err != nil {
		return err
	}
	p.held, p.last = held, &Published{Number: held.Number, Bundle: data, Objects: objects}
	return nil
}

// same returns whether a bundle would say what the newest says, but for the
// number, the date and the checkpoint.
func (p *Publisher) same(b *bundle.Bundle) (bool, error) {
	b.Number, b.Issued, b.Checkpoint = p.held.Number, p.held.Issued, p.held.Checkpoint
	again, err := bundle.Sign(rand.Reader, p.key, b)
	if err != nil {
		return false, err
	}
	one, err1 := cose.ParseSign1(again)
	other, err2 := cose.ParseSign1(p.last.Bundle)
	if err := errors.Join(err1, err2); err != nil {
		return false, err
	}
	return bytes.Equal(one.Payload, other.Payload), nil
}

// checkpoint says where the record stands, for who compares it later; none if
// the record cannot be read, because a bundle may take rights away and waits for
// nothing.
func (p *Publisher) checkpoint() []byte {
	log, err := os.Open(p.f.record())
	if err != nil {
		return nil
	}
	defer log.Close()
	h, err := record.Verify(log, nil)
	if err != nil {
		return nil
	}
	return fmt.Appendf(nil, "facelatch record\n%d\n%x\n", h.Entries, h.Hash)
}
