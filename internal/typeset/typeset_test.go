package typeset

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/testenv"
)

var made = time.Date(2027, 3, 10, 8, 0, 0, 0, time.UTC)

func fonts(t testing.TB) Fonts {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(testenv.Home(t), "fonts", name))
		if err != nil {
			testenv.Missing(t, "the fonts are not installed: run make setup")
		}
		return data
	}
	return Fonts{read("NotoSansSC_400Regular.ttf"), read("NotoSansSC_700Bold.ttf")}
}

func document(t testing.TB) *Document {
	t.Helper()
	d, err := New(fonts(t), "Test", made)
	if err != nil {
		t.Fatal(err)
	}
	d.AddPage(A5())
	return d
}

// TestWrap breaks lines of ten characters.
func TestWrap(t *testing.T) {
	fits := func(s string) bool { return utf8.RuneCountInString(s) <= 10 }
	for text, want := range map[string][]string{
		"":                    nil,
		"one two three four":  {"one two", "three four"},
		"averyverylongword x": {"averyveryl", "ongword x"},
		"最多看人脸的时间是八秒。":        {"最多看人脸的时间是八", "秒。"},
		"一二三四五六七八九十。":         {"一二三四五六七八九", "十。"},
		"一二三四五六七八（九十）":        {"一二三四五六七八（九", "十）"},
		"一二三四五六七最多 8 秒":       {"一二三四五六七最多", "8 秒"},
		"一二三四五六七 1201 室":      {"一二三四五六七", "1201 室"},
		"一二三四五六七八第 2 版":       {"一二三四五六七八", "第 2 版"},
		"一二三四五六七八九（十）":        {"一二三四五六七八九", "（十）"},
		"说明，见 https://a.b":    {"说明，见", "https://a.", "b"},
		"一二三四五六七八“九十”":        {"一二三四五六七八“九", "十”"},
		"Garden Court 花园小区":   {"Garden", "Court 花园小区"},
	} {
		if got := wrap(text, fits); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestSet: a text that needs room is set smaller, and one that finds none is an
// error.
func TestSet(t *testing.T) {
	d := document(t)
	s := Style{Size: 20, Least: 8}
	long := strings.Repeat("很长的说明 ", 12)
	if height := d.Set("短", s, 10, 10, 100, 2); math.Abs(height-20*1.25/pointsPerMillimetre) > 0.01 {
		t.Errorf("one line is %.2f mm high", height)
	}
	if height, said := d.Set(long, s, 10, 20, 100, 2), d.Height(long, s, 100, 2); height != said || height > 2*20*1.25/pointsPerMillimetre {
		t.Errorf("%.2f and %.2f mm", height, said)
	}
	d.Set("one\ntwo", Style{Size: 10, Centred: true, Bold: true}, 10, 50, 100, 2)
	if _, err := d.Bytes(); err != nil {
		t.Fatal(err)
	}
	d.Set(strings.Repeat(long, 20), s, 10, 60, 100, 2)
	if data, err := d.Bytes(); !errors.Is(err, ErrRoom) || data != nil {
		t.Errorf("%v", err)
	}
}

// TestBalanced: no line of one character is left over.
func TestBalanced(t *testing.T) {
	d := document(t)
	s := Style{Size: 20}
	d.use(s)
	text := "出示人脸通行证之后，这里的镜头会看脸"
	width := d.pdf.GetStringWidth(text) - 1
	_, loose := d.Fit(text, s, width, 2)
	s.Balanced = true
	_, even := d.Fit(text, s, width, 2)
	if len(loose) != 2 || utf8.RuneCountInString(loose[1]) > 2 || len(even) != 2 || utf8.RuneCountInString(even[1]) < 7 {
		t.Errorf("%q and %q", loose, even)
	}
	if _, one := d.Fit("短", s, width, 2); len(one) != 1 {
		t.Errorf("%q", one)
	}
}

// TestSameBytes makes one document twice, with characters that no font has.
func TestSameBytes(t *testing.T) {
	make := func() []byte {
		d := document(t)
		d.Set("𠮷野家 🏠 a\u200db\u202ec", Style{Size: 12}, 10, 10, 100, 1)
		d.Fill(Colour{1, 2, 3}, 0, 0, 10, 10)
		d.Frame(Colour{1, 2, 3}, 0, 0, 10, 10, 2, 1)
		code, err := qr.Encode("https://doors.example/", qr.LevelM)
		if err != nil {
			t.Fatal(err)
		}
		d.Code(code, 10, 50, 30)
		data, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	one := make()
	if !bytes.Equal(one, make()) || len(one) > 100_000 {
		t.Errorf("two documents of %d bytes differ, or hold whole fonts", len(one))
	}
}

// TestPaths reads path data into what it means.
func TestPaths(t *testing.T) {
	for data, want := range map[string]outline{
		"M1 2l3 4h-1v2z": {{kind: 'M', to: point{1, 2}}, {kind: 'L', to: point{4, 6}}, {kind: 'L', to: point{3, 6}}, {kind: 'L', to: point{3, 8}}, {kind: 'Z'}},
		"m1 1 2 0-1.5.5": {{kind: 'M', to: point{1, 1}}, {kind: 'L', to: point{3, 1}}, {kind: 'L', to: point{1.5, 1.5}}},
		"M0 0C1 1 2 2 3 3s2 2 3 3": {
			{kind: 'M'}, {'C', point{1, 1}, point{2, 2}, point{3, 3}}, {'C', point{4, 4}, point{5, 5}, point{6, 6}},
		},
		"M0 0q3 3 6 0t6 0": {
			{kind: 'M'}, {'C', point{2, 2}, point{4, 2}, point{6, 0}}, {'C', point{8, -2}, point{10, -2}, point{12, 0}},
		},
	} {
		got, err := readPath(data)
		if err != nil || !near(got, want) {
			t.Errorf("%s: %v, %v", data, got, err)
		}
	}
	for _, bad := range []string{"M1", "L1 2 3", "A1 1 0 0 1 2", "C", "h"} {
		if o, err := readPath(bad); err == nil || o != nil {
			t.Errorf("%s: %v", bad, o)
		}
	}
}

func near(a, b outline) bool {
	return slices.EqualFunc(a, b, func(s, t segment) bool {
		far := func(p, q point) bool { return math.Hypot(p.x-q.x, p.y-q.y) > 1e-6 }
		return s.kind == t.kind && !far(s.to, t.to) && !far(s.c1, t.c1) && !far(s.c2, t.c2)
	})
}

// TestArcs: each point of an arc is as far from the centre as the radius says.
func TestArcs(t *testing.T) {
	for _, data := range []string{"M0 0a5 5 0 0 1 10 0", "M0 0a5 5 0 0 0 10 0", "M10 0A10 10 0 1 1 0-10", "M0 0a2 2 0 0 1 20 0"} {
		o, err := readPath(data)
		if err != nil || len(o) < 3 {
			t.Fatalf("%s: %v, %v", data, o, err)
		}
		centre := map[string]point{"M0 0a5 5 0 0 1 10 0": {5, 0}, "M0 0a5 5 0 0 0 10 0": {5, 0}, "M0 0a2 2 0 0 1 20 0": {10, 0}}[data]
		radius := math.Hypot(o[0].to.x-centre.x, o[0].to.y-centre.y)
		at := o[0].to
		for _, s := range o[1:] {
			middle := point{(at.x + 3*s.c1.x + 3*s.c2.x + s.to.x) / 8, (at.y + 3*s.c1.y + 3*s.c2.y + s.to.y) / 8}
			for _, p := range []point{middle, s.to} {
				if r := math.Hypot(p.x-centre.x, p.y-centre.y); math.Abs(r-radius) > 0.01*radius {
					t.Errorf("%s: %.3f from the centre, not %.3f", data, r, radius)
				}
			}
			at = s.to
		}
	}
}

// TestDrawingRefuses what pictograms do not have.
func TestDrawingRefuses(t *testing.T) {
	for _, bad := range []string{`<text>x</text>`, `<path d="M1"/>`, `<g transform="rotate(3)"></g>`, `<path`, `<path d="M0 0h1" stroke-width="x"/>`} {
		d := document(t)
		d.Drawing(bad, Colour{}, Colour{}, 0, 0, 20)
		if _, err := d.Bytes(); !errors.Is(err, ErrDrawing) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestBadFonts(t *testing.T) {
	good := fonts(t)
	for name, f := range map[string]Fonts{
		"none": {}, "no bold": {Regular: good.Regular}, "text": {[]byte("not a font"), good.Bold}, "cut": {good.Regular[:len(good.Regular)/2], good.Bold},
	} {
		if d, err := New(f, "", made); !errors.Is(err, ErrFont) || d != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
