package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// presented is the external data of a holder's signature.
const presented = "facelatch presentation 1"

// presentations collects what phones show.
type presentations struct {
	*world
	holder      *ecdsa.PrivateKey
	nonce, door []byte
	text        string // a pass of the holder's
	out         []vectors.Presentation
}

// presentations makes them and the challenges.
func (w *world) presentations() vectors.Presentations {
	p := &presentations{world: w, holder: key("key of a holder"), nonce: bytesOf("nonce", 16), door: bytesOf("door", 8)}
	c := w.plain("phone")
	c.Holder = &p.holder.PublicKey
	p.text = w.issue(c, nil)
	p.accepted()
	p.malformed()
	p.refusedPass()
	p.bad()
	return vectors.Presentations{
		Holder: signingKey("of the holder", p.holder), Presentations: p.out, Challenges: p.challenges(),
	}
}

// made is what a phone signs, every part open to change.
type made struct {
	protected object
	external  string
	payload   object
	by        *ecdsa.PrivateKey
}

// ordinary answers the nonce at noon.
func (p *presentations) ordinary() made {
	return made{
		protected: object{entry(1, integer(-7))}, external: presented, by: p.holder,
		payload: object{entry(1, byteString(messageOf(p.text))), entry(2, integer(noon.Unix())), entry(3, byteString(p.nonce))},
	}
}

// atDoor answers the door's id.
func (p *presentations) atDoor(signed time.Time) made {
	m := p.ordinary()
	m.payload = m.payload.without(3).with(4, byteString(p.door)).with(2, integer(signed.Unix()))
	return m
}

// toBeSigned is the Sig_structure (RFC 9052 section 4.4).
func (m made) toBeSigned() []byte {
	return array(textString("Signature1"), byteString(m.protected.encode()), byteString([]byte(m.external)), byteString(m.payload.encode()))
}

func (m made) message() message {
	sum := sha256.Sum256(m.toBeSigned())
	var sig struct{ R, S *big.Int }
	must(asn1.Unmarshal(must(m.by.Sign(nil, sum[:], crypto.SHA256)), &sig))
	if high := new(big.Int).Sub(order, sig.S); high.Cmp(sig.S) < 0 {
		sig.S = high
	}
	signature := append(sig.R.FillBytes(make([]byte, 32)), sig.S.FillBytes(make([]byte, 32))...)
	return message{
		tag: []byte{0xd2}, protected: m.protected.encode(), unprotected: object{}.encode(),
		payload: m.payload.encode(), signature: signature,
	}
}

// presentationText is the text of a message.
func presentationText(data []byte) string {
	return pass.PresentationPrefix + textOf(data)[len(pass.Prefix):]
}

// add adds a text shown at noon at the front, to a door that asks for the nonce.
func (p *presentations) add(reason pass.Reason, name, about, text string, reqs ...string) *vectors.Presentation {
	p.out = append(p.out, vectors.Presentation{
		Vector: vectors.Vector{Name: name, About: about, Requirements: reqs},
		Text:   text, Zone: zone, At: noon, Asked: vectors.Asked{Nonce: p.nonce}, Reason: string(reason),
	})
	return &p.out[len(p.out)-1]
}

func (p *presentations) message(reason pass.Reason, name, about string, m message, reqs ...string) *vectors.Presentation {
	data := m.encode()
	v := p.add(reason, name, about, presentationText(data), reqs...)
	v.Bytes = data
	return v
}

func (p *presentations) accept(name, about string, m made, at, signed time.Time, reqs ...string) *vectors.Presentation {
	msg := m.message()
	v := p.message("", name, about, msg, reqs...)
	v.At = at
	inside := unwrap(m.payload.get(1))
	v.Steps = &vectors.Steps{
		Pass: textOf(inside), Signed: signed,
		Payload: m.payload.encode(), ToBe: m.toBeSigned(), Signature: msg.signature,
	}
	return v
}

