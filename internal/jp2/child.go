package jp2

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Child reads one picture from in, writes width, height (four bytes each, big
// endian) and pixels (R, G, B) to out, and returns what to exit with. It gives up
// for good whatever the process does not need for that: call it in a process that
// does nothing else, before anything else.
func Child(in io.Reader, out io.Writer) int {
	pixels, w, h, err := decodeHere(in)
	switch {
	case errors.Is(err, ErrTooLarge):
		return large
	case errors.Is(err, ErrNoDecoder):
		return noDecoder
	case errors.Is(err, ErrNoSandbox):
		return noSandbox
	case err != nil:
		return refused
	}
	size := binary.BigEndian.AppendUint32(nil, uint32(w))
	size = binary.BigEndian.AppendUint32(size, uint32(h))
	if _, err := out.Write(size); err != nil {
		return refused
	}
	if _, err := out.Write(pixels); err != nil {
		return refused
	}
	return done
}

// decodeHere opens all that has to be opened, shuts the process in, and only then
// looks at the picture.
func decodeHere(in io.Reader) (pixels []byte, w, h int, err error) {
	library, err := load()
	if err != nil {
		return nil, 0, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(in, MaxSize+1))
	if err != nil {
		return nil, 0, 0, err
	}
	if len(data) > MaxSize {
		return nil, 0, 0, ErrTooLarge
	}
	name, err := inMemory(data)
	if err != nil {
		return nil, 0, 0, err
	}
	stream, err := library.open(name)
	if err != nil {
		return nil, 0, 0, err
	}
	if err := shutIn(); err != nil {
		return nil, 0, 0, errors.Join(ErrNoSandbox, err)
	}
	return library.decode(stream, isFile(data))
}

// inMemory puts data into a file that is nowhere but in memory, and returns a name
// under which this process can open it. The file lives as long as the process.
func inMemory(data []byte) (name string, err error) {
	fd, err := unix.MemfdCreate("portrait", unix.MFD_CLOEXEC)
	if err != nil {
		return "", err
	}
	f := os.NewFile(uintptr(fd), "portrait")
	if _, err := f.Write(data); err != nil {
		return "", err
	}
	return "/proc/self/fd/" + strconv.Itoa(fd), nil
}

// isFile says whether data is a file (ISO/IEC 15444-1, annex I) and not a bare code
// stream.
func isFile(data []byte) bool { return len(data) > 1 && data[0] == 0 }
