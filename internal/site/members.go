package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// Kind is what joins a site.
type Kind string

const (
	// KindDoor is a door.
	KindDoor Kind = "door"
	// KindStation is a station.
	KindStation Kind = "station"
	// KindDesk is a desk. It is told its configuration, and nothing that doors and
	// stations are told.
	KindDesk Kind = "desk"
)

// Kinds returns all of them.
func Kinds() []Kind { return []Kind{KindDoor, KindStation, KindDesk} }

// MemberState is how far a member has come.
type MemberState string

const (
	// Joined: it has a certificate and gets bundles; a door has no secrets.
	Joined MemberState = "joined"
	// Approved: a person has compared the door's fingerprint on both screens.
	Approved MemberState = "approved"
	// Removed: it is refused. Final.
	Removed MemberState = "removed"
)

// Member is a door, a station or a desk that joined. There is nothing in it about
// anybody who uses it.
type Member struct {
	ID   pass.DoorID `json:"id"`
	Kind Kind        `json:"kind"`
	Name string      `json:"name"`
	// Zone is a door's.
	Zone string `json:"zone,omitempty"`
	// TLSKey is its SubjectPublicKeyInfo. A certificate with another key is not
	// its own, whoever signed it.
	TLSKey []byte `json:"tls_key"`
	// RelayKey is a door's, for bundle.SealSecrets.
	RelayKey []byte `json:"relay_key,omitempty"`
	// Hosts are the names and addresses in its certificate. A door has those that
	// it joined with, or fewer.
	Hosts  []string    `json:"hosts,omitempty"`
	State  MemberState `json:"state"`
	Joined time.Time   `json:"joined"`
	// Origin is where browsers find a desk; see [doorapi.OriginHost].
	Origin string `json:"origin,omitempty"`
	// Secrets are what a station sealed to the door, and Epochs the sealing keys
	// inside. Given is when it got the first of them.
	Secrets [][]byte     `json:"secrets,omitempty"`
	Epochs  []pass.KeyID `json:"epochs,omitempty"`
	Given   time.Time    `json:"given,omitzero"`
	// Stolen says that it was removed because it was.
	Stolen bool `json:"stolen,omitempty"`
}

// Present says that a member has not been removed.
func (m Member) Present() bool { return m.State == Joined || m.State == Approved }

// Fingerprint returns what people compare on two screens; see
// [bundle.Fingerprint].
func (m Member) Fingerprint() string { return bundle.Fingerprint(m.TLSKey, m.RelayKey) }

var (
	// ErrNoMember is returned for a door, station or desk that is not known.
	ErrNoMember = errors.New("no door, station or desk of this site has this id")
	// ErrRemoved is returned for one that was removed.
	ErrRemoved = errors.New("it was removed, which is final: let it join again with a new code")
	// ErrFingerprint is returned where what was compared is not the door's.
	ErrFingerprint = errors.New("this is not the fingerprint of that door: do not approve it, and find out what stands there")
	// ErrHost is returned for a host name that another door has.
	ErrHost = errors.New("another door has this host name")
	// ErrNewHost is returned for a host name that a door or a desk did not join with.
	ErrNewHost = errors.New("a door or a desk keeps the host names that it joined with: for others it has to join again with a new code")
	// ErrMember is returned for what cannot be a door, a station or a desk.
	ErrMember = errors.New("this cannot be a door, a station or a desk of the site")
)

// maxDoorName is the longest name of a door, in characters.
const maxDoorName = MaxName

// MaxMembers is how many doors, stations and desks a site has at once, at most: more than
// have been measured at one controller, which is ten thousand.
const MaxMembers = 12288

// Member returns a member by its id, removed ones too. It fails with
// [ErrNoMember].
func (o *Office) Member(ctx context.Context, id pass.DoorID) (m Member, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		m, err = memberOf(tx, id)
		return err
	})
	return m, err
}

func memberOf(tx *store.Tx, id pass.DoorID) (Member, error) {
	row, err := tx.Member(id)
	if errors.Is(err, store.ErrNotFound) {
		return Member{}, ErrNoMember
	}
	if err != nil {
		return Member{}, err
	}
	return memberFrom(row), nil
}

// Members returns all that were not removed, by id, without their secrets.
func (o *Office) Members(ctx context.Context) (present []Member, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		present, err = membersOf(tx)
		return err
	})
	return present, err
}

func membersOf(tx *store.Tx) (present []Member, err error) {
	rows, err := tx.Members()
	for _, row := range rows {
		present = append(present, memberFrom(row))
	}
	return present, err
}

func memberFrom(r store.MemberRow) Member {
	m := Member{
		ID: r.ID, Kind: Kind(r.Kind), Name: r.Name, Zone: r.Zone, TLSKey: r.TLSKey, RelayKey: r.RelayKey, Hosts: r.Hosts,
		State: MemberState(r.State), Joined: seconds(r.Joined), Secrets: r.Secrets, Stolen: r.Stolen, Origin: r.Origin,
	}
	for i := 0; i+len(pass.KeyID{}) <= len(r.Epochs); i += len(pass.KeyID{}) {
		m.Epochs = append(m.Epochs, pass.KeyID(r.Epochs[i:]))
	}
	if r.Given != 0 {
		m.Given = time.Unix(0, r.Given).UTC()
	}
	return m
}

