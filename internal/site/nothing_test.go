package site

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// piece is how many bytes in a row are looked for: enough not to be found by
// chance, and four groups of Base64.
const piece = 12

// forms are what pieces of a secret look like in a file: as they are, and in
// the encodings that a program would write them in. Each offset is there, so
// that a part of the secret is found too, wherever a group of Base64 begins.
func forms(secret []byte) (all [][]byte) {
	for i := range len(secret) - piece + 1 {
		b := secret[i : i+piece]
		all = append(all,
			b, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))),
			[]byte(base64.StdEncoding.EncodeToString(b)), []byte(base64.URLEncoding.EncodeToString(b)))
	}
	return all
}

// found returns a file of a folder in which a piece of a secret is.
func found(t *testing.T, dir string, secret []byte) string {
	t.Helper()
	pieces := forms(secret)
	for path, data := range snapshot(t, dir) {
		for _, p := range pieces {
			if bytes.Contains(data, p) {
				return path
			}
		}
	}
	return ""
}

// sealedPart returns what is sealed in a pass, as it stands there. What is left
// out at its beginning names the algorithm and the key, which are no secret.
func sealedPart(t *testing.T, text string) []byte {
	t.Helper()
	m, err := cose.ParseSign1(decode45(t, strings.TrimPrefix(text, pass.Prefix)))
	if err != nil {
		t.Fatal(err)
	}
	const head = 40
	if len(m.Unprotected) < head+len(reference) {
		t.Fatalf("%d bytes beside the signed part", len(m.Unprotected))
	}
	return m.Unprotected[head:]
}

// decode45 is a second Base45 (RFC 9285).
func decode45(t *testing.T, s string) (out []byte) {
	t.Helper()
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	for len(s) > 0 {
		n, v := min(3, len(s)), 0
		for i := n - 1; i >= 0; i-- {
			v = 45*v + strings.IndexByte(digits, s[i])
		}
		if n == 3 {
			out = append(out, byte(v>>8))
		}
		out, s = append(out, byte(v)), s[n:]
	}
	return out
}

// TestPromise1NothingOfAFaceOnDisk: after a face pass was issued, and after it
// was revoked, there is nothing of the reference, of what it was sealed into, or
// of the pass's text anywhere in the folder, in whatever form.
func TestPromise1NothingOfAFaceOnDisk(t *testing.T) {
	dir, h := newSite(t), &hand{}
	c, err := issueAt(dir, pass.Face, h)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{
		"the reference": reference, "the sealed reference": sealedPart(t, h.text), "the text": []byte(h.text[len(pass.Prefix):]),
	}
	look := func(when string) {
		for name, secret := range secrets {
			if path := found(t, dir, secret); path != "" {
				t.Errorf("%s: of %s there is something in %s", when, name, path)
			}
		}
	}
	look("issued")
	if err := revokeAt(dir, c.ID); err != nil {
		t.Fatal(err)
	}
	look("revoked")
}

// TestFoundFinds: the test above sees what it looks for.
func TestFoundFinds(t *testing.T) {
	secret := []byte("\x00\xff what nobody may see \xfe\x01 of it")
	part := secret[3 : 3+piece+3]
	for name, form := range map[string]string{
		"raw": string(part), "hex": hex.EncodeToString(part), "base64": base64.StdEncoding.EncodeToString(secret),
		"within base64": base64.URLEncoding.EncodeToString(append([]byte("{"), secret...)),
	} {
		dir := t.TempDir()
		if found(t, dir, secret) != "" {
			t.Error("found in an empty folder")
		}
		if err := os.WriteFile(filepath.Join(dir, "a"), []byte("before "+form+" after"), 0o600); err != nil {
			t.Fatal(err)
		}
		if found(t, dir, secret) == "" {
			t.Errorf("%s: not found", name)
		}
	}
}
