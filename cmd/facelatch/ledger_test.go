package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
	"github.com/facelatch/facelatch/spec/vectors"
)

// book is a ledger in a folder, and what an auditor has beside it.
type book struct {
	*ledgertest.Log
	dir string
	key string // file
}

func newBook(t *testing.T, seed byte) *book {
	t.Helper()
	b := &book{ledgertest.New(t, "facelatch/court", seed), filepath.Join(t.TempDir(), "ledger"), ""}
	b.key = file(t, "ledger.vkey", b.Key.String()+"\n")
	b.acts(t, "site.create", "notice.publish", "door.add")
	b.Fill(t, 300, 'a')
	b.save(t)
	return b
}

func (b *book) acts(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		a, err := ledger.NewAct(rand.Reader, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), "op-7k2m", name, map[string]string{"door": "正门"})
		check(t, err)
		data, err := a.Encode()
		check(t, err)
		b.Append(t, data)
	}
}

// record appends a commitment and returns its opening.
func (b *book) record(t *testing.T, act string, details map[string]string) ledger.Opening {
	t.Helper()
	body, err := ledger.PersonAct{Name: act, At: time.Now(), By: "holder", Details: details}.Body()
	check(t, err)
	o, err := ledger.NewOpening(rand.Reader, body)
	check(t, err)
	o.Index, o.Known = uint64(b.Len()), true
	b.Append(t, o.Commitment().Encode())
	return o
}

func (b *book) save(t *testing.T) {
	t.Helper()
	b.Publish(t)
	b.Save(t, b.dir)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	check(t, err)
	return string(data)
}

// call runs the program and checks its exit code and that both outputs have
// something in them.
func call(t *testing.T, code int, want string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(append([]string{"ledger"}, args...), &out, &errs); got != code {
		t.Errorf("%q: exit code %d, want %d\n%s%s", args, got, code, out.String(), errs.String())
	}
	if all := out.String() + errs.String(); !strings.Contains(all, want) {
		t.Errorf("%q: no %q in\n%s", args, want, all)
	}
	if code == exitFailure || code == exitUsage {
		if out.Len() > 0 || strings.Count(errs.String(), "facelatch: ") < 1 {
			t.Errorf("%q: not an error of one line: %s%s", args, out.String(), errs.String())
		}
	}
	return out.String()
}

