package demo

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// ports are where the parts listen.
type ports struct{ front, kiosk, help, station, controller, phone, pages, desk string }

// choosePorts takes the seven ports after the front page's, or free ones. They
// are kept, because the door's tablet and the join codes name them.
func (d *demo) choosePorts(front net.Addr) (p ports, err error) {
	host, port, err := net.SplitHostPort(front.String())
	if err != nil {
		return p, err
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if host, err = d.ownAddress(); err != nil {
			return p, err
		}
	} else if ip != nil && ip.IsLoopback() {
		host = "localhost"
	}
	file := filepath.Join(d.Data, "ports.json")
	if data, err := os.ReadFile(file); err == nil {
		var kept map[string]string
		if err := json.Unmarshal(data, &kept); err == nil && len(kept) >= 6 {
			p = ports{front.String(), kept["kiosk"], kept["help"], kept["station"], kept["controller"], kept["phone"], kept["pages"], kept["desk"]}
		}
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return p, err
	}
	p.front = front.String()
	for i, each := range []*string{&p.kiosk, &p.station, &p.controller, &p.help, &p.phone, &p.pages, &p.desk} {
		if *each != "" { // a demo of before, which had no desk, keeps the others
			continue
		}
		if *each, err = freePort(host, n+1+i); err != nil {
			return p, err
		}
	}
	data, err := json.Marshal(map[string]string{
		"kiosk": p.kiosk, "help": p.help, "station": p.station, "controller": p.controller, "phone": p.phone, "pages": p.pages, "desk": p.desk,
	})
	if err != nil {
		return p, err
	}
	return p, os.WriteFile(file, data, 0o600)
}

// freePort returns the address with the wished port, or with any that is free.
func freePort(host string, wished int) (string, error) {
	for _, port := range []int{wished, 0} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if errors.Is(err, syscall.EADDRINUSE) || port > 65535 {
			continue
		}
		if err != nil {
			return "", err
		}
		defer l.Close()
		_, got, err := net.SplitHostPort(l.Addr().String())
		return net.JoinHostPort(host, got), err
	}
	return "", errors.New("no port is free")
}

// ownAddress is a private address of this machine, for a front page that listens
// on all of them.
func (d *demo) ownAddress() (string, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsPrivate() {
			return n.IP.String(), nil
		}
	}
	return "localhost", nil
}
