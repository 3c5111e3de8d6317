package rigtest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"

	xdraw "golang.org/x/image/draw"

	"github.com/facelatch/facelatch/device/qr"
)

// Size of the frames that a door's camera gives, in pixels.
const (
	FrameWidth  = 1280
	FrameHeight = 720
)

// moduleSide is how many pixels a module of the pass takes: what a pass of
// 45 mm takes at half a metre before a camera that sees a metre and a half.
const moduleSide = 5

// Scene is what a camera sees. The zero value is an empty hall.
type Scene struct {
	// Photograph is a JPEG of somebody who stands at the right; nil for nobody.
	Photograph []byte
	// Pass is the text of a pass that is held up at the left; "" for none.
	Pass string
}

// Film is the frames of a scene, each with noise of its own as a sensor's, so
// that no two are alike. The frames are JPEGs of FrameWidth by FrameHeight.
func (s Scene) Film(frames int, seed uint64) ([][]byte, error) {
	still, err := s.still()
	if err != nil {
		return nil, err
	}
	film := make([][]byte, frames)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range film {
		if film[i], err = noisy(still, random); err != nil {
			return nil, err
		}
	}
	return film, nil
}

func (s Scene) still() (*image.RGBA, error) {
	still := image.NewRGBA(image.Rect(0, 0, FrameWidth, FrameHeight))
	for y := range FrameHeight {
		shade := uint8(120 + y/12)
		draw.Draw(still, image.Rect(0, y, FrameWidth, y+1), image.NewUniform(color.RGBA{shade, shade, shade + 4, 255}), image.Point{}, draw.Src)
	}
	if s.Photograph != nil {
		person, err := jpeg.Decode(bytes.NewReader(s.Photograph))
		if err != nil {
			return nil, fmt.Errorf("the photograph: %w", err)
		}
		// As tall as the frame, with the middle of its width.
		b := person.Bounds()
		width := b.Dy() * 520 / FrameHeight
		from := image.Rect(0, 0, min(width, b.Dx()), b.Dy()).Add(b.Min).Add(image.Pt(max(0, b.Dx()-width)/2, 0))
		xdraw.ApproxBiLinear.Scale(still, image.Rect(FrameWidth-520, 0, FrameWidth, FrameHeight), person, from, xdraw.Src, nil)
	}
	if s.Pass != "" {
		if err := holdUp(still, s.Pass); err != nil {
			return nil, err
		}
	}
	return still, nil
}

// holdUp draws the pass as it is printed: dark modules on white paper.
func holdUp(still *image.RGBA, text string) error {
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return err
	}
	side := (code.Size() + 2*qr.QuietZone) * moduleSide
	corner := image.Pt(60, (FrameHeight-side)/2)
	draw.Draw(still, image.Rect(0, 0, side, side).Add(corner), image.NewUniform(color.RGBA{236, 234, 228, 255}), image.Point{}, draw.Src)
	dark := image.NewUniform(color.RGBA{38, 36, 40, 255})
	for _, run := range code.Runs() {
		at := corner.Add(image.Pt(run.X+qr.QuietZone, run.Y+qr.QuietZone).Mul(moduleSide))
		draw.Draw(still, image.Rect(0, 0, run.Length*moduleSide, moduleSide).Add(at), dark, image.Point{}, draw.Src)
	}
	return nil
}

// noisy returns a copy as a JPEG.
func noisy(still *image.RGBA, random *rand.Rand) ([]byte, error) {
	frame := image.NewRGBA(still.Rect)
	for i := 0; i < len(still.Pix); i += 8 {
		noise := random.Uint64()
		for j := range 8 {
			v := int(still.Pix[i+j]) + int(noise>>(8*j)&7) - 3
			frame.Pix[i+j] = uint8(min(max(v, 0), 255))
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, frame, &jpeg.Options{Quality: 85})
	return out.Bytes(), err
}
