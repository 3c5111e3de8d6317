package latch

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"
)

// TestMain fails if a driver leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pinRecorder plays a line of a gpiochip and notes what was done to it.
type pinRecorder struct {
	mu     sync.Mutex
	did    []string
	fails  []bool        // whether the next calls do
	broken int           // so many calls fail then; -1 for all
	holds  chan struct{} // calls wait for its end, if there is one
}

var errUnplugged = errors.New("no such device")

func (p *pinRecorder) note(what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, what)
	if holds := p.holds; holds != nil {
		p.mu.Unlock()
		<-holds
		p.mu.Lock()
	}
	fails := p.broken != 0
	switch {
	case len(p.fails) > 0:
		fails, p.fails = p.fails[0], p.fails[1:]
	case fails:
		p.broken--
	}
	if fails {
		return errUnplugged
	}
	return nil
}

func (p *pinRecorder) In(pull gpio.Pull, _ gpio.Edge) error { return p.note("in " + pull.String()) }
func (p *pinRecorder) Out(l gpio.Level) error               { return p.note("out " + l.String()) }

func (p *pinRecorder) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, "close")
}

func (p *pinRecorder) breakFor(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = calls
}

func (p *pinRecorder) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.did, ", ")
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func gpioLatch(t *testing.T, p *pinRecorder, activeLow bool) Latch {
	t.Helper()
	inner, err := newGPIO(p, activeLow)
	if err != nil {
		t.Fatal(err)
	}
	return &bounded{inner: inner}
}

// TestGPIO plays the protocol: a line that is active when low is never driven
// while it is locked, and every pulse ends.
func TestGPIO(t *testing.T) {
	for _, test := range []struct {
		activeLow bool
		want      string
	}{
		{false, "out Low, out High, out Low, out Low, close"},
		{true, "in PullUp, out Low, in PullUp, in PullUp, close"},
	} {
		p := &pinRecorder{}
		l := gpioLatch(t, p, test.activeLow)
		if err := l.Unlatch(t.Context(), MinPulse); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the pulse ends", func() bool { return strings.Count(p.said(), ",") == 2 })
		if err := l.Check(t.Context()); err != nil {
			t.Error(err)
		}
		l.Close()
		l.Close()
		if p.said() != test.want {
			t.Errorf("got %s, want %s", p.said(), test.want)
		}
	}
}

