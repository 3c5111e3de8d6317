package kiosk_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

func (r *rig) offer() string {
	r.t.Helper()
	o, err := r.server.Pair(false)
	if err != nil {
		r.t.Fatal(err)
	}
	return o.Code
}

// refused checks that pairing fails with the server's reason.
func (r *rig) refused(k *kiosktest.Kiosk, code, why string) {
	r.t.Helper()
	if err := k.Pair(r.soon(), code); !errors.Is(err, kiosktest.ErrPair) || !strings.HasSuffix(err.Error(), why) {
		r.t.Errorf("got %v, want %s", err, why)
	}
	if k.ID != "" {
		r.t.Error("it was given an id")
	}
}

// wrong returns a code that is not the right one.
func wrong(code string) string {
	first := byte('0')
	if code[0] == '0' {
		first = '1'
	}
	return string(first) + code[1:]
}

func TestPairing(t *testing.T) {
	r := start(t)
	code := r.offer()
	if len(code) != 8 || strings.Trim(code, "0123456789") != "" {
		t.Fatalf("the code is %q", code)
	}
	k := r.tablet()
	if err := k.Pair(r.soon(), code); err != nil {
		t.Fatal(err)
	}
	st := r.server.State()
	if st.Kiosk != k.ID || st.Kiosk == "" || !st.Pairing.IsZero() {
		t.Errorf("state %+v", st)
	}
	info, err := os.Stat(r.store.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("saved: %v, %v", info, err)
	}
	// A code is good for one kiosk.
	r.refused(r.tablet(), code, "no-code")
	// And where one is paired, another has to be asked for.
	if _, err := r.server.Pair(false); !errors.Is(err, kiosk.ErrPaired) {
		t.Errorf("another code: %v", err)
	}
	r.connect(k)
}

func TestSixthTry(t *testing.T) {
	r := start(t)
	code := r.offer()
	for range kiosk.PairingTries - 1 {
		r.refused(r.tablet(), wrong(code), "wrong-code")
	}
	r.refused(r.tablet(), wrong(code), "no-code")
	r.refused(r.tablet(), code, "no-code")
	if st := r.server.State(); st.Kiosk != "" || !st.Pairing.IsZero() {
		t.Errorf("state %+v", st)
	}
}

func TestFifthTryIsGood(t *testing.T) {
	r := start(t)
	code := r.offer()
	for range kiosk.PairingTries - 1 {
		r.refused(r.tablet(), wrong(code), "wrong-code")
	}
	if err := r.tablet().Pair(r.soon(), code); err != nil {
		t.Error(err)
	}
}

func TestExpiredCode(t *testing.T) {
	for name, moved := range map[string]time.Duration{"late": kiosk.PairingTime, "the clock was set back": -time.Second} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			code := r.offer()
			r.clock.move(moved)
			r.refused(r.tablet(), code, "no-code")
		})
	}
	r := start(t)
	code := r.offer()
	r.clock.move(kiosk.PairingTime - time.Second)
	if err := r.tablet().Pair(r.soon(), code); err != nil {
		t.Error(err)
	}
}

func TestNoCodeMade(t *testing.T) {
	r := start(t)
	r.refused(r.tablet(), "", "no-code")
	r.refused(r.tablet(), "00000000", "no-code")
}

func TestPairingFromElsewhere(t *testing.T) {
	r := start(t)
	code := r.offer()
	for _, origin := range []string{"https://evil.example", strings.ToUpper(r.url), r.url + "/", "null", "http" + strings.TrimPrefix(r.url, "https")} {
		k := r.tablet()
		k.Origin = origin
		r.refused(k, code, "wrong-origin")
	}
	if err := r.tablet().Pair(r.soon(), code); err != nil {
		t.Errorf("the tries of others counted: %v", err)
	}
}

// Another tablet takes the place of a paired one, which is told so.
func TestReplace(t *testing.T) {
	r := start(t)
	old := r.paired()
	p := r.connect(old)
	next := r.paired()
	if err := r.ended(p); !errors.Is(err, kiosktest.ErrBye) || !strings.HasSuffix(err.Error(), "unpaired") {
		t.Errorf("ended with %v", err)
	}
	r.connect(next)
	r.turnedAway(old, kiosk.ByeNotPaired)
}

func TestUnpairWhileConnected(t *testing.T) {
	r := start(t)
	k := r.paired()
	p := r.connect(k)
	r.asked(p, kiosk.LookFrames)
	if err := r.server.Unpair(); err != nil {
		t.Fatal(err)
	}
	if err := r.ended(p); !errors.Is(err, kiosktest.ErrBye) || !strings.HasSuffix(err.Error(), "unpaired") {
		t.Errorf("ended with %v", err)
	}
	if l := r.lost(1); l.Why != kiosk.LossUnpaired || l.Kiosk != k.ID {
		t.Errorf("%+v", l)
	}
	if _, err := os.Stat(r.store.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still saved: %v", err)
	}
	r.turnedAway(k, kiosk.ByeNotPaired)
	if err := r.server.Unpair(); !errors.Is(err, kiosk.ErrNotPaired) {
		t.Errorf("again: %v", err)
	}
}

// A pairing outlives the daemon.
func TestRestart(t *testing.T) {
	r := start(t)
	k := r.paired()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again, err := kiosk.New(r.config(), r.door)
	if err != nil {
		t.Fatal(err)
	}
	if st := again.State(); st.Kiosk != k.ID || st.Since.IsZero() {
		t.Errorf("state %+v", st)
	}
}

// failing is a store on a full disk. It may have saved all the same.
type failing struct {
	kiosk.File
	saves bool
}

var errDisk = errors.New("no space left on the disk")

func (f failing) Keep(p kiosk.Paired) error {
	if f.saves {
		_ = f.File.Keep(p)
	}
	return errDisk
}

// A pairing that could not be saved is none, and its code is used.
func TestPairingNotSaved(t *testing.T) {
	for _, saves := range []bool{false, true} {
		r := start(t)
		c := r.config()
		c.Store = failing{r.store, saves}
		s, err := kiosk.New(c, r.door)
		if err != nil {
			t.Fatal(err)
		}
		o, err := s.Pair(false)
		if err != nil {
			t.Fatal(err)
		}
		key := spki(t, r.tablet())
		if _, err := kiosk.Redeem(s, o.Code, key); !errors.Is(err, errDisk) {
			t.Errorf("got %v", err)
		}
		if st := s.State(); st.Kiosk != "" {
			t.Error("it is paired")
		}
		if _, err := kiosk.Redeem(s, o.Code, key); !errors.Is(err, kiosk.ErrNoPairing) {
			t.Errorf("the code again: %v", err)
		}
		// Whatever the disk has can be read.
		if _, err := kiosk.New(r.config(), r.door); err != nil {
			t.Error(err)
		}
		if err := s.Unpair(); !errors.Is(err, errDisk) {
			t.Errorf("unpair: %v", err)
		}
	}
}
