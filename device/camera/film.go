package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/facelatch/facelatch/picture"
)

// ErrNoFilm means that a file is no film that ffmpeg can read, or that there is no
// ffmpeg.
var ErrNoFilm = errors.New("not a film that can be read")

// Film plays a file, for measuring: so many frames for each second of it, the
// first at its beginning, as fast as they are taken. Each frame is yield's to use
// until it returns, and wiped then. It returns what yield did, [ErrNoFilm], or the
// end of ctx.
func Film(ctx context.Context, path string, rate float64, yield func(*picture.Picture) error) error {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return fmt.Errorf("%w: ffmpeg is not installed", ErrNoFilm)
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	c := &child{program: program, place: "a film", args: []string{
		"-hide_banner", "-nostdin", "-loglevel", "error", "-max_pixels", strconv.Itoa(MaxPixels),
		"-protocol_whitelist", "file", "-i", "file:" + path, "-an", "-sn", "-dn",
		"-vf", fmt.Sprintf("fps=%g,scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease", rate),
		"-c:v", "ppm", "-f", "image2pipe", "pipe:1",
	}}
	said, frames, pool := &tail{}, 0, newPool()
	err = c.run(ctx, said, func(out io.Reader) error {
		for {
			p, err := readPPM(out, pool)
			if err != nil {
				return err
			}
			frames++
			err = yield(p)
			pool.put(p.Pix)
			if err != nil {
				return stopped{err}
			}
		}
	})
	var own stopped
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &own):
		return own.error
	case !errors.Is(err, io.EOF) || frames == 0 || said.text(nil) != "":
		return fmt.Errorf("%w: %w", ErrNoFilm, c.explain(err, said))
	}
	return nil
}

// stopped is an error of who takes the frames.
type stopped struct{ error }
