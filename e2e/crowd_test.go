package e2e

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

// crowd is the people who come to a door, and its tablet. Its page reads codes.
type crowd struct {
	ctx  context.Context
	page *kiosktest.Page
	film *rigtest.Filming

	plain            []string
	gone             string // revoked
	face, victim     string // of the holder, and of somebody whom a stranger copies
	holder, stranger [][]byte
	number, code     string

	turn int       // of the plain passes
	sent time.Time // when the page last said something
	// released is how often the latch was.
	released func() int
	// unsure is for how many it was released and did not say so: its answer was
	// lost.
	unsure int
	// tick lets the second for "not me" go by.
	tick func(t *testing.T)
}

// newCrowd gives passes to people, at a door that runs. The door is up to date
// with them, and the tablet connected.
func newCrowd(t *testing.T, ctx context.Context, r *rigtest.Rig) *crowd {
	t.Helper()
	c := &crowd{ctx: ctx}
	var err error
	must := func(text string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for range 5 {
		c.plain = append(c.plain, must(r.PlainPass()))
	}
	c.gone = must(r.PlainPass())
	c.face = must(r.FacePass(photograph(t, "frll", "neutral", "001_03.jpg")))
	c.victim = must(r.FacePass(photograph(t, "frll", "neutral", "003_03.jpg")))
	if c.number, c.code, err = r.PIN(); err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(c.gone); err != nil {
		t.Fatal(err)
	}
	c.holder = filmOf(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "001_08.jpg")})
	c.stranger = filmOf(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "002_08.jpg")})
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	c.connect(t, r)
	return c
}

// connect connects the tablet, anew if it was.
func (c *crowd) connect(t *testing.T, r *rigtest.Rig) {
	t.Helper()
	page, err := r.Connect(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.meet(t, page)
}

// reconnect connects the tablet anew, which does not wait for the last result to
// go from its screen: the next in line does not either.
func (c *crowd) reconnect(t *testing.T, r *rigtest.Rig) {
	t.Helper()
	page, err := r.Page(c.ctx)
	if err == nil {
		_, err = page.Wait(c.ctx, "screen", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.meet(t, page)
}

func (c *crowd) meet(t *testing.T, page *kiosktest.Page) {
	t.Helper()
	c.page = page
	c.film = rigtest.Film(c.page, nil)
	film := c.film
	t.Cleanup(func() {
		film.Stop()
		page.Close()
	})
}

// filmOf is as long as a door ever looks.
func filmOf(t *testing.T, s rigtest.Scene) [][]byte {
	t.Helper()
	film, err := s.Film(130, 1)
	if err != nil {
		t.Fatal(err)
	}
	return film
}

// pace keeps below what a page may say in a second.
const pace = 60 * time.Millisecond

// rest keeps to the pace.
func (c *crowd) rest() { time.Sleep(max(pace/2, time.Until(c.sent.Add(pace)))) }

// say says something to the door.
func (c *crowd) say(t *testing.T, what func(context.Context) error) {
	t.Helper()
	c.sent = time.Now()
	if err := what(c.ctx); err != nil {
		t.Fatal(err, c.page.Err())
	}
}

func (c *crowd) sayCode(t *testing.T, text string) {
	t.Helper()
	c.say(t, func(ctx context.Context) error { return c.page.Code(ctx, text) })
}

// last is the last screen that came, once there was time to say something again:
// until then the result before may change a little, when the latch has answered.
func (c *crowd) last() *byte {
	c.rest()
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	m, err := c.page.Wait(ctx, "screen", nil)
	if err != nil {
		return nil
	}
	return &m.Raw[0]
}

// await waits for one of some screens that came after another, and returns what
// it stands for. Those of an idle door, which says that it is locked or not
// whenever that changes, are nobody's.
func (c *crowd) await(t *testing.T, after *byte, screens map[string]string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	var others []string
	m, err := c.page.Wait(ctx, "screen", func(m kiosktest.Message) bool {
		others = append(others, string(m.Raw))
		return &m.Raw[0] != after && m.State != "idle" && screens[m.Key] != ""
	})
	if err != nil {
		t.Fatalf("waited for %v: %v; since then there was %v", screens, err, others)
	}
	return screens[m.Key]
}

// show shows a code that needs no face.
func (c *crowd) show(t *testing.T, text string, screens map[string]string) string {
	t.Helper()
	before := c.last()
	c.sayCode(t, text)
	return c.await(t, before, screens)
}

// showFace shows a face pass, with somebody before the camera.
func (c *crowd) showFace(t *testing.T, somebody [][]byte, text string, screens map[string]string) string {
	t.Helper()
	before := c.last()
	c.film.Point(somebody)
	c.sayCode(t, text)
	begun := maps.Clone(screens)
	begun["about-to-look"], begun["look"] = "begun", "begun"
	if outcome := c.await(t, before, begun); outcome != "begun" {
		return outcome
	}
	c.second(t, text)
	return c.await(t, before, screens)
}

// second lets the second for "not me" go by. A page that goes on seeing the code
// goes on saying so, by which the door learns that its clock was sent ahead.
func (c *crowd) second(t *testing.T, text string) {
	t.Helper()
	if c.tick == nil {
		return
	}
	c.tick(t)
	c.rest()
	c.sayCode(t, text)
}

// notMe shows a face pass, and says that it is somebody else's.
func (c *crowd) notMe(t *testing.T) string {
	t.Helper()
	before := c.last()
	c.sayCode(t, c.face)
	c.await(t, before, map[string]string{"about-to-look": "begun"})
	c.say(t, c.page.NotMe)
	return c.await(t, before, map[string]string{"use-other-way": "not-me"})
}

// typed types a number and a code.
func (c *crowd) typed(t *testing.T, number, code string, screens map[string]string) string {
	t.Helper()
	before := c.last()
	c.say(t, func(ctx context.Context) error { return c.page.PIN(ctx, number, code) })
	return c.await(t, before, screens)
}
