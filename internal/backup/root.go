package backup

import "golang.org/x/mod/sumdb/tlog"

// tree computes the root of a log from its entries, one after another: what it
// holds are the roots of whole subtrees, the largest first (RFC 6962, 2.1).
type tree struct {
	size  uint64
	whole []tlog.Hash
}

func (t *tree) add(entry []byte) {
	h := tlog.RecordHash(entry)
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.whole) - 1
		h = tlog.NodeHash(t.whole[last], h)
		t.whole = t.whole[:last]
	}
	t.whole = append(t.whole, h)
	t.size++
}

func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		empty, err := tlog.TreeHash(0, nil)
		if err != nil {
			panic("backup: " + err.Error()) // it reads nothing
		}
		return empty
	}
	h := t.whole[len(t.whole)-1]
	for i := len(t.whole) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.whole[i], h)
	}
	return h
}
