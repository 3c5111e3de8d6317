package cose

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/testenv"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

// reader returns bytes that are the same in every run.
func reader() io.Reader { return rand.NewChaCha8([32]byte{1}) }

func signingKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	must(t, err)
	return key
}

// TestThumbprint uses the example of RFC 9679 section 6.
func TestThumbprint(t *testing.T) {
	key := PublicKey{
		Type: 2, Curve: 1,
		X: unhex(t, "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"),
		Y: unhex(t, "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"),
	}
	pub, err := key.ECDSA()
	must(t, err)
	id, err := KeyIDOf(pub)
	must(t, err)
	if id.String() != "496bd8af" {
		t.Fatalf("%s is not the beginning of the published thumbprint", id)
	}
}

// TestSymmetricThumbprint: the encoding written by hand is the one that the
// encoder gives.
func TestSymmetricThumbprint(t *testing.T) {
	secret := [32]byte{1, 2, 3, 31: 9}
	got := SymmetricKeyID(&secret)
	want, err := thumbprintOf(struct {
		Type int    `cbor:"1,keyasint"`
		K    []byte `cbor:"-1,keyasint"`
	}{4, secret[:]})
	must(t, err)
	if got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}

func TestKeyIDText(t *testing.T) {
	id := KeyID{0x49, 0x6b, 0xd8, 0xaf}
	text, err := id.MarshalText()
	must(t, err)
	var back KeyID
	must(t, back.UnmarshalText(text))
	if back != id {
		t.Fatal("another id came back")
	}
	for _, bad := range []string{"", "496bd8", "496bd8afaf", "496bd8ag"} {
		if back.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for an id", bad)
		}
	}
}

func TestKeysRefused(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), reader())
	must(t, err)
	for name, pub := range map[string]*ecdsa.PublicKey{
		"none": nil, "another curve": &p384.PublicKey, "no curve": {},
		"no point":      {Curve: elliptic.P256(), X: new(big.Int), Y: new(big.Int)},
		"off the curve": {Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)},
	} {
		if _, err := KeyIDOf(pub); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := SignerID(nil); !errors.Is(err, ErrKey) {
		t.Errorf("no signer: %v", err)
	}
	if _, _, err := SignerID(p384); !errors.Is(err, ErrKey) {
		t.Errorf("a signer on another curve: %v", err)
	}
}

// TestLowS signs until the key has given a high s several times: none comes
// out, and turning it high again is refused.
func TestLowS(t *testing.T) {
	key := signingKey(t)
	n := elliptic.P256().Params().N
	for i := range 16 {
		m, err := NewSign1(nil, key, Header{Alg: AlgES256, KeyID: []byte{1, 2, 3, 4}}, []byte{byte(i)}, nil)
		must(t, err)
		if !isLowS(m.Signature) {
			t.Fatal("a high s")
		}
		must(t, m.Verify(&key.PublicKey, nil))
		s := new(big.Int).SetBytes(m.Signature[32:])
		s.Sub(n, s).FillBytes(m.Signature[32:])
		if err := m.Verify(&key.PublicKey, nil); !errors.Is(err, ErrSignature) {
			t.Fatalf("a high s verifies: %v", err)
		}
	}
}

// device is a signer such as a smart card: it knows its public key and answers
// with what a test wants.
type device struct {
	public crypto.PublicKey
	answer func(digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (d device) Public() crypto.PublicKey { return d.public }

func (d device) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.answer(digest, opts)
}

// TestDevices: a key behind an interface is asked for a SHA-256 signature, and
// what it answers is not trusted to be one.
func TestDevices(t *testing.T) {
	key := signingKey(t)
	sign := func(answer func([]byte, crypto.SignerOpts) ([]byte, error)) (*Sign1, error) {
		return NewSign1(nil, device{&key.PublicKey, answer}, Header{Alg: AlgES256, KeyID: []byte{1, 2, 3, 4}}, []byte{1}, nil)
	}
	m, err := sign(func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
		if len(digest) != 32 || opts.HashFunc() != crypto.SHA256 {
			t.Error("asked for something else than a SHA-256 signature")
		}
		return key.Sign(nil, digest, opts)
	})
	must(t, err)
	must(t, m.Verify(&key.PublicKey, nil))
	n := elliptic.P256().Params().N
	for name, sig := range map[string][]byte{
		"nothing":  nil,
		"raw":      make([]byte, 64),
		"zero":     der(t, new(big.Int), big.NewInt(1)),
		"negative": der(t, big.NewInt(1), big.NewInt(-1)),
		"order":    der(t, n, big.NewInt(1)),
		"too long": der(t, big.NewInt(1), new(big.Int).Lsh(n, 1)),
		"trailing": append(der(t, big.NewInt(1), big.NewInt(1)), 0),
	} {
		if m, err := sign(func([]byte, crypto.SignerOpts) ([]byte, error) { return sig, nil }); err == nil || m != nil {
			t.Errorf("%s: taken for a signature", name)
		}
	}
	broken := errors.New("the card was pulled out")
	if _, err := sign(func([]byte, crypto.SignerOpts) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("the device's error is lost: %v", err)
	}
	if err := m.Verify(nil, nil); !errors.Is(err, ErrKey) {
		t.Errorf("verified without a key: %v", err)
	}
	m.Signature = m.Signature[:63]
	if err := m.Verify(&key.PublicKey, nil); !errors.Is(err, ErrSignature) {
		t.Errorf("a short signature: %v", err)
	}
}