func (p *presentations) accepted() {
	p.accept("nonce", "the nonce on the screen, answered at once", p.ordinary(), noon, noon, "P-29", "P-76", "P-77", "P-78", "P-90")
	late := p.ordinary()
	signed := noon.AddDate(-1, 0, 0)
	late.payload = late.payload.with(2, integer(signed.Unix()))
	p.accept("nonce-wrong-clock", "a phone whose clock is a year behind, and a nonce", late, noon, signed, "P-92")
	for _, off := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		v := p.accept("door"+offset(off), "the door's id, signed "+off.String()+" after the door's clock", p.atDoor(noon.Add(off)), noon, noon.Add(off), "P-79", "P-92")
		v.Asked = vectors.Asked{Door: p.door}
	}
	far := p.ordinary()
	signed = time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC)
	far.payload = far.payload.with(2, integer(signed.Unix()))
	p.accept("nonce-time-of-nine-bytes", "a phone whose clock stands after 2106, where a time takes nine bytes", far, noon, signed, "P-77")
}

func offset(d time.Duration) string {
	switch {
	case d < 0:
		return "-before"
	case d > 0:
		return "-after"
	}
	return ""
}

// malformed are not presentations in their one form.
func (p *presentations) malformed() {
	good := p.ordinary()
	text := presentationText(good.message().encode())
	bad := func(name, about, text string, reqs ...string) {
		p.add(pass.ReasonMalformed, name, about, text, reqs...)
	}
	p.add(pass.ReasonNoPass, "empty", "no text at all", "", "P-76")
	bad("prefix-only", "the prefix alone", pass.PresentationPrefix, "P-76")
	bad("prefix-lower-case", "the prefix in lower case", "flp1:"+text[5:], "P-76")
	bad("pass-alone", "a pass, where a presentation is asked for", p.text, "P-75", "P-76")
	bad("pass-under-prefix", "a pass under the prefix of a presentation", pass.PresentationPrefix+p.text[4:], "P-77")
	bad("line-end", "a line end after the text", text+"\n", "P-76")
	bad("triple-too-large", "three characters worth 65536", text[:5]+"GGW"+text[8:], "P-76")
	bad("too-large", "more than 672 bytes", presentationText(bytesOf("too large", 674)), "P-76")
	signed := func(name, about string, f func(*made), reqs ...string) {
		m := good
		f(&m)
		p.message(pass.ReasonMalformed, name, about, m.message(), reqs...)
	}
	signed("header-key-id", "a key id in the protected header", func(m *made) { m.protected = m.protected.with(4, byteString([]byte{1, 2, 3, 4})) }, "P-77")
	signed("header-algorithm", "ES384", func(m *made) { m.protected = m.protected.with(1, integer(-35)) }, "P-77")
	signed("header-empty", "no algorithm", func(m *made) { m.protected = object{} }, "P-77")
	p.framing(good.message())
	for _, n := range []int64{1, 2, 3} {
		signed("without-"+itoa(int(n)), "entry "+itoa(int(n))+" left out", func(m *made) { m.payload = m.payload.without(n) }, "P-77")
	}
	say := func(name, about string, k int64, value []byte, reqs ...string) {
		signed(name, about, func(m *made) { m.payload = m.payload.with(k, value) }, reqs...)
	}
	say("unknown-entry", "an entry that there is not", 5, integer(1), "P-77")
	say("both", "a nonce and a door", 4, byteString(p.door), "P-79")
	say("nonce-zero", "a nonce of zeros", 3, byteString(make([]byte, 16)), "P-79")
	say("nonce-short", "a nonce of 15 bytes", 3, byteString(p.nonce[:15]), "P-79")
	say("nonce-empty", "a nonce of no bytes", 3, byteString(nil), "P-79")
	say("nonce-text", "a nonce that is text", 3, textString("0123456789abcdef"), "P-77")
	say("time-negative", "a time before 1970", 2, integer(-1), "P-77")
	say("time-long", "a time in eight bytes that fits four", 2, append([]byte{0x1b, 0, 0, 0, 0}, integer(noon.Unix())[1:]...), "P-77")
	say("time-float", "a time as a float", 2, []byte{0xfb, 0x41, 0xdc, 0, 0, 0, 0, 0, 0}, "P-77")
	say("time-after-9999", "a time after the year 9999", 2, integer(253402300800), "P-77")
	signed("door-short", "a door's id of 7 bytes", func(m *made) { m.payload = m.payload.without(3).with(4, byteString(p.door[:7])) }, "P-79")
	signed("door-zero", "a door's id of zeros", func(m *made) { m.payload = m.payload.without(3).with(4, byteString(make([]byte, 8))) }, "P-79")
	signed("order", "the time before the pass", func(m *made) { m.payload = swap(m.payload, 0, 1) }, "P-77")
	p.inside(say)
}

