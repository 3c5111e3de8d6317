package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/hpke"
	"crypto/x509"
	"slices"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// HPKE draws its randomness by itself, so a relay text cannot be made a second
// time. A text that is there already is taken again if it opens to what it
// should; only one that is missing or differs is sealed anew.

// relays collects what is sealed to one door.
type relays struct {
	*world
	key  bundle.DoorKey
	door pass.DoorID
	old  map[string][]byte
	out  vectors.Relays
}

// relayed makes the vectors of what is relayed.
func (w *world) relayed() vectors.Relays {
	r := &relays{
		world: w, key: must(bundle.ImportDoorKey(bytesOf("door key", 32))),
		door: pass.DoorID(bytesOf("door", 8)), old: map[string][]byte{},
	}
	if old, err := vectors.TheRelays(); err == nil {
		for _, v := range old.Relays {
			r.old[v.Name] = v.Text
		}
	}
	tls := must(spki(&key("tls key of a door").PublicKey))
	r.out = vectors.Relays{
		Seed: r.key.Export(), Public: r.key.Public(), Site: w.site.String(), Door: r.door[:], TLSKey: tls,
		Fingerprint: bundle.Fingerprint(tls, r.key.Public()),
	}
	r.accepted()
	r.malformed()
	r.closed()
	return r.out
}

// seal returns the text of a plaintext, the old one if there is one.
func (r *relays) seal(name string, inside []byte, info string) []byte {
	private := must(hpke.MLKEM768X25519().NewPrivateKey(r.key.Export()))
	if old := r.old[name]; old != nil {
		got, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info), old)
		if err == nil && bytes.Equal(got, inside) {
			return old
		}
	}
	return must(hpke.Seal(private.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info), inside))
}

func (r *relays) info() string { return "facelatch relay v1" + string(r.site[:]) + string(r.door[:]) }

func (r *relays) add(reason, name, text string, data, inside []byte, reqs ...string) *vectors.Relay {
	r.out.Relays = append(r.out.Relays, vectors.Relay{
		Vector: about(name, text, reqs...), Site: r.site.String(), Door: r.door[:], Text: data, Error: reason, Inside: inside,
	})
	return &r.out.Relays[len(r.out.Relays)-1]
}

// secrets are the parts of a plaintext, encoded by hand.
func (r *relays) secrets() (epochs [][]byte, pepper []byte) {
	keys := []pass.SealingKey{r.world.seal, r.lost}
	slices.SortFunc(keys, func(a, b pass.SealingKey) int { return bytes.Compare(idBytes(a), idBytes(b)) })
	for _, k := range keys {
		epochs = append(epochs, array(byteString(k.Export()), integer(end.Unix())))
	}
	return epochs, byteString(bytesOf("pepper", 32))
}

func idBytes(k pass.SealingKey) []byte {
	id := k.ID()
	return id[:]
}

func (r *relays) accepted() {
	epochs, pepper := r.secrets()
	none := byteString(nil)
	var sealing []vectors.Epoch
	for _, e := range epochs {
		sealing = append(sealing, vectors.Epoch{Secret: unwrap(items(e)[0]), Until: end})
	}
	accept := func(name, text string, inside []byte, s vectors.Secrets) {
		v := r.add("", name, text, r.seal(name, inside, r.info()), inside, "B-60", "B-61", "B-62")
		v.Secrets = &s
	}
	accept("both", "two sealing keys and a pepper", array(array(epochs...), pepper), vectors.Secrets{Sealing: sealing, Pepper: unwrap(pepper)})
	accept("one", "a sealing key alone", array(array(epochs[0]), none), vectors.Secrets{Sealing: sealing[:1]})
	accept("pepper", "a pepper alone", array(array(), pepper), vectors.Secrets{Pepper: unwrap(pepper)})
	accept("nothing", "a door that needs none", array(array(), none), vectors.Secrets{})
	far := array(byteString(unwrap(items(epochs[0])[0])), integer(1<<32))
	accept("late", "an end after 2106, in nine bytes", array(array(far), none), vectors.Secrets{
		Sealing: []vectors.Epoch{{Secret: sealing[0].Secret, Until: unix(1 << 32)}},
	})
}

// malformed open, and hold what is not of their form.
func (r *relays) malformed() {
	epochs, pepper := r.secrets()
	secret := unwrap(items(epochs[0])[0])
	bad := func(name, text string, inside []byte, reqs ...string) {
		r.add("malformed", name, text, r.seal(name, inside, r.info()), inside, reqs...)
	}
	bad("order", "keys that are not sorted by id", array(array(epochs[1], epochs[0]), pepper), "B-63")
	bad("twice", "a key twice", array(array(epochs[0], epochs[0]), pepper), "B-63")
	bad("trailing", "a byte after the end", append(array(array(epochs...), pepper), 0), "B-62")
	bad("one-part", "an array of one", array(array(epochs...)), "B-62")
	bad("empty", "nothing", nil, "B-62")
	bad("pepper-short", "a pepper of 31 bytes", array(array(), byteString(make([]byte, 31))), "B-62")
	bad("pepper-zero", "a pepper of zeros", array(array(), byteString(make([]byte, 32))), "B-63")
	bad("key-zero", "a sealing key of zeros", array(array(array(byteString(make([]byte, 32)), integer(end.Unix()))), pepper), "B-63")
	bad("end-long", "an end in nine bytes that fits five", array(array(append(append([]byte{0x82}, byteString(secret)...), 0x1b, 0, 0, 0, 0, 0x6d, 0x65, 0x78, 0)), pepper), "B-62")
	bad("end-early", "an end in the first day of 1970", array(array(array(byteString(secret), integer(65535))), pepper), "B-62", "B-63")
	bad("end-after-9999", "an end after the year 9999", array(array(array(byteString(secret), integer(253402300800))), pepper), "B-63")
	var many [][]byte
	for i := range 17 {
		many = append(many, array(byteString(bytesOf("epoch "+itoa(i), 32)), integer(end.Unix())))
	}
	bad("many", "17 keys", array(array(many...), pepper), "B-63")
}

// closed do not open for the door.
func (r *relays) closed() {
	good := slices.Clone([]byte(r.out.Relays[0].Text))
	none := func(name, text string, data []byte, reqs ...string) *vectors.Relay {
		return r.add("does-not-open", name, text, data, nil, reqs...)
	}
	none("other-site", "opened at another site", good, "B-61").Site = pass.SiteID{1}.String()
	none("other-door", "opened by another door of the site", good, "B-61").Door = bytesOf("other door", 8)
	inside := array(array(), byteString(nil))
	none("no-info", "sealed without the info", r.seal("no-info", inside, ""), "B-61")
	flip := func(i int) []byte {
		out := slices.Clone(good)
		out[i] ^= 1
		return out
	}
	none("flip-kem", "one bit of the encapsulated key changed", flip(1), "B-60")
	none("flip-curve", "one bit of the X25519 part changed", flip(1088), "B-60")
	none("flip-text", "one bit of the ciphertext changed", flip(1120), "B-60")
	none("truncated", "without the last byte", good[:len(good)-1], "B-60")
	none("no-text", "no bytes", nil, "B-60")
	none("too-long", "4097 bytes", bytesOf("too long", 4097), "B-64")
}

func spki(k *ecdsa.PublicKey) ([]byte, error) { return x509.MarshalPKIXPublicKey(k) }

func unix(n int64) time.Time { return time.Unix(n, 0).UTC() }
