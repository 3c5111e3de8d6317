package facetest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"github.com/facelatch/facelatch/picture"
)

// People is how many there are: persons are numbered from 0 to People-1.
const People = 12

// What people are drawn as. Levels lie within what counts as good light, far
// enough apart to survive JPEG; the pattern is there to be sharp.
const (
	lowest      = 66
	apart       = 11
	pattern     = 24
	patternCell = 3
	background  = 0
	visible     = 32 // from this level on it is somebody
)

// Person is somebody in a picture.
type Person struct {
	Who int
	// At is where the face is, in pixels.
	At image.Rectangle
}

// Draw makes a picture of people before a black wall. Faces must not touch.
func Draw(width, height int, people ...Person) *picture.Picture {
	p := &picture.Picture{W: width, H: height, Pix: make([]byte, 3*width*height)}
	for _, person := range people {
		level := lowest + apart*person.Who
		at := person.At.Intersect(image.Rect(0, 0, width, height))
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				v := byte(level + pattern)
				if (x/patternCell+y/patternCell)%2 == 0 {
					v = byte(level - pattern)
				}
				i := 3 * (y*width + x)
				p.Pix[i], p.Pix[i+1], p.Pix[i+2] = v, v, v
			}
		}
	}
	return p
}

// Alone is one person close to the camera, 640 by 480 pixels.
func Alone(who int) *picture.Picture {
	return Draw(640, 480, Person{who, subject()})
}

// WithPasserBy is one person close to the camera, and another far behind.
func WithPasserBy(who, other int) *picture.Picture {
	return Draw(640, 480, Person{who, subject()}, Person{other, image.Rect(20, 60, 68, 128)})
}

// Two is two people equally close.
func Two(who, other int) *picture.Picture {
	return Draw(640, 480, Person{who, image.Rect(60, 100, 228, 340)}, Person{other, image.Rect(380, 100, 548, 340)})
}

// Far is one person too far away to be compared well.
func Far(who int) *picture.Picture {
	return Draw(640, 480, Person{who, image.Rect(300, 200, 342, 260)})
}

// Nobody is an empty picture.
func Nobody() *picture.Picture { return Draw(640, 480) }

func subject() image.Rectangle { return image.Rect(230, 100, 398, 340) }

// whose is the person of a grey level, in the range of a byte.
func whose(level float64) int {
	return max(0, min(People-1, int(math.Round((level-lowest)/apart))))
}

// JPEG encodes a picture as a camera would. The drawing of a person survives it.
func JPEG(p *picture.Picture) []byte {
	m := image.NewRGBA(image.Rect(0, 0, p.W, p.H))
	for i := range p.W * p.H {
		m.Set(i%p.W, i/p.W, color.RGBA{p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2], 255})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}); err != nil {
		panic("facetest: a drawing cannot be encoded: " + err.Error())
	}
	return out.Bytes()
}
