// Package gather collects the facts of the public page from what the site is at a
// moment: its configuration, its current notice, its doors, and its ledger.
//
// It reads as an auditor does, who sees nothing of any holder. It never writes, and
// asks the store at most once in a few seconds, however many people read the page.
package gather

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/site"
)

// House is where the facts come from; *acts.Acts is one.
type House interface {
	// SiteConfig returns the configuration.
	SiteConfig(ctx context.Context) (acts.SiteConfig, error)
	// CurrentNotice returns the newest notice for some rules, or acts.ErrNotFound.
	CurrentNotice(ctx context.Context, rules consent.Rules) (acts.NoticeVersion, error)
	// Doors returns doors and stations.
	Doors(ctx context.Context, actor acts.Actor) ([]acts.Door, error)
	// LedgerStatus says how the ledger stands.
	LedgerStatus(ctx context.Context) (acts.LedgerStatus, error)
}

// Given is what does not stand in the store.
type Given struct {
	// Address is where the page is found.
	Address string
	// Operator is who runs a site of which no notice says it.
	Operator public.Operator
	// Engine has everything but the threshold and whether a living face is asked
	// for, which the site's policy says.
	Engine   public.Engine
	Software public.Software
	// Ledger has its URL, Origin and Key.
	Ledger public.Ledger
	Thief  public.Thief
	// Keys returns the public keys that sign passes and receipts, and those before
	// that are still good, in PEM; nil is none.
	Keys func(context.Context) (string, error)
	// MyPage says that holders have pages of their own.
	MyPage bool
}

const (
	// freshTime is for how long facts are good.
	freshTime = 5 * time.Second
	// ownerDays is for how long controller/acts keeps whose a pass was after it has
	// expired; a test compares.
	ownerDays = 30
	// askTime is how long asking for them may take.
	askTime = 10 * time.Second
)

// Source gathers facts. It is safe for concurrent use.
type Source struct {
	house House
	given Given
	now   func() time.Time

	mu    sync.Mutex // guards what follows, and lets one ask at a time
	until time.Time
	facts public.Facts
}

// New returns a source. now is the clock; nil is time.Now.
func New(house House, given Given, now func() time.Time) *Source {
	if now == nil {
		now = time.Now
	}
	return &Source{house: house, given: given, now: now}
}

// Facts is the method of public.Source.
func (s *Source) Facts() (public.Facts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.until) && !now.Before(s.until.Add(-freshTime)) {
		return s.facts, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	facts, err := s.gather(ctx, now)
	if err != nil {
		return public.Facts{}, err
	}
	s.facts, s.until = facts, now.Add(freshTime)
	return facts, nil
}

// reader reads as an auditor does.
func reader() acts.Actor {
	return acts.Actor{Role: acts.Auditor, Operator: "public-page", Pseudonym: "public-page"}
}

func (s *Source) gather(ctx context.Context, now time.Time) (f public.Facts, err error) {
	c, err := s.house.SiteConfig(ctx)
	if err != nil {
		return f, err
	}
	f = public.Facts{
		Name: c.Site.Name, ID: c.Site.ID, Demo: c.Site.Demo, Timezone: c.Site.Timezone, Address: s.given.Address,
		Operator: s.given.Operator, Keep: keepOf(c), Engine: s.given.Engine, Software: s.given.Software,
		Ledger: s.given.Ledger, Thief: s.given.Thief, MyPage: s.given.MyPage, At: now,
	}
	if s.given.Keys != nil {
		if f.Key, err = s.given.Keys(ctx); err != nil {
			return f, err
		}
	}
	f.Engine.Threshold, f.Engine.RequireLive = c.Site.Policy.Threshold, c.Site.Policy.RequireLive
	if err := s.addNotice(ctx, &f); err != nil {
		return f, err
	}
	doors, err := s.house.Doors(ctx, reader())
	if err != nil {
		return f, err
	}
	if f.Zones, err = zonesOf(c.Site, doors); err != nil {
		return f, err
	}
	status, err := s.house.LedgerStatus(ctx)
	if err != nil {
		return f, err
	}
	f.Acts = public.Acts{Month: now, Count: status.SiteActs}
	f.Ledger.Checkpoint, f.Ledger.Size = string(status.Checkpoint), sizeOf(status.Checkpoint)
	return f, nil
}

// addNotice adds the current notice, and what it says of the operator and why.
func (s *Source) addNotice(ctx context.Context, f *public.Facts) error {
	n, err := s.house.CurrentNotice(ctx, consent.Everybody)
	if errors.Is(err, acts.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Notice.Since = n.Published
	if f.Notice.Notice, err = consent.DecodeNotice(n.Document); err != nil {
		return err
	}
	f.Operator = f.Notice.Operator()
	f.Why, f.Need = f.Notice.Field(consent.PurposeText), f.Notice.Field(consent.Necessity)
	return nil
}

func keepOf(c acts.SiteConfig) public.Keep {
	k := public.Keep{
		PlainDays: c.Site.Policy.PlainDays, FaceDays: c.Site.Policy.FaceDays, OwnerDays: ownerDays, RecordYears: c.KeepYears,
		OfflineHours: int(bundle.DefaultFaceLife / time.Hour), OfflinePlainHours: int(bundle.DefaultPlainLife / time.Hour),
	}
	if c.Guests.Most > 0 {
		k.GuestHours = c.Guests.Hours
	}
	if o := c.Site.Offline; o != nil {
		k.OfflineHours, k.OfflinePlainHours = o.FaceHours, o.PlainHours
	}
	return k
}

// zonesOf returns the zones with the doors that are there now.
func zonesOf(c site.Config, doors []acts.Door) (all []public.Zone, err error) {
	for _, name := range c.Zones {
		told, err := c.Zone(name)
		if err != nil {
			return nil, err
		}
		z := public.Zone{Name: name, Title: words.Text(told.Title), Methods: told.Methods, Hours: told.Hours, Prompts: told.Prompts, Light: told.Light}
		for _, d := range doors {
			there := d.State == site.Joined || d.State == site.Approved
			if d.Kind == site.KindDoor && d.Zone == name && there {
				z.Doors = append(z.Doors, d.Name)
			}
		}
		slices.Sort(z.Doors)
		all = append(all, z)
	}
	return all, nil
}

// sizeOf reads how many entries a checkpoint covers (C2SP tlog-checkpoint: its
// second line), 0 where it cannot be read. Whether it is signed well is for those
// who verify it.
func sizeOf(checkpoint []byte) uint64 {
	lines := strings.SplitN(string(checkpoint), "\n", 3)
	if len(lines) < 3 {
		return 0
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return 0
	}
	return size
}
