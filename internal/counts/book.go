package counts

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
)

// dayForm is how a day is written, in the name of a file and to the controller.
const dayForm = "2006-01-02"

// Inside is the folder in which a [Book] keeps days.
const Inside = "counts"

// Book keeps days that are over, in the folder of a machine, until its controller has
// them.
type Book struct{ folder *durable.Folder }

// BookIn is the book in a folder, in which [Inside] has been made.
func BookIn(folder *durable.Folder) Book { return Book{folder} }

// SaveCounts keeps the counts of a day that is over. One file is written for a day,
// and nothing that was not rounded.
func (b Book) SaveCounts(d Day) error {
	file, err := fileOf(d.Day)
	if err != nil {
		return err
	}
	for _, n := range d.Counts {
		if number, err := strconv.Atoi(n); n != Few && (err != nil || number < fewest) {
			return fmt.Errorf("a count that was not rounded: %q", n)
		}
	}
	return b.folder.WriteJSON(file, d.Counts)
}

func fileOf(day string) (string, error) {
	if _, err := time.Parse(dayForm, day); err != nil {
		return "", fmt.Errorf("%q is not a day", day)
	}
	return filepath.Join(Inside, day+".json"), nil
}

// Days lists the days whose counts are kept, the oldest first.
func (b Book) Days() ([]string, error) {
	files, err := filepath.Glob(b.folder.Path(Inside, "*.json"))
	var days []string
	for _, file := range files {
		days = append(days, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(days)
	return days, err
}

// Counts reads the counts of a day. It fails with [durable.ErrMissing] and
// [durable.ErrDamaged].
func (b Book) Counts(day string) (Day, error) {
	file, err := fileOf(day)
	if err != nil {
		return Day{}, err
	}
	made := Day{Day: day}
	err = b.folder.ReadJSON(file, &made.Counts)
	return made, err
}

// RemoveCounts forgets a day that the controller has, or that is too old.
func (b Book) RemoveCounts(day string) error {
	file, err := fileOf(day)
	if err != nil {
		return err
	}
	return b.folder.Remove(file)
}
