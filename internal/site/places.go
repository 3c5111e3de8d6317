package site

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Reserve is a method of [issue.Lists].
func (l lists) Reserve(at time.Time) (pass.StatusRef, error) {
	number, taken, err := l.current(at)
	if err != nil {
		return pass.StatusRef{}, err
	}
	index, err := l.throw(taken)
	if err != nil {
		return pass.StatusRef{}, err
	}
	taken[index/8] |= 1 << (index % 8)
	if err := l.disk.Write(l.f.taken(number), taken, secret); err != nil {
		return pass.StatusRef{}, err
	}
	return pass.StatusRef{List: number, Index: index}, nil
}

// throw returns a place that is free, each as likely as any other.
func (l lists) throw(taken []byte) (uint32, error) {
	for {
		var b [4]byte
		if _, err := io.ReadFull(l.rand, b[:]); err != nil {
			return 0, err
		}
		index := binary.BigEndian.Uint32(b[:]) % listSize // a power of two: no place is favoured
		if taken[index/8]>>(index%8)&1 == 0 {
			return index, nil
		}
	}
}

// current returns the newest list and what is taken there, after beginning
// another where that is full.
func (l lists) current(at time.Time) (uint32, []byte, error) {
	number, err := l.newest()
	if err != nil {
		return 0, nil, err
	}
	taken, err := l.taken(number)
	if err != nil {
		return 0, nil, err
	}
	if count(taken) < listFull {
		return number, taken, nil
	}
	if err := l.begin(number+1, at); err != nil {
		return 0, nil, err
	}
	taken, err = l.taken(number + 1)
	return number + 1, taken, err
}

func (l lists) taken(number uint32) ([]byte, error) {
	taken, err := read(l.f.taken(number), listSize/8)
	if err == nil && len(taken) != listSize/8 {
		err = fmt.Errorf("%w: %s has %d bytes", ErrDamaged, l.f.taken(number), len(taken))
	}
	return taken, err
}

func (l lists) newest() (newest uint32, err error) {
	entries, err := os.ReadDir(l.f.allocated())
	if err != nil {
		return 0, err
	}
	found := false
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".bits")
		number, err := strconv.ParseUint(name, 10, 32)
		if !ok || err != nil {
			continue
		}
		newest, found = max(newest, uint32(number)), true
	}
	if !found {
		return 0, fmt.Errorf("%w: there is no list in %s", ErrDamaged, l.f.allocated())
	}
	return newest, nil
}

// count returns the number of bits that are set.
func count(bits []byte) (n int) {
	for _, b := range bits {
		for ; b != 0; b &= b - 1 {
			n++
		}
	}
	return n
}
