package thief

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// moments looks for times at which somebody passed: in whatever form a program
// writes one, and in what a disk says of its files.
type moments struct{ from, to int64 } // Unix seconds, both included

// scales are units of Unix time: seconds to nanoseconds.
func scales() []int64 { return []int64{1, 1e3, 1e6, 1e9} }

func (m moments) is(n int64) bool {
	for _, unit := range scales() {
		if n >= m.from*unit && n < (m.to+1)*unit {
			return true
		}
	}
	return false
}

// clock is how a day's time is written in each of the seconds.
func (m moments) clock() (all [][]byte) {
	for s := m.from; s <= m.to; s++ {
		all = append(all, []byte(time.Unix(s, 0).UTC().Format("15:04:05")))
	}
	return all
}

// in looks for a moment in bytes: as decimal digits, as 64 bits of either order, as
// CBOR, and as people read a clock.
func (m moments) in(data []byte) (found string) {
	for _, text := range m.clock() {
		if bytes.Contains(data, text) {
			return "as " + string(text)
		}
	}
	for at := 0; at < len(data); at++ {
		if at+8 <= len(data) && (m.is(int64(binary.LittleEndian.Uint64(data[at:]))) || m.is(int64(binary.BigEndian.Uint64(data[at:])))) {
			return "as 64 bits"
		}
		if at+5 <= len(data) && data[at] == 0x1a && m.is(int64(binary.BigEndian.Uint32(data[at+1:]))) {
			return "as CBOR"
		}
		if data[at] < '0' || data[at] > '9' {
			continue
		}
		end := at
		for end < len(data) && end-at < 19 && data[end] >= '0' && data[end] <= '9' {
			end++
		}
		if n, err := strconv.ParseInt(string(data[at:end]), 10, 64); err == nil && m.is(n) {
			return "in digits: " + string(data[at:end])
		}
		at = max(at, end-1)
	}
	return ""
}

// passages looks for moments in everything. Excused are those parts of names for
// whose time there is another reason than that somebody passed.
func (l *loot) passages(m moments, excused map[string]string) (all []finding) {
	for _, p := range l.pieces {
		if isExcused(p.name+p.column, excused) {
			continue
		}
		if p.column != "" && m.is(p.number) {
			all = append(all, finding{fmt.Sprint("a time, ", p.number), p.name + p.column})
		} else if how := m.in(p.data); how != "" {
			all = append(all, finding{"a time, " + how, p.name})
		}
	}
	for _, f := range l.files {
		for what, at := range map[string]time.Time{"written": f.modified, "changed": f.changed} {
			if s := at.Unix(); s >= m.from && s <= m.to && !isExcused(f.path, excused) {
				all = append(all, finding{"a file that was " + what + " at " + at.UTC().Format(time.TimeOnly), f.path})
			}
		}
	}
	slices.SortFunc(all, func(a, b finding) int { return strings.Compare(a.where+a.what, b.where+b.what) })
	return slices.Compact(all)
}

// isExcused says whether a part of a name is excused, or its end where that stands
// with a $.
func isExcused(name string, excused map[string]string) bool {
	for part := range excused {
		if end, whole := strings.CutSuffix(part, "$"); whole && strings.HasSuffix(name, end) || !whole && strings.Contains(name, part) {
			return true
		}
	}
	return false
}
