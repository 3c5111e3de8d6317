// Package vectors holds the test vectors of spec/pass.md and spec/bundle.md:
// passes, presentations, bundles, PINs and relay texts that must be accepted,
// those that must be refused and why, status lists, consent records, and the one
// site that all of them are judged at.
//
// The JSON files are for implementations in any language; this package reads
// them for ours. Every key in them is published and must never be used for
// anything else. They are made by the program in generate.
package vectors

import (
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

//go:generate go run ./generate

//go:embed *.json
var files embed.FS

// Hex is bytes, written as hexadecimal digits.
type Hex []byte

// MarshalText returns the digits.
func (h Hex) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText reads the digits.
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// Vector is what all vectors have.
type Vector struct {
	// Name is unique in its file.
	Name string `json:"name"`
	// About says what the vector is for.
	About string `json:"about"`
	// Requirements are those of spec/pass.md that it shows.
	Requirements []string `json:"requirements"`
}

// Accept is a pass that must be accepted at a zone and a time.
type Accept struct {
	Vector
	Text       string      `json:"text"`
	Bytes      Hex         `json:"bytes"` // the message, before Base45
	Zone       string      `json:"zone"`
	At         time.Time   `json:"at"`
	Claims     Claims      `json:"claims"`
	References []Reference `json:"references,omitempty"` // what must come out when opened
}

// Refuse is a pass that must be refused at a zone and a time, for one reason.
type Refuse struct {
	Vector
	Text string `json:"text"`
	// Bytes is the message, where the text is the Base45 of one.
	Bytes  Hex       `json:"bytes,omitempty"`
	Zone   string    `json:"zone"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Claims is what a pass says.
type Claims struct {
	Site      string      `json:"site"`
	ID        Hex         `json:"id"`
	Kind      string      `json:"kind"`
	NotBefore time.Time   `json:"not_before"`
	Expires   time.Time   `json:"expires"`
	Zones     []string    `json:"zones"`
	Schedule  []Window    `json:"schedule,omitempty"`
	Status    Status      `json:"status"`
	Holder    *PublicKey  `json:"holder,omitempty"`
	Face      *FaceClaims `json:"face,omitempty"`
}

// Window is one window of a weekly schedule.
type Window struct {
	Days  uint8  `json:"days"`
	Start uint16 `json:"start"`
	End   uint16 `json:"end"`
}

// Status is a place in a status list.
type Status struct {
	List  uint32 `json:"list"`
	Index uint32 `json:"index"`
}

// FaceClaims is what a face pass says beyond a plain one.
type FaceClaims struct {
	Purpose uint8 `json:"purpose"`
	Consent Hex   `json:"consent"`
	Models  []Hex `json:"models"`
	Sealed  Hex   `json:"sealed"`
}

// PublicKey is a point on P-256.
type PublicKey struct {
	X Hex `json:"x"`
	Y Hex `json:"y"`
}

// Reference is a reference and the model that made it. Those in the vectors are
// invented bytes; no model made them and no face is behind them.
type Reference struct {
	Model Hex `json:"model"`
	Bytes Hex `json:"bytes"`
}

// Site is everything that the door which judges the vectors holds, and the
// private keys with which they were made.
type Site struct {
	Site     string `json:"site"`
	TimeZone string `json:"time_zone"`
	// IssuingKeys are trusted by the door.
	IssuingKeys []SigningKey `json:"issuing_keys"`
	// SealingKeys are held by the door.
	SealingKeys []SealingKey `json:"sealing_keys"`
	// Models are loaded by the door.
	Models []Hex `json:"models"`
	// StatusLists are held by the door.
	StatusLists []StatusList `json:"status_lists"`
	// Strangers are signing keys that the door does not trust.
	Strangers []SigningKey `json:"strangers"`
}

// SigningKey is a key on P-256.
type SigningKey struct {
	About   string `json:"about"`
	KeyID   Hex    `json:"key_id"`
	Private Hex    `json:"private"`
	PublicKey
}

// SealingKey is a key for A256GCM.
type SealingKey struct {
	KeyID  Hex `json:"key_id"`
	Secret Hex `json:"secret"`
}

// StatusList is a signed list and what it says. Every index that is not in
// Valid is invalid.
type StatusList struct {
	URI     string    `json:"uri"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	TTL     int64     `json:"ttl,omitempty"` // seconds
	Size    int       `json:"size"`
	Valid   []uint32  `json:"valid"`
	Token   Hex       `json:"token"`
}

// RefuseList is a token that must not be taken for the list URI at a time.
type RefuseList struct {
	Vector
	URI   string    `json:"uri"`
	At    time.Time `json:"at"`
	Token Hex       `json:"token"`
	// Error is one of malformed, unknown-key, bad-signature, other-list and
	// expired.
	Error string `json:"error"`
}

// Base45 is text and bytes that stand for each other, and texts that stand for
// nothing.
type Base45 struct {
	Accept []Base45Pair `json:"accept"`
	Refuse []string     `json:"refuse"`
}

// Base45Pair is bytes and their one text.
type Base45Pair struct {
	Bytes Hex    `json:"bytes"`
	Text  string `json:"text"`
}

// Consent is a consent record, and the hash that a pass carries of it. Error is
// true for one that must be refused; then there is no hash.
type Consent struct {
	Vector
	Record    Hex  `json:"record"`
	Hash      Hex  `json:"hash,omitempty"`
	Withdrawn bool `json:"withdrawn,omitempty"`
	Error     bool `json:"error,omitempty"`
}

// Accepts returns the passes that must be accepted.
func Accepts() ([]Accept, error) { return load[[]Accept]("accept.json") }

// Refuses returns the passes that must be refused.
func Refuses() ([]Refuse, error) { return load[[]Refuse]("refuse.json") }

// TheSite returns the site at which all passes are judged.
func TheSite() (Site, error) { return load[Site]("site.json") }

// RefuseLists returns the status lists that must be refused.
func RefuseLists() ([]RefuseList, error) { return load[[]RefuseList]("statuslist.json") }

// Base45s returns the vectors of the text encoding.
func Base45s() (Base45, error) { return load[Base45]("base45.json") }

// Consents returns the consent records.
func Consents() ([]Consent, error) { return load[[]Consent]("consent.json") }

func load[T any](name string) (v T, err error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return v, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}
