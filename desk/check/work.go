package check

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/picture"
)

// job is one picture that is looked at, and what of the check it needs meanwhile.
type job struct {
	choice   int // see Check.choice
	way      idcheck.Way
	grant    consent.Grant
	found    iddoc.Evidence
	portrait *desk.Portrait
	judged   bool          // frames are judged as a sequence
	turning  bool          // the person was asked to turn their head
	at       time.Duration // since the first frame
}

// wipe clears what a job holds that no check wants any more.
func (j *job) wipe() {
	j.portrait.Wipe()
	forget(&j.found)
}

// Document takes a picture of the document, a JPEG, PNG or WebP file, which it
// clears. By the way of the face it reads the lines, unless they were typed, and
// finds the portrait; by that of staff it reads the lines only. It fails with the
// errors of [picture.Decode], and with [ErrStep], [ErrBusy], [ErrEnded] and what ctx
// ended with.
func (c *Check) Document(ctx context.Context, data []byte) error {
	defer clear(data)
	return c.take(ctx, data, []Step{Chosen, Document}, c.room.read, func(now time.Time) error { return c.decide(now) })
}

// Frame takes a frame of the person's face, which it clears. [State.Hint] says what
// was wrong with it. The errors are those of [Check.Document].
func (c *Check) Frame(ctx context.Context, data []byte) error {
	defer clear(data)
	if early, err := c.early(); early || err != nil {
		return err
	}
	var seen desk.Seen
	defer func() { seen.Moment.Wipe() }() // unless the check took it over
	look := func(j *job, p *picture.Picture) (err error) {
		l := desk.Look{Engine: c.room.o.Engine, Lines: c.room.o.Lines, Grant: j.grant, Portrait: j.portrait, Moments: j.judged, At: j.at}
		if j.turning {
			seen, err = l.Turning(p)
		} else {
			seen, err = l.Good(p)
		}
		return err
	}
	return c.take(ctx, data, []Step{Face}, look, func(now time.Time) error { return c.weigh(&seen, now) })
}

// early says whether the last comparison was a moment ago, so that the frame is not
// looked at.
func (c *Check) early() (early bool, err error) {
	err = c.do(func(now time.Time) error {
		early = c.step == Face && now.Before(c.next)
		return nil
	})
	return early, err
}

// take looks at one picture at a time, and then does to the check what follows,
// unless it has ended or another way was chosen meanwhile.
func (c *Check) take(ctx context.Context, data []byte, at []Step, look func(*job, *picture.Picture) error, then func(time.Time) error) error {
	j, err := c.start(at)
	if err != nil {
		return err
	}
	defer c.room.work.Done()
	defer j.wipe() // of what the check did not take back
	err = c.room.see(ctx, data, func() bool { return c.holds(j.choice) }, func(p *picture.Picture) error { return look(&j, p) })
	return c.back(&j, err, then)
}

// start gives out what a picture is looked at with.
func (c *Check) start(at []Step) (j job, err error) {
	err = c.act(func(now time.Time) error {
		switch {
		case c.working:
			return ErrBusy
		case !slices.Contains(at, c.step):
			return ErrStep
		}
		c.touched = now // somebody is there, however long the picture waits
		j = job{choice: c.choice, way: c.way, grant: c.grant, found: c.found, portrait: c.portrait}
		j.judged, j.turning, j.at = c.asks(), c.turn.asking(), c.turn.since(now)
		c.working, c.portrait, c.found = true, nil, iddoc.Evidence{}
		c.room.work.Add(1)
		return nil
	})
	return j, err
}

// holds says whether the choice that a picture is looked at under still stands.
func (c *Check) holds(choice int) bool {
	err := c.look()
	c.mu.Lock()
	defer c.mu.Unlock()
	return err == nil && c.choice == choice
}

// back takes back what was given out, unless it is not wanted any more. Until it has,
// no other picture is taken.
func (c *Check) back(j *job, failed error, then func(time.Time) error) error {
	return c.act(func(now time.Time) error {
		c.working = false
		c.notify()
		if c.choice != j.choice {
			if j.found.Lines == iddoc.Typed && c.found.Lines == iddoc.None {
				c.found = iddoc.Evidence{Lines: iddoc.Typed, MRZ: j.found.MRZ, LinesErr: j.found.LinesErr}
				j.found = iddoc.Evidence{}
			}
			return ErrStep
		}
		c.portrait, c.found = j.portrait, j.found
		*j = job{}
		c.room.holding(c.portrait)
		c.room.holding(c.found.MRZ)
		switch {
		case errors.Is(failed, consent.ErrNotNow):
			c.unchoose()
			c.again = true
			return nil
		case failed != nil:
			return failed
		}
		c.touched = now
		return then(now)
	})
}

