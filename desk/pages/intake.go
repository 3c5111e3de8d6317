package pages

import (
	"sync"

	"github.com/facelatch/facelatch/desk/check"
)

// maxIntake is how many pictures are in memory at once, on their way to a check.
const maxIntake = 128

// intake are the pictures that are in memory, one of each check at most: else whoever
// has one check could fill the memory with pictures that wait for it.
type intake struct {
	mu sync.Mutex
	of map[string]bool // guarded by mu: by the check's id
}

// begin makes room for a picture of a check, until end. It fails with
// [check.ErrBusy].
func (i *intake) begin(id string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of[id] || len(i.of) >= maxIntake {
		return check.ErrBusy
	}
	i.of[id] = true
	return nil
}

func (i *intake) end(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.of, id)
}
