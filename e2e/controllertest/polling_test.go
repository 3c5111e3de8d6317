package controllertest

import (
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestManyDoors: doors that all wait at one controller all hear of each change, and
// fetch what says it.
func TestManyDoors(t *testing.T) {
	s, err := NewSite(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	doors := testenv.Count(60, 2000)
	p, err := s.Poll(t.Context(), PollingOptions{Doors: doors, Changes: 2, Idle: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.News) != 2*doors || len(p.Lists) != 2*doors || p.BundleBytes == 0 || p.ListBytes == 0 {
		t.Errorf("%d of %d heard, %d have the list, of %d bytes, and a bundle of %d", len(p.News), 2*doors, len(p.Lists), p.ListBytes, p.BundleBytes)
	}
	t.Logf("connected in %v with %v of the processor; a change took %v of it; %d failed", p.Connected, p.ConnectCPU, p.ChangeCPU, p.Errors)
}