func TestGPIOClosedInAPulse(t *testing.T) {
	p := &pinRecorder{}
	l := gpioLatch(t, p, false)
	if err := l.Unlatch(t.Context(), MaxPulse); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if want := "out Low, out High, out Low, close"; p.said() != want {
		t.Errorf("got %s, want %s", p.said(), want)
	}
	if err := l.Unlatch(t.Context(), time.Second); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := l.Check(t.Context()); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// TestGPIOUnplugged loses the chip before, during and at the end of a pulse.
func TestGPIOUnplugged(t *testing.T) {
	p := &pinRecorder{broken: -1}
	if _, err := newGPIO(p, false); !errors.Is(err, errUnplugged) {
		t.Errorf("opened without a chip: %v", err)
	}
	p = &pinRecorder{}
	l := gpioLatch(t, p, false)
	defer l.Close()

	// It was unplugged and is back: the line is asked for again. Then it is
	// unplugged for good.
	p.mu.Lock()
	p.fails, p.broken = []bool{true, false}, -1
	p.mu.Unlock()
	if err := l.Unlatch(t.Context(), MinPulse); err != nil {
		t.Error(err)
	}
	eventually(t, "the end of the pulse fails", func() bool { return errors.Is(l.Check(t.Context()), ErrStuck) })
	if err := l.Unlatch(t.Context(), MinPulse); !errors.Is(err, ErrStuck) {
		t.Errorf("an order to a latch that is stuck: %v", err)
	}
	p.breakFor(0)
	back := time.Now()
	eventually(t, "it is locked again", func() bool { return l.Check(t.Context()) == nil })
	t.Logf("it recovered after %v", time.Since(back))
	p.breakFor(2) // both attempts to open fail
	if err := l.Unlatch(t.Context(), MinPulse); !errors.Is(err, ErrFailed) || !strings.HasSuffix(p.said(), "out Low") {
		t.Errorf("%v after %s", err, p.said())
	}
}

// checked returns what a latch says of itself, and fails if it takes for ever.
func checked(t *testing.T, l Latch) error {
	t.Helper()
	answer := make(chan error, 1)
	go func() { answer <- l.Check(t.Context()) }()
	select {
	case err := <-answer:
		return err
	case <-time.After(time.Minute):
		t.Fatal("a check waits for the order")
		return nil
	}
}

// TestACheckWaitsForNoOrder: while an order is carried out, and takes its time, a
// latch says that it works.
func TestACheckWaitsForNoOrder(t *testing.T) {
	p := &pinRecorder{}
	l := gpioLatch(t, p, false)
	hold := make(chan struct{})
	p.mu.Lock()
	p.holds = hold
	p.mu.Unlock()
	var orders sync.WaitGroup
	for range 2 { // one that is carried out, and one that waits for it
		orders.Go(func() {
			if err := l.Unlatch(t.Context(), MinPulse); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "an order is carried out", func() bool { return strings.HasSuffix(p.said(), "High") })
	for _, of := range []Latch{l, l.(*bounded).inner} {
		if err := checked(t, of); err != nil {
			t.Error(err)
		}
	}
	close(hold)
	orders.Wait()
	if err := checked(t, l); err != nil {
		t.Error(err)
	}
	l.Close()
}

// TestOverlappingOrders: two orders make one pulse, to the later end.
func TestOverlappingOrders(t *testing.T) {
	p := &pinRecorder{}
	l := gpioLatch(t, p, false)
	start := time.Now()
	for _, pulse := range []time.Duration{600 * time.Millisecond, MinPulse} {
		if err := l.Unlatch(t.Context(), pulse); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "it is locked", func() bool { return strings.HasSuffix(p.said(), "High, out Low") })
	if took := time.Since(start); took < 600*time.Millisecond {
		t.Errorf("it was locked after %v", took)
	}
	l.Close()
}

// TestSettle: a device that comes back is locked, but not in a pulse.
func TestSettle(t *testing.T) {
	p := &pinRecorder{}
	l := gpioLatch(t, p, false)
	s := l.(*bounded).inner.(*switched)
	s.settle()
	if err := l.Unlatch(t.Context(), MaxPulse); err != nil {
		t.Fatal(err)
	}
	s.settle()
	if want := "out Low, out Low, out High"; p.said() != want {
		t.Errorf("got %s, want %s", p.said(), want)
	}
	l.Close()
}

func TestPulsesAreBounded(t *testing.T) {
	p := &pinRecorder{}
	l := gpioLatch(t, p, false)
	defer l.Close()
	for _, pulse := range []time.Duration{-1, 0, MinPulse - 1, MaxPulse + 1, time.Hour} {
		if err := l.Unlatch(t.Context(), pulse); !errors.Is(err, ErrPulse) {
			t.Errorf("%v: %v", pulse, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Unlatch(ended, time.Second); !errors.Is(err, ErrFailed) {
		t.Error(err)
	}
	if p.said() != "out Low" {
		t.Errorf("something moved: %s", p.said())
	}
}

func TestLogOnly(t *testing.T) {
	var out bytes.Buffer
	l := &logOnly{&out}
	if err := errors.Join(l.Unlatch(t.Context(), 3*time.Second), l.Check(t.Context()), l.Close()); err != nil {
		t.Error(err)
	}
	if out.String() != "The latch would open for 3s.\n" {
		t.Error(out.String())
	}
	// To a file, such as a service's journal, it says nothing.
	file, err := os.Create(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_ = newLog(file).Unlatch(t.Context(), time.Second)
	if data, _ := os.ReadFile(file.Name()); len(data) > 0 {
		t.Errorf("a journal would keep %q", data)
	}
	opened, err := Open(Config{Kind: KindLog})
	if err != nil {
		t.Fatal(err)
	}
	opened.Close()
}

func TestNoChip(t *testing.T) {
	_, err := Open(Config{Kind: KindGPIO, Chip: "a chip that is not there", Line: "17"})
	if err == nil || !strings.Contains(err.Error(), "gpiochip") {
		t.Error(err)
	}
}
