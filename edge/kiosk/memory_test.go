package kiosk_test

import (
	"context"
	cryptorand "crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// served is what a child tells its parent in a file.
type served struct {
	URL, Code string
	Authority []byte
}

// hold keeps the last frame, so that a search finds what it should.
type hold struct {
	frames
	last []byte
}

func (h *hold) Push(jpeg []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.last)
	h.last = append(h.last[:0], jpeg...)
	return nil
}

func (h *hold) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.last[:cap(h.last)])
}

// TestMemoryChild is the other process of TestNothingOfFramesRemains.
func TestMemoryChild(t *testing.T) {
	dir := os.Getenv("KIOSK_TEST_CHILD")
	if dir == "" {
		return // does nothing on its own
	}
	r := start(t)
	held := &hold{last: make([]byte, 0, 2*kiosk.MaxFrame)}
	r.frames.instead = held
	offer := r.offer()
	tell, err := json.Marshal(served{r.url, offer, r.authority.Raw})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "half"), tell, 0o600)
	}
	if err == nil {
		err = os.Rename(filepath.Join(dir, "half"), filepath.Join(dir, "served"))
	}
	if err != nil {
		t.Fatal(err)
	}
	r.server.WantFrames(kiosk.LookFrames, 30, 1280)
	count := func() int {
		n, err := picturetest.CountNeedles(filepath.Join(dir, "needles"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	heard := func(text string) {
		r.until(text, func() bool {
			e := r.door.all()
			return len(e) > 0 && e[len(e)-1] == kiosk.Event(kiosk.Code{Text: text})
		})
	}
	heard("sent")
	fmt.Println("while held:", count())
	r.server.WantFrames(kiosk.NoFrames, 0, 0)
	fmt.Println("after:", count())
}

// TestNothingOfFramesRemains searches the memory of a process that received
// frames, for pieces of them, while it holds the last one and afterwards. The
// page sends no zeros: what remains does not depend on its good will.
func TestNothingOfFramesRemains(t *testing.T) {
	if picturetest.UnderRace() {
		return // the detector keeps a shadow of memory
	}
	dir := t.TempDir()
	sent := noise(12)
	if err := picturetest.WriteNeedles(filepath.Join(dir, "needles"), 61, sent...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMemoryChild$", "-test.v")
	// Registers that the runtime saves where it interrupts are its own affair
	// (see transport.go), and would make this test fail now and then.
	child.Env = append(os.Environ(), "KIOSK_TEST_CHILD="+dir, "GODEBUG=asyncpreemptoff=1")
	var out strings.Builder
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	random := cryptorand.Reader
	defer func() { cryptorand.Reader = random }()
	err := play(ctx, dir, sent)
	if waited := child.Wait(); err != nil || waited != nil {
		t.Fatalf("%v, %v: %s", err, waited, out.String())
	}
	var held, left int
	_, at, _ := strings.Cut(out.String(), "while held: ")
	if n, err := fmt.Sscanf(at, "%d\nafter: %d", &held, &left); n != 2 {
		t.Fatalf("%v: %s", err, out.String())
	}
	if held < 100 {
		t.Errorf("only %d pieces were found while the frame was held: the search does not work", held)
	}
	// What is left by registers that were saved is 128 bytes at most, which is two
	// pieces; whatever else could be forgotten is a buffer of thousands.
	const ofRegisters = 2
	if left > ofRegisters {
		t.Errorf("%d pieces of frames remain", left)
	}
}

// noise makes frames of many sizes that look like nothing else.
func noise(n int) [][]byte {
	random := rand.NewChaCha8([32]byte{'k'})
	var frames [][]byte
	for i := range n {
		frame := jpeg(1280, 720, 1000+i*100_000, 0)
		_, _ = random.Read(frame[21:])
		frames = append(frames, frame)
	}
	return frames
}

// unmask makes this process send WebSocket frames masked with zeros, so that
// what the other one holds of them can be found. RFC 6455 5.3 wants 4 random
// bytes, which stand before what they hide: they hide it from the test alone.
func unmask() { cryptorand.Reader = zeros{} }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// play is a tablet that connects to the child and sends frames.
func play(ctx context.Context, dir string, frames [][]byte) error {
	var s served
	for {
		data, err := os.ReadFile(filepath.Join(dir, "served"))
		if err == nil {
			if err := json.Unmarshal(data, &s); err != nil {
				return err
			}
			break
		}
		if ctx.Err() != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	authority, err := x509.ParseCertificate(s.Authority)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	k, err := kiosktest.New(s.URL, roots)
	if err != nil {
		return err
	}
	if err := k.Pair(ctx, s.Code); err != nil {
		return err
	}
	p, err := k.Connect(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	if _, err := p.WaitFrames(ctx, "look"); err != nil {
		return err
	}
	unmask()
	for _, frame := range frames {
		if err := p.Frame(ctx, frame); err != nil {
			return err
		}
	}
	if err := p.Code(ctx, "sent"); err != nil {
		return err
	}
	<-p.Done() // until the child has searched
	return nil
}
