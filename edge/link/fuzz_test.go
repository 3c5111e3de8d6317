package link

import (
	"crypto/ecdsa"
	"encoding/json"
	"testing"

	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzJoinResponse: whatever a controller answers, a door never gets a
// certificate for a key that is not its own.
func FuzzJoinResponse(f *testing.F) {
	key := edgetest.Key(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var r doorapi.JoinResponse
		if json.Unmarshal(data, &r) != nil {
			return
		}
		i := &state.Identity{Key: key}
		if fill(i, r) != nil {
			return
		}
		if len(i.Signers) == 0 || i.Certificate == nil || i.Authority == nil || i.Zone == "" {
			t.Errorf("no error, and %+v", i)
		}
		if own, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); check(i) == nil && !(ok && own.Equal(key.Public())) {
			t.Error("a certificate for another key")
		}
	})
}

func TestCorpora(t *testing.T) { testenv.Corpus(t, "FuzzJoinResponse") }
