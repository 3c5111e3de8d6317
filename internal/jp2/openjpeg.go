package jp2

import (
	"unsafe"

	"github.com/ebitengine/purego"
)

// openjpeg is what is called of OpenJPEG 2.5 (openjpeg.h). Its booleans are int32.
type openjpeg struct {
	createStream  func(name string, read int32) uintptr
	createCodec   func(format int32) uintptr
	defaults      func(parameters unsafe.Pointer)
	setup         func(codec uintptr, parameters unsafe.Pointer) int32
	readHeader    func(stream, codec uintptr, image *unsafe.Pointer) int32
	decodeImage   func(codec, stream uintptr, image unsafe.Pointer) int32
	endDecompress func(codec, stream uintptr) int32
}

// Formats: OPJ_CODEC_J2K and OPJ_CODEC_JP2.
const (
	codeStream = 0
	wholeFile  = 2
)

// parametersSize is more than opj_dparameters_t has: two file names of 4,096 bytes
// and some numbers.
const parametersSize = 16 << 10

// image is opj_image_t.
type image struct {
	x0, y0, x1, y1 uint32
	components     uint32
	space          int32
	component      unsafe.Pointer // to the first of components
}

// component is opj_image_comp_t.
type component struct {
	dx, dy, w, h, x0, y0 uint32
	precision, bpp       uint32
	signed               uint32
	resolution, factor   uint32
	data                 unsafe.Pointer // to w*h numbers of 32 bits
	alpha                uint16
}

// Colour spaces: OPJ_CLRSPC_*.
const (
	spaceGray = 2
	spaceYCC  = 3
)

// load finds the library.
func load() (*openjpeg, error) {
	handle, err := purego.Dlopen("libopenjp2.so.7", purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, ErrNoDecoder
	}
	var o openjpeg
	for name, into := range map[string]any{
		"opj_stream_create_default_file_stream": &o.createStream,
		"opj_create_decompress":                 &o.createCodec,
		"opj_set_default_decoder_parameters":    &o.defaults,
		"opj_setup_decoder":                     &o.setup,
		"opj_read_header":                       &o.readHeader,
		"opj_decode":                            &o.decodeImage,
		"opj_end_decompress":                    &o.endDecompress,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, ErrNoDecoder
		}
		purego.RegisterFunc(into, symbol)
	}
	return &o, nil
}

func (o *openjpeg) open(name string) (stream uintptr, err error) {
	if stream = o.createStream(name, 1); stream == 0 {
		return 0, ErrNotJPEG2000
	}
	return stream, nil
}

// decode returns pixels as R, G, B. Nothing of the library is freed: the process
// ends next.
func (o *openjpeg) decode(stream uintptr, file bool) (pixels []byte, w, h int, err error) {
	format := int32(codeStream)
	if file {
		format = wholeFile
	}
	codec := o.createCodec(format)
	parameters := make([]byte, parametersSize)
	o.defaults(unsafe.Pointer(&parameters[0]))
	var at unsafe.Pointer
	if codec == 0 || o.setup(codec, unsafe.Pointer(&parameters[0])) == 0 || o.readHeader(stream, codec, &at) == 0 || at == nil {
		return nil, 0, 0, ErrNotJPEG2000
	}
	if err := (*image)(at).check(); err != nil {
		return nil, 0, 0, err
	}
	if o.decodeImage(codec, stream, at) == 0 || o.endDecompress(codec, stream) == 0 {
		return nil, 0, 0, ErrNotJPEG2000
	}
	return (*image)(at).pixels()
}

// check looks at a header, before memory is asked for.
func (m *image) check() error {
	if m.x1 <= m.x0 || m.y1 <= m.y0 || m.components == 0 || m.components > 4 {
		return ErrNotJPEG2000
	}
	if uint64(m.x1-m.x0)*uint64(m.y1-m.y0) > MaxPixels {
		return ErrTooLarge
	}
	return nil
}

// planes are the colours of a picture.
type planes struct {
	w, h   int
	colour [3]plane
}

// plane is one colour, perhaps of half the width or height.
type plane struct {
	w, h, dx, dy int
	shift        int // to the right, to 8 bits
	offset       int32
	data         []int32
}

// at returns the value for a pixel of the picture, 0 to 255.
func (p *plane) at(x, y int) int32 {
	v := p.data[min(y/p.dy, p.h-1)*p.w+min(x/p.dx, p.w-1)] + p.offset
	if p.shift >= 0 {
		v >>= p.shift
	} else {
		v <<= -p.shift
	}
	return min(255, max(0, v))
}

// pixels reads what the library decoded: grey, RGB or YCC (sYCC), with or without
// alpha, which is left out.
func (m *image) pixels() (pixels []byte, w, h int, err error) {
	p, err := m.planes()
	if err != nil {
		return nil, 0, 0, err
	}
	pixels = make([]byte, 0, 3*p.w*p.h)
	for y := range p.h {
		for x := range p.w {
			a, b, c := p.colour[0].at(x, y), p.colour[1].at(x, y), p.colour[2].at(x, y)
			if m.space == spaceYCC {
				a, b, c = rgb(a, b, c)
			}
			pixels = append(pixels, byte(a), byte(b), byte(c))
		}
	}
	return pixels, p.w, p.h, nil
}

func (m *image) planes() (p planes, err error) {
	if m.component == nil || m.components == 0 || m.components > 4 {
		return planes{}, ErrNotJPEG2000
	}
	all := unsafe.Slice((*component)(m.component), m.components)
	p.w, p.h = int(all[0].w), int(all[0].h)
	for i := range p.colour {
		c := &all[0] // grey
		if m.components >= 3 && m.space != spaceGray {
			c = &all[i]
		}
		if p.colour[i], err = c.plane(); err != nil {
			return planes{}, err
		}
	}
	if first := p.colour[0]; first.dx != 1 || first.dy != 1 {
		return planes{}, ErrNotJPEG2000
	}
	return p, nil
}

func (c *component) plane() (plane, error) {
	size := uint64(c.w) * uint64(c.h)
	if c.data == nil || size == 0 || size > MaxPixels || c.precision == 0 || c.precision > 16 || c.dx-1 > 1 || c.dy-1 > 1 {
		return plane{}, ErrNotJPEG2000
	}
	p := plane{w: int(c.w), h: int(c.h), dx: int(c.dx), dy: int(c.dy), shift: int(c.precision) - 8}
	if c.signed != 0 {
		p.offset = 1 << (c.precision - 1)
	}
	p.data = unsafe.Slice((*int32)(c.data), size)
	return p, nil
}

// rgb converts sYCC (IEC 61966-2-1, amendment 1), in 16-bit fixed point.
func rgb(y, cb, cr int32) (r, g, b int32) {
	cb, cr = cb-128, cr-128
	clamp := func(v int32) int32 { return min(255, max(0, (v+(1<<15))>>16)) }
	y <<= 16
	return clamp(y + 91881*cr), clamp(y - 22554*cb - 46802*cr), clamp(y + 116130*cb)
}
