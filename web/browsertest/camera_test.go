package browsertest

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/web"
)

// TestKioskCamera checks promise 3 in the browser: in idle no frame leaves it,
// frames go out only while they are asked for, and then what may be left of
// them is overwritten. The camera sees a real face pass of the vectors.
func TestKioskCamera(t *testing.T) {
	executable := browser(t)
	passes, err := vectors.Accepts()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, p := range passes {
		if p.Name == "face" {
			text = p.Text
		}
	}
	video := filepath.Join(t.TempDir(), "camera.y4m")
	film(t, video, text)
	server := httptest.NewServer((&door{code: "12345678"}).handler(withLibraries(t, web.Kiosk())))
	defer server.Close()
	run(t, "camera.mjs", map[string]any{"base": server.URL, "video": video, "text": text, "shots": shots(t), "executable": executable})
}

// film writes a second of grey video, never twice the same picture, with a code
// in the middle: 1280x720 at 5 frames a second, YUV 4:2:0.
func film(t *testing.T, path, text string) {
	t.Helper()
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W1280 H720 F5:1 Ip A1:1 C420jpeg\n")
	const width, height, scale = 1280, 720, 7
	left, top := (width-code.Size()*scale)/2, (height-code.Size()*scale)/2
	for frame := range 5 {
		fmt.Fprintf(w, "FRAME\n")
		for y := range height {
			for x := range width {
				w.WriteByte(pixel(code, (x-left)/scale, (y-top)/scale, x >= left && y >= top, byte(frame)))
			}
		}
		for range width * height / 2 {
			w.WriteByte(128)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

func pixel(code *qr.Code, x, y int, inside bool, noise byte) byte {
	switch {
	case !inside || x >= code.Size() || y >= code.Size():
		return 150 + noise
	case code.Dark(x, y):
		return 20
	}
	return 235
}
