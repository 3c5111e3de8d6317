package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/facelatch/facelatch/ledger"
)

const (
	// maxGiven is the longest file of openings, and maxOpenings how many are taken
	// from all files.
	maxGiven    = 256 << 20
	maxOpenings = 1 << 20
	// receiptMember is where a receipt of a consent has its opening (spec/consent.md).
	receiptMember = "facelatch:opening"
)

// given are the files with which an auditor comes.
type given struct {
	receipts, passes, openings []string
}

// claims returns what the ledger has to have by them. Each file has to be good
// for something, or the auditor would believe that it was checked.
func (g given) claims() (all []ledger.Claim, err error) {
	for _, path := range slices.Concat(g.receipts, g.openings) {
		found, err := openingsIn(path)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, usagef("%s: there is nothing in it that opens an entry of the ledger", path)
		}
		all = append(all, found...)
	}
	known := all
	for _, path := range g.passes {
		found, err := claimsOfPass(path, known)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) > maxOpenings {
		return nil, usagef("these are %d openings, more than %d", len(all), maxOpenings)
	}
	return all, nil
}

// claimsOfPass reads a pass, whose openings stand in other files, or the export
// of a holder, in which they are.
func claimsOfPass(path string, known []ledger.Claim) ([]ledger.Claim, error) {
	if found, err := openingsIn(path); err == nil && len(found) > 0 {
		return found, nil
	}
	p, err := readPass(path)
	if err != nil {
		return nil, inFile(path, err)
	}
	id := p.Claims().ID.String()
	var list []ledger.Claim
	for _, c := range known {
		if c.Opening.Says().Pass == id {
			list = append(list, ledger.Claim{From: path, Pass: id, Opening: c.Opening})
		}
	}
	if len(list) == 0 {
		return nil, usagef("%s: a pass alone does not say where it stands in the ledger: give what opens it as well, with --openings (the holder's export has it)", path)
	}
	return list, nil
}

// openingsIn returns the openings in a file of JSON, wherever they stand: one, a
// list, a receipt, the export of a holder, or one after another.
func openingsIn(path string) (list []ledger.Claim, err error) {
	data, err := readShort(path, maxGiven)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, usagef("%s is no JSON: %v", path, err)
		}
		if err := collect(v, func(o ledger.Opening) { list = append(list, ledger.Claim{From: path, Opening: o}) }); err != nil {
			return nil, usagef("%s: %v", path, err)
		}
	}
}

// collect calls each with the openings in a JSON value. encoding/json limits how
// deep it is.
func collect(v any, each func(ledger.Opening)) error {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if err := collect(one, each); err != nil {
				return err
			}
		}
	case map[string]any:
		if _, salted := v["salt"].(string); salted && v["body"] != nil {
			return opening(v, each)
		}
		for name, one := range v {
			var err error
			if text, is := one.(string); is && name == receiptMember {
				err = openingText(text, each)
			} else {
				err = collect(one, each)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func opening(v map[string]any, each func(ledger.Opening)) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var o ledger.Opening
	if err := o.UnmarshalJSON(data); err != nil {
		return err
	}
	each(o)
	return nil
}

func openingText(text string, each func(ledger.Opening)) error {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("%s: %w", receiptMember, err)
	}
	var o ledger.Opening
	if err := o.UnmarshalJSON(data); err != nil {
		return fmt.Errorf("%s: %w", receiptMember, err)
	}
	each(o)
	return nil
}
