package camera

import (
	"hash/maphash"
	"sync"
	"time"
)

// State is what Watch thinks of a camera.
type State int

// What can be wrong with a camera. The words of String are those that the
// kiosk page reports for the tablet's own camera.
const (
	// OK means that nothing was noticed.
	OK State = iota
	// Dead means that no frame came.
	Dead
	// Frozen means that the same frame came again and again.
	Frozen
	// Covered means that frames are dark, or one even colour.
	Covered
	// Replayed means that frame after frame had been there before, identical: a
	// recording in a loop.
	Replayed
)

// String returns one lower-case word.
func (s State) String() string {
	return [...]string{"ok", "dead", "frozen", "covered", "replayed"}[s]
}

// How long something must last to be reported. Each is noticed within 3 s at
// four frames a second or more.
const (
	deadAfter    = 2 * time.Second
	frozenAfter  = 2 * time.Second
	coveredAfter = 1500 * time.Millisecond
	// lookEvery is how often a frame that nobody decoded is decoded here.
	lookEvery = 400 * time.Millisecond
	// remembered is how many hashes are kept: five minutes at 15 a second.
	remembered = 4500
	// repeats is how many frames in a row must have been there before, to be a
	// replay. A sensor's noise makes a single one unlikely.
	repeats = 6
)

// Watch looks at the frames of one camera and says what is wrong with it.
//
// To see that frames repeat it remembers a keyed hash of 64 bits of each recent
// frame (hash/maphash, with a key of this Watch that leaves it nowhere), in
// memory only; Forget drops them all. A hash says whether two frames were equal
// to the last bit, and nothing of what they showed.
//
// What it does not notice: a recording without an end, one that is encoded
// anew each time, one whose loop is longer than what is remembered or that was
// not seen a second time before Forget. See docs/design/threats.md on cameras
// that lie.
//
// All methods may be called from any goroutine.
type Watch struct {
	seed maphash.Seed

	mu       sync.Mutex // guards what follows
	awake    bool
	since    time.Time // when it woke, or the newest good frame came
	state    State     // of the frames; Dead is worked out from since
	same     streak
	covered  streak
	lookedAt time.Time
	seen     history
}

// streak is how long something has been so, frame after frame.
type streak struct {
	from   time.Time
	frames int
}

// next counts one more frame, or begins anew.
func (s *streak) next(at time.Time, holds bool) {
	switch {
	case !holds:
		*s = streak{}
	case s.frames == 0:
		*s = streak{at, 1}
	default:
		s.frames++
	}
}

func (s *streak) lasted(at time.Time, d time.Duration) bool {
	return s.frames >= 3 && at.Sub(s.from) >= d
}

// NewWatch returns a Watch that rests: it expects no frames until Wake.
func NewWatch() *Watch {
	return &Watch{seed: maphash.MakeSeed()}
}

// Wake says that frames are expected from now on.
func (w *Watch) Wake(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.awake {
		w.awake, w.since = true, now
	}
}

// Rest says that no frames are expected, and forgets. While it rests a camera
// is not Dead; what else was found stays until frames show otherwise.
func (w *Watch) Rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.awake = false
	w.forget()
}

// Forget drops all that is remembered of frames. What was found stays until
// frames show otherwise.
func (w *Watch) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
}

func (w *Watch) forget() {
	w.seen.forget()
	w.same, w.covered, w.lookedAt = streak{}, streak{}, time.Time{}
}

// State says what is wrong with the camera now.
func (w *Watch) State(now time.Time) State {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.awake && now.Sub(w.since) >= deadAfter {
		return Dead
	}
	return w.state
}

// See looks at a frame, by the time in f.At, and says what is wrong with the
// camera now. It does not keep the frame. If the frame is not decoded, See
// decodes one every 0.4 s and leaves the pixels in f.Picture. A frame that
// cannot be decoded is an error, and counts as no frame.
func (w *Watch) See(f *Frame) (State, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	look := f.Picture != nil || f.At.Sub(w.lookedAt) >= lookEvery
	if look {
		if _, err := f.Decode(); err != nil {
			return w.state, err
		}
		w.lookedAt = f.At
	}
	w.since = f.At
	w.same.next(f.At, w.seen.add(w.hash(f)))
	if look {
		w.covered.next(f.At, even(f.Picture))
	}
	w.state = w.judge(f.At)
	return w.state, nil
}

func (w *Watch) hash(f *Frame) uint64 {
	if f.JPEG != nil {
		return maphash.Bytes(w.seed, f.JPEG)
	}
	return maphash.Bytes(w.seed, f.Picture.Pix)
}

// judge names the first thing that is found. What was found before stays until
// a frame contradicts it.
func (w *Watch) judge(at time.Time) State {
	switch {
	case w.covered.lasted(at, coveredAfter):
		return Covered
	case w.same.lasted(at, frozenAfter):
		return Frozen
	case w.seen.repeating >= repeats:
		return Replayed
	case w.state == Covered && w.covered.frames > 0,
		w.state == Frozen && w.seen.fresh < 2,
		w.state == Replayed && w.seen.fresh < repeats:
		return w.state
	}
	return OK
}
