package main

import (
	"bytes"
	"crypto/ecdsa"
	"slices"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/spec/vectors"
)

// items returns the elements of an array, encoded.
func items(encoded []byte) [][]byte {
	var out []rawItem
	unmarshal(encoded, &out)
	var b [][]byte
	for _, i := range out {
		b = append(b, i)
	}
	return b
}

// good is the full bundle, taken apart for change.
func (b *bundles) good() message { return openBytes(b.out.Bundles[0].Message) }

// refuse adds a bundle that must be refused.
func (b *bundles) refuse(reason, name, text string, data []byte, reqs ...string) {
	b.out.Bundles = append(b.out.Bundles, vectors.Bundle{Vector: about(name, text, reqs...), Message: data, Error: reason})
}

// signed adds a bundle that the right key has signed and that is malformed.
func (b *bundles) signed(name, text string, f func(*message), reqs ...string) {
	m := b.good()
	f(&m)
	b.refuse("malformed", name, text, m.sign(b.signer).encode(), reqs...)
}

// say replaces one entry of the payload.
func (b *bundles) say(name, text string, k int64, value []byte, reqs ...string) {
	b.signed(name, text, func(m *message) { m.payload = decode(m.payload).with(k, value).encode() }, reqs...)
}

// refusedHeads are messages of a wrong form.
func (b *bundles) refusedHeads() {
	good := b.good()
	head := decode(good.protected)
	protect := func(name, text string, o object) {
		b.signed(name, text, func(m *message) { m.protected = o.encode() }, "B-3")
	}
	protect("no-type", "no type in the protected header", head.without(16))
	protect("type-of-pins", "the type of PINs", head.with(16, textString("application/facelatch-pins+cose")))
	protect("type-of-list", "the type of a status list", head.with(16, textString("application/statuslist+cwt")))
	protect("no-key-id", "no key id", head.without(4))
	protect("long-key-id", "a key id of five bytes", head.with(4, byteString(append(idOf(b.signer), 0))))
	protect("other-algorithm", "ES384", head.with(1, integer(-35)))
	protect("header-extra", "a critical header", head.with(2, array(integer(1))))
	b.signed("unprotected", "an unprotected header", func(m *message) { m.unprotected = object{entry(4, byteString([]byte{1}))}.encode() }, "B-2")
	b.signed("untagged", "without tag 18", func(m *message) { m.tag = nil }, "B-2")
	b.refuse("malformed", "empty", "no bytes", nil, "B-2")
	b.refuse("malformed", "half-written", "the first half of a bundle", good.encode()[:len(good.encode())/2], "B-2")
	b.refuse("malformed", "trailing", "a byte after the message", append(good.encode(), 0), "B-1")
	b.refuse("malformed", "pass", "a pass", messageOf(must(textOfPlain(b.world))), "B-3")
	b.refuse("malformed", "list", "a status list", b.site.StatusLists[0].Token, "B-3")
	b.refuse("malformed", "pins", "PINs", b.out.PINs[0].Message, "B-3")
	claims := decode(good.payload)
	b.signed("payload-trailing", "a byte after the payload", func(m *message) { m.payload = append(m.payload, 0) }, "B-1")
	b.signed("payload-order", "two entries in the wrong order", func(m *message) { m.payload = swap(claims, 0, 1).encode() }, "B-1")
	b.signed("payload-twice", "the number twice", func(m *message) { m.payload = insert(claims, 1, claims[1]).encode() }, "B-1")
	b.signed("payload-indefinite", "a map of indefinite length", func(m *message) { m.payload = indefinite(claims) }, "B-1")
	b.say("number-long", "a number in two bytes that fits one", 2, []byte{0x18, 7}, "B-1")
	b.say("unknown-entry", "an entry that there is not", 17, integer(1), "B-10")
	for _, k := range []int64{1, 2, 3, 4, 6, 7, 8, 9, 10, 11} {
		b.signed("without-"+itoa(int(k)), "entry "+itoa(int(k))+" left out", func(m *message) { m.payload = claims.without(k).encode() }, "B-10")
	}
}

