package station

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

const (
	// timesApart is how far the times that are kept lie apart.
	timesApart = 7 * 24 * time.Hour
	// maxTimes is how many are kept: some years of them.
	maxTimes = 256
)

// times are what the controller's clock said, one time a week, so that a sealing
// key is not removed because the clock of this machine alone says that its last
// pass has expired: a key that is gone is gone for good. They say when the station
// was in use, and nothing of who used it.
type times struct {
	path string
	disk site.Disk
}

func (s *Station) times() times { return times{filepath.Join(s.dir, "times.json"), durable.Disk{}} }

func (f times) read() (all []time.Time, err error) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &all); err != nil || !slices.IsSortedFunc(all, time.Time.Compare) {
		return nil, fmt.Errorf("%w: %s", site.ErrDamaged, f.path)
	}
	return all, nil
}

// note keeps a time, a while after the one before. If it lies before some that are
// kept, those were wrong, or it is: they do not count any more.
func (f times) note(now time.Time) error {
	all, err := f.read()
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(all), now.Before)
	if n := len(kept); n == 0 || now.Sub(kept[n-1]) >= timesApart {
		kept = append(kept, now.UTC().Truncate(time.Second))
	}
	kept = kept[max(0, len(kept)-maxTimes):]
	if slices.Equal(kept, all) {
		return nil
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return f.disk.Write(f.path, append(data, '\n'), 0o600)
}

// since returns the first time after t that is kept, or zero.
func (f times) since(t time.Time) (time.Time, error) {
	all, err := f.read()
	for _, each := range all {
		if each.After(t) {
			return each, err
		}
	}
	return time.Time{}, err
}
