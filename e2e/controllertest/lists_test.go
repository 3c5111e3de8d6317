package controllertest

import (
	"testing"

	"github.com/facelatch/facelatch/statuslist"
)

// TestLists: what a change changes is one list and the bundle, however many lists
// there are.
func TestLists(t *testing.T) {
	s, err := NewSite(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.MeasureLists(t.Context(), 2*statuslist.DefaultSize, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if l.Lists != 2 || l.Bytes < 2*4000 || l.ChangeBytes > l.BundleBytes+l.Bytes*2/3 || l.ChangeBytes < l.Bytes/3 {
		t.Errorf("%+v", l)
	}
}
