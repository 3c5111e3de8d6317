package kiosk

import (
	"context"
	"net/netip"
	"testing"
)

// TestHellosTakePlaces: too many that say nothing make room, first of all those
// of one address.
func TestHellosTakePlaces(t *testing.T) {
	var h hellos
	enter := func(last byte) (context.Context, func()) {
		return h.enter(t.Context(), netip.AddrFrom4([4]byte{10, 0, 0, last}))
	}
	over := func(ctx context.Context) bool { return ctx.Err() != nil }

	single, leave := enter(1)
	first, _ := enter(2)
	second, _ := enter(2)
	if over(single) || over(first) {
		t.Fatal("there was room")
	}
	third, _ := enter(2)
	if over(single) || !over(first) || over(second) {
		t.Error("another than the oldest of the address went")
	}
	for i := range byte(maxHellos - 3) {
		enter(3 + i)
	}
	if over(single) || over(second) {
		t.Error("there was room for one of each")
	}
	enter(100)
	if over(single) || !over(second) || over(third) {
		t.Error("another than the oldest of who has the most went")
	}
	enter(101)
	if !over(single) || over(third) {
		t.Error("another than the oldest went")
	}
	leave() // which it has been by now
	if len(h.waiting) != maxHellos {
		t.Errorf("%d are there", len(h.waiting))
	}
	for len(h.waiting) > 0 {
		h.waiting[0].end()
		h.waiting = h.waiting[1:]
	}
}
