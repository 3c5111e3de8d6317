package doorapi

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// ErrOrigin is returned for what is not where browsers find a desk.
var ErrOrigin = errors.New("its address is like https://desk.example or https://desk.example:8443, and nothing after it")

var (
	originForm = regexp.MustCompile(`^https://([a-z0-9.-]{1,253})(?::([1-9][0-9]{0,4}))?$`)
	labelForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// OriginHost returns the host of the address of a desk. The address is as browsers
// write an origin (RFC 6454): https, a host in small letters, a port unless it is
// 443, and nothing after it; so it can stand in a Content-Security-Policy as it is.
// It fails with [ErrOrigin].
func OriginHost(origin string) (string, error) {
	found := originForm.FindStringSubmatch(origin)
	if found == nil || found[2] == "443" || len(found[2]) == 5 && found[2] > "65535" {
		return "", ErrOrigin
	}
	host := found[1]
	if _, err := netip.ParseAddr(host); err == nil {
		return host, nil
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if slices.ContainsFunc(labels, func(l string) bool { return !labelForm.MatchString(l) }) || strings.Trim(last, "0123456789") == "" {
		return "", ErrOrigin
	}
	if host == Reserved || strings.HasSuffix(host, "."+Reserved) {
		return "", fmt.Errorf("%w: names below %s are a controller's", ErrOrigin, Reserved)
	}
	return host, nil
}
