package statuslist

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/internal/testenv"
)

var day = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func signingKey(t testing.TB) (*ecdsa.PrivateKey, map[KeyID]*ecdsa.PublicKey) {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	must(t, err)
	id, err := cose.KeyIDOf(&key.PublicKey)
	must(t, err)
	return key, map[KeyID]*ecdsa.PublicKey{id: &key.PublicKey}
}

func header(number int) Header {
	return Header{URI: "fl:" + strconv.Itoa(number), Issued: day, Expires: day.AddDate(1, 0, 0), TTL: 12 * time.Hour}
}

// TestPublishedShort decodes the 16 entries of the draft's section 4.1.
func TestPublishedShort(t *testing.T) {
	data, err := hex.DecodeString("78dadbb918000217015d")
	must(t, err)
	bits, err := inflate(data)
	must(t, err)
	if !bytes.Equal(bits, []byte{0xb9, 0xa3}) {
		t.Fatalf("%x", bits)
	}
	l := List{bits: bits}
	for i, want := range []Status{1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1} {
		if got, err := l.Get(uint32(i)); err != nil || got != want {
			t.Errorf("%d: %v, %v, want %v", i, got, err, want)
		}
	}
}

// TestPublishedLong decodes the 1048576 entries of the draft's appendix C.1.
func TestPublishedLong(t *testing.T) {
	data, err := base64.RawURLEncoding.DecodeString("eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogE" +
		"AAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
		"AAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAA" +
		"A7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAA" +
		"ACAZC8L2AEb")
	must(t, err)
	bits, err := inflate(data)
	must(t, err)
	l := List{bits: bits}
	set := []uint32{0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345}
	for i := range uint32(l.Len()) {
		want := Valid
		if slices.Contains(set, i) {
			want = Invalid
		}
		if got, _ := l.Get(i); got != want {
			t.Fatalf("%d: %v, want %v", i, got, want)
		}
	}
	if l.Len() != MaxSize {
		t.Fatalf("%d entries", l.Len())
	}
}

// TestPublishedToken: the draft's own example has its key id outside of the
// protected header, which the profile refuses, and refuses as malformed.
func TestPublishedToken(t *testing.T) {
	data, err := hex.DecodeString("d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b63" +
		"7774a1044231325850a502782168747470733a2f2f6578616d706c652e636f6d2f73" +
		"74617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda2" +
		"646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1" +
		"101b77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323de" +
		"d7c982c5e101a5e67f0cbc1e2b6f57ce99c279")
	must(t, err)
	_, keys := signingKey(t)
	if _, err := Verify(data, keys, "https://example.com/statuslists/1", day); !errors.Is(err, ErrMalformed) {
		t.Fatal(err)
	}
}

