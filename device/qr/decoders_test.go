package qr

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// candidate is one of those that were considered. read returns the texts in a
// picture and the processor's time that finding them took.
type candidate struct {
	name string
	read func(*picture.Picture) ([]string, time.Duration)
}

// decoders are the readers to compare: what a door uses, its parts, and what a
// browser uses, which is left out where Node.js or the page's files are missing.
func decoders(t *testing.T) []candidate {
	z, err := newZbar(context.Background(), mustLoad(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = z.close(context.Background()) })
	own, whole := NewReader(nil), closing(t, NewReader(loadZbar(t)))
	mustRead(t, whole, &picture.Picture{W: 64, H: 64, Pix: make([]byte, 3*64*64), Scale: 1}, nil) // compiles
	out := []candidate{
		{"door", timed(func(p *picture.Picture) []string { return mustRead(t, whole, p, nil) })},
		{"first stage", timed(func(p *picture.Picture) []string { return mustRead(t, own, p, nil) })},
		{"ZBar", timed(func(p *picture.Picture) []string {
			list, err := z.scan(context.Background(), greyOf(p))
			if err != nil {
				t.Fatal(err)
			}
			return list
		})},
		{"gozxing", timed(gozxingAlone)},
	}
	if read := browser(t); read != nil {
		out = append(out, candidate{"zxing-wasm", read})
	}
	return out
}

// timed measures the whole process: nothing else runs in it.
func timed(read func(*picture.Picture) []string) func(*picture.Picture) ([]string, time.Duration) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(err) // It cannot fail for the process itself.
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return func(p *picture.Picture) ([]string, time.Duration) {
		before := used()
		texts := read(p)
		return texts, used() - before
	}
}

// gozxingAlone is that library as it comes, with its own search for the code.
func gozxingAlone(p *picture.Picture) (texts []string) {
	defer func() { _ = recover() }() // It panics on some damaged codes.
	g := greyOf(p)
	m, err := gozxing.NewBinaryBitmapFromImage(&image.Gray{Pix: g.pix, Stride: g.w, Rect: image.Rect(0, 0, g.w, g.h)})
	if err != nil {
		return nil
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	found, err := zxing.NewQRCodeReader().Decode(m, hints)
	if err != nil {
		return nil
	}
	return []string{found.GetText()}
}

// browser starts Node.js with the files that the kiosk page loads.
func browser(t *testing.T) func(*picture.Picture) ([]string, time.Duration) {
	web := filepath.Join(testenv.Home(t), "web")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(web, "zxing_reader.wasm")); err != nil || missing != nil {
		t.Log("without zxing-wasm: it needs Node.js and make setup")
		return nil
	}
	c := exec.Command(node, filepath.Join(testenv.Root(t), "bench", "zxing.mjs"), web)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewReader(out)
	return func(p *picture.Picture) ([]string, time.Duration) { return ask(t, in, lines, greyOf(p)) }
}

// ask hands a frame over and waits for what was found.
func ask(t *testing.T, in io.Writer, lines *bufio.Reader, g grey) ([]string, time.Duration) {
	head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(g.w)), uint32(g.h))
	if _, err := in.Write(append(head, g.pix...)); err != nil {
		t.Fatal(err)
	}
	line, err := lines.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Texts []string `json:"texts"`
		CPUMS float64  `json:"cpu_ms"`
	}
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	return got.Texts, time.Duration(got.CPUMS * float64(time.Millisecond))
}
