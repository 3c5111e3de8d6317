package door_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// The people of these tests.
const (
	holder   = 1
	neighbor = 2
	stranger = 3
)

// entrance is a door with a machine, people, and passes that they may show.
// Every step is audited.
type entrance struct {
	*bench
	fake    *facetest.Fake
	machine *door.Machine
	basis   door.Basis
	out     door.Output // of the last step
	audit   *audit
	pins    *bundle.PINs
	pepper  bundle.Pepper
	checked map[time.Time]bundle.PINVerified
	draw    uint64 // what the next showings ask for
	seen    map[face.Prompt]face.Moment

	// texts of passes
	plain, face, neighbors, ended, garage, phone string
	presented                                    [2]string // answers to asked, by the phone
	asked                                        pass.Challenge
}

// The one number of the zone, and its code.
const number, secret = "12345678", "87654321"

func newEntrance(t testing.TB) *entrance {
	t.Helper()
	e := &entrance{bench: newBench(t), checked: map[time.Time]bundle.PINVerified{}}
	e.fake = facetest.New(t, func() time.Time { return e.now })
	e.passes()
	e.makePINs()
	e.makeMoments()
	e.reset(t)
	return e
}

// reset is a door that was just started, at noon.
func (e *entrance) reset(t fataler) {
	limits, err := door.NewLimiter(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e.now, e.status, e.draw = noon, statuslist.Valid, 0
	e.machine, e.out, e.audit = &door.Machine{}, door.Output{}, &audit{t: t, e: e, failed: map[pass.ID][]time.Time{}, wrong: map[string][]time.Time{}}
	e.basis = door.Basis{
		Zone: "front", Trust: e.door(nil).Trust, Seals: e.bench, Models: []pass.ModelID{e.fake.ModelID()},
		Methods: door.Plain | door.Face | door.PIN | door.Phone,
		PlainOK: true, FaceOK: true, Limits: limits,
	}
}

func (e *entrance) passes() {
	e.t.Helper()
	enrolled := func(who int, zone string) string {
		return e.passWith(e.fake.ModelID(), e.fake.Enrol(e.t, who), func(c *pass.Claims) { c.Zones = []string{zone} }).Text()
	}
	e.plain = e.plainPass().Text()
	e.face, e.neighbors, e.garage = enrolled(holder, "front"), enrolled(neighbor, "front"), enrolled(holder, "garage")
	e.ended = e.passWith(pass.ModelID{}, nil, func(c *pass.Claims) { c.Expires = noon.Add(20 * time.Second) }).Text()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		e.t.Fatal(err)
	}
	e.phone = e.passWith(pass.ModelID{}, nil, func(c *pass.Claims) { c.Holder = &key.PublicKey }).Text()
	if e.asked, err = pass.NewNonce(rand.Reader); err != nil {
		e.t.Fatal(err)
	}
	for i := range e.presented {
		if e.presented[i], err = pass.Present(rand.Reader, key, e.phone, noon.Add(time.Duration(i)*time.Second), e.asked); err != nil {
			e.t.Fatal(err)
		}
	}
}

func (e *entrance) makePINs() {
	e.t.Helper()
	var err error
	if e.pepper, err = bundle.NewPepper(rand.Reader); err != nil {
		e.t.Fatal(err)
	}
	entry, err := bundle.MakeEntry(rand.Reader, e.pepper, site, "front", secret,
		bundle.Entry{Number: number, NotBefore: noon.Add(-day), Expires: noon.Add(day)})
	if err != nil {
		e.t.Fatal(err)
	}
	e.pins = &bundle.PINs{Site: site, Zone: "front", Issued: noon, Entries: []bundle.Entry{entry}}
}

// rightPIN is the code checked at a time, which takes a while and is remembered.
func (e *entrance) rightPIN(at time.Time) bundle.PINVerified {
	if _, ok := e.checked[at]; !ok {
		v, err := e.pins.Check(number, secret, e.pepper, at, time.UTC)
		if err != nil {
			e.t.Fatal(err)
		}
		e.checked[at] = v
	}
	return e.checked[at]
}

// step lets the machine take an event.
func (e *entrance) step(event door.Event) door.Output {
	before := e.out
	e.out = e.machine.Step(event, e.basis, e.now)
	e.audit.step(event, before, e.out)
	return e.out
}

func (e *entrance) show(text string) door.Output {
	return e.step(door.Shown{Text: text, Asked: []pass.Challenge{e.asked}, Draw: e.draw})
}

// wait lets time go by, with a tick whenever the machine asked for one.
func (e *entrance) wait(d time.Duration) door.Output {
	end := e.now.Add(d)
	for !e.out.Wake.IsZero() && e.out.Wake.Before(end) {
		if e.out.Wake.After(e.now) {
			e.now = e.out.Wake
		}
		e.step(door.Tick{})
	}
	e.now = end
	return e.step(door.Tick{})
}

// see answers the order to look with what the engine makes of a picture.
func (e *entrance) see(p *picture.Picture) door.Output { return e.seeAt(facetest.Threshold, p) }

// seeAt is see with eyes that give another threshold.
func (e *entrance) seeAt(threshold float64, p *picture.Picture) door.Output {
	order := e.audit.order
	if order == nil {
		e.audit.t.Fatalf("nobody ordered a look")
	}
	look := door.Look{Threshold: threshold}
	err := order.Reference.Use(func(r face.Reference) (err error) {
		look.Comparison, err = e.fake.Look(order.Grant, r, p)
		return err
	})
	if err == nil {
		look.Moment = e.moment("")
	}
	return e.step(door.Looked{Showing: order.Showing, Number: order.Number, Look: look, Err: err})
}

// looked answers the order to look with something made up.
func (e *entrance) looked(l door.Look, err error) door.Output {
	order := e.audit.order
	if order == nil {
		e.audit.t.Fatalf("nobody ordered a look")
	}
	return e.step(door.Looked{Showing: order.Showing, Number: order.Number, Look: l, Err: err})
}

func (e *entrance) latched(err error) door.Output {
	return e.step(door.Latched{Showing: e.out.Showing, Err: err})
}

var errBroken = errors.New("broken")

// summary is an output in one line: state, what the screen says, orders.
func summary(o door.Output) string {
	text := o.State.String() + " " + string(o.Screen.Key)
	if o.Screen.Hint != door.HintNone {
		text += "/" + string(o.Screen.Hint)
	}
	for _, order := range o.Orders {
		name := strings.TrimPrefix(fmt.Sprintf("%T", order), "door.")
		if c, ok := order.(door.Count); ok {
			name += "(" + string(c.Reason) + ")"
		}
		text += " " + name
	}
	return text
}
