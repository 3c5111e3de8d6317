package vectors

import (
	"encoding/json"
	"time"
)

// Results are what belongs to spec/result.md: results of one desk, as one relying party
// gets them at one time.
type Results struct {
	// Keys is the JWK set that the desk publishes.
	Keys json.RawMessage `json:"keys"`
	// Issuer is the desk, Party who verifies, with the Nonce that it sent.
	Issuer string    `json:"issuer"`
	Party  string    `json:"party"`
	Nonce  string    `json:"nonce"`
	Now    time.Time `json:"now"`
	// Lists are status lists, by their address.
	Lists   map[string]string `json:"lists"`
	Results []ResultText      `json:"results"`
}

// ResultText is a result that must be accepted, with what it says, or, where Refused
// has a reason, must be refused.
type ResultText struct {
	Vector
	Token   string         `json:"token"`
	Refused string         `json:"refused,omitempty"`
	Outcome string         `json:"outcome,omitempty"`
	Claims  map[string]any `json:"claims,omitempty"`
}

// TheResults returns the results.
func TheResults() (Results, error) { return load[Results]("result.json") }
