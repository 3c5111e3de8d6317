package eval

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// extractAll extracts the photographs on all cores and holds them all: for
// measurements that compare each with many others. A photograph that cannot be
// used has no probe.
func (s Setup) extractAll(ctx context.Context, names []string) (probes map[string]*face.Probe, read []score.Photograph, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu   sync.Mutex // guards probes and done
		done int
		work = make(chan int)
		wait sync.WaitGroup
	)
	probes, read = map[string]*face.Probe{}, make([]score.Photograph, len(names))
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range work {
				probe, kept, err := reader(s).Extract(names[i])
				if err != nil {
					cancel(fmt.Errorf("%s: %w", names[i], err))
					return
				}
				mu.Lock()
				read[i] = kept
				if done++; probe != nil {
					probes[names[i]] = probe.(*face.Probe)
				}
				if s.Progress != nil {
					s.Progress(done, len(names))
				}
				mu.Unlock()
			}
		})
	}
feed:
	for i := range names {
		select {
		case work <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wait.Wait()
	return probes, read, context.Cause(ctx)
}
