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

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// searchTime is how long to look for a QR code in a picture.
const searchTime = 30 * time.Second

// readFile reads a file that is expected to be a picture or a text, and not
// more of it than a picture can have.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	}
	size := int64(64 << 10) // of a pipe, to begin with
	if info.Mode().IsRegular() {
		size = min(info.Size(), picture.MaxFile) + 1
	}
	return readAll(f, make([]byte, size))
}

// readAll fills the buffer, and takes a larger one where it must. Unlike
// io.ReadAll it leaves no piece of what may be a face in memory that nobody
// clears. It stops after the first byte that is too many for a picture.
func readAll(r io.Reader, buffer []byte) ([]byte, error) {
	filled := 0
	for {
		n, err := io.ReadFull(r, buffer[filled:])
		filled += n
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return buffer[:filled], nil
		case err != nil:
			clear(buffer)
			return nil, err
		case filled > picture.MaxFile:
			return buffer, nil
		}
		larger := make([]byte, min(2*len(buffer), picture.MaxFile+1))
		copy(larger, buffer)
		clear(buffer)
		buffer = larger
	}
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
