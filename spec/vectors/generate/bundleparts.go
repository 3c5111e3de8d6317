package main

import (
	"github.com/fxamacker/cbor/v2"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// rawItem is an element of an array, encoded.
type rawItem = cbor.RawMessage

func unmarshal(data []byte, v any) { check(cbor.Unmarshal(data, v)) }

// openBytes takes a signed message apart.
func openBytes(data []byte) message {
	m := must(cose.ParseSign1(data))
	return message{
		tag: []byte{0xd2}, protected: m.Protected, unprotected: m.Unprotected,
		payload: m.Payload, signature: m.Signature,
	}
}

// textOfPlain makes an ordinary plain pass, which is not recorded.
func textOfPlain(w *world) (string, error) {
	c := w.plain("not-a-bundle")
	return pass.Join(must(pass.Sign(nil, w.issuer, c)), nil)
}

// refusedParts are zones, lists, models and the rest that cannot be.
func (b *bundles) refusedParts() {
	b.refusedZones()
	claims := decode(b.good().payload)
	hash := byteString(bytesOf("hash", 32))
	list := func(n, size int64) []byte { return array(integer(n), hash, integer(size)) }
	b.say("lists-empty", "an empty array, which is written by leaving it out", 12, array(), "B-1")
	b.say("lists-order", "lists that are not sorted", 12, array(list(2, 1), list(1, 1)), "B-22")
	b.say("lists-twice", "a list twice", 12, array(list(1, 1), list(1, 1)), "B-22")
	b.say("list-large", "a list of more than 256 KiB", 12, array(list(1, 256<<10+1)), "B-22")
	b.say("list-empty", "a list of no bytes", 12, array(list(1, 0)), "B-22")
	b.say("list-hash-zero", "a hash of zeros", 12, array(array(integer(1), byteString(make([]byte, 32)), integer(1))), "B-22")
	b.say("list-hash-short", "a hash of 31 bytes", 12, array(array(integer(1), byteString(make([]byte, 31)), integer(1))), "B-22")
	var many [][]byte
	for i := range 4097 {
		many = append(many, array(integer(int64(i)), byteString([]byte{}), integer(1)))
	}
	b.say("lists-many", "4097 lists", 12, array(many...), "B-22")
	models := items(claims.get(13))
	b.say("models-order", "models that are not sorted", 13, array(models[1], models[0]), "B-23")
	b.say("models-twice", "a model twice", 13, array(models[0], models[0]), "B-23")
	b.say("model-id-zero", "a model id of zeros", 13, array(array(byteString(make([]byte, 8)), integer(noon.Unix()))), "B-23")
	b.say("model-until-zero", "a model without an end", 13, array(array(byteString(b.model[:]), integer(0))), "B-23")
	b.signed("models-none", "a zone that accepts faces, and no model", func(m *message) { m.payload = claims.without(13).encode() }, "B-23")
	id := byteString([]byte{1, 2, 3, 4})
	b.say("refused-twice", "a refused key twice", 14, array(id, id), "B-24")
	b.say("refused-order", "refused keys that are not sorted", 14, array(byteString([]byte{2, 0, 0, 0}), id), "B-24")
	b.say("refused-short", "a key id of three bytes", 14, array(byteString([]byte{1, 2, 3})), "B-24")
	text := object{pair{textString("en"), textString("x")}}.encode()
	b.signed("notice-none", "a zone that accepts faces, and no notice", func(m *message) { m.payload = claims.without(15).encode() }, "B-25")
	b.say("notice-hash-zero", "a notice with a hash of zeros", 15, array(byteString(make([]byte, 32)), text), "B-25")
	b.say("notice-no-text", "a notice without a text", 15, array(hash, object{}.encode()), "B-25")
	b.say("notice-language", "a text in no language", 15, array(hash, object{pair{textString("English"), textString("x")}}.encode()), "B-13", "B-25")
	b.say("notice-long", "a text of 4097 bytes", 15, array(hash, object{pair{textString("en"), textString(string(spaces(4097)))}}.encode()), "B-25")
	b.say("checkpoint-empty", "an empty checkpoint, which is written by leaving it out", 16, byteString(nil), "B-1")
	b.say("checkpoint-long", "a checkpoint of 4097 bytes", 16, byteString(make([]byte, 4097)), "B-26")
}

func spaces(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = ' '
	}
	return out
}

