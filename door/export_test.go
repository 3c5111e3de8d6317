package door

import (
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Size is how many things a limiter remembers.
func (l *Limiter) Size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.used)
	for _, ts := range []tries{l.passes, l.faces, l.pins, l.door} {
		for _, at := range ts {
			n += len(at)
		}
	}
	return n
}

// ScreenFor is what a screen says for a reason, where nothing else was said.
func ScreenFor(r pass.Reason) (Key, Hint) { return (&no{reason: r}).screen() }

// FirstUse is firstUse.
func (l *Limiter) FirstUse(text string, now time.Time) bool { return l.firstUse(text, now) }

// Tag is tag.
func (l *Limiter) Tag(kind string, data []byte) [16]byte { return l.tag(kind, data) }
