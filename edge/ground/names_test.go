package ground

import (
	"crypto/x509"
	"net"
	"slices"
	"testing"
)

// TestNamesLeft: a door asks for no name that it did not join with, and for all
// of them rather than for none.
func TestNamesLeft(t *testing.T) {
	c := &x509.Certificate{DNSNames: []string{"door.local", "hall.local"}, IPAddresses: []net.IP{net.ParseIP("10.0.0.1")}}
	for _, of := range []struct{ configured, want []string }{
		{[]string{"door.local", "new.local"}, []string{"door.local"}},
		{[]string{"10.0.0.1", "Hall.local"}, []string{"10.0.0.1", "Hall.local"}},
		{[]string{"new.local", "10.0.0.2"}, []string{"door.local", "hall.local", "10.0.0.1"}},
		{nil, []string{"door.local", "hall.local", "10.0.0.1"}},
	} {
		if got := namesLeft(of.configured, c); !slices.Equal(got, of.want) {
			t.Errorf("%v: %v", of.configured, got)
		}
	}
}
