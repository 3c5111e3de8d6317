package doorapi

import (
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Site is what a station needs to know of the site.
type Site struct {
	ID       pass.SiteID `json:"id"`
	Name     string      `json:"name"`
	Demo     bool        `json:"demo,omitempty"`
	Timezone string      `json:"timezone"`
	Zones    []string    `json:"zones"`
	// Titles are what people call a zone, by language tag such as "en" or "zh".
	Titles map[string]map[string]string `json:"titles,omitempty"`
	// Notices are what people agree to, by rule set, as consent.DecodeNotice reads
	// them. Where there is none, nobody can agree, and there are no face passes.
	Notices   map[string]json.RawMessage `json:"notices,omitempty"`
	PlainDays int                        `json:"plain_days"`
	FaceDays  int                        `json:"face_days"`
	// RequireLive is the policy about faces that look like pictures.
	RequireLive bool `json:"require_live"`
	// Prompts are, by zone, how many movements its doors ask of whoever shows a face
	// pass. A zone of which nothing is said asks for none.
	Prompts map[string]int `json:"prompts,omitempty"`
	// Threshold is the name of the policy's.
	Threshold string `json:"threshold"`
	// Time is the controller's clock.
	Time time.Time `json:"time"`
	// Refused are sealing keys that a station must not use any more.
	Refused []pass.KeyID `json:"refused,omitempty"`
	// Peppers are the zones of which the pepper has to be newer than a time.
	Peppers map[string]time.Time `json:"peppers,omitempty"`
}

// Door is a door as a station sees it. The keys are what the controller says
// they are: a person compares the fingerprint before anything is sealed to them.
type Door struct {
	ID   pass.DoorID `json:"id"`
	Name string      `json:"name"`
	Zone string      `json:"zone"`
	// TLSKey is the SubjectPublicKeyInfo of the door's TLS key.
	TLSKey []byte `json:"tls_key"`
	// RelayKey is the public key for bundle.SealSecrets.
	RelayKey []byte `json:"relay_key"`
	// Fingerprint is bundle.Fingerprint of the two, for showing only: a station
	// computes its own.
	Fingerprint string `json:"fingerprint"`
	// Approved says whether somebody has compared it.
	Approved bool `json:"approved"`
	// Epochs are the sealing keys that the door was given.
	Epochs []pass.KeyID `json:"epochs,omitempty"`
}

// DoorsResponse are the doors of the site, without those that were removed.
type DoorsResponse struct {
	Doors []Door `json:"doors"`
}

// Act is something about the site that a station did or is about to do, in
// clear, for the record.
type Act struct {
	// Act is one of [StationActs].
	Act     string            `json:"act"`
	Details map[string]string `json:"details"`
}

// StationActs are what stations may have recorded.
func StationActs() []string {
	return []string{"sealing-key-made", "sealing-key-removed", "pepper-made"}
}

// PIN is a PIN as a controller keeps it: it can be checked with the pepper of
// the zone only, which stations and doors have.
type PIN struct {
	Number    string     `json:"number"`
	NotBefore time.Time  `json:"not_before"`
	Expires   time.Time  `json:"expires"`
	Hours     string     `json:"hours,omitempty"`
	Zones     []PINEntry `json:"zones"`
}

// PINEntry is what one zone has of a PIN.
type PINEntry struct {
	Zone string `json:"zone"`
	Salt []byte `json:"salt"`
	Tag  []byte `json:"tag"`
}

// MeetRequest asks who stands at a station: by the link to their own page, which is
// used up, or by what staff call them. It has one of the two.
type MeetRequest struct {
	// Link is the last part of the link's path.
	Link  string `json:"link,omitempty"`
	Label string `json:"label,omitempty"`
}

// MeetResponse says who it is.
type MeetResponse struct {
	// Known is how many holders have the label; 1 for a link that is good.
	Known int `json:"known"`
	// Holder is the id of the only one.
	Holder string `json:"holder,omitempty"`
	// Child says that a guardian consents for them.
	Child bool `json:"child,omitempty"`
}

// Whose says for whom a pass is made. The zero value is for somebody whom staff did
// not name: a record is made that is called after the pass.
type Whose struct {
	// Holder is an id from a [MeetResponse]; "" is for somebody who is added.
	Holder string `json:"holder,omitempty"`
	// Label is what staff call who is added.
	Label string `json:"label,omitempty"`
	// Child says that who is added is under 14.
	Child bool `json:"child,omitempty"`
}

// OwnPage is the link to the page on which a holder finds what they agreed to, and
// takes it back. It opens once.
type OwnPage struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// PrepareRequest is issue.Request, and whose the pass is to be.
type PrepareRequest struct {
	Whose     Whose          `json:"whose,omitzero"`
	Zones     []string       `json:"zones"`
	NotBefore time.Time      `json:"not_before"`
	Expires   time.Time      `json:"expires"`
	Hours     string         `json:"hours,omitempty"`
	Consent   []byte         `json:"consent,omitempty"` // as consent.Record encodes it
	Models    []pass.ModelID `json:"models,omitempty"`
	Holder    []byte         `json:"holder,omitempty"` // as issue.EncodeHolder writes it
}

// Binding is pass.Binding.
type Binding struct {
	Site    pass.SiteID `json:"site"`
	ID      pass.ID     `json:"id"`
	Expires time.Time   `json:"expires"`
	Consent pass.Hash16 `json:"consent"`
}

// SignRequest asks for the signature of a prepared pass.
type SignRequest struct {
	ID pass.ID `json:"id"`
	// Sealed is the SHA-256 of the sealed reference; none for a plain pass.
	Sealed []byte `json:"sealed,omitempty"`
}

// SignResponse is the signed part of a pass.
type SignResponse struct {
	Signed []byte `json:"signed"`
}

// PassRequest names a pass to complete or abandon.
type PassRequest struct {
	ID pass.ID `json:"id"`
}
