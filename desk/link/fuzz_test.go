package link

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzJoinResponse: whatever a controller answers, a desk never gets a certificate for
// a key that is not its own.
func FuzzJoinResponse(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r doorapi.JoinResponse
		if json.Unmarshal(data, &r) != nil {
			return
		}
		i := &state.Identity{Key: key}
		if fill(i, r) != nil {
			return
		}
		if own, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); check(i) == nil && !(ok && own.Equal(key.Public())) {
			t.Error("a certificate for another key")
		}
	})
}

func TestCorpora(t *testing.T) { testenv.Corpus(t, "FuzzJoinResponse") }
