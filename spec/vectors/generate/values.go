package main

import (
	"crypto/sha256"
	"slices"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

func sum(data []byte) []byte {
	s := sha256.Sum256(data)
	return s[:]
}

// claims are signed by the issuer, properly encoded, and say what a pass cannot
// say.
func (r *refusals) claims() {
	good := r.plainMessage("claims")
	claims := decode(good.payload)
	say := func(name, about string, claim int64, value []byte, reqs ...string) {
		m := good
		m.payload = claims.with(claim, value).encode()
		r.malformed(name, about, m.sign(r.issuer), reqs...)
	}
	site := r.site.String()
	say("issuer-upper-case", "a site id in upper case", 1, textString("A"+site[1:]), "P-21")
	say("issuer-short", "a site id of 12 characters", 1, textString(site[:12]), "P-21")
	say("issuer-padding", "a site id with its unused bit set", 1, textString(site[:12]+"b"), "P-21")
	say("issuer-zero", "a site id of zeros", 1, textString("aaaaaaaaaaaaa"), "P-21")
	say("issuer-bytes", "a site id as bytes", 1, byteString(r.site[:]), "P-8", "P-21")
	say("expiry-at-begin", "an expiry equal to not-before", 4, integer(begin.Unix()), "P-22")
	say("expiry-before", "an expiry before not-before", 4, integer(begin.Unix()-1), "P-22")
	say("expiry-negative", "an expiry before 1970", 4, integer(-1), "P-22")
	say("expiry-far", "24 months and a second", 4, integer(begin.Add(pass.MaxLifetime).Unix()+1), "P-22")
	say("expiry-overflow", "the largest integer", 4, head(0, 1<<64-1), "P-22")
	say("begin-negative", "not-before before 1970", 6, integer(-1), "P-22")
	say("id-short", "a pass id of 15 bytes", 7, byteString(bytesOf("short id", 15)), "P-23")
	say("id-long", "a pass id of 17 bytes", 7, byteString(bytesOf("long id", 17)), "P-23")
	say("id-zero", "a pass id of zeros", 7, byteString(make([]byte, 16)), "P-23")
	r.statusClaims(say)
	r.holderClaims(say)
	ours := decode(claims.get(-65537))
	r.zones(func(name, about string, value []byte, reqs ...string) {
		say(name, about, -65537, ours.with(2, value).encode(), reqs...)
	})
	r.schedules(func(name, about string, value []byte) {
		say(name, about, -65537, ours.with(3, value).encode(), "P-25")
	})
	say("ours-unknown", "an unknown key in the private claim", -65537, ours.with(8, integer(0)).encode(), "P-8")
	say("ours-empty", "an empty private claim", -65537, object{}.encode(), "P-20")
	say("kind-unknown", "kind 3", -65537, ours.with(1, integer(3)).encode(), "P-26")
	say("kind-missing", "no kind", -65537, ours.without(1).encode(), "P-26")
	say("plain-with-purpose", "a plain pass with a purpose", -65537, ours.with(4, integer(1)).encode(), "P-26")
	say("plain-with-purpose-zero", "a plain pass with a purpose of 0", -65537, ours.with(4, integer(0)).encode(), "P-26")
	say("plain-with-models", "a plain pass with a model", -65537, ours.with(6, array(byteString(r.model[:]))).encode(), "P-26")
	say("plain-with-hash", "a plain pass with the hash of a sealed reference", -65537, ours.with(7, byteString(sum(nil))).encode(), "P-26")
	r.faceClaims()
}

type sayFunc func(name, about string, claim int64, value []byte, reqs ...string)

func (r *refusals) statusClaims(say sayFunc) {
	ref := func(idx, uri []byte) []byte {
		list := object{}
		if idx != nil {
			list = append(list, pair{textString("idx"), idx})
		}
		if uri != nil {
			list = append(list, pair{textString("uri"), uri})
		}
		return object{pair{textString("status_list"), list.encode()}}.encode()
	}
	for _, v := range []struct {
		name, about string
		value       []byte
	}{
		{"status-no-index", "a status without an index", ref(nil, textString("fl:0"))},
		{"status-no-uri", "a status without a list", ref(integer(1), nil)},
		{"status-negative", "a negative index", ref(integer(-1), textString("fl:0"))},
		{"status-large", "an index of 2^32", ref(integer(1<<32), textString("fl:0"))},
		{"status-url", "a list at a web address", ref(integer(1), textString("https://example.com/0"))},
		{"status-leading-zero", "a list number with a leading zero", ref(integer(1), textString("fl:00"))},
		{"status-no-number", "a list without a number", ref(integer(1), textString("fl:"))},
		{"status-plus", "a list number with a sign", ref(integer(1), textString("fl:+1"))},
		{"status-list-large", "a list number of 2^32", ref(integer(1), textString("fl:4294967296"))},
		{"status-upper-case", "a scheme in upper case", ref(integer(1), textString("FL:0"))},
		{"status-empty", "no status mechanism", object{}.encode()},
		{"status-other", "another status mechanism", object{pair{textString("identifier_list"), object{}.encode()}}.encode()},
	} {
		say(v.name, v.about, 65535, v.value, "P-24")
	}
}

func (r *refusals) holderClaims(say sayFunc) {
	pub := publicKey(&key("key of a holder").PublicKey)
	coseKey := object{entry(1, integer(2)), entry(-1, integer(1)), entry(-2, byteString(pub.X)), entry(-3, byteString(pub.Y))}
	confirm := func(key []byte) []byte { return object{entry(1, key)}.encode() }
	off := slices.Clone(pub.Y)
	off[31] ^= 1
	for _, v := range []struct {
		name, about string
		value       []byte
	}{
		{"holder-off-curve", "a key that is not on the curve", confirm(coseKey.with(-3, byteString(off)).encode())},
		{"holder-compressed", "a compressed key", confirm(coseKey.with(-3, []byte{0xf5}).encode())},
		{"holder-other-curve", "a key on P-384", confirm(coseKey.with(-1, integer(2)).encode())},
		{"holder-symmetric", "a symmetric key", confirm(object{entry(1, integer(4)), entry(-1, byteString(pub.X))}.encode())},
		{"holder-private", "a private key", confirm(append(coseKey, entry(-4, byteString(pub.X))).encode())},
		{"holder-short", "a coordinate of 31 bytes", confirm(coseKey.with(-2, byteString(pub.X[:31])).encode())},
		{"holder-zero", "coordinates of zero", confirm(coseKey.with(-2, byteString(make([]byte, 32))).with(-3, byteString(make([]byte, 32))).encode())},
		{"holder-empty", "a confirmation of nothing", object{}.encode()},
		{"holder-key-id", "a confirmation by key id", object{entry(3, byteString(pub.X[:4]))}.encode()},
	} {
		say(v.name, v.about, 8, v.value, "P-29")
	}
}

func (r *refusals) zones(say func(name, about string, value []byte, reqs ...string)) {
	names := func(zones ...string) []byte {
		items := make([][]byte, len(zones))
		for i, z := range zones {
			items[i] = textString(z)
		}
		return array(items...)
	}
	say("zones-none", "no zones", names(), "P-28")
	say("zones-nine", "nine zones", names("a", "b", "c", "d", "e", "f", "front", "g", "h"), "P-28")
	say("zones-order", "zones that are not sorted", names("garage", "front"), "P-28")
	say("zones-duplicate", "a zone twice", names("front", "front"), "P-28")
	say("zones-upper-case", "a zone with a capital", names("Front"), "P-28")
	say("zones-long", "a zone of 25 characters", names("abcdefghijklmnopqrstuvwxy"), "P-28")
	say("zones-empty-name", "a zone without a name", names(""), "P-28")
	say("zones-not-ascii", "a zone in other letters", names("門"), "P-28")
	say("zones-bytes", "a zone as bytes", array(byteString([]byte("front"))), "P-8", "P-28")
	say("zones-text", "one zone without an array", textString("front"), "P-8", "P-28")
	say("zones-bad-utf8", "a zone that is not UTF-8", array(append(head(3, 2), 0xc3, 0x28)), "P-28")
}

func (r *refusals) schedules(say func(name, about string, value []byte)) {
	window := func(n ...int64) []byte {
		items := make([][]byte, len(n))
		for i, v := range n {
			items[i] = integer(v)
		}
		return array(items...)
	}
	nine := make([][]byte, 9)
	for i := range nine {
		nine[i] = window(int64(i+1), 0, 1)
	}
	say("hours-empty", "a schedule without windows", array())
	say("hours-nine", "nine windows", array(nine...))
	say("hours-no-days", "a window without days", array(window(0, 0, 60)))
	say("hours-eighth-day", "a window on an eighth day", array(window(128, 0, 60)))
	say("hours-start-large", "a window that begins at minute 1440", array(window(127, 1440, 60)))
	say("hours-end-large", "a window that ends at minute 1441", array(window(127, 0, 1441)))
	say("hours-end-zero", "a window that ends at minute 0, which is written 1440", array(window(127, 60, 0)))
	say("hours-no-length", "a window that ends when it begins", array(window(127, 60, 60)))
	say("hours-order", "windows that are not sorted", array(window(2, 0, 60), window(1, 0, 60)))
	say("hours-duplicate", "a window twice", array(window(1, 0, 60), window(1, 0, 60)))
	say("hours-two-numbers", "a window of two numbers", array(window(1, 0)))
	say("hours-negative", "a negative minute", array(window(1, -1, 60)))
	say("hours-overflow", "a minute of 65536", array(window(1, 65536, 60)))
}

func (r *refusals) faceClaims() {
	c, s := r.face("face-claims")
	good := open(r.issue(c, s.Bytes))
	claims := decode(good.payload)
	ours := decode(claims.get(-65537))
	say := func(name, about string, changed object) {
		m := good
		m.payload = claims.with(-65537, changed.encode()).encode()
		r.malformed(name, about, m.sign(r.issuer), "P-27")
	}
	models := func(ids ...pass.ModelID) []byte {
		items := make([][]byte, len(ids))
		for i, id := range ids {
			items[i] = byteString(id[:])
		}
		return array(items...)
	}
	low, high := pass.ModelID{1}, pass.ModelID{2}
	say("face-as-plain", "a face pass that says it is plain", ours.with(1, integer(1)))
	say("face-no-purpose", "a face pass without a purpose", ours.without(4))
	say("face-purpose-desk", "a face pass for the purpose of a desk", ours.with(4, integer(2)))
	say("face-purpose-unknown", "a face pass for an unknown purpose", ours.with(4, integer(9)))
	say("face-no-consent", "a face pass without a consent", ours.without(5))
	say("face-consent-short", "a consent hash of 15 bytes", ours.with(5, byteString(bytesOf("c", 15))))
	say("face-consent-zero", "a consent hash of zeros", ours.with(5, byteString(make([]byte, 16))))
	say("face-no-models", "a face pass without models", ours.without(6))
	say("face-models-empty", "an empty list of models", ours.with(6, array()))
	say("face-models-three", "three models", ours.with(6, models(low, high, pass.ModelID{3})))
	say("face-models-order", "models that are not sorted", ours.with(6, models(high, low)))
	say("face-models-duplicate", "a model twice", ours.with(6, models(low, low)))
	say("face-model-short", "a model id of seven bytes", ours.with(6, array(byteString(low[:7]))))
	say("face-no-hash", "a face pass without the hash of its sealed reference", ours.without(7))
	say("face-hash-short", "a hash of 31 bytes", ours.with(7, byteString(s.Hash[:31])))
}

// plaintexts are properly sealed and signed for, and what is inside is not what
// the claims say.
func (r *refusals) plaintexts() {
	ref := byteString(bytesOf("plaintext", 32))
	a, b := pass.ModelID{1}, r.model
	put := func(name, about string, plaintext []byte, reqs ...string) {
		c := r.plain(name)
		c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16(bytesOf("consent "+name, 16)), Models: []pass.ModelID{r.model}}
		m := must(cose.Encrypt(stream("seal "+name), (*[32]byte)(r.seal.Export()), r.seal.ID(), plaintext, r.external(c)))
		data := must(m.Encode())
		c.Face.Sealed = [32]byte(sum(data))
		r.add(pass.ReasonBadSeal, name, about, r.issue(c, data), append(reqs, "P-31", "P-63")...)
	}
	one := object{pair{byteString(b[:]), ref}}
	put("inside-nothing", "nothing is sealed", nil)
	put("inside-empty", "an empty map is sealed", object{}.encode())
	put("inside-other-model", "the reference of another model is sealed than is claimed", object{pair{byteString(a[:]), ref}}.encode(), "P-36")
	put("inside-more", "one more reference is sealed than is claimed", append(object{pair{byteString(a[:]), ref}}, one...).encode(), "P-36")
	put("inside-empty-reference", "an empty reference is sealed", object{pair{byteString(b[:]), byteString(nil)}}.encode())
	put("inside-trailing", "a byte after the map is sealed", append(one.encode(), 0), "P-7")
	put("inside-long-form", "a length in two bytes that fits one", append(append(append([]byte{0xa1}, byteString(b[:])...), 0x59, 0, 32), ref[2:]...), "P-7")
	put("inside-duplicate", "a model twice", append(one, one...).encode(), "P-7")
	put("inside-text", "text is sealed", textString("a reference"))
}

// external builds the additional data of a sealed reference by hand.
func (r *refusals) external(c pass.Claims) []byte {
	id, models := r.seal.ID(), [][]byte(nil)
	for _, m := range c.Face.Models {
		models = append(models, byteString(m[:]))
	}
	return array(textString(c.Site.String()), byteString(c.ID[:]), integer(c.Expires.Unix()),
		byteString(id[:]), array(models...), byteString(c.Face.Consent[:]))
}
