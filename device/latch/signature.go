package latch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is the header that signs a request to a web hook:
//
//	Facelatch-Signature: t=1770000000,n=32 hex digits,v1=64 hex digits
//
// t is the time in seconds since 1970, n a number that is never used twice,
// and v1 HMAC-SHA256 (RFC 2104) under the shared key of t, a full stop, n, a
// full stop, and the body as it was sent.
const SignatureHeader = "Facelatch-Signature"

// SignatureLife is how far t may be from the receiver's clock. A receiver must
// remember each n for that long and refuse it the second time.
const SignatureLife = 30 * time.Second

// ErrSignature means that a request to a web hook is not signed with the key,
// is not signed now, or is not signed at all.
var ErrSignature = errors.New("the request is not signed with the shared key, now")

// Sign returns the value of SignatureHeader. nonce must be fresh.
func Sign(key, body []byte, at time.Time, nonce [16]byte) string {
	t, n := strconv.FormatInt(at.Unix(), 10), hex.EncodeToString(nonce[:])
	return fmt.Sprintf("t=%s,n=%s,v1=%s", t, n, hex.EncodeToString(mac(key, t, n, body)))
}

// VerifySignature checks the value of SignatureHeader and returns its nonce,
// in hex, which the caller must refuse if it saw it within SignatureLife.
func VerifySignature(key, body []byte, header string, now time.Time) (nonce string, err error) {
	t, rest, ok := strings.Cut(header, ",")
	n, v, ok2 := strings.Cut(rest, ",")
	t, ok3 := strings.CutPrefix(t, "t=")
	n, ok4 := strings.CutPrefix(n, "n=")
	v, ok5 := strings.CutPrefix(v, "v1=")
	if !ok || !ok2 || !ok3 || !ok4 || !ok5 || len(n) != 32 {
		return "", ErrSignature
	}
	got, err := hex.DecodeString(v)
	if err != nil || !hmac.Equal(got, mac(key, t, n, body)) {
		return "", ErrSignature
	}
	seconds, err := strconv.ParseInt(t, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > SignatureLife {
		return "", ErrSignature
	}
	return n, nil
}

func mac(key []byte, t, n string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(t + "." + n + "."))
	h.Write(body)
	return h.Sum(nil)
}
