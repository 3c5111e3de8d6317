package picturetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
)

// UnderRace is whether this program has the race detector in it, which keeps a
// shadow of all memory: what a process takes, and what is in it, cannot be measured
// then.
func UnderRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// disguise changes needles into what is nowhere in a picture. Inverting them would
// not do: what is a negative in one plane may be a positive in another.
const disguise = 0x9e3779b97f4a7c15

// WriteNeedles writes pieces of eight bytes out of planes (pixels, luma or
// whatever else must not be left behind) into a file, for CountNeedles to look for
// in another process. Every so many bytes of a plane give one. Pieces with fewer
// than five different bytes are left out: they are anywhere. The pieces are
// disguised, so that the file itself is not found.
func WriteNeedles(file string, every int, planes ...[]byte) error {
	var out bytes.Buffer
	for _, plane := range planes {
		for at := 0; at+8 <= len(plane); at += every {
			piece := plane[at : at+8]
			different := map[byte]bool{}
			for _, v := range piece {
				different[v] = true
			}
			if len(different) >= 5 {
				_ = binary.Write(&out, binary.LittleEndian, disguise^binary.LittleEndian.Uint64(piece))
			}
		}
	}
	return os.WriteFile(file, out.Bytes(), 0o600)
}

// CountNeedles counts in how many places of this process's writable memory a
// needle lies. It reads /proc, so it needs Linux.
func CountNeedles(file string) (int, error) {
	list, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	needles := map[uint64]bool{} // Disguised here too.
	var first [1 << 16]bool
	for ; len(list) >= 8; list = list[8:] {
		v := binary.LittleEndian.Uint64(list)
		needles[v] = true
		first[v&0xffff] = true
	}
	found := 0
	err = eachPieceOfMemory(func(b []byte) {
		var empty [4096]byte
		for i := 0; i+8 <= len(b); i++ {
			for bytes.HasPrefix(b[i:], empty[:]) {
				i += len(empty) // Most memory was never used.
			}
			if i+8 <= len(b) && first[disguise&0xffff^binary.LittleEndian.Uint16(b[i:])] && needles[disguise^binary.LittleEndian.Uint64(b[i:])] {
				found++
			}
		}
	})
	return found, err
}

// eachPieceOfMemory shows what can be read of the writable mappings.
func eachPieceOfMemory(see func([]byte)) error {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		return err
	}
	defer func() { _ = mem.Close() }()
	buf := make([]byte, 1<<20)
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		for ; from < to; from += int64(len(buf)) {
			n, err := mem.ReadAt(buf[:min(int64(len(buf)), to-from)], from)
			see(buf[:n])
			clear(buf)
			if err != nil && !errors.Is(err, syscall.EIO) {
				break
			}
		}
	}
	return nil
}
