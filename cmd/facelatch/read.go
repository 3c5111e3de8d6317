package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// searchTime is how long to look for a QR code in a picture.
const searchTime = 30 * time.Second

// errChanged is returned for a file that has become longer while it was read.
var errChanged = errors.New("it was changed while it was read; try again")

// readFile reads a file that is expected to be a picture or a text, and not
// more of it than the first byte that is too many for a picture. Unlike
// os.ReadFile it leaves no piece of what may be a face in memory that nobody
// clears, and it does not wait for a pipe or a device.
func readFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	case !info.Mode().IsRegular():
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is not a regular file")}
	}
	data, err := readSized(f, info.Size())
	if err != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: cause(err)}
	}
	return data, nil
}

// readSized reads what is so many bytes long.
func readSized(r io.Reader, size int64) ([]byte, error) {
	buffer := make([]byte, min(size, picture.MaxFile)+1)
	n, err := io.ReadFull(r, buffer)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return buffer[:n], nil
	case err == nil && size <= picture.MaxFile:
		err = errChanged
	case err == nil:
		return buffer, nil
	}
	clear(buffer)
	return nil, err
}

// readPicture reads a photograph. The caller wipes it.
func readPicture(path string) (*picture.Picture, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	return picture.Decode(data)
}

// readPass reads the pass in a file: its text, or a picture with its QR code.
func readPass(path string) (*pass.Pass, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if kind := drawing(data); kind != "" {
		return nil, &pass.Refusal{
			Reason: pass.ReasonBadImage,
			Detail: fmt.Sprintf("this is %s, which is for printing: give the PNG, the text, or a photograph of the print", kind),
		}
	}
	text, ok := passText(data)
	if !ok {
		p, err := picture.Decode(data)
		clear(data)
		if err != nil {
			return nil, err
		}
		defer p.Wipe()
		if text, err = findText(p); err != nil {
			return nil, err
		}
	}
	return pass.Parse(text)
}

// drawing names the kind of file that pass issue makes for a printer only, or
// returns "". No pass begins like one.
func drawing(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "a PDF"
	case bytes.HasPrefix(data, []byte("<svg")) || bytes.HasPrefix(data, []byte("<?xml")):
		return "an SVG"
	}
	return ""
}

// passText returns what is in a text file, without the end of its last line.
// Whatever is neither a text nor a picture is left to the decoder of pictures,
// which says so.
func passText(data []byte) (string, bool) {
	isText := len(data) > 0 && utf8.Valid(data) && bytes.IndexByte(data, 0) < 0
	if !isText {
		return "", false
	}
	return strings.TrimRight(string(data), "\r\n"), true
}

// findText returns the text of the QR code in a picture: that of a pass if
// there is one, else of whatever there is.
func findText(p *picture.Picture) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), searchTime)
	defer cancel()
	reader := qr.NewReader(loadZBar)
	defer reader.Close()
	isPass := func(text string) bool { return strings.HasPrefix(text, pass.Prefix) }
	texts, err := reader.Read(ctx, p, isPass)
	for _, text := range texts {
		if isPass(text) {
			return text, nil
		}
	}
	switch {
	case len(texts) > 0:
		return texts[0], nil // which pass.Parse refuses as no pass
	case errors.Is(err, context.DeadlineExceeded):
		return "", noPass("no QR code was found in the picture in time; take it closer and sharper")
	case err != nil:
		return "", fmt.Errorf("look for a QR code: %w", err)
	}
	return "", noPass("there is no QR code in the picture that can be read; take it closer and sharper")
}

func noPass(detail string) error { return &pass.Refusal{Reason: pass.ReasonNoPass, Detail: detail} }

// loadZBar reads the second QR reader, when it is needed.
func loadZBar() ([]byte, error) {
	dir, err := home.Find()
	if err != nil {
		return nil, err
	}
	return dir.QR()
}
