// Package pagestest has what tests of the operators' pages need: acts in memory,
// which keep to the table of rights and record nothing. It is for tests only.
package pagestest

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Acts are the acts of a site in memory.
type Acts struct {
	Now func() time.Time
	// Origin is where browsers find desks; [DeskOrigin] if it is empty.
	Origin string

	key *ecdsa.PrivateKey

	mu sync.Mutex // guards what follows
	// Fail is returned by every act that changes something, if it is set.
	Fail      error
	config    acts.SiteConfig
	notices   []acts.NoticeVersion
	doors     []acts.Door
	parties   []site.Relying
	told      site.PublishedNotice // at desks
	holders   []*acts.HolderView
	operators []*acts.Operator
	logins    map[acts.Login]string
	links     map[string]string // of operators, by token
	tokens    []acts.Token
	openings  map[ledger.Commitment]ledger.Opening
	claims    map[string][32]byte
	keys      site.Keys
	acted     int
	made      int
}

// New returns the acts of a site that has just been made.
func New(now func() time.Time) *Acts {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return &Acts{
		Now: now, key: key, logins: map[acts.Login]string{}, links: map[string]string{}, openings: map[ledger.Commitment]ledger.Opening{},
		config: acts.SiteConfig{
			Version: 1, KeepYears: acts.DefaultKeepYears, Guests: acts.GuestLimits{Most: 2, Hours: 48, AheadDays: 14},
			Site: site.Config{
				Format: site.Format, ID: pass.SiteID{7}, Name: "New site", Zones: []string{"main"}, Timezone: "UTC", Policy: site.DefaultPolicy(),
			},
		},
	}
}

// change begins an act that changes something. The caller unlocks mu.
func (a *Acts) change(actor acts.Actor, act acts.Act) error {
	a.mu.Lock()
	if !actor.May(act) {
		return acts.ErrForbidden
	}
	if a.Fail != nil {
		return a.Fail
	}
	a.acted++
	return nil
}

// Break makes every change fail with an error, or with nil succeed again.
func (a *Acts) Break(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Fail = err
}

// id makes an id of 26 characters.
func (a *Acts) id() string {
	a.made++
	return fmt.Sprintf("%026d", a.made)
}

// SiteConfig is a method of acts.Acts, as are all that follow.
func (a *Acts) SiteConfig(context.Context) (acts.SiteConfig, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.config
	c.Site.Zones, c.Site.Rules = slices.Clone(c.Site.Zones), maps.Clone(c.Site.Rules)
	return c, nil
}

// ChangeSite changes the configuration.
func (a *Acts) ChangeSite(_ context.Context, actor acts.Actor, version int64, c acts.SiteConfig) (acts.SiteConfig, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActSiteChange); err != nil {
		return c, err
	}
	if version != a.config.Version {
		return c, acts.ErrConflict
	}
	for _, zone := range c.Site.Zones {
		if _, err := c.Site.Zone(zone); err != nil {
			return c, &acts.Invalid{Field: "zones", Why: err.Error()}
		}
	}
	c.Version++
	a.config = c
	return c, nil
}

// Notices returns all versions.
func (a *Acts) Notices(context.Context) ([]acts.NoticeVersion, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.notices), nil
}

// CurrentNotice returns the newest.
func (a *Acts) CurrentNotice(_ context.Context, rules consent.Rules) (acts.NoticeVersion, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.notices {
		if n.Rules == rules {
			return n, nil
		}
	}
	return acts.NoticeVersion{}, acts.ErrNotFound
}

// PublishNotice publishes a notice.
func (a *Acts) PublishNotice(_ context.Context, actor acts.Actor, n consent.Notice) (acts.NoticeVersion, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActNoticePublish); err != nil {
		return acts.NoticeVersion{}, err
	}
	document, err := n.Encode()
	if err != nil || len(n.Lint()) > 0 {
		return acts.NoticeVersion{}, &acts.Invalid{Field: "notice", Why: "is a draft"}
	}
	v := acts.NoticeVersion{Hash: sha256.Sum256(document), Rules: n.Rules, Number: 1, Published: a.Now(), Document: document}
	for _, older := range a.notices {
		if older.Rules == n.Rules {
			v.Number++
		}
	}
	a.notices = append([]acts.NoticeVersion{v}, a.notices...)
	return v, nil
}

// Doors returns doors and stations.
func (a *Acts) Doors(_ context.Context, actor acts.Actor) ([]acts.Door, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActDoorView) {
		return nil, acts.ErrForbidden
	}
	return slices.Clone(a.doors), nil
}

// MakeJoinCode makes a code.
func (a *Acts) MakeJoinCode(_ context.Context, actor acts.Actor, kind site.Kind, name, zone string) (acts.JoinCode, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActDoorAdd); err != nil {
		return acts.JoinCode{}, err
	}
	return acts.JoinCode{Kind: kind, Name: name, Zone: zone, Secret: [doorapi.CodeSecret]byte{1, 2, 3}, Expires: a.Now().Add(time.Hour)}, nil
}

// Join lets a door, a station or a desk in, as if its code had been typed there.
func (a *Acts) Join(kind site.Kind, name, zone string, state site.MemberState) pass.DoorID {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made++
	id := pass.DoorID{byte(a.made), 7}
	d := acts.Door{
		ID: id, Kind: kind, Name: name, Zone: zone, State: state, Joined: a.Now(), Fingerprint: "3F2A-91C0-7BD4-E658",
	}
	if kind == site.KindDesk {
		d.Origin = cmp.Or(a.Origin, DeskOrigin)
	}
	a.doors = append(a.doors, d)
	return id
}

// RemoveDoor takes a door away.
func (a *Acts) RemoveDoor(_ context.Context, actor acts.Actor, id pass.DoorID, _ bool) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActDoorRemove); err != nil {
		return err
	}
	n := len(a.doors)
	a.doors = slices.DeleteFunc(a.doors, func(d acts.Door) bool { return d.ID == id })
	if n == len(a.doors) {
		return acts.ErrNotFound
	}
	return nil
}

// LedgerStatus says how the ledger stands.
func (a *Acts) LedgerStatus(context.Context) (acts.LedgerStatus, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return acts.LedgerStatus{
		Checkpoint: fmt.Appendf(nil, "house.example/ledger\n%d\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", a.acted), SiteActs: a.acted,
	}, nil
}

// Commit keeps a commitment about a person that can be opened.
func (a *Acts) Commit(body string) ledger.Commitment {
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := ledger.NewOpening(rand.Reader, []byte(body))
	if err != nil {
		panic(err)
	}
	a.openings[o.Commitment()] = o
	return o.Commitment()
}

// Open opens a commitment.
func (a *Acts) Open(_ context.Context, actor acts.Actor, entry ledger.Commitment) (ledger.Opening, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActLedgerOpen) {
		return ledger.Opening{}, acts.ErrForbidden
	}
	o, ok := a.openings[entry]
	if !ok {
		return o, acts.ErrNotFound
	}
	return o, nil
}
