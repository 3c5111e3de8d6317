package bundle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/facelatch/facelatch/pass"
)

// What a PIN is made of.
const (
	// PINDigits is the length of a number, and of a code.
	PINDigits = 8
	// MaxPINs is the largest number of PINs of one zone.
	MaxPINs = 16384
	// pinSpace is how many numbers and codes there are.
	pinSpace = 100_000_000
	saltSize = 16
)

// The cost of one guess (RFC 9106): 32 MiB of memory, read three times.
const (
	argonTime    = 3
	argonMemory  = 32 << 10 // KiB
	argonThreads = 1
	argonSize    = 32
)

// entryContext begins what is authenticated, so that a tag is good for nothing
// but a PIN.
const entryContext = "facelatch pin v1"

// Entry is one PIN as it stands in the signed object: enough to check it with
// the zone's pepper, and nothing without. It holds no name and no pass id.
type Entry struct {
	// Number is what is typed first: 8 digits. It is one look-up.
	Number string
	// Salt is random for each entry.
	Salt [saltSize]byte
	// Tag is HMAC-SHA256 under the pepper, over site, zone, number and the
	// Argon2id hash of the code.
	Tag [sha256.Size]byte
	// NotBefore is the first moment at which it is good; whole seconds.
	NotBefore time.Time
	// Expires is the first moment at which it is no longer; whole seconds, and
	// at most [pass.MaxLifetime] after NotBefore.
	Expires time.Time
	// Schedule is when it is good in a week; nil is always.
	Schedule pass.Schedule
}

// NewPIN draws a number and a code of 8 digits each from rand, without
// preferring any. A code is never chosen by a person, who would choose a
// birthday. Whoever adds the number to a zone draws again if it is taken there.
func NewPIN(rand io.Reader) (number, code string, err error) {
	if number, err = digits(rand); err != nil {
		return "", "", err
	}
	if code, err = digits(rand); err != nil {
		return "", "", err
	}
	return number, code, nil
}

// digits draws uniformly: numbers above the largest multiple of 10^8 are drawn
// again.
func digits(rand io.Reader) (string, error) {
	const limit = 42 * pinSpace // below 2^32
	for {
		var b [4]byte
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return "", err
		}
		if n := binary.BigEndian.Uint32(b[:]); n < limit {
			return fmt.Sprintf("%08d", n%pinSpace), nil
		}
	}
}

// MakeEntry makes the entry of a PIN for one zone of one site. The salt is read
// from rand; terms gives Number, NotBefore, Expires and Schedule. Whoever makes
// it forgets the code. It fails with [ErrPepper], or a [FieldError].
func MakeEntry(rand io.Reader, pepper Pepper, site pass.SiteID, zone, code string, terms Entry) (Entry, error) {
	if !pepper.OK() {
		return Entry{}, ErrPepper
	}
	if !isDigits(code) {
		return Entry{}, fieldf("code", "not %d digits", PINDigits)
	}
	e := terms
	if _, err := io.ReadFull(rand, e.Salt[:]); err != nil {
		return Entry{}, err
	}
	e.Tag = pepper.tag(site, zone, e.Number, code, &e.Salt)
	if err := e.check("entry"); err != nil {
		return Entry{}, err
	}
	return e, nil
}

func isDigits(s string) bool {
	if len(s) != PINDigits {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// tag is slow on purpose. The library leaves its 32 MiB to the garbage
// collector as they are; what can be found there is good for one code whose
// holder has just typed it.
func (p Pepper) tag(site pass.SiteID, zone, number, code string, salt *[saltSize]byte) (tag [sha256.Size]byte) {
	hash := argon2.IDKey([]byte(code), salt[:], argonTime, argonMemory, argonThreads, argonSize)
	defer clear(hash)
	mac := hmac.New(sha256.New, p.vault.secret[:])
	// Every part but the zone has a fixed length, and the zone has no zero byte.
	io.WriteString(mac, entryContext)
	mac.Write(site[:])
	io.WriteString(mac, number)
	mac.Write(hash)
	io.WriteString(mac, zone)
	mac.Sum(tag[:0])
	return tag
}

// decoySalt is the salt for a number that nobody has: always the same for one
// number, so that nothing tells it from a number that somebody has.
func (p Pepper) decoySalt(number string) (salt [saltSize]byte) {
	mac := hmac.New(sha256.New, p.vault.secret[:])
	io.WriteString(mac, "facelatch no pin v1"+number)
	copy(salt[:], mac.Sum(nil))
	return salt
}
