package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sync"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// extractAll extracts the photographs on all cores. A photograph without a
// face is left out of the result.
func (v Verification) extractAll(ctx context.Context, names []string) (map[string]*subject, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu     sync.Mutex // guards probes and done
		probes = map[string]*subject{}
		done   int
		work   = make(chan string)
		wait   sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for name := range work {
				found, err := v.extract(name)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", name, err))
					return
				}
				mu.Lock()
				if done++; found != nil {
					probes[name] = found
				}
				if v.Progress != nil {
					v.Progress(done, len(names))
				}
				mu.Unlock()
			}
		})
	}
feed:
	for _, name := range names {
		select {
		case work <- name:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wait.Wait()
	return probes, context.Cause(ctx)
}

// subject is what one photograph gave.
type subject struct {
	*face.Probe
	problems []face.Problem
}

// extract returns nil for a photograph that fails to acquire: one that is no
// readable picture, or in which no face is found.
func (v Verification) extract(name string) (*subject, error) {
	data, err := fs.ReadFile(v.Root, path.Clean(name))
	if err != nil {
		return nil, err
	}
	defer clear(data)
	photograph, err := picture.Decode(data)
	if err != nil {
		return nil, nil
	}
	defer photograph.Wipe()
	capture, err := v.Engine.CaptureCentral(v.Grant, photograph)
	if errors.Is(err, face.ErrNoFace) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer capture.Wipe()
	probe, err := capture.Probe()
	if err != nil {
		return nil, err
	}
	found := &subject{Probe: probe}
	if v.Quality {
		q, err := capture.Quality()
		if err != nil {
			probe.Wipe()
			return nil, err
		}
		found.problems = q.Problems()
	}
	return found, nil
}
