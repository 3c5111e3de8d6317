package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Growth is what a check costs where so many people are enrolled, in a process that
// has just been started and in one that runs.
type Growth struct {
	Enrolled int `json:"enrolled"`
	// KeptBytes is what has to be kept about them to check: references of faces, or
	// for Facelatch the site's keys and status lists.
	KeptBytes int64 `json:"kept_bytes"`
	// StartWallMS and StartCPUMS are from the start of the process to its first
	// result; medians, as all that follows.
	StartWallMS float64 `json:"start_wall_ms"`
	StartCPUMS  float64 `json:"start_cpu_ms"`
	// CheckMS is a check in the running process, and SearchMS of it the search.
	CheckMS  float64 `json:"check_cpu_ms"`
	SearchMS float64 `json:"search_cpu_ms"`
	// Ratio is over Facelatch's checks of the same turn, the median of all turns.
	Ratio  float64 `json:"ratio"`
	PeakMB float64 `json:"peak_mb"`
}

// started is what one process measured.
type started struct{ wall, cpu, check, search, peak float64 }

// enrol writes a file of references for each contender that searches.
func (r *Results) enrol(o Options, workers []*worker) error {
	for i, w := range workers {
		c := r.Contenders[i]
		if c.Module != "" {
			if _, err := w.ask(asked{Do: "look", Photos: []string{o.Frame.Reference}}); err != nil {
				return err
			}
		}
		for _, n := range o.Enrolled {
			o.Say(fmt.Sprintf("%s: enrolling %d", w.name, n))
			g := Growth{Enrolled: n}
			if c.Module == "" {
				kept, err := o.Kept(n)
				if err != nil {
					return err
				}
				g.KeptBytes = kept
			} else {
				file := o.references(c.Contender, n)
				if _, err := w.ask(asked{Do: "enrol", Photos: []string{o.Frame.Reference}, File: file, Count: n}); err != nil {
					return err
				}
				info, err := os.Stat(file)
				if err != nil {
					return err
				}
				g.KeptBytes = info.Size()
			}
			c.Growth = append(c.Growth, g)
		}
	}
	return nil
}

func (o Options) references(c Contender, enrolled int) string {
	return filepath.Join(o.Work, fmt.Sprintf("%s-%d.references", c.Name, enrolled))
}

// grow starts each contender several times with each number of people.
func (r *Results) grow(o Options) error {
	for k, n := range o.Enrolled {
		all := make([][]started, len(r.Contenders))
		for turn := range o.Starts {
			for j := range r.Contenders {
				i := (j + turn) % len(r.Contenders)
				o.Say(fmt.Sprintf("%d enrolled, turn %d of %d: %s", n, turn+1, o.Starts, r.Contenders[i].Name))
				s, err := o.startWith(r.Contenders[i].Contender, n)
				if err != nil {
					return err
				}
				all[i] = append(all[i], s)
			}
		}
		for i, c := range r.Contenders {
			c.Growth[k].of(all[i], all[0])
		}
	}
	return nil
}

// of takes the medians of several starts, beside those of Facelatch.
func (g *Growth) of(starts, ours []started) {
	column := func(value func(started) float64) float64 {
		var all []float64
		for _, s := range starts {
			all = append(all, value(s))
		}
		return median(all)
	}
	g.StartWallMS = column(func(s started) float64 { return s.wall })
	g.StartCPUMS = column(func(s started) float64 { return s.cpu })
	g.CheckMS = column(func(s started) float64 { return s.check })
	g.SearchMS = column(func(s started) float64 { return s.search })
	g.PeakMB = column(func(s started) float64 { return s.peak })
	var ratios []float64
	for i, s := range starts {
		ratios = append(ratios, s.check/ours[i].check)
	}
	g.Ratio = median(ratios)
}

// startWith starts one process, has it check once, and then several times more.
func (o Options) startWith(c Contender, enrolled int) (s started, err error) {
	run, err := o.command(c, enrolled, o.references(c, enrolled))
	if err != nil {
		return s, err
	}
	w, err := start(c.Name, run)
	if err != nil {
		return s, err
	}
	defer func() {
		if closed := w.close(); err == nil {
			err = closed
		}
	}()
	first, err := w.ask(asked{Do: "check", Photos: []string{o.Frame.Probe}})
	if err != nil {
		return s, err
	}
	s.wall = float64(time.Since(w.started)) / float64(time.Millisecond)
	if !first.Looks[0].Found {
		return s, fmt.Errorf("%s: no face in the frame", c.Name)
	}
	if s.cpu, err = w.cpuMS(); err != nil {
		return s, err
	}
	var check, search []float64
	for i := range o.Checks {
		t, err := w.ask(asked{Do: "check", Photos: []string{o.Frame.Probe}})
		if err != nil {
			return s, err
		}
		if i >= o.Checks/2 {
			check, search = append(check, t.Looks[0].CPUMS()), append(search, t.Looks[0].SearchMS)
		}
	}
	s.check, s.search = median(check), median(search)
	s.peak, err = w.peakMB()
	return s, err
}
