package picture

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// Limits of what Decode accepts.
const (
	// MaxPixels is the most pixels (width times height) of a picture.
	MaxPixels = 50_000_000
	// MaxFile is the most bytes of a file.
	MaxFile = 64 << 20
)

// Decode reads a JPEG, PNG or WebP file.
func Decode(data []byte) (*Picture, error) {
	if len(data) == 0 {
		return nil, ErrEmpty
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if cfg.Width*cfg.Height > MaxPixels {
		return nil, ErrTooLarge
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	b := img.Bounds()
	p := &Picture{W: b.Dx(), H: b.Dy(), Scale: 1, Pix: make([]byte, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			p.Pix = append(p.Pix, byte(r>>8), byte(g>>8), byte(bl>>8))
		}
	}
	return p, nil
}
