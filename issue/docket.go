package issue

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// State is how far a docket has come.
type State string

const (
	// Intended: the intent is kept; nothing has been signed.
	Intended State = "intended"
	// Signed: a pass was signed; its place is not valid.
	Signed State = "signed"
	// Issued: the pass was handed over and its place is valid.
	Issued State = "issued"
	// Abandoned: the issuing did not come to its end. Final.
	Abandoned State = "abandoned"
	// Revoking: the pass is being revoked, and perhaps not yet recorded.
	Revoking State = "revoking"
	// Revoked: the pass is revoked and that is recorded. Final.
	Revoked State = "revoked"
)

// Docket is what the controller keeps of one pass. It has no name, no picture,
// no reference, sealed or not, and nothing about where the pass was shown.
type Docket struct {
	ID        pass.ID
	State     State
	NotBefore time.Time
	Expires   time.Time
	Zones     []string
	Schedule  pass.Schedule
	Status    pass.StatusRef
	// Consent and Models belong to a face pass. The consent is withdrawn when
	// the issuing is abandoned or the pass revoked.
	Consent *consent.Record
	Models  []pass.ModelID
	// Holder belongs to a plain pass for one telephone: its key.
	Holder *ecdsa.PublicKey
	// Signed is the SHA-256 of the signed part, zero until there is one.
	Signed [32]byte
	// Salt opens what the record says about this pass. Without it nobody can
	// tell which entries those are; erasing it erases them.
	Salt [32]byte
	// Since is when it came to its state.
	Since time.Time
}

// Kind returns the kind of the pass.
func (d Docket) Kind() pass.Kind {
	if d.Consent != nil {
		return pass.Face
	}
	return pass.Plain
}

// claims returns what the pass says.
func (d Docket) claims(site pass.SiteID, sealed [32]byte) pass.Claims {
	c := pass.Claims{
		Site: site, ID: d.ID, NotBefore: d.NotBefore, Expires: d.Expires,
		Zones: d.Zones, Schedule: d.Schedule, Status: d.Status, Holder: d.Holder,
	}
	if d.Consent != nil {
		c.Face = &pass.FaceClaims{
			Purpose: pass.PurposeAccess, Consent: d.Consent.Hash(), Models: d.Models, Sealed: sealed,
		}
	}
	return c
}

// Commitment is what the record says about a step: HMAC-SHA-256 under the salt
// of the JSON object with the members act, pass, not_before, expires (Unix
// seconds), zones, hours, list, index, consent and signed (as in the docket;
// empty where there is none), and for a pass with its holder's key the member
// holder (as [EncodeHolder] writes it). Who has the docket can make it again.
func (d Docket) Commitment(act State) [32]byte {
	var hash pass.Hash16
	if d.Consent != nil {
		hash = d.Consent.Hash()
	}
	holder, _ := EncodeHolder(d.Holder) // Prepare let no other key through
	body, err := json.Marshal(struct {
		Act       State       `json:"act"`
		Pass      pass.ID     `json:"pass"`
		NotBefore int64       `json:"not_before"`
		Expires   int64       `json:"expires"`
		Zones     []string    `json:"zones"`
		Hours     string      `json:"hours"`
		List      uint32      `json:"list"`
		Index     uint32      `json:"index"`
		Consent   pass.Hash16 `json:"consent"`
		Signed    [32]byte    `json:"signed"`
		Holder    []byte      `json:"holder,omitempty"`
	}{
		act, d.ID, d.NotBefore.Unix(), d.Expires.Unix(), d.Zones, d.Schedule.String(),
		d.Status.List, d.Status.Index, hash, d.Signed, holder,
	})
	if err != nil {
		panic("issue: a docket that JSON cannot write: " + err.Error()) // strings and numbers only
	}
	mac := hmac.New(sha256.New, d.Salt[:])
	mac.Write(body)
	return [32]byte(mac.Sum(nil))
}

// Dockets keeps dockets durably. After an error a change may have been made or
// not.
type Dockets interface {
	// Put keeps a docket in the place of an earlier one with its id. If open, it
	// is found by Open from then on, and from before the docket can be seen; if
	// not, it is no longer.
	Put(d Docket, open bool) error
	// Get returns a docket, or [ErrUnknown].
	Get(id pass.ID) (Docket, error)
	// Open returns the dockets that are open: beside an error, those that could
	// be read.
	Open() ([]Docket, error)
}

// Lists keeps the site's status lists, signed and durable. After an error a
// change may have been made or not.
type Lists interface {
	// Reserve takes a place that was never taken before and that nobody can
	// foresee. It reads invalid.
	Reserve(at time.Time) (pass.StatusRef, error)
	// Set changes what the list says about a place, for all doors that read it
	// from then on.
	Set(ref pass.StatusRef, s statuslist.Status, at time.Time) error
}

// Recorder appends to the site's record.
type Recorder interface {
	// Holder appends a commitment to an act about a person. It returns nil only
	// once that is durable; after an error the entry may be there or not, and
	// what was to be recorded must not be done.
	Holder(at time.Time, commitment [32]byte) error
}