func putMember(tx *store.Tx, m Member) error {
	r := store.MemberRow{
		ID: m.ID, Kind: string(m.Kind), Name: m.Name, Zone: m.Zone, TLSKey: m.TLSKey, RelayKey: m.RelayKey, Hosts: m.Hosts,
		State: string(m.State), Joined: m.Joined.Unix(), Secrets: m.Secrets, Stolen: m.Stolen, Origin: m.Origin,
	}
	for _, id := range m.Epochs {
		r.Epochs = append(r.Epochs, id[:]...)
	}
	if !m.Given.IsZero() {
		r.Given = m.Given.UnixNano()
	}
	return tx.PutMember(r)
}

// FindMember returns the member whose id begins with a text, or whose name it
// is. It fails with [ErrNoMember], and with [ErrName] if there are several.
func (o *Office) FindMember(ctx context.Context, text string) (found Member, err error) {
	all, err := o.Members(ctx)
	if err != nil {
		return found, err
	}
	n := 0
	for _, m := range all {
		if m.Name == text || len(text) >= 4 && strings.HasPrefix(m.ID.String(), strings.ToLower(text)) {
			found, n = m, n+1
		}
	}
	switch n {
	case 0:
		return Member{}, fmt.Errorf("%w: %s", ErrNoMember, text)
	case 1:
		return found, nil
	}
	return Member{}, fmt.Errorf("%w: %d doors, stations and desks are called %s: give the id", ErrName, n, text)
}

// Approve gives a door the secrets that a station sealed to it, after a person
// compared its fingerprint. Doing it again gives it new ones. It fails with
// [ErrNoMember], [ErrRemoved] and [ErrFingerprint].
func (o *Office) Approve(ctx context.Context, by string, id pass.DoorID, fingerprint string, secrets [][]byte, epochs []pass.KeyID) error {
	ready := func(tx *store.Tx) (Member, error) {
		m, err := ready(tx, id)
		switch {
		case err != nil:
		case m.Kind != KindDoor || len(secrets) == 0:
			err = fmt.Errorf("%w: secrets are for doors", ErrMember)
		case digits(fingerprint) != digits(m.Fingerprint()):
			err = ErrFingerprint
		}
		return m, err
	}
	m, err := o.Member(ctx, id)
	if err != nil {
		return err
	}
	name := "door-approved"
	if m.State == Approved {
		name = "door-keys-relayed"
	}
	return o.give(ctx, act{
		by: by, name: name,
		check: func(tx *store.Tx) (map[string]string, error) {
			m, err := ready(tx)
			keys := make([]string, len(epochs))
			for i, id := range epochs {
				keys[i] = id.String()
			}
			return map[string]string{"door": id.String(), "fingerprint": m.Fingerprint(), "sealing-keys": strings.Join(keys, " ")}, err
		},
		effect: func(tx *store.Tx) error {
			m, err := ready(tx)
			if err != nil {
				return err
			}
			if m.Given.IsZero() {
				m.Given = o.now().UTC().Truncate(time.Second)
			}
			// A key that it was given once may still be there after it was taken out.
			m.State, m.Secrets, m.Epochs = Approved, secrets, union(m.Epochs, epochs)
			return putMember(tx, m)
		},
	})
}

// SetHosts changes the names for which a member has a certificate. A station,
// which staff run in an office of theirs, may add some; a door or a desk may only
// give some up, because its key is where the public is, and whoever takes it must
// not become another host of this network. It fails with [ErrNoMember], [ErrRemoved], [ErrHost] and [ErrNewHost].
func (o *Office) SetHosts(ctx context.Context, id pass.DoorID, hosts []string) (Member, error) {
	m, err := o.Member(ctx, id)
	if err == nil && !m.Present() {
		err = ErrRemoved
	}
	if err != nil || slices.Equal(m.Hosts, hosts) {
		return m, err
	}
	allowed := func(tx *store.Tx) (err error) {
		if m, err = ready(tx, id); err != nil {
			return err
		}
		for _, host := range hosts {
			if m.Kind != KindStation && !containsFold(m.Hosts, host) {
				return fmt.Errorf("%w: %s", ErrNewHost, host)
			}
		}
		return freeHosts(tx, hosts, id)
	}
	err = o.give(ctx, act{
		by: ControllerItself, name: string(m.Kind) + "-hosts-changed",
		check: func(tx *store.Tx) (map[string]string, error) {
			return map[string]string{string(m.Kind): id.String(), "hosts": strings.Join(hosts, " ")}, allowed(tx)
		},
		effect: func(tx *store.Tx) error {
			if err := allowed(tx); err != nil {
				return err
			}
			m.Hosts = hosts
			return putMember(tx, m)
		},
	})
	return m, err
}

// ready returns a member that something can be given to.
func ready(tx *store.Tx, id pass.DoorID) (Member, error) {
	m, err := memberOf(tx, id)
	if err == nil && !m.Present() {
		err = ErrRemoved
	}
	return m, err
}

// freeHosts fails with [ErrHost] if another member has one of some names, so
// that a door cannot have a certificate with which it could stand in for
// another. What means "this machine" is free for everybody.
func freeHosts(tx *store.Tx, hosts []string, but pass.DoorID) error {
	all, err := membersOf(tx)
	if err != nil {
		return err
	}
	for _, m := range all {
		for _, host := range hosts {
			if m.ID != but && !loopback(host) && containsFold(m.Hosts, host) {
				return fmt.Errorf("%w: %s has %s", ErrHost, m.Name, host)
			}
		}
	}
	return nil
}

// union returns all that is in either list, each once.
func union(a, b []pass.KeyID) []pass.KeyID {
	all := slices.Clone(a)
	for _, id := range b {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(each string) bool { return strings.EqualFold(each, s) })
}

// digits leaves only those, so that spaces do not matter where people compare.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