// TestLedgerVerify: an auditor's visits.
func TestLedgerVerify(t *testing.T) {
	b := newBook(t, 1)
	state := filepath.Join(t.TempDir(), "state")
	out := call(t, exitDone, "consistent: nothing", "verify", b.dir, "--key", b.key, "--state", state)
	for _, want := range []string{"303, all of them read", "3 acts about the site", "2026-11", "1  door.add"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	receipt := b.record(t, "consent.give", nil)
	b.save(t)
	given := file(t, "receipt.json", `{"@type":"x","facelatch:opening":"`+base64.RawURLEncoding.EncodeToString([]byte(encoded(t, receipt)))+`"}`)
	call(t, exitDone, "entry 303: consent.give", "verify", "file://"+b.dir, "--key", b.key, "--state", state, "--receipt", given)
	out = call(t, exitDone, "", "verify", b.dir, "--state", state, "--json")
	var r ledger.Report
	check(t, json.Unmarshal([]byte(out), &r))
	if !r.Consistent || *r.Before != 304 || r.Commitments != 301 {
		t.Errorf("%+v", r)
	}
	call(t, exitDone, "warning: the key was taken from the ledger itself", "verify", b.dir)
}

// TestPromise6AuditorNotices: what an auditor finds out about a ledger that is
// not what it was, and with what exit code.
func TestPromise6AuditorNotices(t *testing.T) {
	b := newBook(t, 1)
	state := filepath.Join(t.TempDir(), "state")
	call(t, exitDone, "", "verify", b.dir, "--key", b.key, "--state", state)
	before, err := os.ReadFile(state)
	check(t, err)
	fork := ledgertest.New(t, "facelatch/court", 1)
	fork.Fill(t, 400, 'b')
	shrunk := ledgertest.New(t, "facelatch/court", 1)
	shrunk.Fill(t, 3, 'b')
	strange := ledgertest.New(t, "facelatch/court", 2)
	strange.Fill(t, 400, 'a')
	for name, l := range map[string]*ledgertest.Log{"fork: ": fork, "shrunk: ": shrunk, "key: ": strange} {
		l.Publish(t)
		dir := t.TempDir()
		l.Save(t, dir)
		out := call(t, exitRefused, name, "verify", dir, "--key", b.key, "--state", state)
		if !strings.Contains(out, "NOT CONSISTENT") || name != "key: " && strings.Count(out, "signed, ") != 2 {
			t.Errorf("%s", out)
		}
	}
	after, err := os.ReadFile(state)
	check(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the auditor forgets what they saw")
	}
	entries := filepath.Join(b.dir, "tile", "entries", "000")
	data, err := os.ReadFile(entries)
	check(t, err)
	data[30] ^= 1
	check(t, os.WriteFile(entries, data, 0o600))
	call(t, exitRefused, "changed: entry 0: ", "verify", b.dir, "--key", b.key)
	lost := file(t, "lost.json", encoded(t, ledger.Opening{Salt: [32]byte{1}, Body: []byte(`{"act":"consent.give"}`)}))
	call(t, exitRefused, "the ledger does not have it", "verify", newBook(t, 1).dir, "--key", b.key, "--receipt", lost)
}

// TestLedgerPasses: a pass is found by what opens it, and counted.
func TestLedgerPasses(t *testing.T) {
	b := newBook(t, 1)
	all, err := vectors.Accepts()
	check(t, err)
	v := all[0]
	id := fmt.Sprintf("%x", []byte(v.Claims.ID))
	opens := []ledger.Opening{
		b.record(t, "intended", map[string]string{"pass": id}), b.record(t, "signed", map[string]string{"pass": id}),
		b.record(t, "signed", map[string]string{"pass": strings.Repeat("0", 32)}),
	}
	b.save(t)
	text, export := file(t, "pass.txt", v.Text), file(t, "export.json", encoded(t, map[string]any{"label": "12", "ledger": opens}))
	out := call(t, exitDone, "", "verify", b.dir, "--key", b.key, "--pass", text, "--openings", export, "--valid", "2")
	if strings.Count(out, "pass.txt: entry") != 2 || !strings.Contains(out, "2 issued, 0 of them ended") {
		t.Errorf("%s", out)
	}
	call(t, exitDone, "entry 305: signed", "verify", b.dir, "--key", b.key, "--pass", export)
	call(t, exitRefused, "count: 3 places", "verify", b.dir, "--key", b.key, "--openings", export, "--valid", "3")
	call(t, exitUsage, "a pass alone does not say", "verify", b.dir, "--key", b.key, "--pass", text)
}

// server is a ledger on the web.
func server(t *testing.T, h http.Handler, secure bool) (address, ca string) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	if secure {
		s.StartTLS()
		ca = file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL, ca
}

func TestLedgerOnTheWeb(t *testing.T) {
	b := newBook(t, 1)
	files := http.StripPrefix("/ledger/", http.FileServer(http.Dir(b.dir)))
	address, ca := server(t, files, true)
	call(t, exitDone, "consistent", "verify", address+"/ledger", "--key", b.key, "--ca", ca)
	call(t, exitDone, "notice.publish", "show", address+"/ledger/", "--key", b.key, "--ca", ca)
	call(t, exitFailure, "certificate", "verify", address+"/ledger", "--key", b.key)
	call(t, exitFailure, "no such file", "verify", address+"/elsewhere", "--key", b.key, "--ca", ca)
	plain, _ := server(t, files, false)
	call(t, exitDone, "consistent", "verify", plain+"/ledger", "--key", b.key)
}

// TestHostileServers: whatever a server sends, it ends, soon and with no more in
// memory than a file can have, and proves nothing.
func TestHostileServers(t *testing.T) {
	b := newBook(t, 1)
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
	good := http.FileServer(http.Dir(b.dir))
	instead := func(prefix string, h http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, prefix) {
				h(w, r)
				return
			}
			good.ServeHTTP(w, r)
		})
	}
	for name, test := range map[string]struct {
		h    http.Handler
		code int
		want string
	}{
		"an endless checkpoint": {instead("/checkpoint", endless), exitRefused, "longer than it can be"},
		"endless entries":       {instead("/tile/entries", endless), exitRefused, "longer than it can be"},
		"an endless tile":       {instead("/tile/0", endless), exitRefused, "longer than it can be"},
		"rubbish":               {instead("/checkpoint", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "rubbish") }), exitRefused, "key: "},
		"failing":               {instead("/tile", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), exitFailure, "the server answered 500"},
		"never answering":       {instead("/tile", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), exitFailure, "within 1s"},
		"round in circles":      {instead("/checkpoint", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/checkpoint", http.StatusFound) }), exitFailure, "redirected"},
		"away from the scheme":  {instead("/checkpoint", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "ftp://x/", http.StatusFound) }), exitFailure, "redirected"},
	} {
		t.Run(name, func(t *testing.T) {
			address, _ := server(t, test.h, false)
			timeout := "1m"
			if strings.Contains(test.want, "within") {
				timeout = "1s"
			}
			call(t, test.code, test.want, "verify", address, "--key", b.key, "--timeout", timeout)
		})
	}
}

