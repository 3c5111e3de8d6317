package handover

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/testenv"
)

// childFolder says where a child of TestKilled works.
const childFolder = "FACELATCH_HANDOVER_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		fmt.Fprintln(os.Stderr, load(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// house is what a child is told of its party.
type house struct {
	Webhook string
	Key     jose.JSONWebKey
	Roots   string
}

// load puts events and has them sent until it is killed, and says each id that Put
// said to be kept.
func load(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "house"))
	if err != nil {
		return err
	}
	var h house
	if err := json.Unmarshal(data, &h); err != nil {
		return err
	}
	bank := party.Party{ID: "bank", Webhook: h.Webhook, Key: h.Key}
	b, err := Open(Options{Dir: filepath.Join(dir, "outbox"), Party: func(string) (party.Party, bool) { return bank, true }})
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(h.Roots))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	s := NewSender(SenderOptions{Outbox: b, Key: func() Key { return Key{"k", key} }, Allowed: func(string) bool { return true }, Roots: roots})
	go s.Run(context.Background())
	failed := make(chan error)
	for range 3 {
		go func() {
			for {
				id := rand.Text()
				if err := b.Put(context.Background(), Event{ID: id, Party: "bank", Body: body(id)}); err != nil {
					failed <- err
				}
				fmt.Println(id)
			}
		}()
	}
	return <-failed
}

// told is what a party was told, and which events it took.
type told struct {
	mu         sync.Mutex
	ids, taken map[string]bool
}

// answer takes half of what comes.
func (p *told) answer(r *rig) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		jws, err := jose.ParseDetached(q.Header.Get(SignatureHeader), []byte("unread"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			r.t.Error(err)
			return
		}
		id, _ := jws.Signatures[0].Protected.ExtraHeaders["event"].(string)
		took := mathrand.N(2) == 0
		p.mu.Lock()
		p.ids[id] = true
		p.taken[id] = p.taken[id] || took
		p.mu.Unlock()
		if !took {
			w.WriteHeader(http.StatusConflict) // this event alone
		}
	}
}

// TestKilled: a desk is killed at random moments, by a signal that nobody can catch.
// No event is lost that Put said to be kept, or that the party was told of, unless the
// party took it; nothing of any stands in clear on the disk.
func TestKilled(t *testing.T) {
	r := newRig(t, "bank")
	p := &told{ids: make(map[string]bool), taken: make(map[string]bool)}
	h := newHook(t, p.answer(r))
	dir := t.TempDir()
	r.dir = filepath.Join(dir, "outbox")
	must(t, os.Mkdir(r.dir, 0o700))
	data, err := json.Marshal(house{
		Webhook: h.URL, Key: r.parties["bank"].Key,
		Roots: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})),
	})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "house"), data, 0o600))
	kept := make(map[string]bool)
	rounds := testenv.Count(8, 100)
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		runAndKill(t, dir, kept)
	}
	h.Close() // and waits for what is being answered
	r.open(durable.Disk{})
	p.check(t, r, kept)
}

// runAndKill adds the ids that a child said to be kept.
func runAndKill(t *testing.T, dir string, kept map[string]bool) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childFolder+"="+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Error("the child kept nothing")
	}
	kept[lines.Text()] = true
	kill := time.AfterFunc(mathrand.N(200*time.Millisecond), func() { _ = c.Process.Kill() })
	defer kill.Stop()
	for lines.Scan() {
		if id := lines.Text(); len(id) == len(rand.Text()) { // else cut off
			kept[id] = true
		}
	}
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Errorf("the child was not killed: %v", err)
	}
}

// check compares what was said with what is there.
func (p *told) check(t *testing.T, r *rig, kept map[string]bool) {
	t.Helper()
	there := make(map[string]bool)
	for _, id := range r.pending("bank") { // each is decrypted and compared
		there[id] = true
	}
	for id := range p.ids {
		kept[id] = true
	}
	taken := 0
	for id := range kept {
		if p.taken[id] {
			taken++
		} else if !there[id] {
			t.Errorf("%s is lost: told to the party %t", id, p.ids[id])
		}
	}
	t.Logf("%d kept, %d told, %d taken, %d wait", len(kept), len(p.ids), taken, len(there))
	if taken == 0 || taken == len(kept) {
		t.Error("that tests nothing")
	}
	files, err := filepath.Glob(filepath.Join(r.dir, "*"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		if strings.Contains(string(data), "plain") {
			t.Errorf("%s is in clear", file)
		}
	}
}
