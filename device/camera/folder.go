package camera

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/picture"
)

// folder plays the pictures of a folder. It is for tests and for trying out:
// a Watch rightly says that it is replayed.
type folder struct {
	*mailbox
	stop chan struct{}
	done chan struct{}
}

// openFolder lists the folder once.
func openFolder(u *url.URL) (Source, error) {
	rate, err := folderRate(u)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(u.Path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		ending := strings.ToLower(filepath.Ext(e.Name()))
		if slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp"}, ending) {
			files = append(files, filepath.Join(u.Path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds no JPEG, PNG or WebP picture", u.Path)
	}
	f := &folder{newMailbox(), make(chan struct{}), make(chan struct{})}
	go f.play(files, time.Duration(float64(time.Second)/rate))
	return f, nil
}

// folderRate reads ?fps=, frames per second.
func folderRate(u *url.URL) (float64, error) {
	text := u.Query().Get("fps")
	if text == "" {
		return 15, nil
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate >= 0.1 && rate <= 60) {
		return 0, fmt.Errorf("%w: fps must be a number from 0.1 to 60", ErrAddress)
	}
	return rate, nil
}

func (f *folder) play(files []string, every time.Duration) {
	defer close(f.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		p, err := readPicture(files[i%len(files)])
		if err != nil {
			f.fail(err)
		} else {
			f.put(&Frame{Picture: p})
		}
		select {
		case <-f.stop:
			return
		case <-tick.C:
		}
	}
}

// readPicture reads a file of at most MaxBytes. Unlike a camera's, it may be
// of any kind that package picture reads.
func readPicture(path string) (*picture.Picture, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxBytes {
		return nil, fmt.Errorf("%w: %s has %d bytes, the most is %d", ErrTooLarge, filepath.Base(path), info.Size(), MaxBytes)
	}
	data, err := os.ReadFile(path)
	defer clear(data)
	if err != nil {
		return nil, err
	}
	p, err := picture.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNotAFrame, filepath.Base(path), err)
	}
	if p.W*p.H > MaxPixels {
		p.Wipe()
		return nil, fmt.Errorf("%w: %s is %d by %d pixels", ErrTooLarge, filepath.Base(path), p.W, p.H)
	}
	return p, nil
}

func (f *folder) Close() error {
	if f.close() {
		close(f.stop)
	}
	<-f.done
	return nil
}
