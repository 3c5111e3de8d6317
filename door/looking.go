package door

import (
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// announce begins the second for "not me". The seal is tried, so that nobody is
// told to look at a camera for a pass that could not be compared, and the
// reference is wiped again at once.
func (s *step) announce(p *pass.Pass, v pass.Verified) {
	opened, err := unseal(p, v, s.b.Seals, s.b.Models...)
	if err != nil {
		s.refuse(refusedBy(err))
		return
	}
	opened.references.Wipe()
	s.state, s.until = Verified, s.now.Add(NotMeTime)
	s.showing.pass = p
	s.order(Announce{Until: s.until})
}

// firstLook opens the reference and begins to look, if all is still well.
func (s *step) firstLook() {
	if s.due(s.until.Add(LateTime)) {
		s.refuse(&no{reason: pass.ReasonTimedOut, detail: "the pass was shown too long ago"})
		return
	}
	v, n := s.b.admit(s.showing.pass, Face, s.faults, s.now)
	if n != nil {
		s.refuse(n)
		return
	}
	opened, err := unseal(s.showing.pass, v, s.b.Seals, s.b.Models...)
	if err != nil {
		s.refuse(refusedBy(err))
		return
	}
	s.showing.held = &Held{references: opened.references, reference: opened.reference}
	s.showing.model = opened.model
	s.showing.hint = HintLookHere
	s.showing.asking = ask(s.b.Policy, s.showing.draw, s.now)
	s.state, s.until = Looking, s.now.Add(s.b.Policy.LookTime())
	s.look(v)
}

// look orders one look at the next frame, or at a later one where a comparison
// was made a moment ago.
func (s *step) look(v pass.Verified) {
	grant, err := consent.ForPass(v)
	if err != nil {
		s.refuse(refusedBy(err))
		return
	}
	s.showing.asked++
	after := s.now
	if s.showing.next.After(after) {
		after = s.showing.next
	}
	o := LookAt{
		Showing: s.number, Number: s.showing.asked, Grant: grant,
		Model: s.showing.model, Reference: s.showing.held, After: after, Until: s.until,
	}
	if a := s.showing.asking; a != nil {
		o.Prompt, o.Since = a.prompt(), a.began
	}
	s.order(o)
}

// looked is the answer to the last order to look, which nobody can have given
// before it was ordered. The pass is judged anew before anything follows from it.
func (s *step) looked(e Looked) {
	if s.state != Looking || e.Showing != s.number || e.Number != s.showing.asked || e.Number > s.asked {
		e.Look.Moment.Wipe() // nobody else will
		return
	}
	observes := s.showing.asking.prompt() != ""
	if e.Err == nil && !observes {
		s.showing.tries++
		s.showing.next = s.now.Add(AttemptGap)
	}
	v, n := s.b.admit(s.showing.pass, Face, s.faults, s.now)
	switch {
	case n != nil:
		e.Look.Moment.Wipe()
		s.refuse(n)
	case e.Err != nil:
		e.Look.Moment.Wipe()
		s.notCompared(v, e.Err)
	case observes:
		s.observed(v, e.Look.Moment)
	default:
		s.compared(v, e.Look)
	}
}

// notCompared looks again where a frame showed nothing to compare.
func (s *step) notCompared(v pass.Verified, err error) {
	n := refusedBy(err)
	switch n.reason {
	case pass.ReasonBadImage, pass.ReasonNoFace, pass.ReasonSeveralFaces, pass.ReasonPoorQuality:
		s.showing.hint = n.hint
		if s.showing.hint == HintNone {
			s.showing.hint = hintOf(n.reason)
		}
		s.look(v)
	default:
		s.refuse(n)
	}
}

// compared decides about one comparison, and allows three of them.
func (s *step) compared(v pass.Verified, look Look) {
	d := Decide(s.b.Policy, v, &look, s.now)
	// What the screen says next is the same whether the face did not match or
	// looked like a picture of one.
	s.showing.hint = HintLookHere
	if len(look.Problems) > 0 && d.Reason == pass.ReasonPoorQuality {
		s.showing.hint = HintFor(look.Problems[0])
	}
	switch {
	case s.showing.asking != nil:
		s.comparedAsking(v, look, d)
	case d.Open || s.showing.tries >= MaxAttempts:
		look.Moment.Wipe()
		s.decide(d)
	default:
		look.Moment.Wipe()
		s.look(v)
	}
}

// leave wipes what is held of a face, if anything is, and notes a showing that
// compared and did not open: whichever way it ended, it was a try.
func (s *step) leave(opened bool) {
	s.leaveCode()
	if s.state != Looking {
		return
	}
	s.showing.held.forget()
	s.showing.asking.forget()
	s.order(Forget{})
	id := s.showing.pass.Claims().ID
	switch {
	case opened:
		s.b.Limits.facePassed(id)
	case s.showing.tries > 0 && s.b.Limits != nil:
		s.b.Limits.faceFailed(id, s.b.budget(), s.now)
	}
}

// leaveCode notes a code whose answer nobody has waited for. Else whoever
// cancels in time could try as many codes as they like.
func (s *step) leaveCode() {
	if s.state == StateShown && s.showing.typed != "" && s.b.Limits != nil {
		s.b.Limits.pinFailed(s.showing.typed, s.now)
	}
}

// unsealed is an opened reference of a model that is here.
type unsealed struct {
	model      pass.ModelID
	references *pass.References // the owner wipes them
	reference  face.Reference   // a part of them
}

var errNoSeals = errors.New("there are no sealing keys here")

// unseal opens the reference that can be compared here.
func unseal(p *pass.Pass, v pass.Verified, seals Seals, models ...pass.ModelID) (unsealed, error) {
	model, err := v.Model(models...)
	if err != nil {
		return unsealed{}, err
	}
	if seals == nil {
		return unsealed{}, errNoSeals
	}
	id, _ := p.SealID()
	keys, err := seals.SealingKeys(id)
	if err != nil {
		return unsealed{}, err
	}
	references, err := v.Open(keys)
	for _, key := range keys {
		key.Wipe()
	}
	if err != nil {
		return unsealed{}, err
	}
	reference, _ := references.Get(model)
	return unsealed{model, references, reference}, nil
}