func TestLedgerShow(t *testing.T) {
	b := newBook(t, 1)
	b.acts(t, "door.remove")
	b.save(t)
	out := call(t, exitDone, "", "show", b.dir, "--key", b.key)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `303  2026-11-21  op-7k2m       door.remove  door="正门"`) || !strings.Contains(lines[3], "site.create") {
		t.Errorf("%s", out)
	}
	if out := call(t, exitDone, "", "show", b.dir, "--key", b.key, "--limit", "1", "--json"); strings.Count(out, "\n") != 1 || !strings.Contains(out, `"index":303`) {
		t.Errorf("%s", out)
	}
	stranger := newBook(t, 2)
	call(t, exitRefused, "not a checkpoint of this ledger", "show", b.dir, "--key", stranger.key)
}

func TestLedgerUsage(t *testing.T) {
	b := newBook(t, 1)
	rubbish, empty := file(t, "rubbish", "rubbish"), file(t, "empty.json", `{"name":"x"}`)
	for _, test := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, "give one URL", []string{"verify"}},
		{exitUsage, "is for this machine itself", []string{"verify", "http://example.org/ledger"}},
		{exitUsage, "no address of a ledger", []string{"verify", "ftp://example.org/"}},
		{exitUsage, "no address of a ledger", []string{"verify", "https://x@example.org/"}},
		{exitUsage, "there is no folder", []string{"verify", "/no/such/folder"}},
		{exitUsage, "there is no ledger in", []string{"verify", t.TempDir()}},
		{exitFailure, "not a key of a ledger", []string{"verify", b.dir, "--key", rubbish}},
		{exitFailure, "no such file", []string{"verify", b.dir, "--key", "/no/such/file"}},
		{exitFailure, "not the state of an audit", []string{"verify", b.dir, "--state", rubbish}},
		{exitUsage, "is no JSON", []string{"verify", b.dir, "--receipt", rubbish}},
		{exitUsage, "nothing in it that opens", []string{"verify", b.dir, "--openings", empty}},
		{exitFailure, "not a key of a ledger", []string{"verify", b.dir, "--witness", rubbish}},
		{exitFailure, "no certificate in PEM", []string{"verify", "https://example.org/", "--ca", rubbish}},
		{exitUsage, "is no time", []string{"verify", b.dir, "--timeout", "-1s"}},
		{exitUsage, "is no number of acts", []string{"show", b.dir, "--limit", "-1"}},
	} {
		call(t, test.code, test.want, test.args...)
	}
}

// TestWitnessClient: what a witness sends is read so far and no further, and its
// redirects are not followed.
func TestWitnessClient(t *testing.T) {
	address, _ := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/add-checkpoint":
			w.Header().Set("Content-Type", "text/x.tlog.size; charset=utf-8")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, strings.Repeat("1", 5000))
		default:
			http.Redirect(w, r, "/add-checkpoint", http.StatusTemporaryRedirect)
		}
	}), false)
	c := newWitnessClient()
	defer c.client.CloseIdleConnections()
	status, media, answer, err := c.Post(t.Context(), address+"/add-checkpoint", []byte("old 0\n"), 100)
	if status != 409 || media != "text/x.tlog.size" || len(answer) != 100 || err != nil {
		t.Errorf("%d, %q, %d bytes, %v", status, media, len(answer), err)
	}
	if status, _, _, err := c.Post(t.Context(), address+"/away", nil, 100); status != 307 || err != nil {
		t.Errorf("%d, %v", status, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := c.Post(ctx, address, nil, 100); err == nil {
		t.Error("it ends with nobody waiting")
	}
}

func TestOpeningsCorpus(t *testing.T) { testenv.Corpus(t, "FuzzOpenings") }

// What is taken for openings is written and read again the same.
func FuzzOpenings(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "given")
		check(t, os.WriteFile(path, data, 0o600))
		list, err := openingsIn(path)
		if err != nil {
			if list != nil {
				t.Fatal("openings beside an error")
			}
			return
		}
		var texts []string
		for _, c := range list {
			texts = append(texts, encoded(t, c.Opening))
		}
		check(t, os.WriteFile(path, []byte(strings.Join(texts, "\n")), 0o600))
		again, err := openingsIn(path)
		if err != nil || !reflect.DeepEqual(list, again) {
			t.Fatalf("%+v\nis read again as\n%+v (%v)", list, again, err)
		}
	})
}
