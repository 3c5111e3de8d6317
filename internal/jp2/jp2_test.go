package jp2

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestMain is a child where its arguments say so: the environment of a child is
// empty.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		switch os.Args[1] {
		case "child":
			os.Exit(Child(os.Stdin, os.Stdout))
		case "escape-socket", "escape-exec", "escape-file":
			escape(os.Args[1])
		}
	}
	os.Exit(m.Run())
}

// escape tries, shut in, what must not be possible. It exits with 0 if it was.
func escape(how string) {
	if err := shutIn(); err != nil {
		os.Exit(noSandbox)
	}
	err := errors.New("unknown")
	switch how {
	case "escape-socket":
		_, err = net.Listen("tcp", "127.0.0.1:0")
	case "escape-exec":
		err = exec.Command("/bin/true").Run()
	case "escape-file":
		_, err = os.Open("/etc/hostname")
	}
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func decode(t *testing.T, data []byte) ([]byte, int, int, error) {
	t.Helper()
	p, err := Decode(t.Context(), os.Args[0], []string{"child"}, data)
	if err != nil {
		return nil, 0, 0, err
	}
	return p.Pix, p.W, p.H, nil
}

func example(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Faces(t), "..", "documents", "chip", "ICAO_39794_5_AP_Face.jp2"))
	if err != nil {
		testenv.Missing(t, "no documents beside the photographs")
	}
	return data
}

func TestDecode(t *testing.T) {
	data := example(t)
	pixels, w, h, err := decode(t, data)
	if err != nil || w != 413 || h != 531 || len(pixels) != 3*w*h {
		t.Fatalf("%d x %d, %v", w, h, err)
	}
	least, most := byte(255), byte(0)
	for _, v := range pixels {
		least, most = min(least, v), max(most, v)
	}
	if most-least < 100 {
		t.Errorf("a picture of %d to %d", least, most)
	}
	stream := data[bytes.Index(data, []byte{0xff, 0x4f, 0xff, 0x51}):]
	bare, w, h, err := decode(t, stream)
	if err != nil || w != 413 || h != 531 || !bytes.Equal(bare, pixels) {
		t.Errorf("the code stream by itself: %d x %d, %v", w, h, err)
	}
}

func TestRefused(t *testing.T) {
	data := example(t)
	header := bytes.Index(data, []byte{0xff, 0x4f, 0xff, 0x51})
	huge := bytes.Clone(data[header:])
	binary.BigEndian.PutUint32(huge[8:], 60000)  // Xsiz: ISO/IEC 15444-1, A.5.1
	binary.BigEndian.PutUint32(huge[12:], 60000) // Ysiz
	for name, test := range map[string]struct {
		data []byte
		err  error
	}{
		"nothing":     {nil, ErrNotJPEG2000},
		"text":        {[]byte("this is no picture"), ErrNotJPEG2000},
		"zeros":       {make([]byte, 1000), ErrNotJPEG2000},
		"cut early":   {data[:200], ErrNotJPEG2000},
		"cut late":    {data[:len(data)/2], ErrNotJPEG2000},
		"many pixels": {huge, ErrTooLarge},
		"many bytes":  {make([]byte, MaxSize+1), ErrTooLarge},
	} {
		if _, _, _, err := decode(t, test.data); !errors.Is(err, test.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFlipped decodes pictures with a byte changed: each ends as a picture or as a
// refusal, and never as anything else.
func TestFlipped(t *testing.T) {
	data := example(t)
	for i := range testenv.Count(20, 2000) {
		bad := bytes.Clone(data)
		bad[(i*7919)%len(bad)] ^= byte(1 + i%255)
		if _, _, _, err := decode(t, bad); err != nil && !errors.Is(err, ErrNotJPEG2000) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("change %d: %v", i, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, os.Args[0], []string{"child"}, example(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := Decode(t.Context(), "/no/such/program", nil, nil); err == nil {
		t.Error("a program that is not there")
	}
}

// TestShutIn runs what a picture that took the decoder over would try.
func TestShutIn(t *testing.T) {
	for _, how := range []string{"escape-socket", "escape-exec", "escape-file"} {
		err := exec.Command(os.Args[0], how).Run()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() == noSandbox {
			t.Errorf("%s: %v", how, err)
		}
	}
}

// TestReceive gives the parent what a child that was taken over could say.
func TestReceive(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":     {},
		"no pixels":   {0, 0, 0, 1, 0, 0, 0, 1},
		"no width":    {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1},
		"many pixels": {255, 255, 255, 255, 255, 255, 255, 255},
	} {
		if _, err := receive(bytes.NewReader(data)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
