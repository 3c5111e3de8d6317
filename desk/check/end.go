package check

import (
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

// do does one thing to a check that has not ended, and hands its result on if that
// was the end of it. It fails with [ErrEnded].
func (c *Check) do(f func(now time.Time) error) error {
	c.mu.Lock()
	now := c.room.o.Now()
	c.lapse(now)
	err := ErrEnded
	if c.ended.IsZero() {
		err = f(now)
	}
	over := c.over
	c.over = nil
	c.mu.Unlock()
	if over != nil {
		c.handOn(*over)
	}
	return err
}

// act is do for what can be seen from outside.
func (c *Check) act(f func(now time.Time) error) error {
	return c.do(func(now time.Time) error {
		err := f(now)
		if err == nil {
			c.notify()
		}
		return err
	})
}

// look only has the time looked at.
func (c *Check) look() error { return c.do(func(time.Time) error { return nil }) }

// lapse ends what has lasted too long: the check, or the choice in it. The caller
// holds mu.
func (c *Check) lapse(now time.Time) {
	if !c.ended.IsZero() {
		return
	}
	if !now.Before(c.end()) {
		c.finish(c.abandoned(), now)
		return
	}
	if c.grant.Power() != 0 && c.grant.CheckAny(now) != nil {
		c.unchoose()
		c.again = true
		c.notify()
	}
}

// unchoose goes back to the choice, and lets go of what was had under it. What was
// typed is the document's and stays. The caller holds mu.
func (c *Check) unchoose() {
	c.choice++
	c.step, c.way, c.grant, c.hint, c.standing = Reading, 0, consent.Grant{}, "", idcheck.Result{}
	c.wipe(c.found.Lines != iddoc.Typed || c.found.MRZ == nil)
}

// wipe clears what is held of the person. The caller holds mu.
func (c *Check) wipe(lines bool) {
	c.portrait.Wipe()
	c.portrait = nil
	if c.best != nil {
		*c.best = idcheck.Face{}
	}
	c.best, c.looks = nil, nil
	c.turn.wipe()
	if lines {
		forget(&c.found)
		return
	}
	c.found.Portrait, c.found.Documents = iddoc.None, 0
}

// forget clears what a document says.
func forget(e *iddoc.Evidence) {
	if e.MRZ != nil {
		*e.MRZ = iddoc.MRZ{}
	}
	*e = iddoc.Evidence{}
}

// abandoned is the result of a check that nobody finished.
func (c *Check) abandoned() idcheck.Result {
	return idcheck.Result{
		Outcome: idcheck.Abandoned, Way: c.way, Unattended: c.order.Unattended,
		Next: []idcheck.Next{idcheck.EndHere},
	}
}

// finish ends the check: nothing is held of it any more, and the caller, who holds
// mu, leaves handing it on to [Check.do].
func (c *Check) finish(r idcheck.Result, now time.Time) {
	r.Open = false
	over := &Finished{
		ID: c.id, Order: c.order, Result: r, At: now, Notice: c.hash,
		Lines: c.found.Lines, Portrait: c.found.Portrait, Claims: map[string]any{},
	}
	if r.Outcome == idcheck.SamePerson && r.LinesVerified {
		over.Claims = claims(c.order.Claims, c.found.MRZ, now)
	}
	c.wipe(true)
	c.choice++
	c.grant, c.ended, c.over, c.hint = consent.Grant{}, now, over, ""
	c.room.work.Add(1)
	c.notify()
}

// handOn hands the result on, and only then shows it.
func (c *Check) handOn(over Finished) {
	defer c.room.work.Done()
	err := c.room.o.Done(over)
	r := over.Result
	s := &Summary{
		Outcome: r.Outcome, Reason: r.Reason, Next: append([]idcheck.Next{}, r.Next...), Way: r.Way.String(),
		DocumentChecked: r.DocumentChecked, LinesVerified: r.LinesVerified, Proof: r.Proof.String(), Unattended: r.Unattended,
		Claims: []string{}, HandedOn: err == nil,
	}
	for _, name := range c.order.Claims {
		if _, had := over.Claims[name]; had {
			s.Claims = append(s.Claims, name)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished = s
	c.notify()
}

// isOver says whether the check has ended, and when.
func (c *Check) isOver() (bool, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.ended.IsZero(), c.ended
}

// decide asks idcheck where the check stands, and ends it where it is decided. What
// can still be mended leaves it open. The caller holds mu.
func (c *Check) decide(now time.Time) error {
	r, err := idcheck.Decide(c.policy(), c.evidence(), now)
	if err != nil {
		return err
	}
	c.standing = r
	switch {
	case r.Open && c.way == idcheck.ByFace:
		c.step = Face
	case r.Open:
		c.step = Staff
	case r.Outcome != idcheck.Inconclusive, c.step == Face:
		c.finish(r, now)
	case r.Reason == idcheck.StaffDisagreed, r.Reason == idcheck.StaffUnsure && len(c.looks) > 1:
		c.finish(r, now)
	case c.step != Staff:
		c.step = Document
	}
	return nil
}

// policy is the desk's, and what the order adds. Where nobody watches, a suspicion of
// PAD decides whatever the site says.
func (c *Check) policy() idcheck.Policy {
	p := c.room.o.Policy()
	p.RequireLive = p.RequireLive || c.order.Unattended
	p.TwoPeople = p.TwoPeople || c.order.TwoPeople
	return p
}

// evidence is what the check has found. The caller holds mu.
func (c *Check) evidence() idcheck.Check {
	e := idcheck.Check{Way: c.way, Document: c.found, Face: c.best, Looks: c.looks, Unattended: c.order.Unattended}
	if c.way == idcheck.ByStaff {
		// They have the document before them, and look at the portrait printed on it.
		e.Document.Portrait, e.Document.Documents = iddoc.Print, 1
	}
	return e
}
