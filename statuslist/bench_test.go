package statuslist

import (
	"fmt"
	"testing"
)

// BenchmarkStatus looks up one pass among 1 and among 10,000,000: 153 lists of
// 65,536. What it costs must not depend on the number.
func BenchmarkStatus(b *testing.B) {
	key, keys := signingKey(b)
	for _, passes := range []int{1, 10_000_000} {
		lists := (passes + DefaultSize - 1) / DefaultSize
		tokens := make([]*Token, lists)
		for n := range tokens {
			l, err := New(DefaultSize)
			must(b, err)
			must(b, l.Set(0, Valid))
			data, err := Sign(nil, key, header(n), l)
			must(b, err)
			tokens[n], err = Verify(data, keys, header(n).URI, day)
			must(b, err)
		}
		set := NewSet(tokens...)
		uri := header(lists - 1).URI
		b.Run(fmt.Sprintf("passes=%d", passes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s, err := set.Status(uri, 0, day); err != nil || s != Valid {
					b.Fatal(s, err)
				}
			}
		})
	}
}

// BenchmarkVerify reads a signed list of 65,536, half of it given out.
func BenchmarkVerify(b *testing.B) {
	key, keys := signingKey(b)
	l, err := New(DefaultSize)
	must(b, err)
	for i := range uint32(DefaultSize) {
		if i*2654435761>>31 == 0 { // spread over the list
			must(b, l.Set(i, Valid))
		}
	}
	data, err := Sign(nil, key, header(0), l)
	must(b, err)
	b.ReportAllocs()
	b.ReportMetric(float64(len(data)), "bytes/list")
	for b.Loop() {
		if _, err := Verify(data, keys, "fl:0", day); err != nil {
			b.Fatal(err)
		}
	}
}
