package cameratest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/camera"
)

func TestRecordAndPlay(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	one, two := Pattern(1, 32, 24), Pattern(2, 32, 24)
	r := Record(Play(Step{JPEG: one, At: at}, Step{Err: camera.ErrLost}))
	again := func(s camera.Source) {
		t.Helper()
		f, err := s.Next(t.Context())
		if err != nil || !bytes.Equal(f.JPEG, one) || !f.At.Equal(at) || f.Seq != 1 {
			t.Fatal(f, err)
		}
		if _, err := f.Decode(); err != nil {
			t.Error(err)
		}
		f.Wipe()
		if _, err := s.Next(t.Context()); !errors.Is(err, camera.ErrLost) {
			t.Error(err)
		}
	}
	again(r)
	p := Play(r.Steps()...)
	again(p)
	if p.Left() != 0 {
		t.Error(p.Left())
	}
	got := make(chan *camera.Frame)
	go func() {
		f, _ := p.Next(context.Background())
		got <- f
	}()
	p.Add(Step{JPEG: two})
	if f := <-got; !bytes.Equal(f.JPEG, two) {
		t.Error("not what was added")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := p.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	p.Close()
	if _, err := p.Next(t.Context()); !errors.Is(err, camera.ErrClosed) {
		t.Error(err)
	}
}

func TestDrawnFramesAreFrames(t *testing.T) {
	if bytes.Equal(Pattern(1, 32, 24), Pattern(2, 32, 24)) {
		t.Error("two frames of a live scene are the same")
	}
	for _, data := range [][]byte{Pattern(1, 64, 48), Plain(64, 48, 1, 2, 3)} {
		if err := camera.CheckJPEG(data); err != nil {
			t.Error(err)
		}
	}
}
