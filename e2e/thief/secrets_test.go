package thief

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"strconv"

	"golang.org/x/crypto/argon2"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// finding is something that was sought and found.
type finding struct{ what, where string }

// seek looks for pieces of what is known.
func (l *loot) seek(n *rigtest.Needles) (all []finding) {
	for _, p := range l.pieces {
		for what := range n.In(rigtest.Snapshot{p.data}) {
			all = append(all, finding{what, p.name})
		}
	}
	return all
}

// words looks for texts, such as the codes of PINs, as people write them and as
// numbers.
func (l *loot) words(what string, texts ...string) (all []finding) {
	for _, text := range texts {
		number, err := strconv.ParseInt(text, 10, 64)
		for _, p := range l.pieces {
			if p.column != "" && err == nil && p.number == number || p.column == "" && bytes.Contains(p.data, []byte(text)) {
				all = append(all, finding{what, p.name + p.column})
			}
		}
	}
	return all
}

// windows calls f with every 32 bytes that could be a key: those of a key are hardly
// ever fewer than twenty different ones.
func (l *loot) windows(f func(window *[32]byte, where string)) {
	for _, p := range l.pieces {
		var count [256]int
		different := 0
		for i, b := range p.data {
			if count[b]++; count[b] == 1 {
				different++
			}
			if i >= 32 {
				gone := p.data[i-32]
				if count[gone]--; count[gone] == 0 {
					different--
				}
			}
			if i >= 31 && different >= 20 {
				f((*[32]byte)(p.data[i-31:i+1]), p.name)
			}
		}
	}
}

// insider is a thief who has a pass and a PIN of the site: both are something
// against which a key can be tried.
type insider struct {
	pass  *pass.Pass
	trust pass.Trust
	entry bundle.Entry
	code  string
	zone  string
}

// keys tries every 32 bytes as a sealing key of the thief's own pass, and as the
// pepper of the thief's own PIN.
func (l *loot) keys(in insider) (all []finding) {
	id := sealedUnder(in.pass)
	slow := argon2.IDKey([]byte(in.code), in.entry.Salt[:], 3, 32<<10, 1, 32)
	said := map[finding]bool{}
	l.windows(func(window *[32]byte, where string) {
		var found finding
		switch {
		case cose.SymmetricKeyID(window) == id && in.opens(window):
			found = finding{"a sealing key", where}
		case in.isPepper(window, slow):
			found = finding{"a pepper", where}
		default:
			return
		}
		if !said[found] {
			said[found] = true
			all = append(all, found)
		}
	})
	return all
}

// isPepper is written here once more, and checked by TestTheThiefFinds.
func (in insider) isPepper(window *[32]byte, slow []byte) bool {
	mac := hmac.New(sha256.New, window[:])
	io.WriteString(mac, "facelatch pin v1")
	mac.Write(in.trust.Site[:])
	io.WriteString(mac, in.entry.Number)
	mac.Write(slow)
	io.WriteString(mac, in.zone)
	return hmac.Equal(mac.Sum(nil), in.entry.Tag[:])
}

// opens tries a key at the thief's own pass.
func (in insider) opens(window *[32]byte) bool {
	key, err := pass.ImportSealingKey(window[:])
	return err == nil && open(in.pass, in.trust, key) != nil
}

// open opens the reference in a pass, or returns nil.
func open(p *pass.Pass, trust pass.Trust, key pass.SealingKey) []byte {
	claims := p.Claims()
	v, err := p.Verify(trust, claims.Zones[0], claims.NotBefore)
	if err != nil {
		return nil
	}
	refs, err := v.Open(pass.SealingKeys{key.ID(): key})
	if err != nil {
		return nil
	}
	reference, _ := refs.Get(claims.Face.Models[0])
	return reference
}

// sealedUnder is the id of the key that a face pass is sealed under: it stands in
// the pass for everybody to read.
func sealedUnder(p *pass.Pass) pass.KeyID {
	e, err := cose.ParseEncrypt0(sealed(p.Text()))
	if err != nil {
		return pass.KeyID{}
	}
	return e.KeyID
}
