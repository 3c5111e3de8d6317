package camera

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestPPM(t *testing.T) {
	pool := newPool()
	r := strings.NewReader("P6\n2 1\n255\nABCDEFP6 1 1 255 xyz")
	first, err := readPPM(r, pool)
	if err != nil || first.W != 2 || first.H != 1 || string(first.Pix) != "ABCDEF" {
		t.Fatal(first, err)
	}
	second, err := readPPM(r, pool)
	if err != nil || string(second.Pix) != "xyz" {
		t.Fatal(second, err)
	}
	if _, err := readPPM(r, pool); err != io.EOF {
		t.Error(err)
	}
	for text, want := range map[string]error{
		"P5\n2 1\n255\nAB":         ErrNotAFrame,
		"P6x2 1\n255\n":            ErrNotAFrame,
		"P6\n2 1\n65535\n":         ErrNotAFrame,
		"P6\n0 1\n255\n":           ErrNotAFrame,
		"P6\n-1 1\n255\n":          ErrNotAFrame,
		"P6\n\n1\n255\n":           ErrNotAFrame,
		"P6\n000001 1\n255\nabc":   ErrNotAFrame,
		"P6\n10000 10000\n255\n":   ErrTooLarge,
		"P6\n99999 99999\n255\n":   ErrTooLarge,
		"P6\n999999 1\n255\n":      ErrNotAFrame,
		"P6\n2 1\n255\nABC":        io.ErrUnexpectedEOF,
		"P6\n2 ":                   io.EOF,
		"\xff\xd8 garbage instead": ErrNotAFrame,
	} {
		if p, err := readPPM(strings.NewReader(text), pool); p != nil || !errors.Is(err, want) {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
}

// FuzzPPM: an error means no picture, and a picture is the bytes that were read.
func FuzzPPM(f *testing.F) {
	f.Add([]byte("P6\n2 1\n255\nABCDEF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		p, err := readPPM(r, roomless())
		if err != nil {
			if p != nil {
				t.Error("an error with a picture")
			}
			return
		}
		used := data[:len(data)-r.Len()]
		if len(p.Pix) != 3*p.W*p.H || !bytes.HasSuffix(used, p.Pix) || len(p.Pix) == 0 {
			t.Errorf("%d by %d pixels of %q", p.W, p.H, used)
		}
	})
}

// roomless is a pool without room, so that the fuzzer holds no memory.
func roomless() *pool { return &pool{free: make(chan []byte)} }

// collect reads every part of a stream.
func collect(r io.Reader, boundary string) (all [][]byte, err error) {
	p := newParts(r, boundary, roomless())
	defer p.wipe()
	for len(all) < 1000 {
		data, err := p.next()
		if err != nil {
			return all, err
		}
		all = append(all, data)
	}
	return all, nil
}

func TestParts(t *testing.T) {
	long := strings.Repeat("0123456789", 20000)
	for name, test := range map[string]struct {
		stream, boundary string
		want             []string
		err              error
	}{
		"with lengths": {
			"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\none\r\n--b\r\nContent-length:5\r\n\r\n\n--b2\r\n--b--\r\n", "b",
			[]string{"one", "\n--b2"},
			io.EOF,
		},
		"without lengths":              {"--b\r\n\r\none\r\n--b\r\n\r\ntwo--b\r\n--b--", "b", []string{"one", "two--b"}, io.EOF},
		"boundary already with dashes": {"--b\n\none\n--b\n\ntwo\n--b\n", "--b", []string{"one", "two"}, io.ErrUnexpectedEOF},
		"preamble":                     {"hello\r\n\r\n--b\r\nContent-Length: 1\r\n\r\n1", "b", []string{"1"}, io.EOF},
		"long":                         {"--b\n\n" + long + "\n--b\n\n" + long + "\r\n--b--\n", "b", []string{long, long}, io.EOF},
		"cut in a part":                {"--b\nContent-Length: 9\n\nabc", "b", nil, io.ErrUnexpectedEOF},
		"cut in a header":              {"--b\nContent-", "b", nil, io.ErrUnexpectedEOF},
		"bad length":                   {"--b\nContent-Length: many\n\nabc", "b", nil, ErrNotAFrame},
		"negative length":              {"--b\nContent-Length: -3\n\nabc", "b", nil, ErrNotAFrame},
		"huge length":                  {"--b\nContent-Length: 99999999\n\nabc", "b", nil, ErrTooLarge},
		"a long line":                  {strings.Repeat("x", 5000), "b", nil, ErrNotAFrame},
		"many headers":                 {"--b\n" + strings.Repeat("a: b\n", 100), "b", nil, ErrNotAFrame},
		"no boundary":                  {strings.Repeat("hello\n", 1<<18), "b", nil, ErrNotAFrame},
	} {
		for kind, r := range map[string]io.Reader{
			"whole":  strings.NewReader(test.stream),
			"bytes":  iotest.OneByteReader(strings.NewReader(test.stream)),
			"halves": iotest.HalfReader(iotest.DataErrReader(strings.NewReader(test.stream))),
		} {
			got, err := collect(r, test.boundary)
			if !errors.Is(err, test.err) || len(got) != len(test.want) {
				t.Errorf("%s (%s): %d parts, %v", name, kind, len(got), err)
				continue
			}
			for i := range got {
				if string(got[i]) != test.want[i] {
					t.Errorf("%s (%s): part %d has %d bytes", name, kind, i, len(got[i]))
				}
			}
		}
	}
}

// endless repeats a text for ever, and counts.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.read%len(e.text):])
	e.read += n
	return n, nil
}

func TestAnEndlessPartIsGivenUp(t *testing.T) {
	e := &endless{text: "picture without an end "}
	_, err := collect(io.MultiReader(strings.NewReader("--b\n\n"), e), "b")
	if !errors.Is(err, ErrTooLarge) || e.read > 2*MaxBytes {
		t.Errorf("%v after %d bytes", err, e.read)
	}
	e = &endless{text: "x\n"}
	if _, err = collect(e, "b"); !errors.Is(err, ErrNotAFrame) || e.read > 4*maxSkip {
		t.Errorf("%v after %d bytes", err, e.read)
	}
}

// FuzzParts: however the stream is cut into reads, its parts are the same, and
// none is larger than a frame may be.
func FuzzParts(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Length: 3\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"), "b")
	f.Fuzz(func(t *testing.T, data []byte, boundary string) {
		whole, err1 := collect(bytes.NewReader(data), boundary)
		single, err2 := collect(iotest.OneByteReader(bytes.NewReader(data)), boundary)
		if fmt.Sprint(err1) != fmt.Sprint(err2) || len(whole) != len(single) {
			t.Fatalf("%d parts and %v, or %d parts and %v", len(whole), err1, len(single), err2)
		}
		for i := range whole {
			if !bytes.Equal(whole[i], single[i]) || len(whole[i]) > MaxBytes {
				t.Errorf("part %d: %q or %q", i, whole[i], single[i])
			}
		}
	})
}

// FuzzJPEG: what passes the check never decodes to more than MaxPixels.
func FuzzJPEG(f *testing.F) {
	f.Add(drawn(1, 16, 16))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame := &Frame{JPEG: data}
		p, err := frame.Decode()
		if (p == nil) == (err == nil) {
			t.Errorf("%v and %v", p, err)
		}
		if p != nil && p.W*p.H > MaxPixels {
			t.Errorf("%d by %d pixels", p.W, p.H)
		}
	})
}

func TestFuzzCorpora(t *testing.T) {
	for _, target := range []string{"FuzzPPM", "FuzzParts", "FuzzJPEG"} {
		testenv.Corpus(t, target)
	}
}
