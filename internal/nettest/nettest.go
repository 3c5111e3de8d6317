// Package nettest finds addresses for tests. It is for tests only and will never
// be a part of the program.
package nettest

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Where ports come from: no system gives these to a connection by itself. Linux
// begins at 32768 and others later; below 20000 many services have theirs.
const first, count = 20000, 12000

// Address returns an address of this machine, host:port, at which nobody listens.
// It is for what is stopped, and started again at the same address: a port that
// the system gave away and got back may be an end of anybody's connection by then.
func Address() (string, error) {
	l, err := Listen()
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Listen listens at such an address.
func Listen() (l net.Listener, err error) {
	for range 100 {
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.N(count)))); err == nil {
			return l, nil
		}
	}
	return nil, errors.Join(errors.New("nettest: no port is free"), err)
}
