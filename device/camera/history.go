package camera

// history remembers the hashes of the newest frames, in order, frames that
// repeat the one before them left out. The zero value remembers nothing.
type history struct {
	ring []uint64       // hashes by position modulo remembered
	last map[uint64]int // the newest position of each hash in ring
	next int            // the position of the frame to come

	repeating int // how many frames in a row were seen before
	fresh     int // how many frames in a row were never seen before
}

// add takes the hash of a new frame and says whether it equals the one before.
func (h *history) add(hash uint64) (same bool) {
	if h.last == nil {
		*h = history{ring: make([]uint64, remembered), last: make(map[uint64]int)}
	}
	if h.next > 0 && h.ring[(h.next-1)%remembered] == hash {
		return true
	}
	h.compare(hash)
	at := h.next % remembered
	if old := h.ring[at]; h.next >= remembered && h.last[old] == h.next-remembered {
		delete(h.last, old)
	}
	h.ring[at], h.last[hash] = hash, h.next
	h.next++
	return false
}

// compare counts how many frames in a row are old, or new. Their order does not
// matter: a loop may run backwards, or skip.
func (h *history) compare(hash uint64) {
	if _, known := h.last[hash]; known {
		h.repeating++
		h.fresh = 0
		return
	}
	h.repeating = 0
	h.fresh++
}

// forget drops every hash.
func (h *history) forget() {
	clear(h.ring)
	clear(h.last)
	*h = history{}
}
