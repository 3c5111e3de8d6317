package kiosk_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

// frames is a camera.Pushed's front: it notes what was pushed.
type frames struct {
	instead kiosk.Frames // takes the frames, if set

	mu     sync.Mutex
	pushed [][]byte
	bad    int
	drops  int
	losses int
}

func (f *frames) Push(jpeg []byte) error {
	if f.instead != nil {
		return f.instead.Push(jpeg)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := camera.CheckJPEG(jpeg); err != nil {
		f.bad++
		return err
	}
	f.pushed = append(f.pushed, bytes.Clone(jpeg))
	return nil
}

func (f *frames) Drop() {
	if f.instead != nil {
		f.instead.Drop()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drops++
}

func (f *frames) Lose() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.losses++
}

func (f *frames) counts() (pushed, bad, losses int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pushed), f.bad, f.losses
}

// jpeg is as much of a JPEG file as is looked at before decoding, filled up to
// size bytes.
func jpeg(width, height uint16, size int, fill byte) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8}
	b = binary.BigEndian.AppendUint16(b, height)
	b = binary.BigEndian.AppendUint16(b, width)
	b = append(b, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	return append(b, bytes.Repeat([]byte{fill}, max(0, size-len(b)))...)
}

// *camera.Pushed takes the frames.
var _ kiosk.Frames = (*camera.Pushed)(nil)

func (r *rig) asked(p *kiosktest.Page, mode kiosk.FrameMode) {
	r.t.Helper()
	r.server.WantFrames(mode, 15, 1280)
	if _, err := p.WaitFrames(r.soon(), string(mode)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) send(p *kiosktest.Page, jpeg []byte) {
	r.t.Helper()
	if err := p.Frame(r.soon(), jpeg); err != nil {
		r.t.Fatal(err)
	}
}

func TestFramesOnlyWhileAskedFor(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	r.asked(p, kiosk.LookFrames)
	frame := jpeg(1280, 720, 150_000, 7)
	r.send(p, frame)
	r.until("the frame arrives", func() bool { n, _, _ := r.frames.counts(); return n == 1 })
	if !bytes.Equal(r.frames.pushed[0], frame) {
		t.Error("the frame changed on its way")
	}
	r.asked(p, kiosk.NoFrames)
	for range 6 {
		r.send(p, frame)
	}
	if err := r.ended(p); err == nil || !strings.Contains(err.Error(), string(kiosk.LossProtocol)) {
		t.Errorf("ended with %v", err)
	}
	if got := r.lost(1); got.Why != kiosk.LossProtocol {
		t.Errorf("lost: %s", got.Why)
	}
	if n, _, losses := r.frames.counts(); n != 1 || losses != 1 {
		t.Errorf("%d frames and %d losses", n, losses)
	}
}

// A frame that waits when the kiosk is lost is gone when the door learns of it.
func TestFramesOfALostKiosk(t *testing.T) {
	r := start(t)
	pushed := camera.NewPushed()
	r.frames.instead = pushed
	p := r.connect(r.paired())
	r.asked(p, kiosk.LookFrames)
	r.send(p, jpeg(1280, 720, 1000, 7))
	if err := p.Code(r.soon(), "after the frame"); err != nil {
		t.Fatal(err)
	}
	r.until("the frame was read", func() bool {
		return slices.Contains(r.door.all(), kiosk.Event(kiosk.Code{Text: "after the frame"}))
	})
	p.Close()
	r.lost(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := pushed.Next(ctx); err == nil {
		t.Errorf("a frame of %d bytes waits", len(f.JPEG))
	}
}

// Frames that were under way when they were no longer wanted are no fault, and
// go nowhere: the page does not know yet. Nor do they count for the next order.
func TestFramesUnderWay(t *testing.T) {
	r := start(t)
	k := r.paired()
	p := r.connect(k)
	r.asked(p, kiosk.CodeFrames)
	p.Mute(true)
	r.server.WantFrames(kiosk.NoFrames, 0, 0)
	r.server.WantFrames(kiosk.LookFrames, 15, 1280)
	if _, err := p.Wait(r.soon(), "frames", func(m kiosktest.Message) bool { return m.Mode == "look" }); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		r.send(p, jpeg(640, 480, 1000, 1))
	}
	if err := p.Code(r.soon(), "after the frames"); err != nil {
		t.Fatal(err)
	}
	r.until("all was read", func() bool {
		e := r.door.all()
		return e[len(e)-1] == kiosk.Event(kiosk.Code{Text: "after the frames"})
	})
	if n, bad, _ := r.frames.counts(); n != 0 || bad != 0 {
		t.Errorf("%d frames of an earlier order were pushed, %d refused", n, bad)
	}
	if p.Err() != nil {
		t.Error(p.Err())
	}
}

// What is no picture is refused by its header, and a page that goes on is cut.
func TestBadFrames(t *testing.T) {
	for name, frame := range map[string][]byte{
		"text":                  []byte("<html>not a picture</html>"),
		"empty":                 {},
		"100 megapixels":        jpeg(10_000, 10_000, 5000, 0),
		"no size":               {0xff, 0xd8, 0xff, 0xd9},
		"half a header":         jpeg(640, 480, 0, 0)[:9],
		"a PNG of 1 by 1 pixel": []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			p := r.connect(r.paired())
			r.asked(p, kiosk.LookFrames)
			for range 6 {
				_ = p.Frame(r.soon(), frame)
			}
			if err := r.ended(p); err == nil || !strings.Contains(err.Error(), string(kiosk.LossProtocol)) {
				t.Errorf("ended with %v", err)
			}
			if n, bad, _ := r.frames.counts(); n != 0 || bad != 6 {
				t.Errorf("%d were pushed, %d refused", n, bad)
			}
		})
	}
}

