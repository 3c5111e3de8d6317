package thief

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// piece is something that a thief can read: a file, a value of a database, or what
// came out of one of them.
type piece struct {
	name string
	data []byte
	// number is a value of a database that is no text; column says where it stands.
	number int64
	column string
}

// times are when a file was made, written and read, as far as its disk says.
type times struct {
	path                      string
	modified, changed, opened time.Time
}

// loot is what a thief has carried off: the disks as they were, with what their
// files say when they are opened.
type loot struct {
	pieces []piece
	files  []times
	sizes  map[string]int
}

// steal copies the disks below some folders, as they are at this moment.
func steal(t testing.TB, dirs ...string) *loot {
	t.Helper()
	l := &loot{sizes: map[string]int{}}
	for _, dir := range dirs {
		must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil // a file that is gone meanwhile
			}
			if err != nil {
				return err
			}
			return l.take(path, d)
		}))
	}
	return l
}

func (l *loot) take(path string, d fs.DirEntry) error {
	l.pieces = append(l.pieces, piece{name: path, data: []byte(path)}) // names tell too
	info, err := d.Info()
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	s := info.Sys().(*syscall.Stat_t)
	l.files = append(l.files, times{path, info.ModTime(), time.Unix(s.Ctim.Unix()), time.Unix(s.Atim.Unix())})
	if !d.Type().IsRegular() {
		return nil
	}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	l.sizes[path] = len(data)
	l.add(path, data)
	return err
}

// add takes what is in a piece as well: whatever was written in another form.
func (l *loot) add(name string, data []byte) { l.unfold(name, data, 3) }

func (l *loot) unfold(name string, data []byte, depth int) {
	l.pieces = append(l.pieces, piece{name: name, data: data})
	if depth == 0 || len(data) < shortest {
		return
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		l.unfold(name+" ("+block.Type+")", block.Bytes, depth-1)
	}
	for _, inner := range inflate(data) {
		l.unfold(name+" (compressed)", inner, depth-1)
	}
	for _, run := range runs(data, isHex) {
		for odd := range 2 {
			l.unfold(name+" (hex)", unhex(run[odd:]), depth-1)
		}
	}
	for _, run := range runs(data, isBase64) {
		for skip := range 4 {
			l.unfold(name+" (base64)", unbase64(run[skip:]), 0)
		}
		if inner := unbase64(run); len(inner) >= shortest {
			l.unfold(name+" (base64)", inner, depth-1)
		}
	}
}

// shortest is how long a run of letters is at least that could be a secret.
const shortest = 16

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

func isBase64(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '+' || b == '/' || b == '-' || b == '_' || b == '='
}

// runs returns the pieces of data in which each byte is one of some, joined over
// the ends of lines.
func runs(data []byte, is func(byte) bool) (all [][]byte) {
	var run []byte
	end := func() {
		if len(run) >= shortest+4 {
			all = append(all, run)
		}
		run = nil
	}
	for i, b := range data {
		switch {
		case is(b):
			run = append(run, b)
		case (b == '\n' || b == '\r') && i+1 < len(data) && is(data[i+1]):
		default:
			end()
		}
	}
	end()
	return all
}

func unhex(run []byte) []byte {
	out := make([]byte, len(run)/2)
	n, _ := hex.Decode(out, run[:len(run)/2*2])
	return out[:n]
}

// unbase64 decodes either alphabet, with or without padding.
func unbase64(run []byte) []byte {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(string(run), "="))
	if len(text)%4 == 1 {
		text = text[:len(text)-1] // a letter of something else
	}
	out, _ := base64.RawStdEncoding.DecodeString(text)
	return out
}

// inflate returns what is compressed anywhere in data.
func inflate(data []byte) (all [][]byte) {
	for at := 0; ; at++ {
		next := bytes.Index(data[at:], []byte{0x1f, 0x8b, 8})
		if next < 0 {
			break
		}
		at += next
		if r, err := gzip.NewReader(bytes.NewReader(data[at:])); err == nil {
			all = append(all, some(r))
		}
	}
	for _, head := range [][]byte{{0x78, 0x9c}, {0x78, 0x01}, {0x78, 0xda}} {
		for at := bytes.Index(data, head); at >= 0; {
			if r, err := zlib.NewReader(bytes.NewReader(data[at:])); err == nil {
				if inner := some(r); len(inner) >= shortest {
					all = append(all, inner)
				}
			}
			next := bytes.Index(data[at+1:], head)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return all
}

func some(r io.Reader) []byte {
	data, _ := io.ReadAll(io.LimitReader(r, 64<<20)) // up to where it is damaged
	return data
}

func (l *loot) String() string {
	total := 0
	for _, n := range l.sizes {
		total += n
	}
	return fmt.Sprintf("%d files of %.1f MB, read as %d pieces", len(l.sizes), float64(total)/1e6, len(l.pieces))
}
