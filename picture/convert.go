package picture

import (
	"image"
	"image/color"
)

// rows is a decoded image that can give its rows, from the top, as packed R, G,
// B. dst has room for one row.
type rows func(dst []byte, y int)

// convert lays a decoded image out as a Picture.
func convert(img image.Image, o orientation) (*Picture, error) {
	b := img.Bounds()
	f := newFrame(b.Dx(), b.Dy(), o)
	row := rowsOf(img)
	if row == nil {
		return nil, refuse(ErrUnsupported, "pixels of kind %T", img)
	}
	for y := range b.Dy() {
		row(f.row(y), y)
		f.done(y)
	}
	f.release()
	return f.p, nil
}

// rowsOf covers every type that the three decoders return.
func rowsOf(img image.Image) rows {
	switch m := img.(type) {
	case *image.YCbCr:
		return ycbcrRows(m)
	case *image.NYCbCrA:
		return nycbcraRows(m)
	case *image.Gray:
		return func(dst []byte, y int) { grayRow(dst, m.Pix[y*m.Stride:], 1) }
	case *image.Gray16:
		return func(dst []byte, y int) { grayRow(dst, m.Pix[y*m.Stride:], 2) }
	case *image.CMYK:
		return func(dst []byte, y int) { cmykRow(dst, m.Pix[y*m.Stride:]) }
	case *image.Paletted:
		return palettedRows(m)
	case *image.RGBA: // The decoders return it for opaque pictures only.
		return func(dst []byte, y int) { nrgbaRow(dst, m.Pix[y*m.Stride:]) }
	case *image.NRGBA:
		return func(dst []byte, y int) { nrgbaRow(dst, m.Pix[y*m.Stride:]) }
	case *image.RGBA64: // Likewise.
		return func(dst []byte, y int) { nrgba64Row(dst, m.Pix[y*m.Stride:]) }
	case *image.NRGBA64:
		return func(dst []byte, y int) { nrgba64Row(dst, m.Pix[y*m.Stride:]) }
	}
	return nil
}

// overWhite lays a component with the given alpha over a white ground.
func overWhite(v, alpha byte) byte {
	return byte((uint32(v)*uint32(alpha) + 255*(255-uint32(alpha)) + 127) / 255)
}

func grayRow(dst, src []byte, step int) {
	for i := 0; i+2 < len(dst); i += 3 {
		v := src[0]
		src = src[step:]
		dst[i], dst[i+1], dst[i+2] = v, v, v
	}
}

func nrgbaRow(dst, src []byte) {
	for i := 0; i+2 < len(dst); i += 3 {
		s := src[:4:4]
		src = src[4:]
		dst[i], dst[i+1], dst[i+2] = s[0], s[1], s[2]
		if a := s[3]; a != 255 {
			dst[i], dst[i+1], dst[i+2] = overWhite(s[0], a), overWhite(s[1], a), overWhite(s[2], a)
		}
	}
}

// nrgba64Row keeps the upper byte of each 16-bit component.
func nrgba64Row(dst, src []byte) {
	for i := 0; i+2 < len(dst); i += 3 {
		s := src[:8:8]
		src = src[8:]
		dst[i], dst[i+1], dst[i+2] = s[0], s[2], s[4]
		if a := s[6]; a != 255 {
			dst[i], dst[i+1], dst[i+2] = overWhite(s[0], a), overWhite(s[2], a), overWhite(s[4], a)
		}
	}
}

// cmykRow multiplies what the ink and the black let through.
func cmykRow(dst, src []byte) {
	for i := 0; i+2 < len(dst); i += 3 {
		s := src[:4:4]
		src = src[4:]
		k := 255 - uint32(s[3])
		dst[i] = byte(((255-uint32(s[0]))*k + 127) / 255)
		dst[i+1] = byte(((255-uint32(s[1]))*k + 127) / 255)
		dst[i+2] = byte(((255-uint32(s[2]))*k + 127) / 255)
	}
}

func palettedRows(m *image.Paletted) rows {
	var palette [256][3]byte
	for i, c := range m.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		palette[i] = [3]byte{overWhite(n.R, n.A), overWhite(n.G, n.A), overWhite(n.B, n.A)}
	}
	return func(dst []byte, y int) {
		src := m.Pix[y*m.Stride:]
		for i := 0; i+2 < len(dst); i += 3 {
			c := &palette[src[i/3]]
			dst[i], dst[i+1], dst[i+2] = c[0], c[1], c[2]
		}
	}
}