// refusedFields are signed by the right key and say what cannot be.
func (b *bundles) refusedFields() {
	claims := decode(b.good().payload)
	b.say("site-zero", "a site id of zeros", 1, textString("aaaaaaaaaaaaa"), "B-11")
	b.say("site-short", "a site id of 12 characters", 1, textString("5kzlquvs62ah"), "B-11")
	b.say("number-zero", "number 0", 2, integer(0), "B-12")
	b.say("number-negative", "number -1", 2, integer(-1), "B-12")
	b.say("issued-zero", "made in the first second of 1970", 3, integer(0), "B-10")
	b.say("issued-after-9999", "made after the year 9999", 3, integer(253402300800), "B-10")
	b.say("name-empty", "no name", 4, textString(""), "B-13")
	b.say("name-long", "a name of 121 bytes", 4, textString(string(bytes.Repeat([]byte{'x'}, 121))), "B-13")
	b.say("name-control", "a name with an escape sequence", 4, textString("a\x1b[2J"), "B-13")
	b.say("name-line-end", "a name of two lines", 4, textString("a\nb"), "B-13")
	b.say("name-direction", "a name that turns the direction of writing", 4, textString("a\u202eb"), "B-13")
	b.say("name-utf8", "a name that is not UTF-8", 4, textString("a\xff"), "B-13")
	b.say("demo-false", "a mark of a demonstration that says no, which is written by leaving it out", 5, []byte{0xf4}, "B-1")
	b.say("time-zone-empty", "no time zone", 6, textString(""), "B-14")
	b.say("time-zone-path", "a path in place of a time zone", 6, textString("../etc/passwd"), "B-14")
	for _, k := range []struct {
		key  int64
		name string
	}{{7, "issuers"}, {8, "signers"}} {
		keys := items(claims.get(k.key))
		b.say(k.name+"-none", "no keys", k.key, array(), "B-15")
		b.say(k.name+"-order", "keys that are not sorted by id", k.key, array(keys[1], keys[0]), "B-15")
		b.say(k.name+"-twice", "a key twice", k.key, array(keys[0], keys[0]), "B-15")
		b.say(k.name+"-off-curve", "a key that is not on the curve", k.key, array(decode(keys[0]).with(-3, byteString(bytesOf("off", 32))).encode()), "B-15")
	}
	var nine [][]byte
	for i := range 9 {
		nine = append(nine, coseKey(&key("one of nine keys "+itoa(i)).PublicKey).encode())
	}
	b.say("issuers-nine", "nine keys", 7, array(nine...), "B-15")
	b.say("face-life-zero", "no time for faces", 9, integer(0), "B-16")
	b.say("face-life-longer", "faces for a second longer than everything else", 9, integer(7*86400+1), "B-16")
	b.say("plain-life-long", "a second more than 31 days", 10, integer(31*86400+1), "B-16")
	b.say("plain-life-negative", "a negative time", 10, integer(-1), "B-16")
	b.say("plain-life-huge", "a time that wraps around in nanoseconds", 10, integer(1<<62), "B-16")
}

// refusedHands are bundles by others, and for others.
func (b *bundles) refusedHands() {
	other := b.least()
	other.Site[0] ^= 1
	b.refuse("other-site", "other-site", "a bundle of another site by the same key", must(bundle.Sign(nil, b.signer, other)), "B-11", "B-32")
	theirs := b.least()
	theirs.Signers = []*ecdsa.PublicKey{&b.stranger.PublicKey}
	b.refuse("unknown-key", "unknown-key", "a key that the door has not heard of", must(bundle.Sign(nil, b.stranger, theirs)), "B-31")
	m := b.good()
	b.refuse("bad-signature", "forged", "signed by another key under the id of a trusted one", m.sign(b.stranger).encode(), "B-4")
	high := m
	high.signature = highS(m.signature)
	b.refuse("bad-signature", "high-s", "a signature with a high s", high.encode(), "B-4")
	changed := m
	changed.payload = decode(m.payload).with(2, integer(8)).encode()
	b.refuse("bad-signature", "number-changed", "the number changed after signing", changed.encode(), "B-4", "B-6")
	left := openBytes(must(bundle.Sign(nil, b.signer, b.least())))
	left.protected = decode(left.protected).with(4, byteString(idOf(b.nextSigner))).encode()
	b.refuse("not-signer", "not-signer", "signed by a key that the door knows and the bundle does not", left.sign(b.nextSigner).encode(), "B-15")
}

// inZone replaces one entry of the first zone.
func (b *bundles) inZone(reason, name, text string, k int64, value []byte, reqs ...string) {
	m := b.good()
	claims := decode(m.payload)
	zones := items(claims.get(11))
	z := decode(zones[0])
	if value == nil {
		z = z.without(k)
	} else {
		z = z.with(k, value)
	}
	zones = slices.Clone(zones)
	zones[0] = z.encode()
	m.payload = claims.with(11, array(zones...)).encode()
	b.refuse(reason, name, text, m.sign(b.signer).encode(), reqs...)
}
