package controller

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// watch makes a new bundle whenever the folder has changed, whoever changed it,
// and wakes who waits.
func (s *Controller) watch(ctx context.Context) {
	tick := time.NewTicker(watchTime)
	defer tick.Stop()
	seen := look(s.dir)
	for checked := time.Now(); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.office.changed:
		}
		found := look(s.dir)
		// A file system tells times apart by some milliseconds only, so what was
		// changed just now is read once more.
		if slices.Equal(found, seen) && !recent(found) && time.Since(checked) < recheckTime {
			continue
		}
		s.publish()
		seen, checked = found, time.Now()
	}
}

// publish makes the next bundle if there is something to say. If that fails, the
// one before stands, and it is tried again; what is wrong is said once.
func (s *Controller) publish() {
	p, warnings, err := s.publisher.Publish()
	if err != nil {
		warnings = append(warnings, "there is no new bundle: "+err.Error())
	}
	for _, w := range warnings {
		s.ahead.say(s.say, w)
	}
	s.news.set(p)
}

// look returns when what bundles are made of was changed last. A folder is
// changed whenever a file in it is replaced.
func look(dir string) []time.Time {
	var times []time.Time
	for _, path := range []string{
		"site.json", "controller/refused.json", "controller/status", "controller/pins", "controller/doors", "controller/issuers", "notices",
	} {
		var changed time.Time
		if info, err := os.Stat(filepath.Join(dir, path)); err == nil {
			changed = info.ModTime()
		}
		times = append(times, changed)
	}
	return times
}

func recent(times []time.Time) bool {
	return slices.ContainsFunc(times, func(t time.Time) bool { return time.Since(t).Abs() < 2*watchTime })
}

// sayOnce repeats nothing that it said in the last hour, and says no more than a
// few things in that time.
type sayOnce struct {
	mu    sync.Mutex // guards what follows
	said  []string
	since time.Time
}

const maxSaid = 32

func (o *sayOnce) say(to func(string), text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.since) > time.Hour {
		o.said, o.since = nil, time.Now()
	}
	if slices.Contains(o.said, text) || len(o.said) >= maxSaid {
		return
	}
	o.said = append(o.said, text)
	to(text)
}