func der(t testing.TB, r, s *big.Int) []byte {
	t.Helper()
	b, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	must(t, err)
	return b
}

func TestSign1RoundTrip(t *testing.T) {
	key := signingKey(t)
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "payload")
		external := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "external")
		m, err := NewSign1(nil, key, Header{Alg: AlgES256, KeyID: []byte{1, 2, 3, 4}}, payload, external)
		if err != nil {
			t.Fatal(err)
		}
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseSign1(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := back.Verify(&key.PublicKey, external); err != nil {
			t.Fatal(err)
		}
		if err := back.Verify(&key.PublicKey, append(external, 0)); !errors.Is(err, ErrSignature) {
			t.Fatalf("verifies for other external data: %v", err)
		}
	})
}

// TestEncrypt0Published opens the A256GCM example of the COSE working group
// (github.com/cose-wg/Examples, aes-gcm-examples/aes-gcm-enc-03.json), which
// has no key id, as far as it goes: the Enc_structure and the ciphertext.
func TestEncrypt0Published(t *testing.T) {
	aad, err := encStructure(unhex(t, "a10103"), nil)
	must(t, err)
	if want := unhex(t, "8368456e63727970743043a1010340"); !bytes.Equal(aad, want) {
		t.Fatalf("Enc_structure %x, want %x", aad, want)
	}
	key := [32]byte(unhex(t, "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100"))
	aead, err := newAEAD(&key)
	must(t, err)
	iv := unhex(t, "02d1f7e6f26c43d4868d87ce")
	want := unhex(t, "9d64a5a59a3b04867dccf6b8ef82f7d1a3b25ef84eca2bc5d7593a96e943859a9cc24ad3")
	if got := aead.Seal(nil, iv, []byte("This is the content."), aad); !bytes.Equal(got, want) {
		t.Fatalf("ciphertext %x, want %x", got, want)
	}
}

func TestEncrypt0RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
		id := KeyID(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "id"))
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plaintext")
		external := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "external")
		m, err := Encrypt(reader(), &key, id, plaintext, external)
		if err != nil {
			t.Fatal(err)
		}
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseEncrypt0(data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := back.Decrypt(&key, external)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%x, %v", got, err)
		}
		back.KeyID[0]++ // the key id is authenticated too
		if got, err := back.Decrypt(&key, external); !errors.Is(err, ErrOpen) || got != nil {
			t.Fatalf("opens under another key id: %v", err)
		}
	})
}

func TestEncryptNeedsRandomness(t *testing.T) {
	m, err := Encrypt(bytes.NewReader(make([]byte, IVSize-1)), new([32]byte), KeyID{}, nil, nil)
	if err == nil || m != nil {
		t.Fatal("sealed with an IV that was not filled")
	}
}

// TestWide: the two ways to decode differ in how long an array may be, and in
// nothing else.
func TestWide(t *testing.T) {
	for _, test := range []struct {
		n            int
		narrow, wide bool
	}{{64, true, true}, {65, false, true}, {maxWideArray, false, true}, {maxWideArray + 1, false, false}} {
		data, err := Marshal(make([]int, test.n))
		must(t, err)
		var out []int
		if err := Unmarshal(data, &out); (err == nil) != test.narrow {
			t.Errorf("%d: %v", test.n, err)
		}
		if err := UnmarshalWide(data, &out); (err == nil) != test.wide {
			t.Errorf("%d, wide: %v", test.n, err)
		}
	}
	var out []int
	if err := UnmarshalWide([]byte{0x81, 0x18, 0x01}, &out); !errors.Is(err, ErrEncoding) {
		t.Errorf("a long form: %v", err)
	}
}

func FuzzSign1(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseSign1(data)
		if err != nil {
			if m != nil || !errors.Is(err, ErrEncoding) {
				t.Fatalf("a message and %v", err)
			}
			return
		}
		if again, err := m.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("encodes to %x, %v", again, err)
		}
	})
}

func FuzzEncrypt0(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseEncrypt0(data)
		if err != nil {
			if m != nil || !errors.Is(err, ErrEncoding) {
				t.Fatalf("a message and %v", err)
			}
			return
		}
		if again, err := m.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("encodes to %x, %v", again, err)
		}
		if plaintext, err := m.Decrypt(new([32]byte), nil); err == nil {
			t.Fatalf("opened %x with a key of zeros", plaintext)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzSign1")
	testenv.Corpus(t, "FuzzEncrypt0")
}