func TestFreshListIsInvalid(t *testing.T) {
	l, err := New(DefaultSize)
	must(t, err)
	for i := range uint32(l.Len()) {
		if s, err := l.Get(i); err != nil || s != Invalid {
			t.Fatalf("%d: %v, %v", i, s, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, n := range []int{-8, 0, 1, 7, 9, MaxSize + 8} {
		if l, err := New(n); !errors.Is(err, ErrSize) || l != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
	l, err := New(8)
	must(t, err)
	if _, err := l.Get(8); !errors.Is(err, ErrIndex) {
		t.Error(err)
	}
	if err := l.Set(1<<32-1, Valid); !errors.Is(err, ErrIndex) {
		t.Error(err)
	}
	key, _ := signingKey(t)
	if _, err := Sign(nil, key, header(0), &List{}); !errors.Is(err, ErrSize) {
		t.Errorf("an empty list is signed: %v", err)
	}
}

func TestHeaderRefused(t *testing.T) {
	key, _ := signingKey(t)
	l, err := New(8)
	must(t, err)
	for name, change := range map[string]func(*Header){
		"no uri":            func(h *Header) { h.URI = "" },
		"expired when made": func(h *Header) { h.Expires = h.Issued },
		"no times":          func(h *Header) { h.Issued, h.Expires = time.Time{}, time.Time{} },
		"negative ttl":      func(h *Header) { h.TTL = -time.Second },
		"after 9999":        func(h *Header) { h.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		h := header(0)
		change(&h)
		if data, err := Sign(nil, key, h, l); !errors.Is(err, ErrMalformed) || data != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Sign(nil, nil, header(0), l); err == nil {
		t.Error("signed without a key")
	}
}

// TestRoundTrip: what was set is read back, and nothing else.
func TestRoundTrip(t *testing.T) {
	key, keys := signingKey(t)
	rapid.Check(t, func(t *rapid.T) {
		size := 8 * rapid.IntRange(1, 200).Draw(t, "size")
		l, err := New(size)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Repeat([]Status{Invalid}, size)
		for _, op := range rapid.SliceOfN(rapid.IntRange(0, 2*size-1), 0, 50).Draw(t, "ops") {
			s := Status(op % 2)
			want[op/2] = s
			if err := l.Set(uint32(op/2), s); err != nil {
				t.Fatal(err)
			}
		}
		data, err := Sign(nil, key, header(3), l)
		if err != nil {
			t.Fatal(err)
		}
		token, err := Verify(data, keys, "fl:3", day)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want {
			if got, err := token.Status(uint32(i), day); err != nil || got != s {
				t.Fatalf("%d: %v, %v, want %v", i, got, err, s)
			}
		}
		if token.Header() != header(3) {
			t.Fatalf("%+v", token.Header())
		}
	})
}

// TestFlips: no change of one bit goes through.
func TestFlips(t *testing.T) {
	key, keys := signingKey(t)
	l, err := New(64)
	must(t, err)
	data, err := Sign(nil, key, header(0), l)
	must(t, err)
	for i := range 8 * len(data) {
		changed := slices.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		if token, err := Verify(changed, keys, "fl:0", day); err == nil || token != nil {
			t.Fatalf("bit %d of byte %d: accepted", i%8, i/8)
		}
	}
}

// TestSignedButRefused: the key has signed these, and they are refused all the
// same, each for its own reason.
func TestSignedButRefused(t *testing.T) {
	key, keys := signingKey(t)
	_, id, err := cose.SignerID(key)
	must(t, err)
	packed, err := deflate([]byte{0xff})
	must(t, err)
	for name, tt := range map[string]struct {
		change func(*protected, *claims)
		after  string // Put behind the whole token.
		want   error
	}{
		"as it should be":     {want: nil},
		"another uri":         {change: func(_ *protected, c *claims) { c.URI = "fl:1" }, want: ErrOtherList},
		"a longer uri":        {change: func(_ *protected, c *claims) { c.URI = "fl:00" }, want: ErrOtherList},
		"another type":        {change: func(h *protected, _ *claims) { h.Type = "application/cwt" }, want: ErrMalformed},
		"two bits":            {change: func(_ *protected, c *claims) { c.List.Bits = 2 }, want: ErrMalformed},
		"after the list":      {change: func(_ *protected, c *claims) { c.List.Lst = append(c.List.Lst, 0) }, want: ErrMalformed},
		"two lists in one":    {change: func(_ *protected, c *claims) { c.List.Lst = slices.Repeat(c.List.Lst, 2) }, want: ErrMalformed},
		"a list cut off":      {change: func(_ *protected, c *claims) { c.List.Lst = c.List.Lst[:len(c.List.Lst)-1] }, want: ErrMalformed},
		"after the token":     {after: "\x00", want: ErrMalformed},
		"a map after it":      {after: "\xa0", want: ErrMalformed},
		"expired long before": {change: func(_ *protected, c *claims) { c.Issued, c.Expires = 1, 2 }, want: ErrExpired},
	} {
		head := protected{Alg: cose.AlgES256, KeyID: id[:], Type: tokenType}
		c := claims{
			URI: "fl:0", Issued: day.Unix(), Expires: day.AddDate(1, 0, 0).Unix(),
			List: lst{Bits: 1, Lst: slices.Clone(packed)},
		}
		if tt.change != nil {
			tt.change(&head, &c)
		}
		payload, err := cose.Marshal(c)
		must(t, err)
		m, err := cose.NewSign1(nil, key, head, payload, nil)
		must(t, err)
		data, err := m.Encode()
		must(t, err)
		token, err := Verify(append(data, tt.after...), keys, "fl:0", day)
		if !errors.Is(err, tt.want) || (token == nil) != (tt.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSet(t *testing.T) {
	key, keys := signingKey(t)
	l, err := New(8)
	must(t, err)
	must(t, l.Set(2, Valid))
	verify := func() *Token {
		data, err := Sign(nil, key, header(1), l)
		must(t, err)
		token, err := Verify(data, keys, "fl:1", day)
		must(t, err)
		return token
	}
	old := verify()
	must(t, l.Set(2, Invalid))
	set := NewSet(old, verify())
	if set.Len() != 1 {
		t.Fatalf("%d lists", set.Len())
	}
	if s, err := set.Status("fl:1", 2, day); err != nil || s != Invalid {
		t.Errorf("an older token answers: %v, %v", s, err)
	}
	if s, _ := old.Status(2, day); s != Valid {
		t.Error("a token changed with the list it was made from")
	}
	for name, test := range map[string]struct {
		uri   string
		index uint32
		at    time.Time
		want  error
	}{
		"no list":    {"fl:2", 2, day, ErrNoList},
		"beyond":     {"fl:1", 8, day, ErrIndex},
		"expired":    {"fl:1", 2, day.AddDate(1, 0, 0), ErrExpired},
		"zero value": {"", 0, day, ErrNoList},
	} {
		s, err := set.Status(test.uri, test.index, test.at)
		if !errors.Is(err, test.want) || s != Invalid {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if _, err := new(Set).Status("fl:1", 0, day); !errors.Is(err, ErrNoList) {
		t.Errorf("zero set: %v", err)
	}
}

// TestContinue: whoever issues goes on from a signed list.
func TestContinue(t *testing.T) {
	key, keys := signingKey(t)
	l, err := New(8)
	must(t, err)
	must(t, l.Set(1, Valid))
	data, err := Sign(nil, key, header(0), l)
	must(t, err)
	token, err := Verify(data, keys, "fl:0", day)
	must(t, err)
	next := token.List()
	must(t, next.Set(2, Valid))
	if s, _ := token.Status(2, day); s != Invalid {
		t.Error("the token changed with its copy")
	}
	if Valid.String() != "valid" || Invalid.String() != "invalid" {
		t.Error("a status has another name")
	}
}

func FuzzVerify(f *testing.F) {
	_, keys := signingKey(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		token, err := Verify(data, keys, "fl:0", day)
		if err != nil && token != nil {
			t.Fatalf("a token and %v", err)
		}
		if err == nil {
			t.Fatal("a token that the key never signed")
		}
		m, _, err := parse(data)
		if err != nil {
			return
		}
		// The fuzzer cannot sign, so what lies behind the signature is asked
		// without it.
		if token, err = read(m.Payload); err != nil {
			if token != nil || !errors.Is(err, ErrMalformed) {
				t.Fatalf("a token and %v", err)
			}
			return
		}
		if n := token.list.Len(); n < 8 || n > MaxSize {
			t.Fatalf("%d entries", n)
		}
	})
}

func FuzzInflate(f *testing.F) {
	f.Fuzz(func(t *testing.T, packed []byte) {
		bits, err := inflate(packed)
		if err != nil {
			if bits != nil || !errors.Is(err, ErrMalformed) {
				t.Fatalf("bits and %v", err)
			}
			return
		}
		again, err := deflate(bits)
		must(t, err)
		if back, err := inflate(again); err != nil || !bytes.Equal(back, bits) {
			t.Fatalf("%x, %v", back, err)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzVerify")
	testenv.Corpus(t, "FuzzInflate")
}

func TestValid(t *testing.T) {
	l, err := New(64)
	if err != nil {
		t.Fatal(err)
	}
	for n, index := range []uint32{0, 7, 8, 63} {
		if got := l.Valid(); got != n {
			t.Errorf("%d valid entries, want %d", got, n)
		}
		if err := l.Set(index, Valid); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Set(7, Invalid); err != nil {
		t.Fatal(err)
	}
	if got := l.Valid(); got != 3 {
		t.Errorf("%d valid entries, want 3", got)
	}
}
