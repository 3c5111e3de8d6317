package consent

import (
	"fmt"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Grant returns a grant to enrol, for [EnrolTime] from now and no longer than
// the record. It fails with [ErrNoGrant], [ErrWithdrawn] or [ErrNotNow].
//
// It reads the record as it is now: whoever keeps records must have read it
// again just before, or a withdrawal in between is missed.
func (r *Record) Grant(now time.Time) (Grant, error) {
	if r == nil || r.encoded == nil {
		return Grant{}, ErrNoGrant
	}
	if _, withdrawn := r.Withdrawn(); withdrawn {
		return Grant{}, ErrWithdrawn
	}
	if now.Before(r.terms.Given) || !now.Before(r.terms.Until) {
		return Grant{}, ErrNotNow
	}
	return Grant{
		power: Enrol, purpose: r.terms.Purpose, hash: r.Hash(),
		from: now, until: earlier(now.Add(EnrolTime), r.terms.Until),
	}, nil
}

// ForPass returns a grant to verify the holder of a face pass, for [PassTime]
// from the moment the pass was verified, and no longer than the pass. It is for
// that pass only. It fails with [ErrNoGrant] or [ErrPlainPass].
func ForPass(v pass.Verified) (Grant, error) {
	if !v.OK() {
		return Grant{}, ErrNoGrant
	}
	c := v.Claims()
	if c.Face == nil {
		return Grant{}, ErrPlainPass
	}
	return Grant{
		power: Verify, purpose: c.Face.Purpose, hash: c.Face.Consent, passID: c.ID,
		from: v.At(), until: earlier(v.At().Add(PassTime), c.Expires),
	}, nil
}

// Choice is what a person chose at a desk, on paper or on a screen of their own.
type Choice struct {
	// Agreed must be true: a person said yes to having the face compared.
	Agreed bool
	// Notice is the SHA-256 of the notice that was shown.
	Notice [32]byte
	// At is when the choice was made.
	At time.Time
}

// ForDesk returns a grant to verify one person at a desk, for [DeskTime] from
// the choice. It fails with [ErrNoGrant] if nobody agreed or no notice was
// shown, and with [ErrNotNow] if the choice lies ahead or too far back.
func ForDesk(c Choice, now time.Time) (Grant, error) {
	if !c.Agreed || c.Notice == ([32]byte{}) || c.At.IsZero() {
		return Grant{}, ErrNoGrant
	}
	g := Grant{power: Verify, purpose: pass.PurposeDesk, from: c.At, until: c.At.Add(DeskTime)}
	if err := g.CheckAny(now); err != nil {
		return Grant{}, err
	}
	return g, nil
}

// Declaration is what someone who measures says about a data set.
type Declaration struct {
	// DataSet names it.
	DataSet string
	// Basis is why these photographs may be measured on: a licence, or the
	// consent under which they were collected.
	Basis string
}

// ForDataSet returns a grant to measure on a declared data set. It has no end,
// because it can neither enrol nor verify: it seals nothing and opens nothing.
// It fails with [ErrNoGrant] if the name or the basis is empty.
func ForDataSet(d Declaration) (Grant, error) {
	if strings.TrimSpace(d.DataSet) == "" || strings.TrimSpace(d.Basis) == "" {
		return Grant{}, fmt.Errorf("%w: a data set needs a name and a basis", ErrNoGrant)
	}
	return Grant{power: Measure, purpose: pass.PurposeMeasure}, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
