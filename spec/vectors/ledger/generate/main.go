// Command generate makes the test vectors of spec/ledger.md. Everything comes
// from fixed keys and fixed bytes, and Ed25519 signs the same way each time, so
// that running it again changes nothing; a test compares what it makes with what
// is committed.
//
// Run it as "go generate ./spec/vectors/ledger".
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
)

const name = "ledger.json"

func main() {
	log.SetFlags(0)
	data, err := File()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		log.Fatal(err)
	}
}

// File returns the file.
func File() ([]byte, error) {
	v, err := all()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err = e.Encode(v)
	return b.Bytes(), err
}
