package camera

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/picture"
)

// scene is a small decoded frame: a gradient with a noise of seed, which is the
// same for the same seed.
func scene(seed uint64) *picture.Picture {
	p := &picture.Picture{W: 48, H: 32, Pix: make([]byte, 3*48*32), Scale: 1}
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range p.Pix {
		p.Pix[i] = byte(60 + i%97 + r.IntN(8))
	}
	return p
}

func flat(value byte, seed uint64) *picture.Picture {
	p := scene(seed)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range p.Pix {
		p.Pix[i] = value + byte(r.IntN(5))
	}
	return p
}

// bench feeds a Watch by a clock of its own.
type bench struct {
	w   *Watch
	now time.Time
	gap time.Duration
}

func newBench(fps float64) *bench {
	b := &bench{NewWatch(), time.Unix(1_800_000_000, 0), time.Duration(float64(time.Second) / fps)}
	b.w.Wake(b.now)
	return b
}

func (b *bench) see(p *picture.Picture) State {
	b.now = b.now.Add(b.gap)
	state, err := b.w.See(&Frame{Picture: p, At: b.now})
	if err != nil {
		panic(err)
	}
	return state
}

// live shows frames that differ, for a while.
func (b *bench) live(from uint64, d time.Duration) (state State) {
	for end := b.now.Add(d); b.now.Before(end); from++ {
		state = b.see(scene(from))
	}
	return state
}

// until shows frames until a state is reported, and returns how long it took.
func (b *bench) until(want State, next func(i int) *picture.Picture) time.Duration {
	start := b.now
	for i := 0; b.now.Sub(start) < time.Minute; i++ {
		if b.see(next(i)) == want {
			return b.now.Sub(start)
		}
	}
	return time.Hour
}

const noticed = 3 * time.Second

func TestWatchNoticesWithinThreeSeconds(t *testing.T) {
	loop := func(i int) *picture.Picture { return scene(uint64(1000 + i%40)) }
	for _, fps := range []float64{3, 5, 10, 15, 30, 60} {
		for _, test := range []struct {
			want State
			next func(i int) *picture.Picture
		}{
			{Frozen, func(int) *picture.Picture { return scene(7) }},
			{Covered, func(i int) *picture.Picture { return flat(2, uint64(i)) }},
			{Covered, func(i int) *picture.Picture { return flat(120, uint64(i)) }},
			{Covered, func(i int) *picture.Picture { return flat(250, uint64(i)) }},
			{Covered, func(int) *picture.Picture { return flat(0, 1) }},
		} {
			b := newBench(fps)
			if state := b.live(1, 5*time.Second); state != OK {
				t.Fatalf("%v fps: a live camera is %v", fps, state)
			}
			if took := b.until(test.want, test.next); took > noticed {
				t.Errorf("%v fps: %v was noticed after %v", fps, test.want, took)
			}
			if state := b.live(5000, 3*time.Second); state != OK {
				t.Errorf("%v fps: after %v and three live seconds it is %v", fps, test.want, state)
			}
		}
		b := newBench(fps)
		for i := range 40 { // the loop, for the first time
			if state := b.see(loop(i)); state != OK {
				t.Fatalf("%v fps: new frames are %v", fps, state)
			}
		}
		if took := b.until(Replayed, loop); took > noticed {
			t.Errorf("%v fps: a replay was noticed after %v", fps, took)
		}
	}
}

func TestWatchNoticesADeadCamera(t *testing.T) {
	b := newBench(15)
	b.live(1, time.Second)
	for wait := time.Duration(0); ; wait += 100 * time.Millisecond {
		if b.w.State(b.now.Add(wait)) == Dead {
			if wait > noticed {
				t.Errorf("noticed after %v", wait)
			}
			break
		}
	}
	b.now = b.now.Add(10 * time.Second)
	if b.see(scene(9)); b.w.State(b.now) != OK {
		t.Error("a frame does not bring it back")
	}
	b.w.Rest()
	b.now = b.now.Add(time.Hour)
	if state := b.w.State(b.now); state != OK {
		t.Errorf("while nobody expects frames it is %v", state)
	}
	b.w.Wake(b.now)
	if state := b.w.State(b.now); state != OK {
		t.Errorf("just woken it is %v", state)
	}
	b.now = b.now.Add(noticed)
	if state := b.w.State(b.now); state != Dead {
		t.Errorf("woken without a frame it is %v", state)
	}
}

