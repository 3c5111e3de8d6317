package keeper

import (
	"sync"
	"testing"
)

// BenchmarkRecord is how long an act waits for its index, alone and where many
// wait at once.
func BenchmarkRecord(b *testing.B) {
	for name, workers := range map[string]int{"alone": 1, "256 at once": 256} {
		b.Run(name, func(b *testing.B) {
			k := start(b, options(b))
			k.queue.index(b, k.commit(b))
			b.ResetTimer()
			var all sync.WaitGroup
			for w := range workers {
				all.Go(func() {
					for i := w; i < b.N; i += workers {
						k.queue.index(b, k.commit(b))
					}
				})
			}
			all.Wait()
		})
	}
}
