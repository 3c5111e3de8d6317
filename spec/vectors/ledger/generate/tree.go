package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
	ledgervectors "github.com/facelatch/facelatch/spec/vectors/ledger"
)

const (
	origin = "facelatch/k3nq5e2a4c7dm"
	size   = 700
)

// world is the log and its keys. Its first error stays, and makes the rest
// worthless.
type world struct {
	key, strange note.Signer
	vkey, other  ledger.Key
	hashes       []tlog.Hash
	err          error
}

func seed(b byte) []byte {
	s := make([]byte, ed25519.SeedSize)
	for i := range s {
		s[i] = b
	}
	return s
}

func newWorld() *world {
	w := &world{}
	w.key, w.vkey = w.keys(1)
	w.strange, w.other = w.keys(2)
	for i := range int64(size) {
		more, err := tlog.StoredHashes(i, entry(uint64(i)), tlog.HashReaderFunc(w.read))
		w.failed(err)
		w.hashes = append(w.hashes, more...)
	}
	return w
}

func (w *world) failed(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *world) keys(b byte) (note.Signer, ledger.Key) {
	key := ed25519.NewKeyFromSeed(seed(b))
	s, err := ledger.NewSigner(origin, key)
	w.failed(err)
	k, err := ledger.KeyOf(origin, key.Public())
	w.failed(err)
	return s, k
}

// entry is the entry at an index of the log.
func entry(i uint64) []byte {
	return ledger.Commitment(sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))).Encode()
}

func (w *world) read(indexes []int64) (list []tlog.Hash, err error) {
	for _, i := range indexes {
		list = append(list, w.hashes[i])
	}
	return list, nil
}

// at is the checkpoint of the first entries.
func (w *world) at(n uint64) ledger.Checkpoint {
	root, err := tlog.TreeHash(int64(n), tlog.HashReaderFunc(w.read))
	w.failed(err)
	return ledger.Checkpoint{Origin: origin, Size: n, Root: root}
}

// signed is a signed checkpoint.
func (w *world) signed(n uint64, signers ...note.Signer) string {
	data, err := w.at(n).Sign(signers...)
	w.failed(err)
	return string(data)
}

// note signs a text that may be anything.
func (w *world) note(text string, s note.Signer) string {
	data, err := note.Sign(&note.Note{Text: text}, s)
	w.failed(err)
	return string(data)
}

// tile is the content of a file.
func (w *world) tile(t ledger.Tile) (data []byte) {
	if t.Entries() {
		for i := range uint64(t.Width) {
			e := entry(t.Index*256 + i)
			data = append(binary.BigEndian.AppendUint16(data, uint16(len(e))), e...)
		}
		return data
	}
	data, err := tlog.ReadTileData(tlog.Tile{H: 8, L: t.Level, N: int64(t.Index), W: t.Width}, tlog.HashReaderFunc(w.read))
	w.failed(err)
	return data
}

func (w *world) log() ledgervectors.Log {
	l := ledgervectors.Log{Origin: origin, Seed: seed(1), Key: w.vkey.String(), Stranger: w.other.String()}
	for _, n := range []uint64{0, 1, 2, 3, 7, 255, 256, 257, size} {
		l.Roots = append(l.Roots, ledgervectors.Root{Size: n, Root: w.at(n).Root.String()})
	}
	for _, t := range ledger.Tiles(0, size) {
		sum := sha256.Sum256(w.tile(t))
		l.Tiles = append(l.Tiles, ledgervectors.Tile{Path: t.Path(), SHA256: sum[:]})
	}
	return l
}

func (w *world) proofs() (list []ledgervectors.Proof) {
	hashes := tlog.HashReaderFunc(w.read)
	for _, pair := range [][2]int64{{1, 2}, {3, 7}, {6, 8}, {255, 257}, {256, size}, {300, size}} {
		p, err := tlog.ProveTree(pair[1], pair[0], hashes)
		w.failed(err)
		list = append(list, ledgervectors.Proof{
			Vector: about(text("%d to %d", pair[0], pair[1]), "what was before is a part of what is now", "L-32"),
			Kind:   "consistency", Earlier: uint64(pair[0]), Later: uint64(pair[1]), Hashes: texts(p),
		})
	}
	for _, pair := range [][2]int64{{0, 1}, {0, 3}, {2, 3}, {256, 257}, {699, size}, {131, size}} {
		p, err := tlog.ProveRecord(pair[1], pair[0], hashes)
		w.failed(err)
		list = append(list, ledgervectors.Proof{
			Vector: about(text("entry %d of %d", pair[0], pair[1]), "it is one", "L-32", "L-61"),
			Kind:   "inclusion", Index: uint64(pair[0]), Later: uint64(pair[1]), Hashes: texts(p),
		})
	}
	return list
}

func texts(hashes []tlog.Hash) []string {
	list := []string{}
	for _, h := range hashes {
		list = append(list, h.String())
	}
	return list
}
