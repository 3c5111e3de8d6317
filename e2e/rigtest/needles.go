package rigtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// pieceLength is how many bytes are looked for at once. Sixteen that are not
// all alike are nowhere by chance.
const pieceLength = 16

// Needles are pieces of what must not be left behind, each of a kind.
type Needles struct {
	kinds map[[pieceLength]byte]string
	// maybe has a bit for each hash of the first eight bytes of a piece.
	maybe []uint64
}

// maybeBits is few enough for a processor's cache.
const maybeBits = 24

func spot(v uint64) uint64 { return v * 0x9e3779b97f4a7c15 >> (64 - maybeBits) }

// NewNeedles returns none.
func NewNeedles() *Needles {
	return &Needles{kinds: map[[pieceLength]byte]string{}, maybe: make([]uint64, 1<<maybeBits/64)}
}

// Add adds a piece of data every so many bytes. Pieces of which a part is
// anywhere, because it is one thing again and again, are left out.
func (n *Needles) Add(kind string, data []byte, every int) {
	for at := 0; at+pieceLength <= len(data); at += every {
		piece := [pieceLength]byte(data[at:])
		different := map[byte]bool{}
		for _, v := range piece {
			different[v] = true
		}
		if len(different) < pieceLength/2 {
			continue
		}
		n.kinds[piece] = kind
		s := spot(binary.LittleEndian.Uint64(piece[:]))
		n.maybe[s/64] |= 1 << (s % 64)
	}
}

// AddFloats adds numbers as memory holds them, at any alignment of four bytes.
func (n *Needles) AddFloats(kind string, values []float32) {
	var data []byte
	for _, v := range values {
		data, _ = binary.Append(data, binary.LittleEndian, v)
	}
	n.Add(kind, data, 4)
}

// count adds to found how many pieces of each kind lie in b.
func (n *Needles) count(b []byte, found map[string]int) {
	for i := 0; i+pieceLength <= len(b); i++ {
		v := binary.LittleEndian.Uint64(b[i:])
		if v == 0 {
			continue
		}
		if s := spot(v); n.maybe[s/64]&(1<<(s%64)) != 0 {
			if kind, ok := n.kinds[[pieceLength]byte(b[i:])]; ok {
				found[kind]++
			}
		}
	}
}

// Snapshot is the writable memory of a process at one moment.
type Snapshot [][]byte

// Snap copies the writable memory of another process. It reads /proc and needs
// root, or a process of one's own. What it copies is as sensitive as the process.
func Snap(pid int) (all Snapshot, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		piece := make([]byte, to-from)
		got, err := memory.ReadAt(piece, from)
		if err != nil && err != io.EOF && !errors.Is(err, syscall.EIO) {
			return nil, fmt.Errorf("%s: %w", strings.TrimSpace(line), err)
		}
		all = append(all, piece[:got])
	}
	return all, nil
}

// In counts the pieces in a snapshot, by kind.
func (n *Needles) In(s Snapshot) map[string]int {
	found := map[string]int{}
	for _, piece := range s {
		n.count(piece, found)
	}
	return found
}

// read counts the pieces in what a reader gives.
func (n *Needles) read(from io.Reader, found map[string]int) error {
	buffer := make([]byte, 1<<20)
	kept := 0
	for {
		got, err := io.ReadFull(from, buffer[kept:])
		n.count(buffer[:kept+got], found)
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buffer, buffer[len(buffer)-pieceLength+1:])
	}
}

// InFiles counts the pieces in all files below a folder.
func (n *Needles) InFiles(dir string) (map[string]int, error) {
	found := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return n.read(f, found)
	})
	return found, err
}
