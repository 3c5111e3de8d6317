package latch

import (
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

const sharedKey = "sixteen bytes or more"

func writeFile(t *testing.T, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openLatch(t *testing.T, c Config) Latch {
	t.Helper()
	l, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	switch inner := l.(*bounded).inner.(type) { // a busy machine is no broken latch
	case *hook:
		inner.client.Timeout = time.Minute
	case *command:
		inner.timeout = time.Minute
	}
	return l
}

// receiver is what stands at the other end: it checks the signature, and that
// no order comes twice.
type receiver struct {
	t      *testing.T
	seen   map[string]bool
	opened atomic.Int64
	last   *http.Request
	body   []byte
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.body, _ = io.ReadAll(io.LimitReader(q.Body, 4096))
	r.last = q
	nonce, err := VerifySignature([]byte(sharedKey), r.body, q.Header.Get(SignatureHeader), time.Now())
	if err != nil || r.seen[nonce] {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	r.seen[nonce] = true
	r.opened.Add(1)
}

func TestHTTPHook(t *testing.T) {
	r := &receiver{t: t, seen: map[string]bool{}}
	server := httptest.NewTLSServer(r)
	defer server.Close()
	ca := writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	key := writeFile(t, sharedKey+"\n")
	l := openLatch(t, Config{Kind: KindHTTP, URL: server.URL + "/open?timer={seconds}", SecretFile: key, CAFile: ca})
	if err := l.Check(t.Context()); err != nil || r.opened.Load() != 0 {
		t.Errorf("Check: %v, %d orders", err, r.opened.Load())
	}
	for range 2 {
		if err := l.Unlatch(t.Context(), 2500*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if r.opened.Load() != 2 || r.last.Method != http.MethodPost || r.last.URL.RawQuery != "timer=2.5" ||
		string(r.body) != `{"do":"unlatch","pulse_ms":2500}` {
		t.Errorf("%d orders, %s %s %s", r.opened.Load(), r.last.Method, r.last.URL, r.body)
	}

	// What was heard on the way opens nothing.
	replay, _ := http.NewRequest(http.MethodPost, server.URL+"/open", strings.NewReader(string(r.body)))
	replay.Header.Set(SignatureHeader, r.last.Header.Get(SignatureHeader))
	answer, err := server.Client().Do(replay)
	if err != nil || answer.StatusCode != http.StatusForbidden || r.opened.Load() != 2 {
		t.Errorf("a replay: %v, %v", answer.StatusCode, err)
	}

	// Without the CA file the certificate is a stranger's.
	stranger := openLatch(t, Config{Kind: KindHTTP, URL: server.URL, SecretFile: key})
	if err := errors.Join(stranger.Unlatch(t.Context(), time.Second), stranger.Check(t.Context())); !errors.Is(err, ErrFailed) {
		t.Error(err)
	}
}

func TestHTTPHookFails(t *testing.T) {
	var asked atomic.Int64
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/ok", http.StatusTemporaryRedirect) })
	mux.HandleFunc("/ok", func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, q *http.Request) {
		select {
		case <-release:
		case <-q.Context().Done():
		}
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	key := writeFile(t, sharedKey)
	for path, part := range map[string]string{
		"/teapot":    "status 418",
		"/elsewhere": "status 307",
		"/slow":      "in time",
		"/cut":       "",
	} {
		inner, err := openHTTP(Config{Kind: KindHTTP, URL: server.URL + path + "?key=sesame", SecretFile: key})
		if err != nil {
			t.Fatal(err)
		}
		inner.(*hook).client.Timeout = time.Minute
		if path == "/slow" {
			inner.(*hook).client.Timeout = 200 * time.Millisecond
		}
		l := &bounded{inner: inner}
		err = l.Unlatch(t.Context(), time.Second)
		if !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v", path, err)
		}
		l.Close()
	}
	if asked.Load() != 1 {
		t.Errorf("orders were sent %d times, or passed on", asked.Load())
	}
	close(release)
	server.Close()
	l := openLatch(t, Config{Kind: KindHTTP, URL: server.URL, SecretFile: key})
	if err := l.Unlatch(t.Context(), time.Second); !errors.Is(err, ErrFailed) {
		t.Errorf("nobody there: %v", err)
	}
	if err := l.Check(t.Context()); !errors.Is(err, ErrFailed) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestHTTPSecrets(t *testing.T) {
	if _, err := Open(Config{Kind: KindHTTP, URL: "http://relay", SecretFile: writeFile(t, "short")}); !errors.Is(err, ErrConfig) {
		t.Error(err)
	}
	if _, err := Open(Config{Kind: KindHTTP, URL: "http://relay", SecretFile: "/nowhere"}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for mode, want := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false} {
		for _, c := range []Config{{Kind: KindHTTP, URL: "http://relay"}, {Kind: KindMQTT, URL: "mqtt://127.0.0.1:1", Topic: "a/b", Payload: "{ms}", ID: "front"}} {
			c.SecretFile = writeFile(t, sharedKey)
			if err := os.Chmod(c.SecretFile, mode); err != nil {
				t.Fatal(err)
			}
			l, err := Open(c)
			if want != (err == nil) || !want && (!errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "latch.secret_file: others")) {
				t.Errorf("%s, %v: %v", c.Kind, mode, err)
			}
			if err == nil {
				_ = l.Close()
			}
		}
	}
	ca := writeFile(t, "no PEM")
	if err := os.Chmod(ca, 0o644); err != nil { // is no secret
		t.Fatal(err)
	}
	c := Config{Kind: KindHTTP, URL: "https://relay", SecretFile: writeFile(t, sharedKey), CAFile: ca}
	if _, err := Open(c); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "ca_file: holds no") {
		t.Error(err)
	}
}

// TestSignature has the vector that docs/devices.md gives to other receivers.
func TestSignature(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	body := []byte(`{"do":"unlatch","pulse_ms":3000}`)
	nonce := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	header := Sign([]byte(sharedKey), body, at, nonce)
	const want = "t=1800000000,n=000102030405060708090a0b0c0d0e0f,v1=ff4e0ddf770cdeb1d087a3a99887bb52c104e5eaa957381245437e5daec1d8b8"
	if header != want {
		t.Errorf("got %s", header)
	}
	if n, err := VerifySignature([]byte(sharedKey), body, header, at.Add(SignatureLife)); err != nil || n != want[15:47] {
		t.Error(n, err)
	}
	for name, check := range map[string]func() (string, error){
		"later": func() (string, error) {
			return VerifySignature([]byte(sharedKey), body, header, at.Add(SignatureLife+1))
		},
		"earlier": func() (string, error) {
			return VerifySignature([]byte(sharedKey), body, header, at.Add(-SignatureLife-1))
		},
		"another key": func() (string, error) { return VerifySignature([]byte("another shared key"), body, header, at) },
		"another body": func() (string, error) {
			return VerifySignature([]byte(sharedKey), []byte(`{"do":"unlatch","pulse_ms":9999}`), header, at)
		},
		"no header": func() (string, error) { return VerifySignature([]byte(sharedKey), body, "", at) },
	} {
		if n, err := check(); !errors.Is(err, ErrSignature) || n != "" {
			t.Errorf("%s: %q, %v", name, n, err)
		}
	}
	for i := range header { // every changed character is refused
		changed := header[:i] + string(header[i]^1) + header[i+1:]
		if _, err := VerifySignature([]byte(sharedKey), body, changed, at); err == nil {
			t.Errorf("accepted %s", changed)
		}
	}
}

// FuzzSignature: a header that is accepted is the one that Sign would write.
func FuzzSignature(f *testing.F) {
	at := time.Unix(1_800_000_000, 0)
	f.Add("t=1800000000,n=000102030405060708090a0b0c0d0e0f,v1=00")
	f.Fuzz(func(t *testing.T, header string) {
		if n, err := VerifySignature([]byte(sharedKey), nil, header, at); err == nil || n != "" {
			t.Errorf("accepted %q", header)
		}
	})
}

func TestFuzzCorpora(t *testing.T) { testenv.Corpus(t, "FuzzSignature") }
