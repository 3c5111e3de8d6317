package site

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// content returns what the next bundle says, without number and date, and the
// objects that it names.
func (p *Publisher) content() (b *bundle.Bundle, objects map[[32]byte]Object, warnings []string, err error) {
	config, err := Read(string(p.f))
	if err != nil {
		return nil, nil, nil, err
	}
	if err := p.f.mustSayDemo(config); err != nil {
		return nil, nil, nil, err
	}
	if b, err = config.draft(); err != nil {
		return nil, nil, nil, err
	}
	issuers, err := p.f.readIssuers()
	if err != nil {
		return nil, nil, nil, err
	}
	for _, key := range issuers {
		b.Issuers = append(b.Issuers, key)
	}
	b.Signers = []*ecdsa.PublicKey{&p.key.PublicKey}
	b.Models = p.extras.Models
	if err := p.notice(b, config); err != nil {
		return nil, nil, nil, err
	}
	refused, err := p.f.readRefused()
	if err != nil {
		return nil, nil, nil, err
	}
	if b.Refused = refused.Epochs; len(b.Refused) > bundle.MaxRefused {
		// The oldest have long ended: a door keeps no more than 16.
		b.Refused = b.Refused[len(b.Refused)-bundle.MaxRefused:]
	}
	objects = make(map[[32]byte]Object)
	if b.Lists, warnings, err = p.lists(issuers, objects); err != nil {
		return nil, nil, warnings, err
	}
	return b, objects, warnings, p.pins(b, issuers, objects)
}

// lists returns the status lists. One that no door could use is left out, with a
// warning: its passes are refused, and those of the others are not.
func (p *Publisher) lists(issuers map[pass.KeyID]*ecdsa.PublicKey, objects map[[32]byte]Object) (all []bundle.List, warnings []string, err error) {
	entries, err := os.ReadDir(p.f.statuses())
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".cwt")
		number, err := strconv.ParseUint(name, 10, 32)
		if !ok || err != nil {
			continue
		}
		data, err := read(p.f.status(uint32(number)), bundle.MaxListObject)
		if err == nil {
			_, err = statuslist.Verify(data, issuers, pass.StatusURI(uint32(number)), p.now())
		}
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("status list %d is left out: %v", number, err))
			continue
		}
		l := bundle.List{Number: uint32(number), Object: bundle.ObjectOf(data)}
		all, objects[l.SHA256] = append(all, l), Object{Data: data}
	}
	return all, warnings, nil
}

// pins names the PINs of each zone that takes them.
func (p *Publisher) pins(b *bundle.Bundle, issuers map[pass.KeyID]*ecdsa.PublicKey, objects map[[32]byte]Object) error {
	all, err := p.f.readPINs(p.now())
	if err != nil {
		return err
	}
	for i, z := range b.Zones {
		if !z.Methods.Has(bundle.PIN) {
			continue
		}
		data, err := p.pinObject(b.Site, z.Name, all[z.Name], issuers)
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
func (p *Publisher) pinObject(site pass.SiteID, zone string, entries []bundle.Entry, issuers map[pass.KeyID]*ecdsa.PublicKey) ([]byte, error) {
	path := filepath.Join(p.f.pinObjects(), zone+".cose")
	data, err := read(path, bundle.MaxPINsObject)
	if err != nil && !isNew(err) {
		return nil, err
	}
	if err == nil {
		old, err := bundle.VerifyPINs(data, issuers, site, zone)
		if err == nil && sameEntries(old.Entries, entries) {
			return data, nil
		}
	}
	key, err := p.f.readIssuingKey()
	if err != nil {
		return nil, err
	}
	pins := &bundle.PINs{Site: site, Zone: zone, Issued: p.now().UTC().Truncate(time.Second), Entries: entries}
	if data, err = bundle.SignPINs(rand.Reader, key, pins); err != nil {
		return nil, err
	}
	return data, p.disk.Write(path, data, secret)
}

func sameEntries(a, b []bundle.Entry) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}
