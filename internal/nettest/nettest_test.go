package nettest

import (
	"net"
	"os"
	"strings"
	"testing"
)

// TestAddress: it can be listened on, again and again, and the system gives none
// of these ports to a connection.
func TestAddress(t *testing.T) {
	at, err := Address()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	given, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return // not Linux
	}
	if low, _, _ := strings.Cut(string(given), "\t"); len(low) < 5 || low < "32000" {
		t.Logf("this system gives ports from %s on to connections: a test that restarts a server may find its port taken", low)
	}
}
