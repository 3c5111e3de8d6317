package site

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

const (
	// CodeTime is for how long a join code is good.
	CodeTime = 24 * time.Hour
	// CodeTries is how many wrong tries lock one.
	CodeTries = 5
	// codeName is how many bytes of a secret name the code.
	codeName = 4
	// MaxCodes is how many codes that can still be used there are at once.
	MaxCodes = 64
)

// ErrCode is returned for a join code that is not good: unknown, wrong, used,
// too old or locked. Which of them is not told, and neither to people: make
// another.
var ErrCode = errors.New("this join code is not good (any more): make another, it can be used once and for 24 hours")

// code is a join code as it is kept: whoever reads the file cannot join.
type code struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
	Zone string `json:"zone,omitempty"`
	// Hash is SHA-256 of the secret, which is random enough for that.
	Hash  []byte    `json:"hash"`
	Made  time.Time `json:"made"`
	Wrong int       `json:"wrong,omitempty"`
	// Member is who used it, by the id and the keys that it came with: the same
	// door may use it again, because the answer can get lost on its way.
	Member *pass.DoorID `json:"member,omitempty"`
	Keys   []byte       `json:"keys,omitempty"`
}

// MakeCode makes a code with which one door or station can join, and returns its
// secret, of which only a hash is kept. It fails with [ErrMember].
func (o *Office) MakeCode(kind Kind, name, zone string) (secret [16]byte, err error) {
	if o.unfinished != nil {
		return secret, o.unfinished
	}
	if err := o.mayJoin(kind, name, zone); err != nil {
		return secret, err
	}
	if err := o.dropOldCodes(); err != nil {
		return secret, err
	}
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	hash := sha256.Sum256(secret[:])
	c := code{Kind: kind, Name: name, Zone: zone, Hash: hash[:], Made: o.now().UTC()}
	details := map[string]string{"kind": string(kind), "name": name}
	if zone != "" {
		details["zone"] = zone
	}
	if err := o.record().Site(c.Made, "join-code-made", details); err != nil {
		return [16]byte{}, err
	}
	if err := o.putCode(secret[:], c); err != nil {
		return [16]byte{}, err
	}
	return secret, nil
}

func (o *Office) codePath(secret []byte) string {
	return jsonPath(o.f.join(), hex.EncodeToString(secret[:codeName]))
}

func (o *Office) putCode(secret []byte, c code) error {
	return writeJSON(o.disk, o.codePath(secret), c)
}

// mayJoin returns [ErrMember] with what is wrong with a door or station to come.
func (o *Office) mayJoin(kind Kind, name, zone string) error {
	switch {
	case !goodName(name) || strings.TrimSpace(name) != name:
		return fmt.Errorf("%w: a name has 1 to %d printable characters", ErrMember, maxDoorName)
	case kind == KindDoor && !slices.Contains(o.Config.Zones, zone):
		return fmt.Errorf("%w: this site has no zone %q; it has %s", ErrMember, zone, strings.Join(o.Config.Zones, ", "))
	case kind == KindStation && zone != "":
		return fmt.Errorf("%w: a station has no zone", ErrMember)
	case kind != KindDoor && kind != KindStation:
		return fmt.Errorf("%w: there is no kind %q", ErrMember, kind)
	}
	all, err := o.f.readMembers()
	if err != nil {
		return err
	}
	if len(all) >= MaxMembers {
		return fmt.Errorf("%w: there are %d already", ErrMember, MaxMembers)
	}
	for _, m := range all {
		if m.Name == name {
			return fmt.Errorf("%w: %s is called %q already", ErrMember, m.ID, name)
		}
	}
	return nil
}

// dropOldCodes removes codes that cannot be used any more, and fails with
// [ErrMember] if there are too many that can.
func (o *Office) dropOldCodes() error {
	all, err := names(o.f.join())
	if err != nil {
		return err
	}
	left := 0
	for _, name := range all {
		var c code
		if err := readJSON(jsonPath(o.f.join(), name), &c); err != nil {
			return err
		}
		if o.now().Sub(c.Made) < CodeTime {
			left++
		} else if err := o.disk.Remove(jsonPath(o.f.join(), name)); err != nil {
			return err
		}
	}
	if left >= MaxCodes {
		return fmt.Errorf("%w: %d join codes were made in the last 24 hours, and no more are", ErrMember, left)
	}
	return nil
}