// slotTime is how long a picture waits for a slot: whoever sent it still listens then.
const slotTime = 30 * time.Second

// see decodes a picture and shows it to look, when there is a slot for it and it is
// wanted still, and wipes it.
func (r *Room) see(ctx context.Context, data []byte, wanted func() bool, look func(*picture.Picture) error) error {
	if int(r.waiting.Add(1)) > r.o.Limit {
		r.waiting.Add(-1)
		return ErrBusy
	}
	patience := time.NewTimer(slotTime)
	defer patience.Stop()
	select {
	case <-patience.C:
		r.waiting.Add(-1)
		return ErrBusy
	case r.slots <- struct{}{}:
		r.waiting.Add(-1)
		defer func() { <-r.slots }()
	case <-ctx.Done():
		r.waiting.Add(-1)
		return context.Cause(ctx)
	}
	if !wanted() {
		return ErrEnded
	}
	p, err := picture.Decode(data)
	clear(data)
	if err != nil {
		return err
	}
	defer p.Wipe()
	r.holding(p)
	return look(p)
}

// read reads a document.
func (r *Room) read(j *job, p *picture.Picture) error {
	turn := desk.AnyTurn
	if j.found.Lines != iddoc.Typed || j.found.MRZ == nil {
		var err error
		forget(&j.found)
		if turn, err = desk.ReadLines(r.o.Lines, p, &j.found); err != nil {
			return err
		}
	}
	if j.way == idcheck.ByStaff {
		return nil
	}
	j.portrait.Wipe()
	j.found.Portrait = iddoc.None
	var err error
	j.portrait, err = desk.FindTurned(r.o.Engine, j.grant, p, turn, &j.found)
	j.portrait.Release()
	return err
}

// HintDocumentAway is for a frame that shows a document: what is to be compared with
// the portrait is a face, and not the portrait.
const HintDocumentAway door.Hint = "document-away"

// hintFor is what the person may do about a frame.
func hintFor(s desk.Seen) door.Hint {
	switch {
	case s.Document:
		return HintDocumentAway
	case s.Problem != "":
		return door.HintFor(s.Problem)
	case s.Face != nil && s.Face.Others > 0:
		return door.HintOnePerson
	}
	return door.HintLookHere
}

// weigh counts a frame, and decides as soon as one is plainly the portrait's, or a
// picture of the portrait itself, or when [Frames] were compared. Before, what the person is told
// is the same whether the face did not match or looked like a picture of one. The
// caller holds mu.
func (c *Check) weigh(seen *desk.Seen, now time.Time) error {
	if c.turn.asking() {
		return c.turned(seen, now)
	}
	c.hint = hintFor(*seen)
	if seen.Document {
		c.next = now.Add(frameGap)
	}
	if seen.Face == nil || seen.Face.Others > 0 {
		c.poor++
		return nil
	}
	c.compared++
	c.next = now.Add(frameGap)
	if c.asks() {
		// What stills believe is one of the cues that the sequence is judged by.
		seen.Face.Suspected, seen.Face.Judged = false, true
	}
	c.turn.keep(seen)
	p := c.policy()
	c.best = better(p, c.best, seen.Face)
	r, err := idcheck.Decide(p, c.evidence(), now)
	plain := r.Outcome == idcheck.SamePerson && !p.Doubtful(c.best)
	if err != nil || !plain && r.Reason != idcheck.SamePicture && c.compared < Frames {
		return err
	}
	if r.Outcome == idcheck.SamePerson && c.asks() {
		c.turn.ask(now)
		c.next, c.hint = time.Time{}, ""
		return nil
	}
	return c.decide(now)
}

// better is the frame that decides: one that is a picture of the portrait itself, else
// one that is the portrait's, else, where PAD decides, one that is suspected, else the
// one with the higher score.
func better(p idcheck.Policy, a, b *idcheck.Face) *idcheck.Face {
	rank := func(f *idcheck.Face) int {
		switch {
		case p.Copied(f):
			return 3
		case p.RequireLive && f.Suspected:
			return 1
		case p.Threshold > 0 && f.Score >= p.Threshold:
			return 2
		}
		return 0
	}
	if a == nil || rank(b) > rank(a) || rank(b) == rank(a) && b.Score > a.Score {
		return b
	}
	return a
}
