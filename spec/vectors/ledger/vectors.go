// Package ledgervectors holds the test vectors of spec/ledger.md: entries,
// openings, checkpoints, the log that they are about, and what doors and auditors
// have to make of them.
//
// The JSON file is for implementations in any language; this package reads it for
// ours, and makes the log again, file by file. Every key in it is published and
// must never be used for anything else. It is made by the program in generate,
// and there is nothing else that makes it.
package ledgervectors

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/facelatch/facelatch/spec/vectors"
)

//go:generate go run ./generate

//go:embed ledger.json
var file []byte

// Vectors are all of them.
type Vectors struct {
	Log         Log          `json:"log"`
	Entries     []Entry      `json:"entries"`
	Openings    []Opening    `json:"openings"`
	Checkpoints []Checkpoint `json:"checkpoints"`
	Paths       []Path       `json:"paths"`
	Proofs      []Proof      `json:"proofs"`
	Follows     []Follow     `json:"follows"`
}

// Log is the log of the vectors. Its entry i is the commitment SHA-256 of i as 8
// bytes, the highest first.
type Log struct {
	Origin string `json:"origin"`
	// Seed is that of the Ed25519 key (RFC 8032).
	Seed vectors.Hex `json:"seed"`
	Key  string      `json:"key"`
	// Stranger is the key of another log of the same origin.
	Stranger string `json:"stranger"`
	// Roots are those of its first so many entries.
	Roots []Root `json:"roots"`
	// Tiles are the SHA-256 of files of the log when it has as many entries as the
	// last of Roots.
	Tiles []Tile `json:"tiles"`
}

// Root is the root of the first entries, in base64.
type Root struct {
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// Tile is a file of the log.
type Tile struct {
	Path   string      `json:"path"`
	SHA256 vectors.Hex `json:"sha256"`
}

// Entry is a text that is an entry, or not.
type Entry struct {
	vectors.Vector
	Entry string `json:"entry"`
	// Refused is whether it is not one.
	Refused bool `json:"refused,omitempty"`
	// Kind is "act" or "commitment" of one that is.
	Kind string `json:"kind,omitempty"`
	Hash string `json:"hash,omitempty"` // its leaf in the tree, in base64
}

// Opening is a text that is an opening, or not, and the entry that it opens.
type Opening struct {
	vectors.Vector
	Opening string `json:"opening"`
	Refused bool   `json:"refused,omitempty"`
	Entry   string `json:"entry,omitempty"`
}

// Checkpoint is a signed note that is a checkpoint of the log, or not.
type Checkpoint struct {
	vectors.Vector
	Note    string `json:"note"`
	Refused bool   `json:"refused,omitempty"`
	Size    uint64 `json:"size,omitempty"`
	Root    string `json:"root,omitempty"`
}

// Path is where a tile stands. Level is -1 for entries.
type Path struct {
	vectors.Vector
	Path    string `json:"path"`
	Refused bool   `json:"refused,omitempty"`
	Level   int    `json:"level,omitempty"`
	Index   uint64 `json:"index,omitempty"`
	Width   int    `json:"width,omitempty"`
}

// Proof is a consistency proof, from Earlier entries to Later ones, or an
// inclusion proof of the entry at Index among Later ones; hashes in base64.
type Proof struct {
	vectors.Vector
	Kind    string   `json:"kind"` // consistency or inclusion
	Earlier uint64   `json:"earlier,omitempty"`
	Index   uint64   `json:"index,omitempty"`
	Later   uint64   `json:"later"`
	Hashes  []string `json:"hashes"`
}

// Follow is the statement of the bundle that a door holds, or none, and that of
// another. Error is empty if the door takes the other, else one of key,
// checkpoint, shrunk and fork.
type Follow struct {
	vectors.Vector
	Held  string `json:"held"`
	Next  string `json:"next"`
	Error string `json:"error,omitempty"`
}

// All returns the vectors.
func All() (v Vectors, err error) {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return Vectors{}, fmt.Errorf("ledger.json: %w", err)
	}
	return v, nil
}
