package check

import (
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

// Choose is the person's choice of a way, after the notice whose SHA-256 it is and
// with those claims shown. It may be made again until the end, and then what was
// had under the last one is wiped. Alone on a phone, the way of staff ends the
// check: there is nobody there to look, and nothing is held against the person. It
// fails with [ErrNotice], [ErrStep] and [ErrEnded].
func (c *Check) Choose(way idcheck.Way, notice [32]byte, shown []string) error {
	return c.act(func(now time.Time) error {
		switch {
		case way != idcheck.ByFace && way != idcheck.ByStaff:
			return ErrStep
		case notice != c.hash || !slices.Equal(shown, c.order.Claims):
			return ErrNotice
		}
		c.unchoose()
		if way == idcheck.ByFace {
			g, err := consent.ForDesk(consent.Choice{Agreed: true, Notice: notice, At: now}, now)
			if err != nil {
				return err
			}
			c.grant = g
		}
		c.way, c.again, c.step, c.touched = way, false, Chosen, now
		switch {
		case way == idcheck.ByStaff && c.order.Unattended:
			c.finish(idcheck.Result{
				Outcome: idcheck.Inconclusive, Reason: idcheck.NobodyLookedYet, Way: way, Unattended: true, Next: []idcheck.Next{idcheck.EndHere},
			}, now)
			return nil
		case way == idcheck.ByStaff && (c.found.MRZ != nil || c.policy().PortraitOnly):
			return c.decide(now)
		}
		return nil
	})
}

// Here says that somebody is still there, and gives them another [StepTime]. It
// fails with [ErrEnded].
func (c *Check) Here() error {
	return c.act(func(now time.Time) error {
		c.touched = now
		return nil
	})
}

// Cancel ends the check as abandoned. It fails with [ErrEnded].
func (c *Check) Cancel() error {
	return c.act(func(now time.Time) error {
		c.finish(c.abandoned(), now)
		return nil
	})
}

// Settle ends the check where it stands, because nothing more will be tried: most
// often it is inconclusive. It fails with [ErrStep] where nobody has chosen, and
// with [ErrBusy] and [ErrEnded].
func (c *Check) Settle() error {
	return c.act(func(now time.Time) error {
		switch {
		case c.working:
			return ErrBusy
		case c.way == 0:
			return ErrStep
		}
		if c.step == Face && c.best == nil && c.poor > 0 {
			c.best = &idcheck.Face{Score: -1, Unclear: true, Judged: true}
		}
		r, err := idcheck.Decide(c.policy(), c.evidence(), now)
		if err != nil {
			return err
		}
		c.finish(r, now)
		return nil
	})
}

// Typed takes the document's lines as somebody typed them. What is wrong with them
// is said by [State.Reason]. It fails with [ErrStep], [ErrBusy] and [ErrEnded].
func (c *Check) Typed(lines []string) error {
	return c.act(func(now time.Time) error {
		switch {
		case c.working:
			return ErrBusy
		case c.step != Chosen && c.step != Document:
			return ErrStep
		}
		portrait, documents := c.found.Portrait, c.found.Documents
		forget(&c.found)
		c.found.Lines, c.found.Portrait, c.found.Documents = iddoc.Typed, portrait, documents
		c.found.MRZ, c.found.LinesErr = iddoc.ParseMRZ(lines)
		c.touched = now
		return c.decide(now)
	})
}

// Look is what a member of staff found with their own eyes: [idcheck.SamePerson],
// [idcheck.NotSamePerson] or [idcheck.Inconclusive]. It fails with [ErrStep],
// [ErrLook] and [ErrEnded].
func (c *Check) Look(by string, found idcheck.Outcome) error {
	return c.act(func(now time.Time) error {
		if c.step != Staff || c.way != idcheck.ByStaff {
			return ErrStep
		}
		looks := c.looks
		c.looks = append(slices.Clone(looks), idcheck.Look{By: by, Found: found})
		if _, err := idcheck.Decide(c.policy(), c.evidence(), now); err != nil {
			c.looks = looks
			return ErrLook
		}
		c.touched = now
		return c.decide(now)
	})
}