// framing are messages that are not one tagged COSE_Sign1.
func (p *presentations) framing(good message) {
	with := func(name, about string, f func(*message), reqs ...string) {
		m := good
		f(&m)
		p.message(pass.ReasonMalformed, name, about, m, reqs...)
	}
	with("no-tag", "without tag 18", func(m *message) { m.tag = nil }, "P-77")
	with("unprotected", "an unprotected header", func(m *message) { m.unprotected = object{entry(4, byteString([]byte{1}))}.encode() }, "P-77")
	with("short-signature", "a signature of 63 bytes", func(m *message) { m.signature = m.signature[:63] }, "P-77")
	p.add(pass.ReasonMalformed, "trailing-byte", "a byte after the message", presentationText(append(good.encode(), 0)), "P-77")
}

// inside are presentations of what cannot be presented.
func (p *presentations) inside(say func(string, string, int64, []byte, ...string)) {
	paper := messageOf(p.issue(p.plain("phone-paper"), nil))
	say("no-holder-key", "a plain pass without a holder's key", 1, byteString(paper), "P-78")
	c := p.plain("phone-face")
	c.Holder = &p.holder.PublicKey
	c, s := p.sealed("phone-face", c, p.seal, p.references("phone-face", p.model))
	say("face-pass", "a face pass", 1, byteString(messageOf(p.issue(c, s.Bytes))), "P-78")
	say("not-a-pass", "bytes that are no pass", 1, byteString([]byte("a pass")), "P-78")
	say("pass-as-text", "the text of the pass in place of its bytes", 1, textString(p.text), "P-77", "P-78")
	say("pass-trailing", "a byte after the pass", 1, byteString(append(messageOf(p.text), 0)), "P-78")
	say("presentation-inside", "a presentation in a presentation", 1, byteString(p.ordinary().message().encode()), "P-78")
}

// refusedPass are good presentations of passes that are not good.
func (p *presentations) refusedPass() {
	c := p.plain("phone-revoked")
	c.Holder = &p.holder.PublicKey
	m := p.ordinary()
	m.payload = m.payload.with(1, byteString(must(pass.Sign(nil, p.issuer, c))))
	p.message(pass.ReasonRevoked, "revoked", "a pass that was revoked", m.message(), "P-90")
	p.message(pass.ReasonExpired, "expired", "a pass that has expired", p.ordinary().message(), "P-90").At = end
	forged := open(p.text).sign(p.unknown)
	m.payload = m.payload.with(1, byteString(forged.encode()))
	p.message(pass.ReasonBadSignature, "forged-pass", "a pass that the site did not sign", m.message(), "P-90")
}

