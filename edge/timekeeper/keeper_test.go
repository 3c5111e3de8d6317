package timekeeper

import (
	"errors"
	"testing"
	"time"
)

// machine is a clock, a disk and a counter in one.
type machine struct {
	reading Reading
	mark    *Mark
	damaged bool
	full    bool
	counted uint64
	// stuck is a counter that fails.
	stuck bool
	// saves are the counter's values at each save.
	saves []uint64
}

var errFull = errors.New("the disk is full")

func (m *machine) Read() (Reading, error) { return m.reading, nil }

func (m *machine) LoadMark() (Mark, error) {
	switch {
	case m.damaged:
		return Mark{}, errors.New("damaged")
	case m.mark == nil:
		return Mark{}, ErrNoMark
	}
	return *m.mark, nil
}

func (m *machine) SaveMark(k Mark) error {
	if m.full {
		return errFull
	}
	m.mark = &k
	m.saves = append(m.saves, m.counted)
	return nil
}

func (m *machine) Value() (uint64, error) {
	if m.stuck {
		return 0, errFull
	}
	return m.counted, nil
}

func (m *machine) Increment() (uint64, error) { m.counted++; return m.counted, nil }

func newMachine() *machine {
	return &machine{reading: Reading{Wall: noon, Boot: "a", Up: time.Hour}}
}

func (m *machine) pass(d time.Duration) {
	m.reading.Wall, m.reading.Up = m.reading.Wall.Add(d), m.reading.Up+d
}

func (m *machine) reboot() { m.reading.Boot, m.reading.Up = m.reading.Boot+"b", time.Second }

func open(t *testing.T, m *machine, c Counter) *Keeper {
	t.Helper()
	k, err := Open(m, m, c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func accept(t *testing.T, k *Keeper, h Held) {
	t.Helper()
	if err := k.Accept(h); err != nil {
		t.Fatal(err)
	}
}

func left(k *Keeper) time.Duration { return k.Left(life)[0] }

func TestKeeper(t *testing.T) {
	m := newMachine()
	k := open(t, m, nil)
	accept(t, k, held(1, noon))
	m.pass(time.Minute)
	if got := k.Left(life, time.Hour); got[0] != life-time.Minute || got[1] != 59*time.Minute {
		t.Errorf("%v left", got)
	}
	if err := k.Save(); err != nil {
		t.Fatal(err)
	}
	m.reboot()
	m.reading.Wall = noon
	k = open(t, m, nil)
	if got, want := left(k), life-time.Minute-BootCost-time.Second; got > want {
		t.Errorf("%v left, want %v at most", got, want)
	}
	if k.Now().Before(noon.Add(time.Minute)) {
		t.Errorf("it is %v", k.Now())
	}
	if k.Jump() >= 0 {
		t.Error("a clock that was turned back was not noticed")
	}
	if k.Behind() < time.Minute || k.Unsaved() {
		t.Errorf("behind by %v", k.Behind())
	}
	if k.Held().Number != 1 {
		t.Errorf("bundle %d", k.Held().Number)
	}
}

func TestTheBootIsSavedBeforeAnythingIsDecided(t *testing.T) {
	m := newMachine()
	m.full = true
	if _, err := Open(m, m, nil); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

func TestAMarkThatCannotBeSavedEndsIt(t *testing.T) {
	m := newMachine()
	k := open(t, m, nil)
	accept(t, k, held(1, noon))
	m.full = true
	m.pass(MaxUnsaved - time.Second)
	if err := k.Save(); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
	if left(k) == 0 {
		t.Error("nothing left too early")
	}
	m.pass(time.Second)
	if got := left(k); got != 0 || !k.Unsaved() {
		t.Errorf("%v left", got)
	}
	m.full = false
	if err := k.Save(); err != nil || left(k) == 0 {
		t.Errorf("it did not come back: %v", err)
	}
}

func TestADamagedMarkIsNoFreshStart(t *testing.T) {
	m := newMachine()
	accept(t, open(t, m, nil), held(1, noon))
	m.damaged = true
	k := open(t, m, nil)
	if got := left(k); got != 0 || !k.Distrusted() {
		t.Errorf("%v left", got)
	}
	accept(t, k, held(1, noon))
	if left(k) == 0 || k.Distrusted() {
		t.Error("not accepted from whoever makes it")
	}
}

func TestCounter(t *testing.T) {
	m := newMachine()
	m.counted = 41 // of an earlier life of this machine
	accept(t, open(t, m, m), held(1, noon))
	for range 3 {
		m.reboot()
		if k := open(t, m, m); left(k) == 0 {
			t.Fatal("it did not go on")
		}
	}
	if m.counted != 45 || m.mark.Counter != 45 {
		t.Errorf("counted to %d, mark %d", m.counted, m.mark.Counter)
	}
}

func TestAnOldDiskIsRefused(t *testing.T) {
	m := newMachine()
	accept(t, open(t, m, m), held(1, noon))
	old := *m.mark // copied while the machine is off
	m.reboot()
	open(t, m, m)
	m.mark = &old
	m.reboot()
	k := open(t, m, m)
	if got := left(k); got != 0 || !k.Distrusted() {
		t.Errorf("%v left with an old disk", got)
	}
	m.reboot()
	if k := open(t, m, m); left(k) != 0 {
		t.Error("it is forgotten at the next start")
	}
}

func TestATPMTakenOutIsNoticed(t *testing.T) {
	m := newMachine()
	accept(t, open(t, m, m), held(1, noon))
	for range 2 {
		m.reboot()
		if k := open(t, m, nil); left(k) != 0 {
			t.Errorf("%v left", left(k))
		}
	}
}

func TestATPMThatFails(t *testing.T) {
	m := newMachine()
	m.stuck = true
	if _, err := Open(m, m, m); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

// A power cut after the mark was saved and before it was counted.
func TestAPowerCutBeforeCounting(t *testing.T) {
	m := newMachine()
	accept(t, open(t, m, m), held(1, noon))
	m.mark.Counter++
	m.reboot()
	if k := open(t, m, m); left(k) == 0 {
		t.Error("the door needs its controller after a power cut")
	}
	if m.mark.Counter != m.counted {
		t.Errorf("counted to %d, mark %d", m.counted, m.mark.Counter)
	}
}

func TestTheMarkIsSavedBeforeCounting(t *testing.T) {
	m := newMachine()
	open(t, m, m)
	if m.saves[0] != 0 {
		t.Errorf("counted to %d before the mark was saved", m.saves[0])
	}
}

func TestMachine(t *testing.T) {
	m, err := NewMachine()
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Read()
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Read()
	if err != nil || a.Boot == "" || a.Boot != b.Boot || b.Up < a.Up || a.Up <= 0 {
		t.Errorf("%+v, %+v, %v", a, b, err)
	}
}
