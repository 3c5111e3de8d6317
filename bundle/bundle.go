// Package bundle is what a door decides from with no network: the signed,
// numbered snapshot of a site's keys, zones, hours, methods and lists; the
// PINs of a zone; and the form in which a station hands its secrets to a door.
// The formats are specified in spec/bundle.md; numbers such as [B-12] in this
// package name a requirement there.
//
// A bundle names large things by their hash ([Object]), and they are fetched
// apart. It holds nothing about a person: no pass, no name, no reference.
//
// This package never prints a secret, never says which PIN was typed, and never
// believes anything before its signature. It reads no clock, no file and no
// network.
package bundle

import (
	"crypto/ecdsa"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Limits of a bundle.
const (
	// MaxSize is the largest bundle that is made or read, in bytes.
	MaxSize = 1 << 20
	// MaxZones is the largest number of zones of a site.
	MaxZones = 64
	// MaxLists is the largest number of status lists.
	MaxLists = 4096
	// MaxKeys is the largest number of issuing keys, and of signing keys.
	MaxKeys = 8
	// MaxModels is the largest number of models.
	MaxModels = 8
	// MaxRefused is the largest number of sealing keys refused at once.
	MaxRefused = 64
	// MaxLanguages is the largest number of languages of a text.
	MaxLanguages = 16
	// MaxTitle is the longest name of a site or title of a zone, in bytes.
	MaxTitle = 120
	// MaxNotice is the longest notice in one language, in bytes.
	MaxNotice = 4096
	// MaxCheckpoint is the longest statement of the ledger, in bytes.
	MaxCheckpoint = 4096
	// MaxLife is the longest time for which a door may decide with a bundle.
	MaxLife = 31 * 24 * time.Hour
	// MaxBudget is the largest budget of a door.
	MaxBudget = 1000
	// MaxPrompts is the most that one showing of a face pass may ask for.
	MaxPrompts = 3
)

// What a controller puts in a bundle unless it is told otherwise.
const (
	// DefaultFaceLife is how long a door accepts faces with one bundle.
	DefaultFaceLife = 24 * time.Hour
	// DefaultPlainLife is how long it accepts everything else.
	DefaultPlainLife = 7 * 24 * time.Hour
	// DefaultBudget is how many failed face showings a door bears in ten minutes.
	DefaultBudget = 30
)

// Bundle is the snapshot. One that came from [Verify] remembers its bytes, so
// that [Bundle.Follows] can tell two bundles of one number apart; it must not be
// changed.
type Bundle struct {
	// Site is whose it is.
	Site pass.SiteID
	// Number counts bundles, from 1. It never becomes smaller.
	Number uint64
	// Issued is when it was made; whole seconds.
	Issued time.Time
	// Name is what the site is called on a screen; 1 to [MaxTitle] bytes.
	Name string
	// Demo marks a site for trying out. It can never become a real one.
	Demo bool
	// Timezone is the IANA name of the zone in which hours are read. Whether
	// there is one of that name only a door's time zone database knows.
	Timezone string
	// Issuers are the keys that sign passes, status lists and PINs; 1 to
	// [MaxKeys].
	Issuers []*ecdsa.PublicKey
	// Signers are the keys that may sign the next bundle, and include the one
	// that signed this; 1 to [MaxKeys].
	Signers []*ecdsa.PublicKey
	// FaceLife is how long a door that hears nothing newer accepts faces; whole
	// seconds, never longer than PlainLife.
	FaceLife time.Duration
	// PlainLife is how long it accepts everything else; whole seconds, up to
	// [MaxLife].
	PlainLife time.Duration
	// Zones are the site's zones; 1 to [MaxZones], each name once.
	Zones []Zone
	// Lists are the status lists; up to [MaxLists], each number once.
	Lists []List
	// Models are the models that make references; up to [MaxModels], each once.
	Models []Model
	// Refused are sealing keys whose passes are refused at once, whatever else
	// is said; up to [MaxRefused].
	Refused []pass.KeyID
	// Notice is the text that holders agreed to, short, for the screen. It may
	// be zero if no zone accepts faces.
	Notice Notice
	// Checkpoint is what the site says of its ledger (spec/ledger.md section 7): its
	// key and its signed checkpoint, up to [MaxCheckpoint] bytes, which mean nothing
	// here. Whether they follow those of another bundle package ledger says.
	Checkpoint []byte

	encoded []byte // as signed; nil unless from Verify
}

// Zone is a set of doors with one rule.
type Zone struct {
	// Name is the one in passes, see [pass.CheckZone].
	Name string
	// Title is what is written on the screen, by language tag.
	Title map[string]string
	// Methods are the ways in, never [Face] alone.
	Methods Methods
	// RequireLive asks for the check that the face is not a picture.
	RequireLive bool
	// Prompts is how many movements somebody who shows a face pass is asked for,
	// against pictures held up to the camera: up to [MaxPrompts], with [Face] only.
	Prompts int
	// Light is whether the screen changes its colour meanwhile; with Prompts only.
	Light bool
	// Threshold is the name, in the models' manifest, of the score from which a
	// face counts as the same; with [Face] only.
	Threshold string
	// Hours are when the doors open from outside, the same for every method;
	// nil is always.
	Hours pass.Schedule
	// Budget is how many failed face showings a door bears in ten minutes
	// before it stops looking at faces for a while; 1 to [MaxBudget], and 0
	// without [Face].
	Budget int
	// PINs is the signed object with the zone's PINs; with [PIN] and only then.
	PINs Object
}

// List is where a status list is found.
type List struct {
	// Number is the list's, see [pass.StatusURI].
	Number uint32
	Object
}

// Model is a model and until when passes made with it are accepted.
type Model struct {
	// ID is the model's.
	ID pass.ModelID
	// Until is the first moment at which they are not; whole seconds.
	Until time.Time
}

// Notice is a version of the text that people agree to.
type Notice struct {
	// SHA256 is that of the whole text, as in consent records.
	SHA256 [32]byte
	// Text is a short form for the screen, by language tag.
	Text map[string]string
}

// Zone returns the zone of a name.
func (b *Bundle) Zone(name string) (Zone, bool) {
	for _, z := range b.Zones {
		if z.Name == name {
			return z, true
		}
	}
	return Zone{}, false
}

// IssuerKeys returns the issuing keys by id, as [pass.Trust] wants them.
func (b *Bundle) IssuerKeys() (map[pass.KeyID]*ecdsa.PublicKey, error) { return Keys(b.Issuers) }

// SignerKeys returns the keys with which the next bundle is verified.
func (b *Bundle) SignerKeys() (map[pass.KeyID]*ecdsa.PublicKey, error) { return Keys(b.Signers) }

// Encoded returns the signed bytes of a bundle that came from [Verify], else
// nil. They must not be changed.
func (b *Bundle) Encoded() []byte { return b.encoded }