func (b *bundles) refusedZones() {
	claims := decode(b.good().payload)
	zones := items(claims.get(11))
	b.say("zones-none", "no zones", 11, array(), "B-17")
	b.say("zones-order", "zones that are not sorted", 11, array(zones[1], zones[0]), "B-17")
	b.say("zones-twice", "a zone twice", 11, array(zones[0], zones[0]), "B-17")
	var many [][]byte
	for i := range 65 {
		many = append(many, object{entry(1, textString("z"+itoa(100+i))), entry(3, integer(1))}.encode())
	}
	b.say("zones-many", "65 zones", 11, array(many...), "B-17")
	bad := func(name, text string, k int64, value []byte, reqs ...string) {
		b.inZone("malformed", "zone-"+name, text, k, value, reqs...)
	}
	bad("name", "a name with a capital", 1, textString("Front"), "B-17")
	bad("unknown-entry", "an entry that there is not", 11, integer(1), "B-10")
	bad("title-control", "a title that clears the screen", 2, object{pair{textString("en"), textString("\x1b[2J")}}.encode(), "B-13")
	bad("title-empty", "no titles, which is written by leaving it out", 2, object{}.encode(), "B-1")
	bad("methods-none", "no way in", 3, integer(0), "B-18")
	bad("methods-unknown", "a method that there is not", 3, integer(16|1), "B-18")
	bad("methods-256", "a number that does not fit", 3, integer(256|1), "B-18")
	b.inZone("only-way", "zone-face-alone", "faces are the only way in", 3, integer(2), "B-18")
	bad("threshold-none", "faces without a threshold", 5, nil, "B-19")
	bad("threshold", "a threshold with a space", 5, textString("fmr 1e-4"), "B-19")
	bad("budget-none", "faces without a budget", 7, nil, "B-19")
	bad("budget-large", "a budget of 1001", 7, integer(1001), "B-19")
	bad("budget-negative", "a negative budget", 7, integer(-1), "B-19")
	bad("threshold-without-face", "a threshold, and no faces", 3, integer(1|4), "B-19")
	bad("hours-empty", "no window, which is written by leaving it out", 6, array(), "B-1", "B-20")
	bad("hours", "a window without days", 6, array(array(integer(0), integer(1), integer(2))), "B-20")
	bad("pins-none", "PINs without an object", 8, nil, "B-21")
	bad("pins-large", "an object of more than 4 MiB", 8, array(byteString(bytesOf("hash", 32)), integer(4<<20+1)), "B-21")
	bad("pins-zero", "an object with a hash of zeros", 8, array(byteString(make([]byte, 32)), integer(1)), "B-21")
	yes := []byte{0xf5}
	bad("prompts-zero", "no movements, which is written by leaving it out", 9, integer(0), "B-1", "B-27")
	bad("prompts-negative", "a negative number of movements", 9, integer(-1), "B-27")
	bad("prompts-four", "four movements", 9, integer(4), "B-27")
	bad("light-false", "no light, which is written by leaving it out", 10, []byte{0xf4}, "B-1", "B-27")
	bad("light-alone", "a light, and no movement to go with it", 10, yes, "B-27")
	b.say("zone-prompts-without-face", "movements, and no faces", 11, array(zones[0], decode(zones[1]).with(9, integer(1)).encode()), "B-19", "B-27")
	bad("pins-without-method", "an object, and no PINs", 3, integer(1|2), "B-21")
}
