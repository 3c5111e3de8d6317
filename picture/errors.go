package picture

import (
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
)

// The reasons for which Decode refuses a file. Each error it returns matches
// exactly one of them with errors.Is, and its message is one line that names
// the cause.
var (
	// ErrFormat means that the bytes are not a JPEG, PNG or WebP picture.
	ErrFormat = errors.New("not a JPEG, PNG or WebP picture")
	// ErrEmpty means that there are no bytes, or that the picture has no width
	// or no height.
	ErrEmpty = errors.New("the picture is empty")
	// ErrTruncated means that the file ends before the picture does.
	ErrTruncated = errors.New("the picture is cut off")
	// ErrDamaged means that the file contradicts its own format.
	ErrDamaged = errors.New("the picture is damaged")
	// ErrTooLarge means that the file, the picture, or the memory it would take
	// to decode it is above the limits of this package.
	ErrTooLarge = errors.New("the picture is too large")
	// ErrAnimated means that the file holds an animation (WebP or PNG).
	ErrAnimated = errors.New("the picture is animated, and a still is needed")
	// ErrUnsupported means a JPEG, PNG or WebP file of a kind that is not read
	// here, such as a 12-bit or lossless JPEG.
	ErrUnsupported = errors.New("a kind of picture that is not supported")
)

// refuse names the reason and its detail in one line.
func refuse(reason error, format string, a ...any) error {
	return fmt.Errorf("%w: %s", reason, fmt.Sprintf(format, a...))
}

// reasonFor sorts a decoder's error. cutOff says that the file is shorter than
// its own headers promise, which decoders report in many ways.
func reasonFor(err error, cutOff bool) error {
	var (
		ownReason      = anyOf(err, ErrTooLarge, ErrEmpty, ErrDamaged)
		jpegUnsupports jpeg.UnsupportedError
		pngUnsupports  png.UnsupportedError
	)
	switch {
	case ownReason:
		return err
	case errors.As(err, &jpegUnsupports), errors.As(err, &pngUnsupports):
		return refuse(ErrUnsupported, "%v", err)
	case cutOff, errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return refuse(ErrTruncated, "the file ends too early")
	}
	return refuse(ErrDamaged, "%v", err)
}

func anyOf(err error, reasons ...error) bool {
	for _, r := range reasons {
		if errors.Is(err, r) {
			return true
		}
	}
	return false
}