func TestFrameTooLarge(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	r.asked(p, kiosk.LookFrames)
	_ = p.Frame(r.soon(), jpeg(1280, 720, kiosk.MaxFrame+1, 0))
	if got := r.lost(1); got.Why != kiosk.LossFlood {
		t.Errorf("lost: %s", got.Why)
	}
	if n, _, _ := r.frames.counts(); n != 0 {
		t.Error("it was pushed")
	}
}

// A page that sends more frames than were asked for is heard for a while: a
// network that stalled delivers late. Then it is cut.
func TestFlood(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	r.asked(p, kiosk.LookFrames)
	sent := 0
	for p.Err() == nil && sent < 10_000 {
		if p.Frame(r.soon(), jpeg(640, 480, 2000, 1)) != nil {
			break
		}
		sent++
	}
	if got := r.lost(1); got.Why != kiosk.LossFlood {
		t.Errorf("lost: %s", got.Why)
	}
	if n, _, _ := r.frames.counts(); n < 30 || n > 30+100 {
		t.Errorf("%d of %d frames were pushed, at 15 a second", n, sent)
	}
}

func TestFlushIsZeros(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	r.asked(p, kiosk.LookFrames)
	r.send(p, jpeg(640, 480, 100_000, 1))
	r.until("the frame arrives", func() bool { n, _, _ := r.frames.counts(); return n == 1 })
	r.asked(p, kiosk.NoFrames)
	for range 20 {
		if err := p.Flush(r.soon()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Code(r.soon(), "x"); err != nil {
		t.Fatal(err)
	}
	r.until("the code", func() bool { e := r.door.all(); return e[len(e)-1] == kiosk.Event(kiosk.Code{Text: "x"}) })
	for range 6 { // announced as zeros, but is not
		_ = p.Send(r.soon(), map[string]any{"t": "flush"})
		_ = p.Frame(r.soon(), jpeg(640, 480, 1000, 1))
	}
	if got := r.lost(1); got.Why != kiosk.LossProtocol {
		t.Errorf("lost: %s", got.Why)
	}
	if n, _, _ := r.frames.counts(); n != 1 {
		t.Errorf("%d frames", n)
	}
}
