package kiosk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk"
)

func TestNonces(t *testing.T) {
	var n kiosk.Nonces
	at := time.Unix(1_700_000_000, 0)
	if len(n.Good(at)) != 0 {
		t.Error("a nonce is good that was never shown")
	}
	a := n.Show(at)
	if a == (kiosk.Nonce{}) || n.Show(at.Add(kiosk.NonceTime-1)) != a {
		t.Error("it changed too soon, or is none")
	}
	b := n.Show(at.Add(kiosk.NonceTime))
	if b == a {
		t.Error("it did not change")
	}
	for _, c := range []struct {
		after time.Duration
		want  []kiosk.Nonce
	}{
		{kiosk.NonceTime, []kiosk.Nonce{b, a}},
		{2*kiosk.NonceTime - 1, []kiosk.Nonce{b, a}},
		{2 * kiosk.NonceTime, []kiosk.Nonce{b}},
		{3*kiosk.NonceTime - 1, []kiosk.Nonce{b}},
		{3 * kiosk.NonceTime, nil},
		{-time.Second, nil},
	} {
		if got := n.Good(at.Add(c.after)); !slices.Equal(got, c.want) {
			t.Errorf("after %v: %d are good", c.after, len(got))
		}
	}
	late := at.Add(time.Hour)
	last := n.Show(late)
	if got := n.Good(late); !slices.Equal(got, []kiosk.Nonce{last}) {
		t.Error("an old nonce is good again")
	}
	n.Spend()
	if len(n.Good(late)) != 0 || n.Show(late) == last {
		t.Error("a spent nonce is good")
	}
	if back := n.Show(late.Add(-time.Minute)); len(n.Good(late.Add(-time.Minute))) == 0 || back == last {
		t.Error("a clock that was set back leaves no nonce")
	}
}
