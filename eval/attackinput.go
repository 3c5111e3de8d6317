package eval

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/picture"
)

// FrameRate is how many frames of each second of a video are looked at, and how
// many a second a folder of frames is taken to have.
const FrameRate = 5

// Presentations finds what a folder holds: each photograph that lies directly in
// it is a still, each folder below it that has photographs is a sequence of them
// in the order of their names, and so is each video. With stills, every photograph
// is a still wherever it lies. Names begin with the folder's own.
func Presentations(dir, species string, stills bool) (all []Presentation, err error) {
	root := os.DirFS(dir)
	names, err := Walk(root)
	if err != nil {
		return nil, err
	}
	videos, err := films(root)
	if err != nil {
		return nil, err
	}
	folders := map[string][]string{}
	for _, n := range names {
		key := path.Dir(n)
		if stills || key == "." {
			key = n
		}
		folders[key] = append(folders[key], n)
	}
	base := filepath.Base(dir)
	for key, frames := range folders {
		all = append(all, Presentation{
			Name: path.Join(base, key), Species: species, Still: key == frames[0], Frames: photographFrames(root, frames), Files: within(dir, frames),
		})
	}
	for _, v := range videos {
		all = append(all, Presentation{Name: path.Join(base, v), Species: species, Frames: filmFrames(filepath.Join(dir, v)), Files: within(dir, []string{v})})
	}
	slices.SortFunc(all, func(a, b Presentation) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func within(dir string, names []string) (files []string) {
	for _, n := range names {
		files = append(files, filepath.Join(dir, n))
	}
	return files
}

// films lists the videos below a root by their endings.
func films(root fs.FS) (names []string, err error) {
	endings := []string{".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			names = append(names, path)
		}
		return err
	})
	return names, err
}

// photographFrames reads frames one after the other.
func photographFrames(root fs.FS, names []string) func(context.Context, func(Frame) error) error {
	return func(_ context.Context, yield func(Frame) error) error {
		for i, n := range names {
			p, state := reader(Setup{Root: root}).decode(n)
			f := Frame{Picture: p, At: time.Duration(i) * time.Second / FrameRate}
			if p == nil {
				f.Bad = &Bad{n, state.String()}
			}
			err := yield(f)
			p.Wipe()
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// filmFrames plays a video in a child process.
func filmFrames(file string) func(context.Context, func(Frame) error) error {
	return func(ctx context.Context, yield func(Frame) error) error {
		n := 0
		var own error
		err := camera.Film(ctx, file, FrameRate, func(p *picture.Picture) error {
			own = yield(Frame{Picture: p, At: time.Duration(n) * time.Second / FrameRate})
			n++
			return own
		})
		if err == nil || own != nil || ctx.Err() != nil {
			return err
		}
		return yield(Frame{Bad: &Bad{filepath.Base(file), err.Error()}})
	}
}

// Twins drops presentations of the same files, told by what is in them: all but the
// first of a kind, and all of them where they are given as different things. Only
// files of the same sizes are read.
func Twins(all []Presentation) (kept []Presentation, left []Bad) {
	sizes := map[string]int{}
	for _, p := range all {
		sizes[p.sizes()]++
	}
	first, drop := map[string]int{}, map[int]bool{}
	for i, p := range all {
		if len(p.Files) == 0 || sizes[p.sizes()] < 2 {
			continue
		}
		sum := p.hash()
		twin, twice := first[sum]
		switch {
		case !twice:
			first[sum] = i
		case all[twin].Species != p.Species:
			left = append(left, Bad{p.Name, fmt.Sprintf("is given as %s, and as %s in %s: left out", p.species(), all[twin].species(), all[twin].Name)})
			drop[i], drop[twin] = true, true
		default:
			left = append(left, Bad{p.Name, "is the same as " + all[twin].Name + ": counted once"})
			drop[i] = true
		}
	}
	for i, p := range all {
		if !drop[i] {
			kept = append(kept, p)
		}
	}
	return kept, left
}

// species says what it is.
func (p Presentation) species() string { return cmp.Or(p.Species, "bona fide") }

// sizes are those of its files, as one text.
func (p Presentation) sizes() (text string) {
	for _, f := range p.Files {
		if info, err := os.Stat(f); err == nil {
			text += fmt.Sprintf(" %d", info.Size())
		}
	}
	return text
}

// hash is one of its files. Those that cannot be read have their name instead: that
// is said when they are looked at.
func (p Presentation) hash() string {
	h := sha256.New()
	for _, name := range p.Files {
		f, err := os.Open(name)
		if err == nil {
			_, err = io.Copy(h, f)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			fmt.Fprintf(h, "%q", name)
		}
	}
	return string(h.Sum(nil))
}
