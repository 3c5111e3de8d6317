package bundle

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// Keys returns signing keys by their ids. It fails for a key that is not on
// P-256, and where two have one id.
func Keys(list []*ecdsa.PublicKey) (map[pass.KeyID]*ecdsa.PublicKey, error) {
	keys := make(map[pass.KeyID]*ecdsa.PublicKey, len(list))
	for _, pub := range list {
		id, err := pass.KeyIDOf(pub)
		if err != nil {
			return nil, err
		}
		if _, taken := keys[id]; taken {
			return nil, fmt.Errorf("two keys have the id %s", id)
		}
		keys[id] = pub
	}
	return keys, nil
}

func checkKeys(list []*ecdsa.PublicKey) error {
	if len(list) == 0 || len(list) > MaxKeys {
		return fmt.Errorf("%d keys instead of 1 to %d", len(list), MaxKeys)
	}
	_, err := Keys(list)
	return err
}

// wireKeys are sorted by id, so that a set of keys has one encoding.
func wireKeys(list []*ecdsa.PublicKey) ([]cose.PublicKey, error) {
	keys, err := Keys(list)
	if err != nil {
		return nil, err
	}
	var out []cose.PublicKey
	for _, id := range sortedIDs(keys) {
		key, err := cose.NewPublicKey(keys[id])
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

func sortedIDs(keys map[pass.KeyID]*ecdsa.PublicKey) []pass.KeyID {
	ids := make([]pass.KeyID, 0, len(keys))
	for id := range keys {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareKeyIDs)
	return ids
}

func compareKeyIDs(a, b pass.KeyID) int { return bytes.Compare(a[:], b[:]) }

// readKeys is the inverse of wireKeys.
func readKeys(wire []cose.PublicKey) ([]*ecdsa.PublicKey, error) {
	var out []*ecdsa.PublicKey
	var last pass.KeyID
	for i, w := range wire {
		pub, err := w.ECDSA()
		if err != nil {
			return nil, err
		}
		id, err := pass.KeyIDOf(pub)
		if err != nil {
			return nil, err
		}
		if i > 0 && compareKeyIDs(last, id) >= 0 {
			return nil, errors.New("keys are not sorted by id, or two have one")
		}
		out, last = append(out, pub), id
	}
	return out, nil
}
