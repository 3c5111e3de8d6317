package camera

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/picture/picturetest"
)

func TestOnlyTheNewestFrameIsKept(t *testing.T) {
	p := NewPushed()
	defer p.Close()
	for n := range 5 {
		if err := p.Push(drawn(n, 32, 24)); err != nil {
			t.Fatal(err)
		}
	}
	f := nextFrame(t, p)
	defer f.Wipe()
	if !bytes.Equal(f.JPEG, drawn(4, 32, 24)) || f.Seq != 5 {
		t.Errorf("frame %d is not the newest", f.Seq)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("there was a second one: %v", err)
	}
}

// TestDroppedAndWipedFramesAreZero follows the buffers.
func TestDroppedAndWipedFramesAreZero(t *testing.T) {
	p := NewPushed()
	_ = p.Push(drawn(1, 32, 24))
	dropped := p.frame.JPEG
	_ = p.Push(drawn(2, 32, 24))
	if !allZero(dropped) {
		t.Error("a frame that was replaced is still there")
	}
	f := nextFrame(t, p)
	data := f.JPEG
	decoded, err := f.Decode()
	if err != nil || decoded.W != 32 || decoded.H != 24 {
		t.Fatal(decoded, err)
	}
	pix := decoded.Pix
	f.Wipe()
	f.Wipe()
	if !allZero(data) || !allZero(pix) || f.JPEG != nil || f.Picture != nil {
		t.Error("a frame that was wiped is still there")
	}
	_ = p.Push(drawn(3, 32, 24))
	waits := p.frame.JPEG
	_ = p.Close()
	if !allZero(waits) {
		t.Error("a frame that waited at Close is still there")
	}
	if err := p.Push(drawn(4, 32, 24)); !errors.Is(err, ErrClosed) {
		t.Errorf("pushed to a closed camera: %v", err)
	}
}

func TestBuffersAreReused(t *testing.T) {
	p := NewPushed()
	defer p.Close()
	frame := drawn(1, 64, 48)
	allocated := testing.AllocsPerRun(100, func() {
		_ = p.Push(frame)
		f, _ := p.Next(context.Background())
		f.Wipe()
	})
	if allocated > 3 {
		t.Errorf("%v allocations a frame", allocated)
	}
	var nobody *Frame
	nobody.Wipe()
}

func TestDropForgetsTheFrameThatWaits(t *testing.T) {
	p := NewPushed()
	defer p.Close()
	_ = p.Push(drawn(1, 32, 24))
	p.Drop()
	_ = p.Push(drawn(2, 32, 24))
	f := nextFrame(t, p)
	defer f.Wipe()
	if f.Seq != 2 {
		t.Errorf("got frame %d", f.Seq)
	}
}

func TestErrorsComeOnce(t *testing.T) {
	p := NewPushed()
	defer p.Close()
	p.Lose()
	if err := nextError(t, p); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	_ = p.Push(drawn(1, 32, 24))
	nextFrame(t, p).Wipe()
}

func TestCloseEndsNext(t *testing.T) {
	p := NewPushed()
	got := make(chan error, 2)
	for range cap(got) {
		go func() {
			_, err := p.Next(context.Background())
			got <- err
		}()
	}
	p.Close()
	p.Close()
	for range cap(got) {
		if err := <-got; !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	large := picturetest.JPEG{Sampling: picturetest.S420()}
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"empty":          {nil, ErrNotAFrame},
		"text":           {[]byte("hello"), ErrNotAFrame},
		"PNG":            {picturetest.PNG(picturetest.Image(8, 8, picturetest.Scene(8, 8))), ErrNotAFrame},
		"only a start":   {[]byte{0xff, 0xd8}, ErrNotAFrame},
		"no size":        {[]byte{0xff, 0xd8, 0xff, 0xd9}, ErrNotAFrame},
		"progressive":    {picturetest.JPEG{Progressive: true}.Encode(16, 16, nil), ErrNotAFrame},
		"100 megapixels": {large.Encode(10000, 10000, nil), ErrTooLarge},
		"10 megapixels":  {large.Encode(4000, 2500, nil), ErrTooLarge},
		"many bytes":     {append(drawn(1, 16, 16), make([]byte, MaxBytes)...), ErrTooLarge},
	} {
		p := NewPushed()
		if err := p.Push(test.data); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.Push(drawn(1, 16, 16)); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
		p.Close()
	}
	cut := drawn(1, 64, 64)
	f := &Frame{JPEG: cut[:len(cut)/2]}
	if p, err := f.Decode(); p != nil || !errors.Is(err, ErrNotAFrame) {
		t.Errorf("half a frame: %v", err)
	}
	f = &Frame{JPEG: picturetest.JPEG{}.Encode(4096, 2304, nil)}
	if err := CheckJPEG(f.JPEG); err != nil {
		t.Errorf("the largest frame: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for address, part := range map[string]string{
		"kiosk:":                            "",
		"rtsp://name:password@camera/door":  "",
		"https://camera/stream":             "",
		"v4l2:/dev/video0":                  "",
		"folder:/tmp?fps=5":                 "",
		"":                                  "must begin with",
		"camera":                            "must begin with",
		"rtsps://camera/door":               "must begin with",
		"file:///etc/passwd":                "must begin with",
		"kiosk:other":                       "nothing may follow",
		"rtsp:///door":                      "no host",
		"http:camera":                       "no host",
		"v4l2:video0":                       "path",
		"folder:":                           "path",
		"folder:/tmp?fps=0":                 "fps",
		"folder:/tmp?fps=NaN":               "fps",
		"http://name:secret\x7f@camera/%zz": "cannot be read",
	} {
		err := CheckAddress(address)
		if part == "" && err != nil || part != "" && (!errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), part)) {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats a password: %v", err)
		}
	}
	if _, err := Open("camera"); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open("folder:" + dir); err == nil {
		t.Error("an empty folder was opened")
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("1.jpg", drawn(1, 32, 24))
	write("2.PNG", picturetest.PNG(picturetest.Image(40, 30, picturetest.Scene(40, 30))))
	write("3.jpg", []byte("no picture"))
	write("notes.txt", []byte("passed over"))
	s, err := Open("folder:" + dir + "?fps=60")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sizes := map[int]bool{}
	for !sizes[32] || !sizes[40] {
		f := nextFrame(t, s)
		sizes[f.Picture.W] = true
		f.Wipe()
	}
	if err := nextError(t, s); !errors.Is(err, ErrNotAFrame) || !strings.Contains(err.Error(), "3.jpg") {
		t.Error(err)
	}
}

func TestKiosk(t *testing.T) {
	s, err := Open("kiosk:")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, ok := s.(*Pushed); !ok {
		t.Errorf("kiosk: is a %T", s)
	}
}
