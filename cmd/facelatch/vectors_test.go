package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// vectorSite writes the site of the specification's vectors as a folder.
func vectorSite(t *testing.T) string {
	t.Helper()
	s, err := vectors.TheSite()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(data []byte, path ...string) {
		t.Helper()
		name := filepath.Join(append([]string{dir}, path...)...)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	id, err := pass.ParseSiteID(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(site.Config{
		Format: site.Format, ID: id, Name: "Vectors", Zones: []string{"front", "garage"}, Timezone: s.TimeZone, Policy: site.DefaultPolicy(),
	})
	if err != nil {
		t.Fatal(err)
	}
	put(config, "site.json")
	keys, err := s.Keys()
	if err != nil {
		t.Fatal(err)
	}
	for id, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		put(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "controller", "issuers", id.String()+".pem")
	}
	for _, l := range s.StatusLists {
		put(l.Token, "controller", "status", strings.TrimPrefix(l.URI, "fl:")+".cwt")
	}
	sealing, err := s.Sealing()
	if err != nil {
		t.Fatal(err)
	}
	for id, key := range sealing {
		headers := map[string]string{"Begins": "2027-01-01T00:00:00Z", "Ends": "2028-01-01T00:00:00Z"}
		block := &pem.Block{Type: "FACELATCH SEALING KEY", Headers: headers, Bytes: key.Export()}
		put(pem.EncodeToMemory(block), "station", "sealing", id.String()+".pem")
	}
	return dir
}

// judged runs check on a text, in this process.
func judged(t *testing.T, dir, text, zone string, at time.Time) (code int, v verdict, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pass.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code = run([]string{
		"check", "--site", dir, "--zone", zone, "--pass", file, "--probe", "no-such-file.jpg", "--at", at.Format(time.RFC3339), "--json",
	}, &out, &errs)
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
	}
	return code, v, errs.String()
}

// TestVectors shows every pass of the specification's vectors to a door. That
// door has other models than the one of the vectors, so that a good face pass
// gets as far as the first reason about a face.
func TestVectors(t *testing.T) {
	t.Setenv("FACELATCH_HOME", t.TempDir())
	dir := vectorSite(t)
	accepts, err := vectors.Accepts()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accepts {
		want := pass.ReasonOpened
		if a.Claims.Face != nil {
			want = pass.ReasonOtherModel
		}
		expect(t, dir, a.Name, a.Text, a.Zone, a.At, want)
	}
	refuses, err := vectors.Refuses()
	if err != nil {
		t.Fatal(err)
	}
	// What a text file cannot hold, or holds in another way.
	asFile := map[string]pass.Reason{"empty": pass.ReasonBadImage}
	skip := []string{"line-end"} // the end of a line is not a part of a text file's text
	seen := map[pass.Reason]bool{}
	for _, r := range refuses {
		want := pass.Reason(r.Reason)
		if other, ok := asFile[r.Name]; ok {
			want = other
		}
		switch want {
		case pass.ReasonUnknownSeal, pass.ReasonBadSeal:
			want = pass.ReasonOtherModel
		}
		if !slices.Contains(skip, r.Name) {
			seen[want] = true
			expect(t, dir, r.Name, r.Text, r.Zone, r.At, want)
		}
	}
	if len(seen) < 10 {
		t.Errorf("only the reasons %v were seen", seen)
	}
}

func expect(t *testing.T, dir, name, text, zone string, at time.Time, want pass.Reason) {
	t.Helper()
	wantCode := exitRefused
	if want == pass.ReasonOpened {
		wantCode = exitDone
	}
	code, v, stderr := judged(t, dir, text, zone, at)
	if code != wantCode || v.Reason != want || stderr != "" {
		t.Errorf("%s: exit code %d, reason %q, want %q; %s", name, code, v.Reason, want, stderr)
	}
}

// TestEveryFlippedBit flips one bit of each byte of a face pass and of a plain
// one. None opens, none is looked at any further, and all say why.
func TestEveryFlippedBit(t *testing.T) {
	t.Setenv("FACELATCH_HOME", t.TempDir())
	dir := vectorSite(t)
	accepts, err := vectors.Accepts()
	if err != nil {
		t.Fatal(err)
	}
	allowed := []pass.Reason{pass.ReasonMalformed, pass.ReasonUnknownIssuer, pass.ReasonBadSignature}
	done := map[bool]bool{}
	for _, a := range accepts {
		if isFace := a.Claims.Face != nil; done[isFace] {
			continue
		} else {
			done[isFace] = true
		}
		for i := range a.Bytes {
			changed := bytes.Clone(a.Bytes)
			changed[i] ^= 1 << (i % 8)
			code, v, _ := judged(t, dir, pass.Prefix+base45(changed), a.Zone, a.At)
			if code != exitRefused || !slices.Contains(allowed, v.Reason) {
				t.Errorf("%s: byte %d: exit code %d, reason %q", a.Name, i, code, v.Reason)
			}
		}
	}
	if len(done) != 2 {
		t.Errorf("kinds %v", done)
	}
}

// base45 is RFC 9285, section 4.
func base45(data []byte) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var b strings.Builder
	for ; len(data) > 1; data = data[2:] {
		n := int(data[0])<<8 | int(data[1])
		fmt.Fprintf(&b, "%c%c%c", digits[n%45], digits[n/45%45], digits[n/45/45])
	}
	if len(data) == 1 {
		fmt.Fprintf(&b, "%c%c", digits[int(data[0])%45], digits[int(data[0])/45])
	}
	return b.String()
}
