package main

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"io"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/statuslist"
)

// base45 takes its first pairs from RFC 9285 section 4.3 and 4.4.
func base45() vectors.Base45 {
	b := vectors.Base45{
		Accept: []vectors.Base45Pair{
			{Bytes: []byte("AB"), Text: "BB8"},
			{Bytes: []byte("Hello!!"), Text: "%69 VD92EX0"},
			{Bytes: []byte("base-45"), Text: "UJCLQE7W581"},
			{Bytes: []byte("ietf!"), Text: "QED8WEX0"},
		},
		Refuse: []string{"0", "AA0A", "bb8", "BB8\n", "GGW", ":::", "V5", "::", "BB8=", "ÀÀÀ", "B_8", "\x00\x00\x00"},
	}
	for _, data := range [][]byte{{}, {0}, {255}, {0, 0}, {255, 255}, {0, 0, 0}, {255, 255, 255}} {
		b.Accept = append(b.Accept, vectors.Base45Pair{Bytes: data, Text: textOf(data)[len(pass.Prefix):]})
	}
	return b
}

// refusedLists makes status lists that must not be taken for list 0.
func (w *world) refusedLists() []vectors.RefuseList {
	var out []vectors.RefuseList
	add := func(name, about, uri string, at time.Time, token []byte, reason string, reqs ...string) {
		out = append(out, vectors.RefuseList{
			Vector: vectors.Vector{Name: name, About: about, Requirements: reqs},
			URI:    uri, At: at, Token: token, Error: reason,
		})
	}
	good := []byte(w.list(0, 256, end, 43200).Token)
	uri := pass.StatusURI(0)
	add("other-list", "another list than the one asked for", "fl:9", noon, good, "other-list", "P-45")
	add("expired", "a list at its expiry", uri, end, good, "expired", "P-45")
	m := open(textOf(good))
	foreign := m
	foreign.protected = decode(m.protected).with(4, byteString(keyIDBytes(w))).encode()
	add("unknown-key", "a key that the door has not heard of", uri, noon, foreign.sign(w.unknown).encode(), "unknown-key", "P-45")
	add("forged", "signed by another key", uri, noon, m.sign(w.unknown).encode(), "bad-signature", "P-45")
	high := m
	high.signature = highS(m.signature)
	add("high-s", "a signature with a high s", uri, noon, high.encode(), "bad-signature", "P-15", "P-40")
	bad := func(name, about string, f func(*message), reqs ...string) {
		c := m
		f(&c)
		add(name, about, uri, noon, c.sign(w.issuer).encode(), "malformed", reqs...)
	}
	head, claims := decode(m.protected), decode(m.payload)
	bad("no-type", "no type in the protected header", func(c *message) { c.protected = head.without(16).encode() }, "P-40")
	bad("other-type", "another type", func(c *message) { c.protected = head.with(16, textString("application/statuslist+jwt")).encode() }, "P-40")
	bad("no-key-id", "no key id", func(c *message) { c.protected = head.without(4).encode() }, "P-40")
	bad("unprotected", "an unprotected header", func(c *message) { c.unprotected = object{entry(4, byteString([]byte{1}))}.encode() }, "P-40")
	bad("untagged", "without tag 18", func(c *message) { c.tag = nil }, "P-40")
	for _, n := range []int64{2, 4, 6, 65533} {
		bad("without-"+itoa(int(n)), "claim "+itoa(int(n))+" left out", func(c *message) { c.payload = claims.without(n).encode() }, "P-41")
	}
	bad("unknown-claim", "an unknown claim", func(c *message) { c.payload = claims.with(1, textString("x")).encode() }, "P-41")
	bad("ttl-zero", "a time to live of 0", func(c *message) { c.payload = claims.with(65534, integer(0)).encode() }, "P-41")
	bad("expiry-at-issue", "an expiry at the time of issue", func(c *message) { c.payload = claims.with(4, integer(begin.Unix())).encode() }, "P-41")
	list := func(bits int64, lst []byte) func(*message) {
		value := object{pair{textString("lst"), byteString(lst)}, pair{textString("bits"), integer(bits)}}
		return func(c *message) { c.payload = claims.with(65533, value.encode()).encode() }
	}
	bad("two-bits", "two bits for each pass", list(2, packed(make([]byte, 8))), "P-42")
	bad("no-entries", "no entries", list(1, packed(nil)), "P-42")
	bad("too-many", "more entries than a list can have", list(1, packed(make([]byte, statuslist.MaxSize/8+1))), "P-42")
	bad("bomb", "16 MB of zeros", list(1, packed(make([]byte, 1<<24))), "P-42")
	bad("not-zlib", "bits that are not packed", list(1, []byte("not packed")), "P-42")
	bad("truncated", "packed bits without their checksum", list(1, packed(make([]byte, 8))[:10]), "P-42")
	bad("after-the-end", "a byte after the packed bits", list(1, append(packed(make([]byte, 8)), 0)), "P-42")
	return out
}

func keyIDBytes(w *world) []byte {
	id := keyID(w.unknown)
	return id[:]
}

func packed(bits []byte) []byte {
	var buf bytes.Buffer
	z := zlib.NewWriter(&buf)
	must(z.Write(bits))
	check(z.Close())
	return buf.Bytes()
}

