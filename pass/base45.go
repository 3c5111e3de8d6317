package pass

import (
	"errors"
	"strings"
)

// alphabet45 is the alphabet of RFC 9285, which is also that of a QR code's
// alphanumeric mode.
const alphabet45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("not Base45")

// digits45 maps a character to its value, and every other byte to 0xff.
var digits45 = func() (d [256]byte) {
	for i := range d {
		d[i] = 0xff
	}
	for i := range len(alphabet45) {
		d[alphabet45[i]] = byte(i)
	}
	return d
}()

// encode45 returns data in Base45 (RFC 9285): three characters for two bytes,
// the least significant first, and two for a last single byte.
func encode45(data []byte) string {
	var b strings.Builder
	b.Grow((len(data)*3 + 1) / 2)
	for len(data) >= 2 {
		n := int(data[0])<<8 | int(data[1])
		b.WriteByte(alphabet45[n%45])
		b.WriteByte(alphabet45[n/45%45])
		b.WriteByte(alphabet45[n/(45*45)])
		data = data[2:]
	}
	if len(data) == 1 {
		b.WriteByte(alphabet45[data[0]%45])
		b.WriteByte(alphabet45[data[0]/45])
	}
	return b.String()
}

// decode45 is the exact inverse of encode45. It refuses lower case, lengths
// that encode45 cannot give, and groups whose value does not fit their bytes,
// so that no two texts have the same bytes.
func decode45(s string) ([]byte, error) {
	if len(s)%3 == 1 {
		return nil, errBase45
	}
	out := make([]byte, 0, len(s)/3*2+1)
	for len(s) > 0 {
		group := s[:min(3, len(s))]
		n := 0
		for i := len(group) - 1; i >= 0; i-- {
			d := digits45[group[i]]
			if d == 0xff {
				return nil, errBase45
			}
			n = n*45 + int(d)
		}
		switch {
		case len(group) == 3 && n <= 0xffff:
			out = append(out, byte(n>>8), byte(n))
		case len(group) == 2 && n <= 0xff:
			out = append(out, byte(n))
		default:
			return nil, errBase45
		}
		s = s[len(group):]
	}
	return out, nil
}
