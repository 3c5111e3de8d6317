package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// letters are easy to read and type (Crockford's base 32).
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	// setupLength and codeLength are those of codes in letters of five bits: 60
	// bits for what is good until it is used and tried within limits, 100 for what
	// stands in a store as a hash.
	setupLength = 12
	codeLength  = 20
	// CodeCount is how many recovery codes an operator gets.
	CodeCount = 10
)

// spell writes random bytes as a code in groups of four.
func spell(secret []byte) string {
	var b strings.Builder
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[c&31])
	}
	return b.String()
}

// squeeze is a code without what people leave out or add, and with what they
// mistake put right.
func squeeze(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}

func hashCode(code string) [sha256.Size]byte { return sha256.Sum256([]byte(squeeze(code))) }

// setupCode is the code of a key: every controller of a site prints the same.
func setupCode(key [32]byte) (string, [sha256.Size]byte) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("facelatch set-up code"))
	code := spell(mac.Sum(nil)[:setupLength])
	return code, hashCode(code)
}

// newCodes makes recovery codes and their hashes.
func newCodes() (codes []string, hashes [][32]byte) {
	for range CodeCount {
		var secret [codeLength]byte
		_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
		code := spell(secret[:])
		codes, hashes = append(codes, code), append(hashes, hashCode(code))
	}
	return codes, hashes
}
