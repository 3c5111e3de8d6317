package camera

// pool keeps a few buffers of one source for reuse. Every buffer in it is
// zero to its capacity. A nil pool keeps nothing, and zeroes all the same.
type pool struct{ free chan []byte }

// pooled is how many buffers a source needs at once: one being filled, one
// that waits, one with the caller.
const pooled = 3

func newPool() *pool { return &pool{free: make(chan []byte, pooled)} }

// get returns n bytes, all zero.
func (p *pool) get(n int) []byte {
	select {
	case b := <-p.free:
		if cap(b) >= n {
			return b[:n]
		}
	default:
	}
	return make([]byte, n, n+n/4) // room for a frame that is a little larger
}

// put zeroes a buffer and keeps it, if there is room.
func (p *pool) put(b []byte) {
	b = b[:cap(b)]
	clear(b)
	if p == nil || len(b) == 0 {
		return
	}
	select {
	case p.free <- b:
	default:
	}
}
