package main

import (
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// The PINs of the vectors.
const (
	pinNumber, pinCode     = "01234567", "76543210"
	hoursNumber, hoursCode = "20000000", "00000000"
)

func (b *bundles) pins() {
	entry := func(name, code string, terms bundle.Entry) bundle.Entry {
		return must(bundle.MakeEntry(stream("salt "+name), b.pepper, b.world.site, zone, code, terms))
	}
	always := entry("always", pinCode, bundle.Entry{Number: pinNumber, NotBefore: begin, Expires: end})
	night := entry("night", hoursCode, bundle.Entry{
		Number: hoursNumber, NotBefore: begin, Expires: end, Schedule: must(pass.ParseSchedule("daily 22:00-06:00")),
	})
	sign := func(entries ...bundle.Entry) []byte {
		return must(bundle.SignPINs(nil, b.issuer, &bundle.PINs{Site: b.world.site, Zone: zone, Issued: noon, Entries: entries}))
	}
	accept := func(name, text string, entries ...bundle.Entry) {
		b.out.PINs = append(b.out.PINs, vectors.PINs{
			Vector: about(name, text, "B-40", "B-41", "B-44"), Zone: zone, Message: sign(entries...), Entries: len(entries),
		})
	}
	accept("two", "a PIN for always and one for nights", always, night)
	accept("none", "no PINs yet")
	b.refusedPINs(openBytes(sign(always, night)))
	b.checks()
}

func (b *bundles) checks() {
	add := func(name, text, number, code string, at time.Time, reason pass.Reason, reqs ...string) {
		b.out.Checks = append(b.out.Checks, vectors.PINCheck{
			Vector: about(name, text, reqs...), Object: "two", Number: number, Code: code, At: at, Reason: string(reason),
		})
	}
	add("right", "the right number and code", pinNumber, pinCode, noon, "", "B-42", "B-46")
	add("first-second", "from the second of not-before", pinNumber, pinCode, begin, "", "B-44")
	add("at-night", "within hours", hoursNumber, hoursCode, noon.Add(12*time.Hour), "", "B-44")
	add("wrong-code", "the last digit wrong", pinNumber, "76543211", noon, pass.ReasonWrongPIN, "B-46")
	add("wrong-number", "a number that nobody has, and a code that somebody has", "01234568", pinCode, noon, pass.ReasonWrongPIN, "B-45", "B-46")
	add("another-holders-code", "the code of another number", pinNumber, hoursCode, noon, pass.ReasonWrongPIN, "B-46")
	add("short", "a code of seven digits", pinNumber, "7654321", noon, pass.ReasonWrongPIN, "B-46")
	add("other-digits", "digits of another script", pinNumber, "٧٦٥٤٣٢١٠", noon, pass.ReasonWrongPIN, "B-46")
	add("spaces", "spaces in between", "0123 4567", pinCode, noon, pass.ReasonWrongPIN, "B-46")
	add("wrong-and-expired", "a wrong code is not told that it has ended", pinNumber, "76543211", end, pass.ReasonWrongPIN, "B-46")
	add("second-before", "the second before not-before", pinNumber, pinCode, begin.Add(-time.Second), pass.ReasonNotYetValid, "B-44", "B-46")
	add("at-expiry", "the second of expiry", pinNumber, pinCode, end, pass.ReasonExpired, "B-44", "B-46")
	add("by-day", "out of hours", hoursNumber, hoursCode, noon, pass.ReasonOutOfHours, "B-44", "B-46")
}

func (b *bundles) refusedPINs(good message) {
	refuse := func(reason, name, text, zone string, data []byte, reqs ...string) {
		b.out.PINs = append(b.out.PINs, vectors.PINs{Vector: about(name, text, reqs...), Zone: zone, Message: data, Error: reason})
	}
	refuse("other-zone", "other-zone", "PINs of another zone", "garden", good.encode(), "B-47")
	m := good
	m.protected = decode(good.protected).with(4, byteString(idOf(b.signer))).encode()
	refuse("unknown-key", "bundle-key", "signed by the key of bundles", zone, m.sign(b.signer).encode(), "B-47")
	refuse("bad-signature", "forged", "signed by another key under the id of a trusted one", zone, good.sign(b.stranger).encode(), "B-4", "B-47")
	other := must(bundle.SignPINs(nil, b.issuer, &bundle.PINs{Site: pass.SiteID{1}, Zone: zone, Issued: noon}))
	refuse("other-site", "other-site", "PINs of another site by the same key", zone, other, "B-47")
	claims, head := decode(good.payload), decode(good.protected)
	bad := func(name, text string, f func(*message), reqs ...string) {
		m := good
		f(&m)
		refuse("malformed", name, text, zone, m.sign(b.issuer).encode(), reqs...)
	}
	bad("type", "the type of a bundle", func(m *message) {
		m.protected = head.with(16, textString("application/facelatch-bundle+cose")).encode()
	}, "B-3", "B-40")
	bad("no-type", "no type, as in a pass", func(m *message) { m.protected = head.without(16).encode() }, "B-3", "B-40")
	for _, k := range []int64{1, 2, 3} {
		bad("without-"+itoa(int(k)), "entry "+itoa(int(k))+" left out", func(m *message) { m.payload = claims.without(k).encode() }, "B-40")
	}
	say := func(name, text string, k int64, value []byte, reqs ...string) {
		bad(name, text, func(m *message) { m.payload = claims.with(k, value).encode() }, reqs...)
	}
	say("unknown-entry", "an entry that there is not", 5, integer(1), "B-40")
	say("zone", "a zone with a capital", 2, textString("Front"), "B-40")
	say("entries-empty", "an empty array, which is written by leaving it out", 4, array(), "B-1", "B-40")
	pins := items(claims.get(4))
	say("order", "numbers that are not sorted", 4, array(pins[1], pins[0]), "B-41")
	say("twice", "a number twice", 4, array(pins[0], pins[0]), "B-41")
	one := items(pins[0])
	part := func(name, text string, i int, value []byte, reqs ...string) {
		changed := append([][]byte{}, one...)
		changed[i] = value
		say(name, text, 4, array(array(changed...)), reqs...)
	}
	part("number-short", "a number of seven digits", 0, textString("0123456"), "B-41")
	part("number-letters", "a number with a letter", 0, textString("0123456a"), "B-41")
	part("number-integer", "a number that is an integer", 0, integer(1234567), "B-41")
	part("salt-short", "a salt of 15 bytes", 1, byteString(make([]byte, 15)), "B-40")
	part("tag-short", "a tag of 31 bytes", 2, byteString(make([]byte, 31)), "B-40")
	part("tag-zero", "a tag of zeros", 2, byteString(make([]byte, 32)), "B-40")
	part("expiry-before", "an expiry at not-before", 4, integer(begin.Unix()), "B-44")
	part("expiry-late", "a second more than 24 months", 4, integer(begin.Add(pass.MaxLifetime).Unix()+1), "B-44")
	part("schedule-null", "null in place of a schedule", 5, []byte{0xf6}, "B-40")
	part("schedule", "a window without days", 5, array(array(integer(0), integer(1), integer(2))), "B-44")
	say("five-parts", "an entry of five parts", 4, array(array(one[:5]...)), "B-40")
}