// Join lets in who has a code. m says the kind, keys and host names of whoever
// asks, and gets the rest from the code. Asking again with the same keys gives
// the same answer. It fails with [ErrCode] and [ErrHost].
func (o *Office) Join(secret []byte, m Member) (Member, error) {
	if o.unfinished != nil {
		return Member{}, o.unfinished
	}
	if err := checkRelayKey(m.Kind, m.RelayKey); err != nil {
		return Member{}, err
	}
	c, err := o.useCode(secret, m.Kind)
	if err != nil {
		return Member{}, err
	}
	keys := sha256.Sum256(fmt.Appendf(nil, "%d %s%s", len(m.TLSKey), m.TLSKey, m.RelayKey))
	if c.Member != nil {
		return o.joinAgain(c, keys[:], m)
	}
	if err := errors.Join(o.mayJoin(c.Kind, c.Name, c.Zone), o.freeHosts(m.Hosts, pass.DoorID{})); err != nil {
		return Member{}, err
	}
	id, err := pass.NewDoorID(rand.Reader)
	if err != nil {
		return Member{}, err
	}
	c.Member, c.Keys = &id, keys[:]
	if err := o.putCode(secret, c); err != nil {
		return Member{}, err
	}
	return o.admit(c, m)
}

// joinAgain answers who used the code and did not get, or not keep, the answer.
func (o *Office) joinAgain(c code, keys []byte, m Member) (Member, error) {
	if !bytes.Equal(c.Keys, keys) {
		return Member{}, ErrCode
	}
	old, err := o.f.readMember(*c.Member)
	switch {
	case errors.Is(err, ErrNoMember):
		return o.admit(c, m) // the power went in between
	case err != nil:
		return Member{}, err
	case !old.Present():
		return Member{}, ErrCode
	}
	return o.SetHosts(old.ID, m.Hosts)
}

// admit makes a member of who used a code.
func (o *Office) admit(c code, m Member) (Member, error) {
	m.ID, m.Kind, m.Name, m.Zone, m.State, m.Joined = *c.Member, c.Kind, c.Name, c.Zone, Joined, o.now().UTC().Truncate(time.Second)
	details := map[string]string{
		string(m.Kind): m.ID.String(), "name": m.Name, "fingerprint": m.Fingerprint(),
	}
	if m.Zone != "" {
		details["zone"] = m.Zone
	}
	if err := o.record().Site(o.now(), string(m.Kind)+"-joined", details); err != nil {
		return Member{}, err
	}
	return m, o.putMember(m)
}

// useCode returns the code that a secret is of. A wrong try counts against the
// code that it names, and is counted durably before it is answered.
func (o *Office) useCode(secret []byte, kind Kind) (code, error) {
	var c code
	if len(secret) != 16 {
		return c, ErrCode
	}
	err := readJSON(o.codePath(secret), &c)
	if isNew(err) {
		return c, ErrCode
	}
	if err != nil {
		return c, err
	}
	age := o.now().Sub(c.Made)
	if c.Wrong >= CodeTries || age < 0 || age >= CodeTime {
		return c, ErrCode
	}
	hash := sha256.Sum256(secret)
	if subtle.ConstantTimeCompare(hash[:], c.Hash) != 1 {
		c.Wrong++
		return c, cmp.Or(o.putCode(secret, c), ErrCode)
	}
	if kind != c.Kind {
		return c, ErrCode
	}
	return c, nil
}

// checkRelayKey returns [ErrMember] for what is no key of its kind.
func checkRelayKey(kind Kind, key []byte) error {
	if kind == KindDoor && len(key) != bundle.RelayKeySize || kind == KindStation && len(key) != 0 {
		return fmt.Errorf("%w: a relay key of %d bytes", ErrMember, len(key))
	}
	return nil
}
