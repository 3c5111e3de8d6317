package handover

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

// rig is an outbox with parties, of whom it has the private keys too, and a clock.
type rig struct {
	t   testing.TB
	dir string
	*Outbox

	mu      sync.Mutex // guards what follows
	parties map[string]party.Party
	keys    map[string]*ecdsa.PrivateKey
	now     time.Time
	said    []string
}

func newRig(t testing.TB, parties ...string) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), parties: make(map[string]party.Party), keys: make(map[string]*ecdsa.PrivateKey), now: time.Now()}
	for _, id := range parties {
		r.keys[id] = newKey(t)
		r.parties[id] = party.Party{ID: id, Webhook: "https://" + id + ".example/in", Key: jose.JSONWebKey{Key: &r.keys[id].PublicKey, KeyID: "k1"}}
	}
	r.open(nil)
	return r
}

// open is a start, with a disk; nil is one that flushes nothing, to save time.
func (r *rig) open(disk Disk) {
	r.t.Helper()
	if disk == nil {
		disk = &durabletest.Disk{}
	}
	b, err := Open(r.options(disk))
	must(r.t, err)
	r.Outbox = b
}

func (r *rig) options(disk Disk) Options {
	return Options{Dir: r.dir, Disk: disk, Party: r.party, Now: r.clock, Say: r.say}
}

func (r *rig) party(id string) (party.Party, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.parties[id]
	return p, ok
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *rig) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, text)
}

func (r *rig) put(of, id string) {
	r.t.Helper()
	must(r.t, r.Put(r.t.Context(), Event{ID: id, Party: of, Body: body(id)}))
}

// marker begins every body, so that it can be looked for.
const marker = "eyJ.plain.text.of."

func body(id string) []byte { return []byte(marker + id) }

// decrypted returns what its party reads in an event.
func (r *rig) decrypted(s Sealed) string {
	r.t.Helper()
	e, err := jose.ParseEncryptedCompact(s.JWE, []jose.KeyAlgorithm{jose.ECDH_ES, jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	must(r.t, err)
	text, err := e.Decrypt(r.keys[s.Party])
	must(r.t, err)
	return string(text)
}

func (r *rig) pending(of string) (ids []string) {
	r.t.Helper()
	all, _, err := r.Pending(of, maxEach)
	must(r.t, err)
	for _, s := range all {
		if got := r.decrypted(s); got != marker+s.ID {
			r.t.Errorf("%s reads %q", s.ID, got)
		}
		ids = append(ids, s.ID)
	}
	return ids
}
