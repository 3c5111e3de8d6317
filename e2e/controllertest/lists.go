package controllertest

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Lists is what the status lists of a large site cost.
type Lists struct {
	// Places is how many places there are, Given how many were given away, and Lists
	// in how many lists.
	Places, Given, Lists int
	// Bytes is what all signed lists have together, and BundleBytes the bundle that
	// names them.
	Bytes, BundleBytes int
	// Build is how long it took to sign all of them for the first time and make the
	// bundle, with BuildCPU of the processor; Again how long after one pass was
	// revoked.
	Build, BuildCPU, Again time.Duration
	// Fetch is how long a door that has nothing took to get the bundle and all lists,
	// FetchBytes in all; Change how long it took for what one revoked pass changes,
	// ChangeBytes in all, from the moment when the bundle was there.
	Fetch, Change           time.Duration
	FetchBytes, ChangeBytes int
}

// A site of some years has given away seven places of eight in every list but the
// newest, and revoked one pass of ten.
const (
	givenAway = 7. / 8
	revoked   = 1. / 10
)

// MeasureLists fills the site's status lists up to a number of places, and measures
// what they cost. say is told how far it has come.
func (s *Site) MeasureLists(ctx context.Context, places int, say func(string)) (l Lists, err error) {
	l.Lists = (places + statuslist.DefaultSize - 1) / statuslist.DefaultSize
	l.Places = l.Lists * statuslist.DefaultSize
	doors, err := s.Members(ctx, site.KindDoor, 1)
	if err != nil {
		return l, err
	}
	err = s.With(ctx, time.Now, func(o *Open) error {
		for n := range l.Lists {
			say(fmt.Sprintf("filling list %d of %d", n+1, l.Lists))
			given, err := o.fill(ctx, uint32(n+1))
			if err != nil {
				return err
			}
			l.Given += given
		}
		return l.build(ctx, o, say)
	})
	if err != nil {
		return l, err
	}
	return l, l.fetch(ctx, s, doors[0], say)
}

// fill gives places of a list away.
func (o *Open) fill(ctx context.Context, list uint32) (n int, err error) {
	var given, good []uint32
	for place := range uint32(statuslist.DefaultSize) {
		if rand.Float64() < givenAway {
			given = append(given, place)
			if rand.Float64() >= revoked {
				good = append(good, place)
			}
		}
	}
	return len(given), o.Office.Store().Change(ctx, func(tx *store.Tx) error {
		if err := tx.AddList(list, time.Now().Unix()); err != nil {
			return err
		}
		if _, err := tx.TakePlaces(list, given); err != nil {
			return err
		}
		return tx.SetPlaces(list, good, 0)
	})
}

// build signs all lists, and then one of them again.
func (l *Lists) build(ctx context.Context, o *Open, say func(string)) error {
	say("signing all lists")
	p, err := o.Office.Publisher(ctx, extras())
	if err != nil {
		return err
	}
	begun, cpu := time.Now(), Processor(os.Getpid())
	if _, _, err := p.Publish(ctx); err != nil {
		return err
	}
	l.Build, l.BuildCPU = time.Since(begun), Processor(os.Getpid())-cpu
	if err := o.revokeIn(ctx, uint32(l.Lists)); err != nil {
		return err
	}
	begun = time.Now()
	made, _, err := p.Publish(ctx)
	l.Again = time.Since(begun)
	if err == nil {
		l.BundleBytes = len(made.Bundle)
	}
	return err
}

// revokeIn makes one place of a list invalid.
func (o *Open) revokeIn(ctx context.Context, list uint32) error {
	return o.Office.Store().Change(ctx, func(tx *store.Tx) error {
		good, err := tx.Places(list, 0)
		if err != nil {
			return err
		}
		return tx.SetPlaces(list, good[:1], 1)
	})
}

// fetch has a door get everything, and then what one change changes.
func (l *Lists) fetch(ctx context.Context, s *Site, m Member, say func(string)) (err error) {
	say("starting a controller")
	p, err := s.Start("127.0.0.1:0", "", false, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Kill()) }()
	select {
	case <-p.Ready:
	case <-p.Gone:
		return errors.New("the controller did not start")
	}
	signers, err := s.signers(ctx)
	if err != nil {
		return err
	}
	f := fetcher{site: s, signers: signers, door: m.Door(p.Address), has: make(map[[32]byte]bool)}
	defer f.door.Close()
	say("fetching all lists")
	begun := time.Now()
	if l.FetchBytes, err = f.fetch(ctx); err != nil {
		return err
	}
	l.Fetch, l.Bytes = time.Since(begun), l.FetchBytes-f.bundle
	if err := s.With(ctx, time.Now, func(o *Open) error { return o.revokeIn(ctx, 1) }); err != nil {
		return err
	}
	l.ChangeBytes, err = f.fetch(ctx)
	l.Change = time.Since(f.told)
	return err
}

// fetcher is a door that gets what it does not have.
type fetcher struct {
	site    *Site
	signers map[pass.KeyID]*ecdsa.PublicKey
	door    *link.Client
	last    uint64
	bundle  int       // the bytes of the last bundle
	told    time.Time // when it came
	has     map[[32]byte]bool
}

// fetch waits for a bundle with a list that is new, and returns how many bytes all
// that is new has.
func (f *fetcher) fetch(ctx context.Context) (bytes int, err error) {
	for lists := 0; lists == 0; {
		data, err := f.door.Bundle(ctx, f.last)
		if errors.Is(err, link.ErrNothingNew) {
			continue
		}
		if err != nil {
			return 0, err
		}
		f.told = time.Now()
		b, err := bundle.Verify(data, f.signers, f.site.Config.ID)
		if err != nil {
			return 0, err
		}
		f.last, f.bundle = b.Number, len(data)
		bytes += len(data)
		for _, l := range b.Lists {
			if f.has[l.SHA256] {
				continue
			}
			got, err := f.door.Object(ctx, l.Object)
			if err != nil {
				return 0, err
			}
			f.has[l.SHA256] = true
			bytes += len(got)
			lists++
		}
	}
	return bytes, nil
}
