package site

import (
	"crypto/ecdsa"
	"fmt"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// maxToken is the longest token: the bits, which zlib may make a little longer,
// and what is around them.
const maxToken = statuslist.MaxSize/8 + 4096

func readToken(path string, keys map[pass.KeyID]*ecdsa.PublicKey, uri string, at time.Time) (*statuslist.Token, error) {
	data, err := read(path, maxToken)
	if err != nil {
		return nil, err
	}
	token, err := statuslist.Verify(data, keys, uri, at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return token, nil
}