// TestWatchOfReplays plays loops that run backwards, and that show each frame
// several times, as a slow camera behind a fast one does.
func TestWatchOfReplays(t *testing.T) {
	pingPong := func(i int) *picture.Picture { return scene(uint64(max(i%60-30, 30-i%60))) }
	b := newBench(15)
	if took := b.until(Replayed, pingPong); took > 2*time.Second+noticed {
		t.Errorf("back and forth: %v", took)
	}
	b = newBench(15)
	for i := range 15 * 20 {
		if state := b.see(scene(uint64(i / 3))); state != OK {
			t.Fatalf("a live camera of five frames a second, each three times, is %v", state)
		}
	}
}

// TestWatchForgets checks the promise of Forget: nothing of the frames is left,
// and what was found stays until frames show otherwise.
func TestWatchForgets(t *testing.T) {
	b := newBench(15)
	for i := range 30 {
		b.see(scene(uint64(i)))
	}
	ring := b.w.seen.ring
	b.w.Forget()
	if b.w.seen.last != nil || b.w.seen.ring != nil || slices.ContainsFunc(ring, func(h uint64) bool { return h != 0 }) {
		t.Error("hashes are left")
	}
	for i := range 30 {
		if state := b.see(scene(uint64(i))); state != OK {
			t.Fatalf("what was forgotten is remembered: %v", state)
		}
	}
	for _, test := range []struct {
		want State
		next func(i int) *picture.Picture
	}{
		{Frozen, func(int) *picture.Picture { return scene(7) }},
		{Covered, func(i int) *picture.Picture { return flat(2, uint64(i)) }},
		{Replayed, func(i int) *picture.Picture { return scene(uint64(i % 9)) }},
	} {
		b := newBench(15)
		b.until(test.want, test.next)
		b.w.Forget()
		if state := b.w.State(b.now); state != test.want {
			t.Errorf("%v became %v by forgetting", test.want, state)
		}
		if state := b.see(test.next(1)); state != test.want {
			t.Errorf("%v became %v by one more of the same", test.want, state)
		}
		if state := b.live(100, time.Second); state != OK {
			t.Errorf("%v is still %v after a live second", test.want, state)
		}
	}
}

func TestWatchDecodesNowAndThen(t *testing.T) {
	w := NewWatch()
	at := time.Unix(1_800_000_000, 0)
	w.Wake(at)
	decoded := 0
	for n := range 30 {
		at = at.Add(time.Second / 15)
		f := &Frame{JPEG: drawn(n, 48, 32), At: at}
		if state, err := w.See(f); err != nil || state != OK {
			t.Fatal(state, err)
		}
		if f.Picture != nil {
			decoded++
		}
		f.Wipe()
	}
	if decoded < 3 || decoded > 6 {
		t.Errorf("decoded %d of 30 frames", decoded)
	}
	for range 60 {
		at = at.Add(time.Second / 15)
		if _, err := w.See(&Frame{JPEG: drawn(1, 48, 32)[:300], At: at}); err == nil {
			w.lookedAt = time.Time{}
		}
		w.mu.Lock()
		w.lookedAt = time.Time{}
		w.mu.Unlock()
	}
	if state := w.State(at); state != Dead {
		t.Errorf("four seconds of frames that cannot be decoded: %v", state)
	}
}

// TestWatchIsSteady feeds any mixture of frames: memory stays bounded, and a
// camera whose frames all differ is never accused.
func TestWatchIsSteady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h history
		n := rapid.IntRange(1, 3*remembered).Draw(t, "frames")
		period := rapid.Uint64Range(1, 2*remembered).Draw(t, "period")
		for i := range uint64(n) {
			h.add(i%period + 1)
		}
		if len(h.last) > remembered || len(h.ring) != remembered {
			t.Fatalf("%d hashes are remembered", len(h.last))
		}
		again := uint64(n) - min(uint64(n), period)
		if old := period <= remembered-1 && period > 1 && again >= repeats; old != (h.repeating >= repeats) {
			t.Fatalf("%d frames with period %d: %d repeat", n, period, h.repeating)
		}
	})
}

func TestStateWords(t *testing.T) {
	for state, word := range map[State]string{OK: "ok", Dead: "dead", Frozen: "frozen", Covered: "covered", Replayed: "replayed"} {
		if state.String() != word {
			t.Errorf("%d is %q", state, state)
		}
	}
}
