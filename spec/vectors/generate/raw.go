package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// What is here makes messages that no well-behaved issuer makes. It has its own
// writer of CBOR heads, so that what is wrong is wrong on purpose.

func itoa(n int) string { return strconv.Itoa(n) }

// head returns the shortest head of a CBOR item (RFC 8949 section 3).
func head(major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return []byte{major | byte(n)}
	case n < 1<<8:
		return []byte{major | 24, byte(n)}
	case n < 1<<16:
		return []byte{major | 25, byte(n >> 8), byte(n)}
	case n < 1<<32:
		return []byte{major | 26, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
	}
	return []byte{
		major | 27, byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32),
		byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n),
	}
}

func integer(n int64) []byte {
	if n < 0 {
		return head(1, uint64(-1-n))
	}
	return head(0, uint64(n))
}

func byteString(b []byte) []byte { return append(head(2, uint64(len(b))), b...) }
func textString(s string) []byte { return append(head(3, uint64(len(s))), s...) }

func array(items ...[]byte) []byte {
	return append(head(4, uint64(len(items))), bytes.Join(items, nil)...)
}

// pair is an entry of a map, both halves encoded.
type pair struct{ key, value []byte }

func entry(key int64, value []byte) pair { return pair{integer(key), value} }

// object is a map in the order of its entries.
type object []pair

func (o object) encode() []byte {
	out := head(5, uint64(len(o)))
	for _, p := range o {
		out = append(append(out, p.key...), p.value...)
	}
	return out
}

// with returns a copy with one value replaced, or an entry added where sorting
// puts it.
func (o object) with(key int64, value []byte) object {
	out := slices.Clone(o)
	for i, p := range out {
		if bytes.Equal(p.key, integer(key)) {
			out[i].value = value
			return out
		}
	}
	out = append(out, entry(key, value))
	slices.SortFunc(out, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	return out
}

// without returns a copy with one entry left out.
func (o object) without(key int64) object {
	return slices.DeleteFunc(slices.Clone(o), func(p pair) bool { return bytes.Equal(p.key, integer(key)) })
}

// get returns a value, encoded.
func (o object) get(key int64) []byte {
	for _, p := range o {
		if bytes.Equal(p.key, integer(key)) {
			return p.value
		}
	}
	panic("no such entry")
}

// decode reads a map with integer keys.
func decode(data []byte) object {
	var m map[int64]cbor.RawMessage
	check(cbor.Unmarshal(data, &m))
	var o object
	for k, v := range m {
		o = append(o, entry(k, v))
	}
	slices.SortFunc(o, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	return o
}

// message is a COSE_Sign1 with every part open to change.
type message struct {
	tag                    []byte
	protected, unprotected []byte
	payload, signature     []byte
}

// open takes the text of a pass apart.
func open(text string) message {
	m := must(cose.ParseSign1(messageOf(text)))
	return message{
		tag: []byte{0xd2}, protected: m.Protected, unprotected: m.Unprotected,
		payload: m.Payload, signature: m.Signature,
	}
}

// sign signs what is in the message now, whatever it is. It builds the
// Sig_structure (RFC 9052 section 4.4) by itself.
func (m message) sign(k *ecdsa.PrivateKey) message {
	sum := sha256.Sum256(array(textString("Signature1"), byteString(m.protected), byteString(nil), byteString(m.payload)))
	var sig struct{ R, S *big.Int }
	must(asn1.Unmarshal(must(k.Sign(nil, sum[:], crypto.SHA256)), &sig))
	if high := new(big.Int).Sub(order, sig.S); high.Cmp(sig.S) < 0 {
		sig.S = high
	}
	m.signature = append(sig.R.FillBytes(make([]byte, 32)), sig.S.FillBytes(make([]byte, 32))...)
	return m
}

// order is the order of the group of P-256.
var order = elliptic.P256().Params().N

// highS returns the other signature that the same key and message have.
func highS(signature []byte) []byte {
	s := new(big.Int).SetBytes(signature[32:])
	return append(slices.Clone(signature[:32]), new(big.Int).Sub(order, s).FillBytes(make([]byte, 32))...)
}

func (m message) encode() []byte {
	return append(slices.Clone(m.tag),
		array(byteString(m.protected), m.unprotected, byteString(m.payload), byteString(m.signature))...)
}

func (m message) text() string { return textOf(m.encode()) }

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// textOf is Base45 with the prefix, written a second time so that the vectors
// do not come from the code they test.
func textOf(data []byte) string {
	var b strings.Builder
	b.WriteString(pass.Prefix)
	for i := 0; i < len(data); i += 2 {
		n, digits := int(data[i]), 2
		if i+1 < len(data) {
			n, digits = n<<8|int(data[i+1]), 3
		}
		for range digits {
			b.WriteByte(alphabet[n%45])
			n /= 45
		}
	}
	return b.String()
}

func messageOf(text string) []byte {
	text = text[len(pass.Prefix):]
	var out []byte
	for i := 0; i < len(text); i += 3 {
		n := strings.IndexByte(alphabet, text[i]) + 45*strings.IndexByte(alphabet, text[i+1])
		if i+2 == len(text) {
			return append(out, byte(n))
		}
		n += 45 * 45 * strings.IndexByte(alphabet, text[i+2])
		out = append(out, byte(n>>8), byte(n))
	}
	return out
}
