package face

import (
	"fmt"
	"sync"
)

// Lane is the memory of one run of one network: its input, its outputs, and
// the run itself. One goroutine uses it at a time.
type Lane interface {
	// Input is the memory to fill, in the order that the manifest says.
	Input() []float32
	// Output is the memory of output i after Run.
	Output(i int) []float32
	// Run computes the outputs from the input.
	Run() error
	// Wipe zeroes the input and the outputs.
	Wipe()
}

// lanes is one network with the lanes that are free at the moment. There are
// as many as were ever in use at once.
type lanes struct {
	layout layout
	open   func() (Lane, error)

	mu   sync.Mutex
	free []Lane // guarded by mu; wiped
}

// use runs the network once: fill writes the input, read takes what it needs
// from the outputs. The lane is wiped afterwards, whatever happened.
func (n *lanes) use(fill func(input []float32, l layout), read func(Lane)) error {
	lane, err := n.take()
	if err != nil {
		return err
	}
	defer n.give(lane)
	fill(lane.Input(), n.layout)
	if err := lane.Run(); err != nil {
		return fmt.Errorf("%w: %w", ErrEngine, err)
	}
	read(lane)
	return nil
}

func (n *lanes) take() (Lane, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if last := len(n.free) - 1; last >= 0 {
		lane := n.free[last]
		n.free = n.free[:last]
		return lane, nil
	}
	lane, err := n.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEngine, err)
	}
	return lane, nil
}

func (n *lanes) give(lane Lane) {
	lane.Wipe()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.free = append(n.free, lane)
}
