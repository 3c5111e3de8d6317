package main

import (
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// refusals collects passes that must be refused. All of them are recorded as
// issued unless a vector is about that, so that each fails for one reason.
type refusals struct {
	*world
	out []vectors.Refuse
}

// refuses makes the passes that must be refused.
func (w *world) refuses() []vectors.Refuse {
	r := &refusals{world: w}
	r.texts()
	r.framing()
	r.headers()
	r.payloads()
	r.claims()
	r.sealedForms()
	r.judged()
	r.moved()
	r.copied()
	return r.out
}

// add adds a text that must be refused at noon at the front.
func (r *refusals) add(reason pass.Reason, name, about, text string, reqs ...string) *vectors.Refuse {
	v := vectors.Refuse{
		Vector: vectors.Vector{Name: name, About: about, Requirements: reqs},
		Text:   text, Zone: zone, At: noon, Reason: string(reason),
	}
	r.out = append(r.out, v)
	return &r.out[len(r.out)-1]
}

// message adds a message that must be refused.
func (r *refusals) message(reason pass.Reason, name, about string, m message, reqs ...string) *vectors.Refuse {
	data := m.encode()
	v := r.add(reason, name, about, textOf(data), reqs...)
	v.Bytes = data
	return v
}

// malformed adds a message that must not be read.
func (r *refusals) malformed(name, about string, m message, reqs ...string) {
	r.message(pass.ReasonMalformed, name, about, m, reqs...)
}

// plainMessage is a plain pass, recorded and signed, taken apart for change.
func (r *refusals) plainMessage(name string) message { return open(r.issue(r.plain(name), nil)) }

// faceMessage is a face pass, recorded and signed, taken apart for change.
func (r *refusals) faceMessage(name string) message {
	c, s := r.face(name)
	return open(r.issue(c, s.Bytes))
}

// texts are refused before there are any bytes, or for their number.
func (r *refusals) texts() {
	good := r.plainMessage("texts").text()
	bad := func(name, about, text string, reqs ...string) {
		r.add(pass.ReasonMalformed, name, about, text, reqs...)
	}
	r.add(pass.ReasonNoPass, "empty", "no text at all", "", "P-1")
	bad("url", "a web address", "https://example.com/FL1:0", "P-5")
	bad("other-text", "a text of something else", "WIFI:S:lobby;;", "P-5")
	bad("prefix-only", "the prefix alone", pass.Prefix, "P-1")
	bad("prefix-lower-case", "the prefix in lower case", "fl1:"+good[4:], "P-1", "P-2")
	bad("version-2", "a version that there is not", "FL2:"+good[4:], "P-5")
	bad("presentation", "the prefix of presentations", "FLP1:"+good[4:], "P-75")
	bad("no-prefix", "a pass without its prefix", good[4:], "P-1")
	bad("lower-case", "Base45 in lower case", "FL1:"+strings.ToLower(good[4:]), "P-2")
	bad("one-lower-case", "one letter in lower case", lowerOne(good), "P-2")
	bad("line-end", "a line end after the text", good+"\n", "P-1", "P-2")
	bad("space-before", "a space before the text", " "+good, "P-1")
	bad("space-after", "a space after the text, which is a character of Base45", good+" ", "P-3")
	bad("length", "a length that Base45 cannot give", good+"0", "P-3")
	bad("triple-too-large", "three characters worth 65536", good[:4]+"GGW"+good[7:], "P-3")
	bad("pair-too-large", "two characters worth 256", good+"V5", "P-3")
	bad("not-ascii", "a letter outside of ASCII", good[:4]+"É"+good[6:], "P-2")
	large := r.plainMessage("large")
	large.unprotected = object{entry(-65537, byteString(bytesOf("large", 500)))}.encode()
	r.malformed("too-large", "more than 560 bytes", large, "P-4")
}

func lowerOne(text string) string {
	i := 4 + strings.IndexFunc(text[4:], func(c rune) bool { return c >= 'A' && c <= 'Z' })
	return text[:i] + strings.ToLower(text[i:i+1]) + text[i+1:]
}

// judged are well-formed passes that fail one check of a door.
func (r *refusals) judged() {
	r.issuers()
	c := r.plain("times")
	text := r.issue(c, nil)
	r.add(pass.ReasonNotYetValid, "second-before", "the second before not-before", text, "P-55").At = begin.Add(-time.Second)
	r.add(pass.ReasonNotYetValid, "clock-in-the-past", "a clock that stands in 1970", text, "P-55").At = time.Unix(0, 0).UTC()
	r.add(pass.ReasonExpired, "at-expiry", "the second of expiry", text, "P-56").At = end
	r.add(pass.ReasonExpired, "long-expired", "a year after expiry", text, "P-56").At = end.AddDate(1, 0, 0)
	r.add(pass.ReasonWrongZone, "wrong-zone", "another zone than the pass is for", text, "P-59").Zone = "garage"
	r.add(pass.ReasonWrongZone, "zone-prefix", "the beginning of a zone's name", text, "P-59").Zone = "fron"
	r.statuses()
	r.hours()
}

// copied is a pass of a phone's, shown by somebody else.
func (r *refusals) copied() {
	c := r.plain("copied")
	c.Holder = &key("key of a holder").PublicKey
	r.add(pass.ReasonNeedsPresentation, "needs-presentation", "a plain pass with a holder's key, without a presentation", r.issue(c, nil), "P-65")
}

func (r *refusals) issuers() {
	unissued := func(name string, change func(*pass.Claims)) []byte {
		c := r.plain(name)
		r.record(c)
		if change != nil {
			change(&c)
		}
		return must(pass.Sign(nil, r.issuer, c))
	}
	m := open(textOf(unissued("foreign", func(c *pass.Claims) { c.Site = pass.SiteID(bytesOf("other site", 8)) })))
	foreign := m
	foreign.protected = headerOf(keyID(r.foreign).String())
	r.message(pass.ReasonUnknownIssuer, "other-site", "a pass of another site", foreign.sign(r.foreign), "P-51")
	r.message(pass.ReasonUnknownIssuer, "other-site-same-key", "a pass that names another site, signed by a key of this one", m, "P-54")
	m = r.plainMessage("unknown-key")
	m.protected = headerOf(keyID(r.unknown).String())
	r.message(pass.ReasonUnknownIssuer, "unknown-key", "a key that the door has not heard of", m.sign(r.unknown), "P-51")
	m = r.plainMessage("forged")
	r.message(pass.ReasonBadSignature, "forged", "signed by another key under the id of a trusted one", m.sign(r.unknown), "P-16", "P-52")
	m = r.plainMessage("other-trusted-key")
	m.protected = headerOf(keyID(r.second).String())
	r.message(pass.ReasonBadSignature, "other-trusted-key", "signed by one trusted key under the id of another", m.sign(r.issuer), "P-16", "P-52")
	m = r.plainMessage("high-s")
	m.signature = highS(m.signature)
	r.message(pass.ReasonBadSignature, "high-s", "the other signature that the same key and message have", m, "P-15", "P-52")
	m.signature = make([]byte, 64)
	r.message(pass.ReasonBadSignature, "zero-signature", "r and s are zero", m, "P-14", "P-52")
	m = r.plainMessage("longer")
	m.payload = decode(m.payload).with(4, integer(end.Unix()+1)).encode()
	r.message(pass.ReasonBadSignature, "claims-changed", "the expiry moved by a second after signing", m, "P-52")
}

// statuses are signed by the issuer and not, or no longer, in a list.
func (r *refusals) statuses() {
	unrecorded := func(name string, list, index uint32) string {
		c := r.plain(name)
		if list != 0 || index != 0 {
			c.Status = pass.StatusRef{List: list, Index: index}
		}
		return must(pass.Join(must(pass.Sign(nil, r.issuer, c)), nil))
	}
	r.add(pass.ReasonRevoked, "revoked", "a place that was valid and is so no longer", unrecorded("revoked", 0, 0), "P-58")
	r.add(pass.ReasonRevoked, "never-issued", "a place that issuing never recorded, however well it is signed", unrecorded("never-issued", 0, 255), "P-43", "P-58")
	r.add(pass.ReasonStatusUnknown, "beyond-list", "a place beyond the end of the list", unrecorded("beyond", 0, 256), "P-57")
	r.add(pass.ReasonStatusUnknown, "largest-index", "the largest place that can be written", unrecorded("largest", 0, 1<<32-1), "P-57")
	r.add(pass.ReasonStatusUnknown, "missing-list", "a list that the door does not have", unrecorded("missing", 7, 1), "P-57")
	c := r.plain("short")
	c.Status = pass.StatusRef{List: shortList, Index: 1}
	text := r.issue(c, nil)
	r.add(pass.ReasonStatusUnknown, "expired-list", "a list that has expired", text, "P-45", "P-57").At = noon.AddDate(0, 1, 0)
}

func (r *refusals) hours() {
	for _, v := range []struct {
		name, about, hours string
		at                 time.Time
	}{
		{"hours-other-day", "another day", "Thu 00:00-24:00", noon},
		{"hours-before", "the minute before a window", "Wed 12:01-13:00", noon},
		{"hours-end", "the minute at which a window ends", "Wed 11:00-12:00", noon},
		{"hours-after-midnight", "after midnight of a day that no window began on", "Thu 22:00-02:00", noon.Add(13 * time.Hour)},
		{"hours-before-midnight", "in the evening of the day on which a window ends", "Tue 22:00-02:00", noon.Add(11 * time.Hour)},
		{"hours-other-time-zone", "hours are those of the site, not of UTC", "Wed 04:00-05:00", noon},
	} {
		c := r.plain(v.name)
		c.Schedule = must(pass.ParseSchedule(v.hours))
		r.add(pass.ReasonOutOfHours, v.name, v.about+": "+v.hours, r.issue(c, nil), "P-25", "P-60").At = v.at
	}
}

// moved are face passes whose sealed reference is not their own.
func (r *refusals) moved() {
	one, two := r.faceMessage("moved-from"), r.faceMessage("moved-to")
	two.unprotected = one.unprotected
	r.message(pass.ReasonBadSignature, "moved-reference", "the sealed reference of another pass", two, "P-35", "P-53")
	flipped := slices.Clone(one.unprotected)
	flipped[len(flipped)-1] ^= 1
	one.unprotected = flipped
	r.message(pass.ReasonBadSignature, "changed-reference", "one bit of the sealed reference changed", one, "P-35", "P-53")
	r.movedAndSigned()
	c, s := r.sealed("lost", r.plain("lost"), r.lost, r.references("lost", r.model))
	r.add(pass.ReasonUnknownSeal, "unknown-seal", "sealed under a key that the door does not have", r.issue(c, s.Bytes), "P-34", "P-62")
	c, s = r.sealed("older", r.plain("older"), r.seal, r.references("older", r.older))
	r.add(pass.ReasonOtherModel, "other-model", "a model that the door does not have", r.issue(c, s.Bytes), "P-61")
}

// movedAndSigned are references that the issuer was made to sign for.
func (r *refusals) movedAndSigned() {
	for _, v := range []struct {
		name, about string
		change      func(*pass.Claims)
	}{
		{"moved-and-signed", "the sealed reference of another pass, signed for", func(c *pass.Claims) { c.ID[0] ^= 1 }},
		{"longer-and-signed", "a reference sealed for a shorter life, signed for", func(c *pass.Claims) { c.Expires = c.Expires.Add(time.Second) }},
		{"consent-and-signed", "a reference sealed for another consent, signed for", func(c *pass.Claims) { c.Face.Consent[0] ^= 1 }},
		{"model-and-signed", "a reference sealed for another model, signed for", func(c *pass.Claims) { c.Face.Models = []pass.ModelID{r.newer} }},
	} {
		c, s := r.face(v.name)
		v.change(&c)
		r.add(pass.ReasonBadSeal, v.name, v.about, r.issue(c, s.Bytes), "P-32", "P-63")
	}
}
