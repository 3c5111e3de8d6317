package main

import (
	"bytes"
	"encoding/hex"
	"slices"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// headerOf is the protected header with a key id in hexadecimal digits.
func headerOf(id string) []byte {
	return object{entry(1, integer(-7)), entry(4, byteString(must(hex.DecodeString(id))))}.encode()
}

// framing are messages that are not one tagged COSE_Sign1.
func (r *refusals) framing() {
	good := r.plainMessage("framing")
	with := func(f func(*message)) message { m := good; f(&m); return m }
	r.malformed("no-tag", "without tag 18", with(func(m *message) { m.tag = nil }), "P-10")
	r.malformed("cwt-tag", "with the CWT tag in front", with(func(m *message) { m.tag = []byte{0xd8, 61, 0xd2} }), "P-8", "P-10")
	r.malformed("other-tag", "tag 17, which is COSE_Mac0", with(func(m *message) { m.tag = []byte{0xd1} }), "P-10")
	r.malformed("long-tag", "tag 18 in two bytes", with(func(m *message) { m.tag = []byte{0xd8, 18} }), "P-7", "P-10")
	r.malformed("short-signature", "a signature of 63 bytes", with(func(m *message) { m.signature = m.signature[:63] }), "P-14")
	r.malformed("long-signature", "a signature of 65 bytes", with(func(m *message) { m.signature = append(slices.Clone(m.signature), 0) }), "P-14")
	raw := func(name, about string, data []byte, reqs ...string) {
		r.add(pass.ReasonMalformed, name, about, textOf(data), reqs...).Bytes = data
	}
	parts := [][]byte{byteString(good.protected), good.unprotected, byteString(good.payload), byteString(good.signature)}
	tagged := func(b []byte) []byte { return append([]byte{0xd2}, b...) }
	raw("trailing-byte", "a byte after the message", append(good.encode(), 0), "P-7")
	raw("truncated", "without its last byte", good.encode()[:len(good.encode())-1], "P-10")
	raw("three-parts", "an array of three", tagged(array(parts[:3]...)), "P-10")
	raw("five-parts", "an array of five", tagged(array(append(slices.Clone(parts), parts[1])...)), "P-10")
	raw("no-payload", "a payload of nil", tagged(array(parts[0], parts[1], []byte{0xf6}, parts[3])), "P-10")
	raw("text-payload", "a payload that is text", tagged(array(parts[0], parts[1], textString("pass"), parts[3])), "P-10")
	raw("indefinite-array", "an array of indefinite length",
		tagged(append(append([]byte{0x9f}, bytes.Join(parts, nil)...), 0xff)), "P-7")
	raw("not-cbor", "bytes that are not CBOR", []byte("not a pass"), "P-10")
	raw("nested", "arrays within arrays", bytes.Repeat([]byte{0x81}, 500), "P-10")
	raw("huge-length", "a byte string that claims 2^62 bytes", tagged(append(head(4, 4), head(2, 1<<62)...)), "P-10")
}

// headers are signed under something else than the one protected header, or
// carry something beside it.
func (r *refusals) headers() {
	good := r.plainMessage("headers")
	id := keyID(r.issuer)
	protected := func(name, about string, data []byte, reqs ...string) {
		m := good
		m.protected = data
		r.malformed(name, about, m.sign(r.issuer), append(reqs, "P-11")...)
	}
	h := decode(good.protected)
	protected("header-empty", "nothing protected", nil)
	protected("header-no-key-id", "no key id", h.without(4).encode())
	protected("header-no-algorithm", "no algorithm", h.without(1).encode())
	protected("header-other-algorithm", "ES384", h.with(1, integer(-35)).encode())
	protected("header-eddsa", "EdDSA", h.with(1, integer(-8)).encode())
	protected("header-key-id-short", "a key id of three bytes", h.with(4, byteString(id[:3])).encode())
	protected("header-key-id-long", "a key id of five bytes", h.with(4, byteString(append(id[:], 0))).encode())
	protected("header-extra", "a content type", h.with(3, integer(61)).encode(), "P-8")
	protected("header-critical", "a critical header", h.with(2, array(integer(1))).encode(), "P-8")
	protected("header-duplicate", "the key id twice", append(h, entry(4, byteString(id[:]))).encode(), "P-7")
	protected("header-order", "the key id before the algorithm", object{h[1], h[0]}.encode(), "P-7")
	protected("header-trailing", "a byte after the map", append(h.encode(), 0), "P-7")
	m := good
	m.unprotected = object{entry(4, byteString(id[:]))}.encode()
	r.malformed("unprotected-key-id", "a key id outside of the protected header", m, "P-13")
	m.unprotected = []byte{0xbf, 0xff}
	r.malformed("unprotected-indefinite", "an empty map of indefinite length", m, "P-7", "P-13")
	m.unprotected = []byte{0xb8, 0x00}
	r.malformed("unprotected-long", "an empty map with a long head", m, "P-7", "P-13")
	m.unprotected = []byte{0xf6}
	r.malformed("unprotected-null", "null in place of the map", m, "P-13")
}

// payloads are signed by the issuer and are not the one encoding of a claims
// set.
func (r *refusals) payloads() {
	good := r.plainMessage("payloads")
	claims := decode(good.payload)
	signed := func(name, about string, payload []byte, reqs ...string) {
		m := good
		m.payload = payload
		r.malformed(name, about, m.sign(r.issuer), reqs...)
	}
	exp := claims.get(4)
	signed("claims-empty", "no claims", object{}.encode(), "P-20")
	signed("claims-array", "an array in place of the map", array(), "P-20")
	signed("claims-trailing", "a byte after the claims", append(claims.encode(), 0), "P-7")
	signed("claims-unknown", "an audience, which a pass does not have", claims.with(3, textString("door")).encode(), "P-8", "P-20")
	signed("claims-unknown-private", "another private claim", claims.with(-65538, integer(0)).encode(), "P-8", "P-20")
	signed("claims-text-key", "a claim with a text key", append(claims, pair{textString("name"), textString("x")}).encode(), "P-8", "P-20")
	signed("claims-duplicate", "the expiry twice, the same", insert(claims, 2, entry(4, exp)).encode(), "P-7")
	signed("claims-duplicate-differing", "the expiry twice, a later one last", insert(claims, 2, entry(4, integer(end.Unix()+1))).encode(), "P-7")
	signed("claims-order", "two claims in the wrong order", swap(claims, 0, 1).encode(), "P-7")
	signed("claims-order-negative", "the private claim before the status", swap(claims, len(claims)-2, len(claims)-1).encode(), "P-7")
	signed("claims-indefinite", "a map of indefinite length", indefinite(claims), "P-7")
	signed("claims-long-map", "a map with a long head", append([]byte{0xb8, byte(len(claims))}, claims.encode()[1:]...), "P-7")
	signed("integer-long", "an expiry in eight bytes that fits four", claims.with(4, append([]byte{0x1b, 0, 0, 0, 0}, exp[1:]...)).encode(), "P-7")
	signed("key-long", "a key in two bytes that fits one", withKey(claims, 4, []byte{0x18, 4}).encode(), "P-7")
	signed("string-long", "a length in two bytes that fits one", claims.with(7, append([]byte{0x58, 16}, claims.get(7)[1:]...)).encode(), "P-7")
	signed("string-indefinite", "a byte string in chunks", claims.with(7, bytes.Join([][]byte{{0x5f}, claims.get(7), {0xff}}, nil)).encode(), "P-7")
	signed("expiry-float", "an expiry as a float", claims.with(4, []byte{0xfb, 0x41, 0xdc, 0, 0, 0, 0, 0, 0}).encode(), "P-8", "P-22")
	signed("expiry-tagged", "an expiry with a time tag", claims.with(4, append([]byte{0xc1}, exp...)).encode(), "P-8", "P-22")
	signed("expiry-text", "an expiry as text", claims.with(4, textString("2028")).encode(), "P-8", "P-22")
	signed("expiry-null", "an expiry of null", claims.with(4, []byte{0xf6}).encode(), "P-8", "P-22")
	signed("expiry-bignum", "an expiry as a bignum", claims.with(4, append([]byte{0xc2}, byteString(exp[1:])...)).encode(), "P-8", "P-22")
	for _, claim := range []int64{1, 4, 6, 7, 65535, -65537} {
		signed("claims-without-"+itoa(int(claim)), "claim "+itoa(int(claim))+" left out", claims.without(claim).encode(), "P-20")
	}
}

func insert(o object, i int, p pair) object { return slices.Insert(slices.Clone(o), i, p) }

func swap(o object, i, j int) object {
	out := slices.Clone(o)
	out[i], out[j] = out[j], out[i]
	return out
}

func indefinite(o object) []byte {
	return bytes.Join([][]byte{{0xbf}, o.encode()[1:], {0xff}}, nil)
}

func withKey(o object, key int64, encoded []byte) object {
	out := slices.Clone(o)
	for i, p := range out {
		if bytes.Equal(p.key, integer(key)) {
			out[i].key = encoded
		}
	}
	return out
}

// sealedForms are sealed references of a wrong form, signed for.
func (r *refusals) sealedForms() {
	c, s := r.face("sealed-forms")
	good := open(r.issue(c, s.Bytes))
	sealed := must(cose.ParseEncrypt0(s.Bytes))
	protected := object{entry(1, integer(3)), entry(4, byteString(sealed.KeyID[:]))}
	iv := object{entry(5, byteString(sealed.IV[:]))}
	form := func(name, about string, data []byte, reqs ...string) {
		m := good
		m.unprotected = object{entry(-65537, byteString(data))}.encode()
		payload := decode(m.payload)
		ours := decode(payload.get(-65537)).with(7, byteString(sum(data)))
		m.payload = payload.with(-65537, ours.encode()).encode()
		r.malformed(name, about, m.sign(r.issuer), append(reqs, "P-30")...)
	}
	encode := func(protected, unprotected object, ciphertext []byte) []byte {
		return array(byteString(protected.encode()), unprotected.encode(), byteString(ciphertext))
	}
	form("sealed-empty", "no bytes", nil)
	form("sealed-tagged", "with tag 16", append([]byte{0xd0}, s.Bytes...), "P-8")
	form("sealed-trailing", "a byte after it", append(slices.Clone(s.Bytes), 0), "P-7")
	form("sealed-algorithm", "A128GCM", encode(protected.with(1, integer(1)), iv, sealed.Ciphertext))
	form("sealed-no-key-id", "no key id", encode(protected.without(4), iv, sealed.Ciphertext))
	form("sealed-key-id-outside", "a key id outside of the protected header",
		encode(protected.without(4), object{protected[1], iv[0]}, sealed.Ciphertext))
	form("sealed-iv-length", "an IV of 13 bytes", encode(protected, iv.with(5, byteString(bytesOf("iv", 13))), sealed.Ciphertext))
	form("sealed-no-iv", "no IV", encode(protected, iv.without(5), sealed.Ciphertext))
	form("sealed-iv-protected", "the IV in the protected header", encode(protected.with(5, iv[0].value), object{}, sealed.Ciphertext))
	form("sealed-short", "a ciphertext shorter than its tag", encode(protected, iv, sealed.Ciphertext[:15]))
	form("sealed-detached", "a ciphertext of nil", array(byteString(protected.encode()), iv.encode(), []byte{0xf6}))
	m := good
	m.unprotected = []byte{0xa0}
	r.malformed("face-without-sealed", "a face pass with its sealed reference taken away", m, "P-13", "P-27")
	m.unprotected = append(decode(good.unprotected), entry(-65538, integer(1))).encode()
	r.malformed("sealed-extra-header", "something beside the sealed reference", m, "P-8", "P-13")
	m = r.plainMessage("plain-with-sealed")
	m.unprotected = good.unprotected
	r.malformed("plain-with-sealed", "a plain pass with a sealed reference", m, "P-13", "P-26")
	r.plaintexts()
}