// consents makes consent records.
func (w *world) consents() []vectors.Consent {
	terms := consent.Terms{
		Site: w.site, Purpose: pass.PurposeAccess, Notice: [32]byte(sum([]byte("the text of a notice"))),
		Given: begin, Until: end,
	}
	attested := must(consent.Attest(stream("attested"), terms))
	signed := must(consent.Sign(stream("signed"), deterministic{key("key of a holder")}, terms))
	out := []vectors.Consent{
		record("attested", "a member of staff saw the person agree", attested),
		record("signed", "the person signed", signed),
	}
	full := terms
	full.By, full.Lang, full.Attester = consent.ByHolder, consent.Chinese, "op-7k2m"
	child := full
	child.By, child.Lang, child.Until = consent.ByGuardian, consent.English, child.Given.AddDate(1, 0, 0)
	guardianRecord := record("second-guardian", "version 2: a guardian agreed for a child, for a year", must(consent.Attest(stream("guardian"), child)))
	out = append(out,
		record("second-attested", "version 2: the holder agreed, and an operator attests it", must(consent.Attest(stream("second"), full))),
		guardianRecord,
		record("second-signed", "version 2: the holder signed, and an operator saw it",
			must(consent.Sign(stream("second signed"), deterministic{key("key of a holder")}, full))),
	)
	attested.Withdraw(noon)
	out = append(out, record("withdrawn", "the first, withdrawn; its hash is the same", attested))
	bad := func(name, about string, data []byte) {
		out = append(out, vectors.Consent{
			Vector: vectors.Vector{Name: name, About: about, Requirements: []string{requirementOf(name)}}, Record: data, Error: true,
		})
	}
	good := decode(out[0].Record)
	change := func(record object, key int64, value []byte) []byte {
		terms := decode(unwrap(record.get(1)))
		if value == nil {
			terms = terms.without(key)
		} else {
			terms = terms.with(key, value)
		}
		return record.with(1, byteString(terms.encode())).encode()
	}
	inner := func(key int64, value []byte) []byte { return change(good, key, value) }
	bad("empty", "nothing", nil)
	bad("no-terms", "a record without terms", object{entry(3, integer(1))}.encode())
	bad("trailing", "a byte after the record", append(good.encode(), 0))
	bad("purpose-measure", "an agreement to be measured on", inner(2, integer(3)))
	bad("no-notice", "no notice was shown", inner(3, byteString(make([]byte, 32))))
	bad("backwards", "an agreement that ends before it begins", inner(5, integer(begin.Unix()-1)))
	bad("too-long", "an agreement for more than 24 months", inner(5, integer(begin.Add(pass.MaxLifetime).Unix()+1)))
	bad("unknown-method", "given in an unknown way", inner(6, integer(3)))
	bad("signed-without-key", "signed, without a key", inner(6, integer(2)))
	bad("short-salt", "a salt of 15 bytes", inner(7, byteString(make([]byte, 15))))
	bad("withdrawn-zero", "withdrawn at second 0", good.with(3, integer(0)).encode())
	w.badSecond(bad, change, decode(guardianRecord.Record), child)
	bad("first-version-two", "terms of version 2 without its members", inner(0, integer(2)))
	forged := decode(out[1].Record)
	bad("other-terms", "a signature for other terms", change(forged, 5, integer(end.Unix()+1)))
	bad("attested-with-signature", "attested, with a signature", forged.with(1, good.get(1)).encode())
	bad("signature-gone", "signed, without the signature", forged.without(2).encode())
	return out
}

// badSecond makes what is wrong with terms of version 2.
func (w *world) badSecond(bad func(name, about string, data []byte), change func(object, int64, []byte) []byte, second object, child consent.Terms) {
	bad("second-no-version", "the members of version 2 in terms of version 1", change(second, 0, nil))
	bad("second-version-three", "terms of version 3", change(second, 0, integer(3)))
	bad("second-nobody-acted", "version 2, without who acted", change(second, 9, nil))
	bad("second-somebody-acted", "version 2, acted by somebody unknown", change(second, 9, integer(3)))
	bad("second-no-language", "version 2, without the language of the notice", change(second, 10, nil))
	bad("second-language", "version 2, in a language that no notice has", change(second, 10, textString("fr")))
	bad("second-nobody-attests", "version 2, attested by nobody", change(second, 11, nil))
	bad("second-attester", "version 2, attested by a name with a space", change(second, 11, textString("Mr Wang")))
	bad("second-child-too-long", "a guardian agrees for more than a year", change(second, 5, integer(child.Until.Unix()+1)))
}

// deterministic signs without a source of randomness (RFC 6979).
type deterministic struct{ *ecdsa.PrivateKey }

// Sign does not read rand.
func (d deterministic) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.PrivateKey.Sign(nil, digest, opts)
}

// unwrap returns what a byte string holds.
func unwrap(encoded []byte) (b []byte) {
	check(cbor.Unmarshal(encoded, &b))
	return b
}

// requirementOf is the requirement that a consent record shows.
func requirementOf(name string) string {
	if strings.HasPrefix(name, "second-") || name == "first-version-two" {
		return "P-98"
	}
	return "P-80"
}

func record(name, about string, r *consent.Record) vectors.Consent {
	hash := r.Hash()
	_, withdrawn := r.Withdrawn()
	return vectors.Consent{
		Vector: vectors.Vector{Name: name, About: about, Requirements: []string{requirementOf(name)}},
		Record: must(r.Encode()), Hash: hash[:], Withdrawn: withdrawn,
	}
}
