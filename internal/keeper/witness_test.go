package keeper

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
)

// witness is one as C2SP tlog-witness has it, made apart from what it is tested
// with.
type witness struct {
	key    ledger.Witness
	signer note.Signer
	of     ledger.Key

	mu   sync.Mutex
	seen ledger.Checkpoint
	// answer, if not nil, takes the place of what a witness does.
	answer func(ctx context.Context) (int, string, []byte, error)
	asked  int
}

func newWitness(t *testing.T, of ledger.Key) *witness {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, "witness.example")
	must(t, err)
	s, err := cosign.NewSignerForCosignatureV1(skey)
	must(t, err)
	key, err := ledger.ParseWitness(vkey)
	must(t, err)
	return &witness{key: key, signer: s, of: of}
}

func (w *witness) behave(answer func(context.Context) (int, string, []byte, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

// Post is a method of [Poster].
func (w *witness) Post(ctx context.Context, url string, body []byte, _ int) (int, string, []byte, error) {
	w.mu.Lock()
	answer := w.answer
	w.asked++
	w.mu.Unlock()
	if answer != nil {
		return answer(ctx)
	}
	if url != "https://witness.example/w/add-checkpoint" {
		return 404, "", nil, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.add(string(body))
}

func (w *witness) add(body string) (int, string, []byte, error) {
	head, signed, _ := strings.Cut(body, "\n\n")
	lines := strings.Split(head, "\n")
	var old uint64
	if _, err := fmt.Sscanf(lines[0], "old %d", &old); err != nil {
		return 400, "", nil, nil
	}
	c, err := ledger.ParseCheckpoint([]byte(signed), w.of)
	if err != nil {
		return 403, "", nil, nil
	}
	if old != w.seen.Size {
		return 409, sizeType, fmt.Appendf(nil, "%d\n", w.seen.Size), nil
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		b, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(b) != tlog.HashSize {
			return 400, "", nil, nil
		}
		proof = append(proof, tlog.Hash(b))
	}
	if old > 0 && tlog.CheckTree(proof, int64(c.Size), c.Root, int64(old), w.seen.Root) != nil {
		return 422, "", nil, nil
	}
	w.seen = c.Checkpoint
	n, err := note.Open([]byte(signed), note.VerifierList(mustVerifier(w.of)))
	if err != nil {
		return 403, "", nil, nil
	}
	whole, err := note.Sign(n, w.signer)
	if err != nil {
		return 500, "", nil, err
	}
	at := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	return 200, "text/plain", whole[at:], nil
}

func mustVerifier(k ledger.Key) note.Verifier {
	v, err := note.NewVerifier(k.String())
	if err != nil {
		panic(err)
	}
	return v
}

// witnessed starts a ledger with one witness.
func witnessed(t *testing.T) (*bench, *witness) {
	t.Helper()
	o := options(t)
	key, err := ledger.KeyOf(o.Origin, o.Key.Public())
	must(t, err)
	w := newWitness(t, key)
	o.Witnesses, o.Post = []Witness{{"https://witness.example/w/", w.key}}, w
	return start(t, o), w
}

// cosigned returns whether the published checkpoint has the cosignature.
func cosigned(t *testing.T, b *bench, w *witness) bool {
	t.Helper()
	data, _, err := OpenPublic(b.folder).Read("checkpoint")
	must(t, err)
	c, err := ledger.ParseCheckpoint(data, b.Key(), w.key)
	must(t, err)
	return len(c.Witnesses) == 1
}

// TestWitness: a witness cosigns each checkpoint, also after it saw one that was
// never published, and a keeper that knows nothing of it learns what it has seen.
func TestWitness(t *testing.T) {
	b, w := witnessed(t)
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	for range 3 {
		b.queue.index(t, b.commit(t))
		b.hour(t)
		if !cosigned(t, b, w) {
			t.Error("not cosigned")
		}
	}
	if s := b.Status().Witnesses; len(s) != 1 || s[0].Name != "witness.example" || s[0].Err != nil || s[0].Size != b.Status().Published {
		t.Errorf("%+v", s)
	}
	before := w.asked
	b.update(func(s *Status) { s.Witnesses[0].Size = 0 })
	b.hour(t)
	if !cosigned(t, b, w) || w.asked != before+2 {
		t.Errorf("not cosigned, or asked %d times", w.asked-before)
	}
}

// TestWitnessDelaysNothing: while a witness does not answer acts are recorded,
// and after a while the checkpoint is published without it, which is shown.
func TestWitnessDelaysNothing(t *testing.T) {
	b, w := witnessed(t)
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	asked, answer := make(chan struct{}), make(chan struct{})
	w.behave(func(ctx context.Context) (int, string, []byte, error) {
		close(asked)
		select {
		case <-answer:
			return 0, "", nil, errGone
		case <-ctx.Done():
			return 0, "", nil, ctx.Err()
		}
	})
	before := b.Status().Published
	b.clock.add(time.Hour)
	<-asked
	b.queue.index(t, b.commit(t))
	if s := b.Status(); s.Published != before || s.Err != nil {
		t.Errorf("%+v", s)
	}
	close(answer)
	b.until(t, "the checkpoint", func(s Status) bool { return s.Published > before && errors.Is(s.Witnesses[0].Err, errGone) })
	if cosigned(t, b, w) {
		t.Error("cosigned by nobody")
	}
	w.behave(nil)
	b.hour(t)
	if !cosigned(t, b, w) {
		t.Error("not cosigned")
	}
	b.entries(t)
}

// TestHostileWitness: whatever a witness answers, the checkpoint is published,
// and has nothing in it that is not its cosignature.
func TestHostileWitness(t *testing.T) {
	b, w := witnessed(t)
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	for name, answer := range map[string]func(context.Context) (int, string, []byte, error){
		"nothing": func(context.Context) (int, string, []byte, error) { return 200, "", nil, nil },
		"rubbish": func(context.Context) (int, string, []byte, error) { return 200, "", []byte("x\n\n— x y\n"), nil },
		"another's": func(context.Context) (int, string, []byte, error) {
			return 200, "", []byte("— other AAAAAA==\n"), nil
		},
		"too much seen":  func(context.Context) (int, string, []byte, error) { return 409, sizeType, []byte("99999999\n"), nil },
		"always another": alternating(),
		"not a size":     func(context.Context) (int, string, []byte, error) { return 409, sizeType, []byte("-1\n"), nil },
		"unknown":        func(context.Context) (int, string, []byte, error) { return 404, "", nil, nil },
		"fails":          func(context.Context) (int, string, []byte, error) { return 0, "", nil, errGone },
	} {
		w.behave(answer)
		b.hour(t)
		data, _, err := OpenPublic(b.folder).Read("checkpoint")
		must(t, err)
		if n := bytes.Count(data, []byte("\n— ")); n != 1 || cosigned(t, b, w) {
			t.Errorf("%s: %d signatures", name, n)
		}
		if s := b.Status(); s.Witnesses[0].Err == nil {
			t.Errorf("%s: not shown", name)
		}
	}
}

func alternating() func(context.Context) (int, string, []byte, error) {
	n := 0
	return func(context.Context) (int, string, []byte, error) {
		n++
		return 409, sizeType, fmt.Appendf(nil, "%d\n", n%2), nil
	}
}
