package pages

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

const (
	// jobTime is how long what a job made waits to be fetched.
	jobTime = 10 * time.Minute
	// maxJobs is how many there are at once, of all operators.
	maxJobs = 16
)

var (
	// errBusy is returned for one job too many.
	errBusy = errors.New("others have much done at this moment")
	// errElsewhere is returned for a job that another controller has: what it made is
	// in that one's memory and nowhere else.
	errElsewhere = errors.New("another controller has this job")
)

// jobs are what takes longer than an answer should. They are in memory, and gone
// when the controller stops; what they did by then was done.
type jobs struct {
	now     func() time.Time
	own     string // begins the ids of this controller's jobs
	ctx     context.Context
	stop    context.CancelFunc
	working sync.WaitGroup

	mu  sync.Mutex // guards what follows, and the jobs in it
	all map[string]*job
}

// job is one of them.
type job struct {
	ID, Kind    string
	Operator    string
	Done, Total int
	Over        time.Time // zero while it works
	Err         error
	Lines       []acts.BulkLine
	Report      acts.ImportReport
	Labels      map[string]string // of holders, by id
}

func newJobs(now func() time.Time) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{now: now, own: randomID(4), ctx: ctx, stop: stop, all: map[string]*job{}}
}

// randomID is of so many bytes.
func randomID(n int) string {
	id := make([]byte, n)
	_, _ = rand.Read(id) // never fails (Go 1.24)
	return hex.EncodeToString(id)
}

// close ends all jobs and waits for them.
func (j *jobs) close() {
	j.stop()
	j.working.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.all)
}

// begin starts a job. It fails with [errBusy].
func (j *jobs) begin(kind, operator string, labels map[string]string, work func(ctx context.Context, progress func(done, total int)) ([]acts.BulkLine, acts.ImportReport, error)) (string, error) {
	one := &job{ID: j.own + randomID(16), Kind: kind, Operator: operator, Labels: labels}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sweep()
	if len(j.all) >= maxJobs || j.ctx.Err() != nil {
		return "", errBusy
	}
	j.all[one.ID] = one
	j.working.Go(func() {
		lines, report, err := work(j.ctx, func(done, total int) {
			j.mu.Lock()
			defer j.mu.Unlock()
			one.Done, one.Total = done, total
		})
		j.mu.Lock()
		defer j.mu.Unlock()
		one.Lines, one.Report, one.Err, one.Over = lines, report, err, j.now()
	})
	return one.ID, nil
}

// sweep forgets what has waited too long. The caller holds mu.
func (j *jobs) sweep() {
	for id, one := range j.all {
		if !one.Over.IsZero() && j.now().Sub(one.Over) >= jobTime {
			delete(j.all, id)
		}
	}
}

// get returns how a job of an operator stands. It fails with [acts.ErrNotFound], and
// with [errElsewhere] for what may be a job of another controller, behind the same
// address.
func (j *jobs) get(id, operator string) (job, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sweep()
	one, ok := j.all[id]
	switch {
	case !ok && len(id) == len(j.own)+32 && !strings.HasPrefix(id, j.own):
		return job{}, errElsewhere
	case !ok || one.Operator != operator:
		return job{}, acts.ErrNotFound
	}
	return *one, nil
}

// forget drops a job of an operator that is over.
func (j *jobs) forget(id, operator string) {
	if one, err := j.get(id, operator); err == nil && !one.Over.IsZero() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.all, id)
	}
}
