package vectors

import "time"

// Presentations are the vectors of section 11 of spec/pass.md.
type Presentations struct {
	// Holder is the key in the pass of all that are about nothing else.
	Holder        SigningKey     `json:"holder"`
	Presentations []Presentation `json:"presentations"`
	Challenges    []Challenge    `json:"challenges"`
}

// Presentation is a text shown at a zone and a time to a door that asks for a
// nonce or for its id. Reason is empty for one that must be accepted.
type Presentation struct {
	Vector
	Text  string    `json:"text"`
	Bytes Hex       `json:"bytes,omitempty"` // the message, before Base45
	Zone  string    `json:"zone"`
	At    time.Time `json:"at"`
	Asked Asked     `json:"asked"`
	// Reason is that of the refusal.
	Reason string `json:"reason,omitempty"`
	// Steps show how an accepted one is made.
	Steps *Steps `json:"steps,omitempty"`
}

// Asked is what a door asks for: one of the two.
type Asked struct {
	Nonce Hex `json:"nonce,omitempty"`
	Door  Hex `json:"door,omitempty"`
}

// Steps are what a phone goes through. The signature is that of RFC 6979;
// another is as good.
type Steps struct {
	Pass      string    `json:"pass"` // the text
	Signed    time.Time `json:"signed"`
	Payload   Hex       `json:"payload"`
	ToBe      Hex       `json:"to_be_signed"`
	Signature Hex       `json:"signature"`
}

// Challenge is the text that a door shows, and what it asks for. Error is true
// for one that must be refused.
type Challenge struct {
	Vector
	Text  string `json:"text"`
	Asked Asked  `json:"asked"`
	Error bool   `json:"error,omitempty"`
}

// ThePresentations returns the vectors of presentations.
func ThePresentations() (Presentations, error) { return load[Presentations]("presentation.json") }
