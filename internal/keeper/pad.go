package keeper

import (
	"crypto/rand"
	"math/big"

	"github.com/facelatch/facelatch/ledger"
)

// padder decides what is padded, and where. Commitments stand in runs, which end
// at an entry in clear and at a checkpoint; the length of each is a quantum, or
// that doubled so often until it is maxStep, or a multiple of that.
type padder struct {
	quantum int
	// run is how long the run is that is not ended, 0 if none has begun.
	run int
	// after is whether the entry before is one in clear that stands next to
	// another for being appended together.
	after bool
}

// maxStep is where runs stop to be doubled: longer ones are a multiple of it.
const maxStep = 4096

// full returns the least length of a run that is not shorter than n.
func (p *padder) full(n int) int {
	length := p.quantum
	for length < n && length < maxStep {
		length *= 2
	}
	return (max(n, 1) + length - 1) / length * length
}

// saw takes up an entry that stands in the log since the last checkpoint.
func (p *padder) saw(e ledger.Entry) {
	if e.Act != nil {
		p.run = 0
		return
	}
	p.run++
}

// before returns the padding that comes before an entry, and counts both.
func (p *padder) before(e ledger.Entry) ([][]byte, error) {
	if e.Act != nil {
		if p.after {
			return nil, nil
		}
		list, err := p.end()
		p.after = true
		return list, err
	}
	p.after = false
	n := 0
	if p.run == 0 {
		some, err := rand.Int(rand.Reader, big.NewInt(int64(p.quantum/2+1)))
		if err != nil {
			return nil, err
		}
		n = int(some.Int64())
	}
	p.run += n + 1
	return padding(n)
}

// end returns the padding that ends a run, which may not have begun.
func (p *padder) end() ([][]byte, error) {
	n := p.full(p.run) - p.run
	p.run, p.after = 0, false
	return padding(n)
}

func padding(n int) (list [][]byte, err error) {
	for range n {
		c, err := ledger.Pad(rand.Reader)
		if err != nil {
			return nil, err
		}
		list = append(list, c.Encode())
	}
	return list, nil
}
