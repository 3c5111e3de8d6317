package latchtest

import (
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/latch"
)

func TestFake(t *testing.T) {
	f := Play(nil, latch.ErrFailed)
	r := Record(f)
	for i, want := range []error{nil, latch.ErrFailed, nil} {
		if err := r.Unlatch(t.Context(), time.Second); !errors.Is(err, want) {
			t.Errorf("order %d: %v", i, err)
		}
	}
	f.Break(latch.ErrStuck)
	if err := r.Unlatch(t.Context(), time.Second); !errors.Is(err, latch.ErrStuck) {
		t.Error(err)
	}
	if err := f.Check(t.Context()); !errors.Is(err, latch.ErrStuck) {
		t.Error(err)
	}
	f.Break(nil)
	if err := r.Unlatch(t.Context(), time.Hour); !errors.Is(err, latch.ErrPulse) {
		t.Error(err)
	}
	f.Close()
	if err := r.Unlatch(t.Context(), time.Second); !errors.Is(err, latch.ErrClosed) {
		t.Error(err)
	}
	if f.Opened() != 2 || len(f.Orders()) != 6 || len(r.Orders()) != 6 {
		t.Error(f.Orders(), r.Orders())
	}
}
