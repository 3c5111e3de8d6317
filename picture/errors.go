package picture

import "errors"

// The reasons for which Decode refuses a file. Each error it returns matches
// exactly one of them with errors.Is, and its message is one line that names
// the cause.
var (
	// ErrFormat: the bytes are not a JPEG, PNG or WebP picture.
	ErrFormat = errors.New("not a JPEG, PNG or WebP picture")
	// ErrEmpty: there are no bytes, or the picture has no width or no height.
	ErrEmpty = errors.New("the picture is empty")
	// ErrTruncated: the file ends before the picture does.
	ErrTruncated = errors.New("the picture is cut off")
	// ErrDamaged: the file contradicts its own format.
	ErrDamaged = errors.New("the picture is damaged")
	// ErrTooLarge: the file, the picture or the memory needed to decode it is
	// above the limits of this package.
	ErrTooLarge = errors.New("the picture is too large")
	// ErrAnimated: the file holds an animation.
	ErrAnimated = errors.New("the picture is animated; a still is needed")
	// ErrUnsupported: a JPEG, PNG or WebP file of a kind that is not read here,
	// such as a 12-bit or lossless JPEG.
	ErrUnsupported = errors.New("a kind of picture that is not supported")
)
