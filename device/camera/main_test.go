package camera

import (
	"context"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/picture/picturetest"
)

// TestMain fails if a driver leaves a goroutine behind. As a child of
// TestAKilledDoorLeavesNoChild it is a door that waits to be killed.
func TestMain(m *testing.M) {
	if pids := os.Getenv("FACELATCH_TEST_PIDS"); pids != "" {
		start(shell("echo $$ > " + pids + "; exec sleep 600").session)
		select {}
	}
	goleak.VerifyTestMain(m)
}

// drawn is a live scene: n changes its noise.
func drawn(n, w, h int) []byte {
	noise := uint32(n)*2654435761 + 1
	return encode(w, h, func(x, y int) (r, g, b byte) {
		noise ^= noise << 13
		noise ^= noise >> 17
		noise ^= noise << 5
		return byte(60 + (x*4+n*3)%120 + int(noise%12)), 90, byte(40 + y%100)
	})
}

func encode(w, h int, d picturetest.Draw) []byte {
	return picturetest.JPEG{Sampling: picturetest.S444(), JFIF: true}.Encode(w, h, picturetest.YCbCr(d))
}

// waiting is a context that ends before the test's patience does.
func waiting(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// nextFrame returns the next frame; errors before it are passed over.
func nextFrame(t *testing.T, s Source) *Frame {
	t.Helper()
	ctx := waiting(t)
	var last error
	for {
		f, err := s.Next(ctx)
		if err == nil {
			return f
		}
		if ctx.Err() != nil {
			t.Fatalf("no frame; the last error was %v", last)
		}
		last = err
	}
}

// nextError returns the next error; frames before it are wiped.
func nextError(t *testing.T, s Source) error {
	t.Helper()
	ctx := waiting(t)
	for {
		f, err := s.Next(ctx)
		if ctx.Err() != nil {
			t.Fatal("no error came")
		}
		if err != nil {
			return err
		}
		f.Wipe()
	}
}

func allZero(b []byte) bool {
	for _, v := range b[:cap(b)] {
		if v != 0 {
			return false
		}
	}
	return true
}
