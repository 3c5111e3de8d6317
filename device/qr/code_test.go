package qr

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// alphanumeric are the characters of which two take eleven bits; Base45 uses all
// of them.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// passText is like the text of a pass: n characters of Base45 after a prefix.
func passText(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 9))
	b := []byte("FL1:")
	for len(b) < n {
		b = append(b, alphanumeric[r.IntN(len(alphanumeric))])
	}
	return string(b[:n])
}

func mustEncode(t testing.TB, text string, l Level) *Code {
	t.Helper()
	c, err := Encode(text, l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestVersions pins the sizes that the pass format counts on (ISO/IEC 18004,
// table 7): they hold in alphanumeric mode only.
func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		length  int
		level   Level
		version int
	}{
		{20, LevelL, 1},
		{21, LevelL, 1},
		{619, LevelL, 13},
		{664, LevelL, 14},
		{667, LevelL, 14},
		{668, LevelL, 15},
		{854, LevelL, 16},
		{855, LevelL, 17},
		{528, LevelM, 14},
		{664, LevelM, 17},
		{4296, LevelL, 40},
	} {
		text := strings.Repeat("FL1:%AZ", 700)[:tt.length] // Without runs of digits, which would take fewer bits.
		c := mustEncode(t, text, tt.level)
		if c.Version() != tt.version || c.Size() != 17+4*tt.version {
			t.Errorf("%d characters at level %d: version %d, %d modules; want version %d", tt.length, tt.level, c.Version(), c.Size(), tt.version)
		}
	}
	if c := mustEncode(t, strings.Repeat("a", 664), LevelL); c.Version() <= 14 {
		t.Errorf("lower case fits version %d: this test proves nothing", c.Version())
	}
}

func TestTooLong(t *testing.T) {
	for _, text := range []string{"", strings.Repeat("A", 4297)} {
		if c, err := Encode(text, LevelL); !errors.Is(err, ErrTooLong) && text != "" || err == nil || c != nil {
			t.Errorf("%d characters: %v, error %v", len(text), c, err)
		}
	}
}

func TestAlignments(t *testing.T) {
	for v := 1; v <= 40; v++ {
		version, err := decoder.Version_GetVersionForNumber(v)
		if err != nil {
			t.Fatal(err)
		}
		places := version.GetAlignmentPatternCenters()
		got := map[[2]float64]bool{}
		for _, c := range alignments(17 + 4*v) {
			got[c] = true
		}
		n := len(places)
		for i, y := range places {
			for j, x := range places {
				corner := i == 0 && (j == 0 || j == n-1) || i == n-1 && j == 0
				if at := [2]float64{float64(x) + 0.5, float64(y) + 0.5}; got[at] == corner {
					t.Errorf("version %d: alignment pattern at %v: %t", v, at, got[at])
				}
			}
		}
		if want := max(n*n-3, 0); len(got) != want {
			t.Errorf("version %d has %d alignment patterns, want %d", v, len(got), want)
		}
	}
}

func TestPNG(t *testing.T) {
	c := mustEncode(t, passText(664, 1), LevelL)
	for _, px := range []int{0, 1, 8} {
		data, err := c.PNG(px)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		px = max(px, 1)
		side := px * (c.Size() + 2*QuietZone)
		if m.Bounds() != image.Rect(0, 0, side, side) {
			t.Fatalf("%d pixels a module: %v", px, m.Bounds())
		}
		for i := range side * side {
			r, _, _, _ := m.At(i%side, i/side).RGBA()
			if dark := c.Dark(i%side/px-QuietZone, i/side/px-QuietZone); dark != (r == 0) {
				t.Fatalf("pixel %d, %d is %d", i%side, i/side, r)
			}
		}
	}
}

// TestSVG draws the path again from the file.
func TestSVG(t *testing.T) {
	c := mustEncode(t, passText(100, 1), LevelM)
	var svg struct {
		Width   string `xml:"width,attr"`
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(c.SVG(42.5), &svg); err != nil {
		t.Fatal(err)
	}
	side := c.Size() + 2*QuietZone
	if svg.Width != "42.5mm" || svg.ViewBox != fmt.Sprintf("0 0 %d %d", side, side) || len(svg.Paths) != 1 {
		t.Fatalf("%s wide, view box %s, %d paths", svg.Width, svg.ViewBox, len(svg.Paths))
	}
	drawn := map[[2]int]bool{}
	for _, move := range strings.Split(svg.Paths[0].D, "M")[1:] {
		var x, y, n, back int
		if _, err := fmt.Sscanf(move, "%d %dh%dv1h-%dz", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("%q: %v", move, err)
		}
		for i := range n {
			drawn[[2]int{x + i, y}] = true
		}
	}
	for i := range side * side {
		x, y := i%side, i/side
		if drawn[[2]int{x, y}] != c.Dark(x-QuietZone, y-QuietZone) {
			t.Fatalf("module %d, %d is wrong", x, y)
		}
	}
}

// TestEncodeAs: a code of a larger version than it needs reads the same, and one
// that does not fit is refused.
func TestEncodeAs(t *testing.T) {
	text := passText(265, 1)
	for _, version := range []int{8, 14, 16, 40} {
		c, err := EncodeAs(text, version)
		if err != nil || c.Version() != version {
			t.Fatalf("version %d: %v", version, err)
		}
		data, err := c.PNG(4)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := NewReader(nil).Read(t.Context(), pictureOf(t, data), nil); err != nil || len(got) != 1 || got[0] != text {
			t.Errorf("version %d is read as %q, %v", version, got, err)
		}
	}
	if c, err := EncodeAs(text, 7); !errors.Is(err, ErrTooLong) || c != nil {
		t.Errorf("version 7: %v", err)
	}
}
