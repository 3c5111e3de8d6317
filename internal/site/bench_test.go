package site

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// BenchmarkIssue measures passes a second with the ledger on, each durable and in
// the ledger before it is answered: plain passes one by one by many callers, and
// in batches, and face passes by many stations, without the engine.
func BenchmarkIssue(b *testing.B) {
	for _, on := range []struct {
		name     string
		database func(testing.TB) string
	}{
		{"sqlite", func(testing.TB) string { return "" }},
		{"postgres", func(t testing.TB) string { return pgtest.Shared(t).Database() }},
	} {
		b.Run(on.name, func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "site")
			c := Config{Name: "Court", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy()}
			if _, err := CreateIn(dir, on.database(b), c, noon, true); err != nil {
				b.Fatal(err)
			}
			o, err := OpenOffice(dir, clock)
			if err != nil {
				b.Fatal(err)
			}
			defer o.Close()
			b.Run("plain-100-callers", func(b *testing.B) { manyCallers(b, o, pass.Plain) })
			b.Run("plain-batches-of-100", func(b *testing.B) { batches(b, o, 100) })
			b.Run("face-100-stations", func(b *testing.B) { manyCallers(b, o, pass.Face) })
		})
	}
}

func manyCallers(b *testing.B, o *Office, kind pass.Kind) {
	const callers = 100
	key, err := sealingKey(o)
	if err != nil {
		b.Fatal(err)
	}
	defer key.Wipe()
	c, err := o.Controller(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			s := issue.Station{Office: c.For(context.Background(), ""), Key: key, Rand: o.rand, Now: clock}
			for left.Add(-1) >= 0 {
				r, err := request(o.Config, kind)
				if err == nil {
					_, err = s.Issue(r, enroller{}, &hand{})
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "passes/s")
}

func batches(b *testing.B, o *Office, size int) {
	c, err := o.Controller(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	r, err := request(o.Config, pass.Plain)
	if err != nil {
		b.Fatal(err)
	}
	made := 0
	for b.Loop() {
		requests := make([]issue.Request, size)
		for i := range requests {
			requests[i] = r
		}
		bindings, err := c.Prepare(b.Context(), "", requests...)
		if err != nil {
			b.Fatal(err)
		}
		passes, ids := make([]issue.ToSign, size), make([]pass.ID, size)
		for i, binding := range bindings {
			passes[i].ID, ids[i] = binding.ID, binding.ID
		}
		if _, err := c.Sign(b.Context(), "", passes...); err != nil {
			b.Fatal(err)
		}
		if err := c.Complete(b.Context(), "", ids...); err != nil {
			b.Fatal(err)
		}
		made += size
	}
	b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "passes/s")
}

// TestTheBenchmarksFileSystem says what the benchmark writes to: in memory, being
// durable costs nothing.
func TestTheBenchmarksFileSystem(t *testing.T) {
	out, err := exec.Command("stat", "-f", "-c", "%T", t.TempDir()).Output()
	if err != nil {
		t.Skip(err)
	}
	t.Log("files of tests are on", strings.TrimSpace(string(out)))
}
