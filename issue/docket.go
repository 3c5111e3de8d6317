package issue

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
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
	// Revoked: the pass is revoked. Final.
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
	// Salt opens what the ledger says about this pass. Without it nobody can
	// tell which entries those are; erasing it erases them.
	Salt [32]byte
	// Since is when it came to its state; whole seconds.
	Since time.Time
	// Until is when an open docket is abandoned; whole seconds, zero once it is
	// closed.
	Until time.Time
	// Opener is who may go on with it: the id of a station, or "".
	Opener string
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

// Body is what the ledger says about a step, behind a commitment: the JSON object
// with the members act, pass, not_before, expires (Unix seconds), zones, hours,
// list, index, consent and signed (as in the docket; empty where there is none),
// and for a pass with its holder's key the member holder (as [EncodeHolder] writes
// it). Who has the docket can make it again.
func (d Docket) Body(act State) []byte {
	var hash pass.Hash16
	if d.Consent != nil {
		hash = d.Consent.Hash()
	}
	signed := ""
	if d.Signed != [32]byte{} && act != Intended {
		signed = hex.EncodeToString(d.Signed[:])
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
		Signed    string      `json:"signed"`
		Holder    []byte      `json:"holder,omitempty"`
	}{
		act, d.ID, d.NotBefore.Unix(), d.Expires.Unix(), d.Zones, d.Schedule.String(),
		d.Status.List, d.Status.Index, hash, signed, holder,
	})
	if err != nil {
		panic("issue: a docket that JSON cannot write: " + err.Error()) // strings and numbers only
	}
	return body
}

// Commitment is HMAC-SHA-256 of [Docket.Body] under the salt: all that the public
// sees of it.
func (d Docket) Commitment(act State) [32]byte {
	mac := hmac.New(sha256.New, d.Salt[:])
	mac.Write(d.Body(act))
	return [32]byte(mac.Sum(nil))
}
