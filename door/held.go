package door

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// ErrForgotten is returned by [Held.Use] once the machine has left Looking.
var ErrForgotten = errors.New("the reference was wiped: nobody is being looked at")

// Held is the opened reference of the pass that is being shown. The machine owns
// it, lends it with [LookAt], and wipes it on leaving Looking, whichever way: at
// once, or when a comparison that is still running gives it back.
type Held struct {
	mu         sync.Mutex
	references *pass.References // guarded by mu; nil once wiped
	reference  face.Reference   // a part of references
	users      int              // guarded by mu
	gone       bool             // guarded by mu
}

// Use lends the reference to f, which must not keep it. It fails with
// [ErrForgotten], or as f does. Several may use it at once.
func (h *Held) Use(f func(face.Reference) error) error {
	if h == nil {
		return ErrForgotten
	}
	h.mu.Lock()
	if h.gone {
		h.mu.Unlock()
		return ErrForgotten
	}
	h.users++
	h.mu.Unlock()
	defer h.giveBack()
	return f(h.reference)
}

func (h *Held) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users--
	h.wipeIfIdle()
}

// forget lets nobody use it any more, and wipes it as soon as nobody does.
func (h *Held) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = true
	h.wipeIfIdle()
}

func (h *Held) wipeIfIdle() {
	if h.gone && h.users == 0 && h.references != nil {
		h.references.Wipe()
		h.references, h.reference = nil, nil
	}
}

// Format prints that there is a reference, and nothing of it.
func (h *Held) Format(f fmt.State, _ rune) { io.WriteString(f, "a reference, held") }
