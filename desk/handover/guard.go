package handover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// ErrInside is returned for an address that no webhook may have: it is not public, or
// not at port 443, and the operator did not name it.
var ErrInside = errors.New("no webhook may be there: the address is inside a network, or its port is not 443, and the operator did not allow it by name")

// guard connects to webhooks. A webhook is an address that somebody else chose, so
// without a guard it could be one inside the operator's network, where a desk may go
// and its chooser may not. What is judged is the address that is about to be
// connected to, after names were resolved: judging a name first would let its answer
// change in between.
//
// What remains: a machine of the operator's own that has a public address, and a
// network's own prefix for NAT64 (RFC 6052), which nobody can tell from a public one.
type guard struct {
	allowed func(hostport string) bool
	dialer  net.Dialer
}

// dial is for [net/http.Transport.DialContext].
func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := g.dialer
	if !g.allowed(address) {
		d.Control = control
	}
	return d.DialContext(ctx, network, address)
}

// control is for [net.Dialer.Control]: it is called with each address that is tried.
func control(network, address string, _ syscall.RawConn) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return err
	}
	a, err := netip.ParseAddr(host)
	if err != nil || network != "tcp4" && network != "tcp6" || number != 443 || !Public(a) {
		return fmt.Errorf("%w (%s)", ErrInside, address)
	}
	return nil
}

// Public says whether an address is one of the public internet, of one machine. It is
// not if the IANA registries for special purposes (RFC 6890) have it as not globally
// reachable, if it is for many machines, or if it is where a cloud serves secrets to
// its machines. An address of IPv6 that stands for one of IPv4 is judged as that one
// where the prefix is the well-known one of NAT64, by which networks without IPv4
// reach it, and else is not public.
func Public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && netip.MustParsePrefix("64:ff9b::/96").Contains(a) {
		all := a.As16()
		a = netip.AddrFrom4([4]byte(all[12:]))
	}
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) { // all that is global unicast (RFC 4291)
		return false
	}
	for _, text := range notPublic() {
		if netip.MustParsePrefix(text).Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

func notPublic() []string {
	return []string{
		"0.0.0.0/8",         // this network (RFC 791)
		"10.0.0.0/8",        // private (RFC 1918)
		"100.64.0.0/10",     // shared, behind carriers (RFC 6598); secrets of Alibaba Cloud
		"127.0.0.0/8",       // loopback (RFC 1122)
		"168.63.129.16/32",  // Azure's own, of its machines
		"169.254.0.0/16",    // link-local (RFC 3927); secrets of most clouds
		"172.16.0.0/12",     // private (RFC 1918)
		"192.0.0.0/24",      // protocols (RFC 6890); secrets of Oracle Cloud
		"192.0.2.0/24",      // documentation (RFC 5737)
		"192.31.196.0/24",   // AS112 (RFC 7535)
		"192.52.193.0/24",   // automatic multicast tunnels (RFC 7450)
		"192.88.99.0/24",    // relays of 6to4 (RFC 7526)
		"192.168.0.0/16",    // private (RFC 1918)
		"192.175.48.0/24",   // AS112 (RFC 7534)
		"198.18.0.0/15",     // measuring (RFC 2544)
		"198.51.100.0/24",   // documentation (RFC 5737)
		"203.0.113.0/24",    // documentation (RFC 5737)
		"224.0.0.0/4",       // multicast (RFC 5771)
		"240.0.0.0/4",       // reserved (RFC 1112), broadcast (RFC 919)
		"2001::/23",         // protocols, Teredo, ORCHID, measuring (RFC 2928 and others)
		"2001:db8::/32",     // documentation (RFC 3849)
		"2002::/16",         // 6to4 (RFC 3056)
		"2620:4f:8000::/48", // AS112 (RFC 7534)
		"3fff::/20",         // documentation (RFC 9637)
	}
}
