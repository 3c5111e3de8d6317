package site

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// Kind is what joins a site.
type Kind string

const (
	// KindDoor is a door.
	KindDoor Kind = "door"
	// KindStation is a station.
	KindStation Kind = "station"
)

// MemberState is how far a member has come.
type MemberState string

const (
	// Joined: it has a certificate and gets bundles; a door has no secrets.
	Joined MemberState = "joined"
	// Approved: a person has compared the door's fingerprint on both screens.
	Approved MemberState = "approved"
	// Removing: it is refused, which is perhaps not recorded yet.
	Removing MemberState = "removing"
	// Removed: it is refused, and that is recorded. Final.
	Removed MemberState = "removed"
)

// Member is a door or a station that joined. There is nothing in it about
// anybody who uses the door.
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
	// ErrNoMember is returned for a door or station that is not known.
	ErrNoMember = errors.New("no door or station of this site has this id")
	// ErrRemoved is returned for one that was removed.
	ErrRemoved = errors.New("it was removed, which is final: let it join again with a new code")
	// ErrFingerprint is returned where what was compared is not the door's.
	ErrFingerprint = errors.New("this is not the fingerprint of that door: do not approve it, and find out what stands there")
	// ErrHost is returned for a host name that another door has.
	ErrHost = errors.New("another door has this host name")
	// ErrNewHost is returned for a host name that a door did not join with.
	ErrNewHost = errors.New("a door keeps the host names that it joined with: for others it has to join again with a new code")
	// ErrMember is returned for what cannot be a door or a station.
	ErrMember = errors.New("this cannot be a door or a station of the site")
)

// maxDoorName is the longest name of a door, in characters.
const maxDoorName = MaxName

// MaxMembers is how many doors and stations a site has at once, at most.
const MaxMembers = 1024

// ReadMember returns a member by its id, removed ones too, without waiting for
// anybody. It fails with [ErrNoMember].
func ReadMember(dir string, id pass.DoorID) (Member, error) { return folder(dir).readMember(id) }

func (f folder) readMember(id pass.DoorID) (m Member, err error) {
	path := jsonPath(f.members(), id.String())
	err = readJSON(path, &m)
	switch {
	case isNew(err):
		return Member{}, ErrNoMember
	case err != nil:
		return Member{}, err
	case m.ID != id:
		return Member{}, fmt.Errorf("%w: %s: it is about another", ErrDamaged, path)
	}
	return m, nil
}

// ReadMembers returns all that were not removed, sorted by id.
func ReadMembers(dir string) ([]Member, error) { return folder(dir).readMembers() }

func (f folder) readMembers() (present []Member, err error) {
	ids, err := names(f.members())
	if err != nil {
		return nil, err
	}
	for _, name := range ids {
		id, err := pass.ParseDoorID(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %s is not named by an id", ErrDamaged, jsonPath(f.members(), name))
		}
		m, err := f.readMember(id)
		if err != nil {
			return nil, err
		}
		if m.Present() {
			present = append(present, m)
		}
	}
	return present, nil
}

// FindMember returns the member whose id begins with a text, or whose name it
// is. It fails with [ErrNoMember], and with [ErrName] if there are several.
func (o *Office) FindMember(text string) (found Member, err error) {
	all, err := o.f.readMembers()
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
	return Member{}, fmt.Errorf("%w: %d doors and stations are called %s: give the id", ErrName, n, text)
}

func (o *Office) putMember(m Member) error {
	return writeJSON(o.disk, jsonPath(o.f.members(), m.ID.String()), m)
}

// Approve gives a door the secrets that a station sealed to it, after a person
// compared its fingerprint. Doing it again gives it new ones. It fails with
// [ErrNoMember], [ErrRemoved] and [ErrFingerprint].
func (o *Office) Approve(id pass.DoorID, fingerprint string, secrets [][]byte, epochs []pass.KeyID) error {
	m, err := o.ready(id)
	if err != nil {
		return err
	}
	if m.Kind != KindDoor || len(secrets) == 0 {
		return fmt.Errorf("%w: secrets are for doors", ErrMember)
	}
	if digits(fingerprint) != digits(m.Fingerprint()) {
		return ErrFingerprint
	}
	act := "door-approved"
	if m.State == Approved {
		act = "door-keys-relayed"
	}
	keys := make([]string, len(epochs))
	for i, id := range epochs {
		keys[i] = id.String()
	}
	details := map[string]string{"door": id.String(), "fingerprint": m.Fingerprint(), "sealing-keys": strings.Join(keys, " ")}
	if err := o.record().Site(o.now(), act, details); err != nil {
		return err
	}
	if m.Given.IsZero() {
		m.Given = o.now().UTC().Truncate(time.Second)
	}
	// A key that it was given once may still be there after it was taken out.
	m.State, m.Secrets, m.Epochs = Approved, secrets, union(m.Epochs, epochs)
	return o.putMember(m)
}

// SetHosts changes the names for which a member has a certificate. A station,
// which staff run, may add some; a door may only give some up, because its key
// hangs on a wall, and whoever takes it must not become another host of this
// network. It fails with [ErrNoMember], [ErrRemoved], [ErrHost] and [ErrNewHost].
func (o *Office) SetHosts(id pass.DoorID, hosts []string) (Member, error) {
	m, err := o.ready(id)
	if err != nil {
		return Member{}, err
	}
	if strings.Join(hosts, " ") == strings.Join(m.Hosts, " ") {
		return m, nil
	}
	for _, host := range hosts {
		if m.Kind != KindStation && !containsFold(m.Hosts, host) {
			return Member{}, fmt.Errorf("%w: %s", ErrNewHost, host)
		}
	}
	if err := o.freeHosts(hosts, id); err != nil {
		return Member{}, err
	}
	details := map[string]string{"door": id.String(), "hosts": strings.Join(hosts, " ")}
	if err := o.record().Site(o.now(), "door-hosts-changed", details); err != nil {
		return Member{}, err
	}
	m.Hosts = hosts
	return m, o.putMember(m)
}

// ready returns a member that something can be given to.
func (o *Office) ready(id pass.DoorID) (Member, error) {
	if o.unfinished != nil {
		return Member{}, o.unfinished
	}
	m, err := o.f.readMember(id)
	if err == nil && !m.Present() {
		err = ErrRemoved
	}
	return m, err
}

// freeHosts fails with [ErrHost] if another member has one of some names, so
// that a door cannot have a certificate with which it could stand in for
// another. What means "this machine" is free for everybody.
func (o *Office) freeHosts(hosts []string, but pass.DoorID) error {
	all, err := o.f.readMembers()
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
