package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/statuslist"
)

// The week of the vectors: midnight between a Sunday and a Monday in Shanghai,
// where there is no summer time, and noon of the Wednesday of the week after.
var (
	begin = time.Date(2027, 2, 28, 16, 0, 0, 0, time.UTC)
	end   = begin.Add(365 * 24 * time.Hour)
	noon  = time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)
)

const (
	zone = "front"
	// shortList is a list that expires before the passes in it.
	shortList = 1
	// lastList is the number of the last list of ten million passes.
	lastList = 152
)

// world is the site, its keys, and the places that have been given out.
type world struct {
	site             pass.SiteID
	issuer, second   *ecdsa.PrivateKey
	foreign, unknown *ecdsa.PrivateKey
	seal, lost       pass.SealingKey
	model, newer     pass.ModelID // loaded
	older            pass.ModelID // not loaded
	next             uint32
	valid            map[uint32][]uint32
}

func newWorld() *world {
	return &world{
		site:    pass.SiteID(bytesOf("site", 8)),
		issuer:  key("issuing key"),
		second:  key("issuing key of the year after"),
		foreign: key("issuing key of another site"),
		unknown: key("issuing key that the door has not heard of"),
		seal:    must(pass.ImportSealingKey(bytesOf("sealing key", 32))),
		lost:    must(pass.ImportSealingKey(bytesOf("sealing key that the door does not have", 32))),
		model:   pass.ModelID(bytesOf("model", 8)),
		newer:   pass.ModelID(bytesOf("newer model", 8)),
		older:   pass.ModelID(bytesOf("model that the door does not have", 8)),
		valid:   map[uint32][]uint32{},
	}
}

// stream returns bytes that depend on a name only, so that one more vector
// changes no other.
func stream(name string) io.Reader {
	return rand.NewChaCha8(sha256.Sum256([]byte("facelatch vectors: " + name)))
}

func bytesOf(name string, n int) []byte {
	b := make([]byte, n)
	must(io.ReadFull(stream(name), b))
	return b
}

func key(name string) *ecdsa.PrivateKey {
	return must(ecdsa.ParseRawPrivateKey(elliptic.P256(), bytesOf(name, 32)))
}

func keyID(k *ecdsa.PrivateKey) pass.KeyID { return must(pass.KeyIDOf(&k.PublicKey)) }

// plain returns the claims of an ordinary plain pass with a place of its own,
// which is not yet valid.
func (w *world) plain(name string) pass.Claims {
	w.next++
	return pass.Claims{
		Site: w.site, ID: pass.ID(bytesOf("pass "+name, 16)), NotBefore: begin, Expires: end,
		Zones: []string{zone}, Status: pass.StatusRef{Index: w.next},
	}
}

// face returns the claims of an ordinary face pass with its sealed reference of
// 128 bytes.
func (w *world) face(name string) (pass.Claims, pass.Sealed) {
	return w.sealed(name, w.plain(name), w.seal, w.references(name, w.model))
}

func (w *world) references(name string, models ...pass.ModelID) map[pass.ModelID][]byte {
	refs := map[pass.ModelID][]byte{}
	for _, m := range models {
		refs[m] = bytesOf("reference "+name+m.String(), 128)
	}
	return refs
}

func (w *world) sealed(name string, c pass.Claims, k pass.SealingKey, refs map[pass.ModelID][]byte) (pass.Claims, pass.Sealed) {
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16(bytesOf("consent "+name, 16))}
	s := must(pass.Seal(stream("seal "+name), k, c.Binding(), refs))
	c.Face.Models, c.Face.Sealed = s.Models, s.Hash
	return c, s
}

// record makes the place of a pass valid, as issuing does.
func (w *world) record(c pass.Claims) {
	w.valid[c.Status.List] = append(w.valid[c.Status.List], c.Status.Index)
}

// issue records, signs and joins.
func (w *world) issue(c pass.Claims, sealed []byte) string {
	w.record(c)
	return must(pass.Join(must(pass.Sign(nil, w.issuer, c)), sealed))
}

// publish returns the site with its lists, as they stand now.
func (w *world) publish() vectors.Site {
	s := vectors.Site{
		Site: w.site.String(), TimeZone: "Asia/Shanghai",
		Models: []vectors.Hex{w.newer[:], w.model[:]},
		IssuingKeys: []vectors.SigningKey{
			signingKey("signs the passes", w.issuer), signingKey("will sign those of the year after", w.second),
		},
		Strangers: []vectors.SigningKey{
			signingKey("of another site", w.foreign), signingKey("of this site, not known to the door", w.unknown),
		},
	}
	id := w.seal.ID()
	s.SealingKeys = []vectors.SealingKey{{KeyID: id[:], Secret: w.seal.Export()}}
	s.StatusLists = []vectors.StatusList{
		w.list(0, 256, end.AddDate(2, 0, 0), 43200), w.list(shortList, 8, noon.AddDate(0, 1, 0), 0),
		w.list(lastList, statuslist.DefaultSize, end.AddDate(2, 0, 0), 43200),
	}
	return s
}

func signingKey(about string, k *ecdsa.PrivateKey) vectors.SigningKey {
	id := keyID(k)
	return vectors.SigningKey{About: about, KeyID: id[:], Private: must(k.Bytes()), PublicKey: publicKey(&k.PublicKey)}
}

func publicKey(k *ecdsa.PublicKey) vectors.PublicKey {
	point := must(k.Bytes())
	return vectors.PublicKey{X: point[1:33], Y: point[33:]}
}

func (w *world) list(number uint32, size int, expires time.Time, ttl int64) vectors.StatusList {
	l := must(statuslist.New(size))
	for _, i := range w.valid[number] {
		check(l.Set(i, statuslist.Valid))
	}
	h := statuslist.Header{
		URI: pass.StatusURI(number), Issued: begin, Expires: expires, TTL: time.Duration(ttl) * time.Second,
	}
	slices.Sort(w.valid[number])
	return vectors.StatusList{
		URI: h.URI, Issued: h.Issued, Expires: h.Expires, TTL: ttl, Size: size,
		Valid: w.valid[number], Token: must(statuslist.Sign(nil, w.issuer, h, l)),
	}
}