// bad are presentations that are not good, of a pass that is.
func (p *presentations) bad() {
	bad := func(name, about string, m message, reqs ...string) *vectors.Presentation {
		return p.message(pass.ReasonBadPresentation, name, about, m, reqs...)
	}
	good := p.ordinary()
	bad("other-nonce", "another nonce than the door shows", good.message(), "P-91").Asked.Nonce = bytesOf("other nonce", 16)
	bad("nonce-for-door", "a nonce, where the door has no screen", good.message(), "P-91").Asked = vectors.Asked{Door: p.door}
	bad("door-for-nonce", "the door's id, where the door shows a nonce", p.atDoor(noon).message(), "P-91")
	bad("other-door", "another door's id", p.atDoor(noon).message(), "P-91").Asked = vectors.Asked{Door: bytesOf("other door", 8)}
	bad("door-too-early", "31 s before the door's clock", p.atDoor(noon.Add(-31*time.Second)).message(), "P-92").Asked = vectors.Asked{Door: p.door}
	bad("door-too-late", "31 s after the door's clock", p.atDoor(noon.Add(31*time.Second)).message(), "P-92").Asked = vectors.Asked{Door: p.door}
	stolen := good
	stolen.by = p.foreign
	bad("other-key", "signed by another key than the pass has", stolen.message(), "P-93")
	byIssuer := good
	byIssuer.by = p.issuer
	bad("issuing-key", "signed by the issuing key", byIssuer.message(), "P-93")
	plain := good
	plain.external = ""
	bad("no-external-data", "signed without the external data", plain.message(), "P-93")
	plain.external = "facelatch consent 1"
	bad("consent-external-data", "signed as a consent", plain.message(), "P-93")
	m := good.message()
	m.signature = highS(m.signature)
	bad("high-s", "a signature with a high s", m, "P-93")
	m = good.message()
	m.payload = good.payload.with(2, integer(noon.Unix()+1)).encode()
	bad("time-changed", "the time changed after signing", m, "P-93")
	m = good.message()
	c := p.plain("phone-other")
	c.Holder = &p.holder.PublicKey
	m.payload = good.payload.with(1, byteString(messageOf(p.issue(c, nil)))).encode()
	bad("pass-changed", "another pass of the same holder put in after signing", m, "P-93")
}

// challenges are what doors show.
func (p *presentations) challenges() []vectors.Challenge {
	nonce, door := textOf(p.nonce)[len(pass.Prefix):], textOf(p.door)[len(pass.Prefix):]
	out := []vectors.Challenge{
		{Text: pass.NoncePrefix + nonce, Asked: vectors.Asked{Nonce: p.nonce}, Vector: about("nonce", "a nonce on a screen", "P-95")},
		{Text: pass.DoorPrefix + door, Asked: vectors.Asked{Door: p.door}, Vector: about("door", "a door's id beside it", "P-95")},
	}
	for _, v := range []struct{ name, about, text string }{
		{"empty", "no text", ""},
		{"swapped", "a nonce under the prefix of a door", pass.DoorPrefix + nonce},
		{"lower-case", "lower case", pass.NoncePrefix + string(bytes.ToLower([]byte(nonce)))},
		{"zero-nonce", "a nonce of zeros", pass.NoncePrefix + textOf(make([]byte, 16))[4:]},
		{"zero-door", "a door of zeros", pass.DoorPrefix + textOf(make([]byte, 8))[4:]},
		{"trailing", "a character more", pass.NoncePrefix + nonce + "0"},
		{"pass", "a pass", p.text},
	} {
		out = append(out, vectors.Challenge{Text: v.text, Error: true, Vector: about(v.name, v.about, "P-95")})
	}
	return out
}

func about(name, text string, reqs ...string) vectors.Vector {
	return vectors.Vector{Name: name, About: text, Requirements: reqs}
}

// idOf returns the id of a key as bytes.
func idOf(k *ecdsa.PrivateKey) []byte {
	id := keyID(k)
	return slices.Clone(id[:])
}

// coseKey is a public key as a COSE_Key.
func coseKey(k *ecdsa.PublicKey) object {
	pub := must(cose.NewPublicKey(k))
	return object{entry(1, integer(2)), entry(-1, integer(1)), entry(-2, byteString(pub.X)), entry(-3, byteString(pub.Y))}
}
