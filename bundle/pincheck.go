package bundle

import (
	"crypto/hmac"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// PINVerified is a PIN that was good at one time for one zone. It is only made
// by [PINs.Check]; its zero value is refused by everything that takes one. It
// does not say which PIN it was.
type PINVerified struct {
	ok   bool
	at   time.Time
	zone string
}

// OK returns whether v came from [PINs.Check].
func (v PINVerified) OK() bool { return v.ok }

// At returns the time at which the PIN was judged.
func (v PINVerified) At() time.Time { return v.at }

// Zone returns the zone for which it was judged.
func (v PINVerified) Zone() string { return v.zone }

// Format prints that a PIN was verified and nothing else.
func (v PINVerified) Format(f fmt.State, _ rune) {
	if !v.ok {
		io.WriteString(f, "no verified PIN")
		return
	}
	io.WriteString(f, "a PIN, verified")
}

// Check judges a number and a code at a time; p is from [VerifyPINs], and loc is
// the site's time zone. It takes as long, and touches as much memory, for a
// number that nobody has. The caller limits how often it may be asked, and never
// runs two at once for one door: each takes 32 MiB.
//
// The error is [ErrPepper], or a [pass.Refusal]: wrong-pin if the number or the
// code is wrong, and only for the right code [pass.ReasonNotYetValid],
// [pass.ReasonExpired] or [pass.ReasonOutOfHours].
func (p *PINs) Check(number, code string, pepper Pepper, now time.Time, loc *time.Location) (PINVerified, error) {
	if !pepper.OK() {
		return PINVerified{}, ErrPepper
	}
	if !isDigits(number) || !isDigits(code) {
		return PINVerified{}, wrongPIN()
	}
	e, known := p.entry(number, pepper)
	tag := pepper.tag(p.Site, p.Zone, number, code, &e.Salt)
	if same := hmac.Equal(tag[:], e.Tag[:]); !same || !known {
		return PINVerified{}, wrongPIN()
	}
	if err := e.judge(now, loc); err != nil {
		return PINVerified{}, err
	}
	return PINVerified{ok: true, at: now, zone: p.Zone}, nil
}

func wrongPIN() error {
	return &pass.Refusal{Reason: pass.ReasonWrongPIN, Detail: "the number or the code is wrong"}
}

// entry returns the entry of a number, or a decoy that no code fits.
func (p *PINs) entry(number string, pepper Pepper) (Entry, bool) {
	decoy := Entry{Number: number, Salt: pepper.decoySalt(number)}
	i, found := slices.BinarySearchFunc(p.Entries, number, func(e Entry, n string) int { return strings.Compare(e.Number, n) })
	if !found {
		return decoy, false
	}
	return p.Entries[i], true
}

func (e Entry) judge(now time.Time, loc *time.Location) error {
	switch {
	case now.Before(e.NotBefore):
		return &pass.Refusal{Reason: pass.ReasonNotYetValid, Detail: "the PIN begins later"}
	case !now.Before(e.Expires):
		return &pass.Refusal{Reason: pass.ReasonExpired, Detail: "the PIN has ended"}
	case !e.Schedule.Allows(now, loc):
		return &pass.Refusal{Reason: pass.ReasonOutOfHours, Detail: "the PIN is not good at this hour"}
	}
	return nil
}
