package vectors

import "time"

// Bundles are the vectors of spec/bundle.md, but for what is relayed. The site
// and the issuing keys are those of site.json.
type Bundles struct {
	// Signers are the keys with which a door verifies bundles.
	Signers []SigningKey `json:"signers"`
	// Strangers are keys that it does not know.
	Strangers []SigningKey `json:"strangers"`
	Bundles   []Bundle     `json:"bundles"`
	// Follows are bundles of which a door holds one and is offered another.
	Follows []Follow `json:"follows"`
	// Pepper is that of the zone of the PINs.
	Pepper Hex    `json:"pepper"`
	PINs   []PINs `json:"pins"`
	// Checks are numbers and codes, typed.
	Checks []PINCheck `json:"checks"`
}

// Bundle is a signed bundle. Error is empty for one that must be accepted, else
// one of malformed, unknown-key, bad-signature, other-site, not-signer and
// only-way.
type Bundle struct {
	Vector
	Message Hex           `json:"message"`
	Error   string        `json:"error,omitempty"`
	Claims  *BundleClaims `json:"claims,omitempty"`
}

// BundleClaims is what a bundle says.
type BundleClaims struct {
	Site       string       `json:"site"`
	Number     uint64       `json:"number"`
	Issued     time.Time    `json:"issued"`
	Name       string       `json:"name"`
	Demo       bool         `json:"demo,omitempty"`
	Timezone   string       `json:"time_zone"`
	Issuers    []PublicKey  `json:"issuers"`
	Signers    []PublicKey  `json:"signers"`
	FaceLife   int64        `json:"face_life"`  // seconds
	PlainLife  int64        `json:"plain_life"` // seconds
	Zones      []Zone       `json:"zones"`
	Lists      []ListObject `json:"lists,omitempty"`
	Models     []ModelUntil `json:"models,omitempty"`
	Refused    []Hex        `json:"refused,omitempty"`
	Notice     *Notice      `json:"notice,omitempty"`
	Checkpoint Hex          `json:"checkpoint,omitempty"`
}

// Zone is a zone in a bundle.
type Zone struct {
	Name        string            `json:"name"`
	Title       map[string]string `json:"title,omitempty"`
	Methods     []string          `json:"methods"`
	RequireLive bool              `json:"require_live,omitempty"`
	Threshold   string            `json:"threshold,omitempty"`
	Hours       []Window          `json:"hours,omitempty"`
	Budget      int               `json:"budget,omitempty"`
	PINs        *Object           `json:"pins,omitempty"`
	Prompts     int               `json:"prompts,omitempty"`
	Light       bool              `json:"light,omitempty"`
}

// Object is the hash and the size of what is fetched apart.
type Object struct {
	SHA256 Hex    `json:"sha256"`
	Size   uint32 `json:"size"`
}

// ListObject is a status list in a bundle.
type ListObject struct {
	Number uint32 `json:"number"`
	Object
}

// ModelUntil is a model in a bundle.
type ModelUntil struct {
	ID    Hex       `json:"id"`
	Until time.Time `json:"until"`
}

// Notice is a notice in a bundle.
type Notice struct {
	SHA256 Hex               `json:"sha256"`
	Text   map[string]string `json:"text"`
}

// Follow names two accepted bundles. Error is empty if a door that holds the one
// takes the other, else one of other-site, demo, older and fork.
type Follow struct {
	Vector
	Held  string `json:"held"`
	Next  string `json:"next"`
	Error string `json:"error,omitempty"`
}

// PINs is a signed object of PINs, judged for a zone. Error is empty for one
// that must be accepted, else one of malformed, unknown-key, bad-signature,
// other-site and other-zone.
type PINs struct {
	Vector
	Zone    string `json:"zone"`
	Message Hex    `json:"message"`
	Error   string `json:"error,omitempty"`
	// Entries is how many PINs there are.
	Entries int `json:"entries,omitempty"`
}

// PINCheck is a number and a code typed at a time, and the reason of the
// refusal, or none. Object names one of the PINs.
type PINCheck struct {
	Vector
	Object string    `json:"object"`
	Number string    `json:"number"`
	Code   string    `json:"code"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Relays are the vectors of what a station gives to a door.
type Relays struct {
	// Seed is the door's private key, 32 bytes (X-Wing).
	Seed Hex `json:"seed"`
	// Public is the public key that follows from it.
	Public Hex    `json:"public"`
	Site   string `json:"site"`
	Door   Hex    `json:"door"`
	// TLSKey is a SubjectPublicKeyInfo.
	TLSKey Hex `json:"tls_key"`
	// Fingerprint is that of both keys.
	Fingerprint string  `json:"fingerprint"`
	Relays      []Relay `json:"relays"`
}

// Relay is a relay text, opened by a door of a site. Error is empty for one that
// must be accepted, else "does-not-open", or "malformed" for what opens and is
// not in its form.
type Relay struct {
	Vector
	// Site and Door are for whom it is opened.
	Site    string   `json:"site"`
	Door    Hex      `json:"door"`
	Text    Hex      `json:"text"`
	Error   string   `json:"error,omitempty"`
	Inside  Hex      `json:"inside,omitempty"` // the plaintext
	Secrets *Secrets `json:"secrets,omitempty"`
}

// Secrets is what a relay text holds.
type Secrets struct {
	Sealing []Epoch `json:"sealing,omitempty"`
	Pepper  Hex     `json:"pepper,omitempty"`
}

// Epoch is a sealing key and until when a door keeps it.
type Epoch struct {
	Secret Hex       `json:"secret"`
	Until  time.Time `json:"until"`
}

// TheBundles returns the vectors of bundles and PINs.
func TheBundles() (Bundles, error) { return load[Bundles]("bundle.json") }

// TheRelays returns the vectors of what is relayed.
func TheRelays() (Relays, error) { return load[Relays]("relay.json") }
